/* SPDX-License-Identifier: GPL-2.0 */
/* Cuts recordings: keeps the events that parse would print. */
#ifndef SKBTRACE_REWRITE_CUT_H
#define SKBTRACE_REWRITE_CUT_H

#include "rewrite/rewrite.h"

struct cut_opts {
	struct show_opts what;
	struct rewrite_opts how;
	struct inputs in;
};

/* Returns the exit code. Frees the options in any case. */
int cut_run(struct cut_opts *o);

#endif
