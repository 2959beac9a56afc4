/* SPDX-License-Identifier: GPL-2.0 */
/* A refresh as text, for a pipe. */
#ifndef SKBTRACE_TOP_BATCH_H
#define SKBTRACE_TOP_BATCH_H

#include "top/state.h"

void batch_print(struct top *t);

#endif
