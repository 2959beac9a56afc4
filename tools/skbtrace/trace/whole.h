/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Atomic creation of a file: it is written as NAME.part, which is renamed to
 * NAME when it is complete. If that fails, NAME is unchanged.
 */
#ifndef SKBTRACE_WHOLE_H
#define SKBTRACE_WHOLE_H

#include "lib/out.h"

struct whole {
	struct out out;
	char *name;		/* NULL: stdout */
	char *part;		/* NULL: written in place (stdout, a device) */
};

/* "-": stdout. 0, or an exit code after a message. A capture is refused. */
int whole_open(struct whole *w, const char *name);
/* The end: 0, or an exit code after a message, or none if nobody reads. */
int whole_close(struct whole *w);
/* Discard it. */
void whole_drop(struct whole *w);

#endif
