/* SPDX-License-Identifier: GPL-2.0 */
/* A session whose sink is the printer, without a file. */
#ifndef SKBTRACE_LIVE_H
#define SKBTRACE_LIVE_H

#include "record/session.h"
#include "show/show.h"

struct live {
	struct sink sink;	/* first */
	struct show *show;
	/* When all that is there has been shown. -EPIPE: nobody wants more */
	int (*shown)(struct live *l);
	/* Created: it is let go when all is on, and its end ends it. Or NULL */
	struct child *child;
	char **child_argv;
	int code;		/* of the show, when it failed */
};

/* For @l->sink. */
extern const struct sink_ops live_ops;

/* One chunk. 0, or -errno; a meta_put, too, which takes @l. */
int live_put(struct live *l, u32 type, u32 cpu, const void *data, size_t len);
int live_put_meta(void *l, const char *name, const char *text);

/* As much as may wait for the screen: as in trace/merge.c. */
#define LIVE_BEHIND	(64u << 20)

/* All of a session; @verb is the command's name. An exit code. */
int live_run(struct live *l, const char *verb, struct recopt *what,
	     const struct show_opts *how);

#endif
