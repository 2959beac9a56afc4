/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facts about the machine, so that a trace file is a complete bug report.
 * "skbtrace info FILE" prints them.
 */
#ifndef SKBTRACE_META_H
#define SKBTRACE_META_H

#include "trace/file.h"

struct ctl;
struct session;

struct meta_list {
	struct meta_item {
		const char *name;
		char *text;
	} *v;
	int n;
};

/*
 * Collect them, those of the network in the namespace that the session @c is
 * bound to, if it is. It runs programs, which takes some ten milliseconds, so
 * call it before tracing begins; facts that are not available are left out.
 */
void meta_collect(struct meta_list *m, const struct ctl *c);

/*
 * Pass all of them, and those of @s, to @put; @m may be NULL. Stops at the
 * first error, and returns it.
 */
typedef int meta_put(void *arg, const char *name, const char *text);
int meta_each(const struct meta_list *m, const struct session *s,
	      meta_put *put, void *arg);

/* Of this machine, with a newline; NULL: not told. To be freed. */
char *meta_boot_id(void);

/* A pair of clocks, now. */
int meta_clock(meta_put *put, void *arg);

void meta_free(struct meta_list *m);

#endif
