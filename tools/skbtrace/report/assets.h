/* SPDX-License-Identifier: GPL-2.0 */
/* Files embedded in the program by assets.S. */
#ifndef SKBTRACE_REPORT_ASSETS_H
#define SKBTRACE_REPORT_ASSETS_H

#include "lib/util.h"

struct asset {
	const char *name;	/* as {{name}} stands in page.html */
	const char *data;
	u64 size;
};

/* The last one has no name. The Makefile lists them. */
extern const struct asset assets[];

#endif
