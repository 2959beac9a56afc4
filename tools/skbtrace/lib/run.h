/* SPDX-License-Identifier: GPL-2.0 */
/* Run a helper program (modprobe, tc, ethtool) and read its output. */
#ifndef SKBTRACE_RUN_H
#define SKBTRACE_RUN_H

#include "lib/util.h"

struct run {
	/* exit code; -ENOENT and such: did not start; -ETIMEDOUT: killed */
	int status;
	char *out;		/* stdout and stderr, never NULL; free() it */
};

/*
 * @argv[0] is searched in the folders of system tools: PATH may lack sbin.
 * The program is killed after @timeout_ms; its output is cut at 1 MiB.
 */
void run(struct run *r, const char *const *argv, int timeout_ms);

/* First line of r->out, cut there. */
const char *run_line(struct run *r);

#endif
