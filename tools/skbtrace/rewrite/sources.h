/* SPDX-License-Identifier: GPL-2.0 */
/* The input files, which are open as long as the rewriter runs. */
#ifndef SKBTRACE_REWRITE_SOURCES_H
#define SKBTRACE_REWRITE_SOURCES_H

#include "show/input.h"

struct sources {
	struct inputs in;
	int *fd;
	u64 bytes;		/* of all of them, as far as that is known */
};

/*
 * Open @in. A pipe is copied to an unnamed file, to be read twice, unless
 * @once. A file given twice, or equal to @out, is refused. 0, or an exit code
 * after a message.
 */
int sources_open(struct sources *s, const struct inputs *in, const char *out,
		 bool once);
void sources_close(struct sources *s);

#endif
