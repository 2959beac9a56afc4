/* SPDX-License-Identifier: GPL-2.0 */
/* Included by all files. */
#ifndef SKBTRACE_UTIL_H
#define SKBTRACE_UTIL_H

#include "lib/mem.h"
#include "lib/msg.h"
#include "lib/types.h"

#endif
