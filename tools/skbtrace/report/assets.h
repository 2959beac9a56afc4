/* SPDX-License-Identifier: GPL-2.0 */
/* What a page is made of, embedded; page.html has its name as {{name}}. */
#ifndef SKBTRACE_REPORT_ASSETS_H
#define SKBTRACE_REPORT_ASSETS_H

#include "lib/asset.h"

/* The last one has no name. The Makefile lists them. */
extern const struct asset assets[];

#endif
