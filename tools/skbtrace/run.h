/* SPDX-License-Identifier: GPL-2.0 */
/* Run a helper program (modprobe, tc, ethtool) and take what it prints. */
#ifndef SKBTRACE_RUN_H
#define SKBTRACE_RUN_H

#include "util.h"

struct run {
	int status;		/* exit code; -ENOENT and such: did not start */
	char *out;		/* stdout and stderr, never NULL; free() it */
};

/*
 * @argv[0] is looked for where system tools live, whatever PATH the caller
 * had: a sudo without sbin in it must not make a trace poorer. The program is
 * killed when it has not ended after @timeout_ms, its output cut at 1 MiB.
 */
void run(struct run *r, const char *const *argv, int timeout_ms);

/* First line of r->out, cut there. */
const char *run_line(struct run *r);

#endif
