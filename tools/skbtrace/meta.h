/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What else a reader of the trace wants to know about the machine: a trace
 * file is to be a whole bug report. "skbtrace info FILE" prints it.
 */
#ifndef SKBTRACE_META_H
#define SKBTRACE_META_H

#include "file.h"

struct session;

struct meta_list {
	struct meta_item {
		const char *name;
		char *text;
	} *v;
	int n;
};

/*
 * Ask the machine. Takes some ten milliseconds for programs that are run, so
 * it is done before tracing begins; what cannot be had is left out.
 */
void meta_collect(struct meta_list *m);

/*
 * Give @put all of it, and what belongs to @s; @m may be NULL. Stops at the
 * first error, which it returns.
 */
typedef int meta_put(void *arg, const char *name, const char *text);
int meta_each(const struct meta_list *m, const struct session *s,
	      meta_put *put, void *arg);

/* A pair of clocks, now. */
int meta_clock(meta_put *put, void *arg);

void meta_free(struct meta_list *m);

#endif
