/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What else is recorded only of: a network namespace, an interface, a mark, a
 * cgroup, a process. Names are looked up here, the kernel gets numbers.
 */
#ifndef SKBTRACE_SCOPE_H
#define SKBTRACE_SCOPE_H

#include "util.h"

enum scope_kind {
	SCOPE_NETNS, SCOPE_DEV, SCOPE_MARK, SCOPE_CGROUP, SCOPE_PID, NR_SCOPES
};

/* An option's argument. */
struct setting {
	const char *text;		/* NULL: not given */
	const char *where;		/* FILE:LINE, NULL: the command line */
};

struct ctl;

/*
 * Look all of @v[NR_SCOPES] up and hand them to the kernel. 0, or an exit code
 * after a message.
 */
int scope_set(const struct ctl *c, const struct setting *v);

/* The name of the control file, which is that of the option, too. */
const char *scope_name(enum scope_kind kind);

/*
 * A name for what the control file says ("4026532281"), so that people know it
 * again: "web", or NULL; to be freed.
 */
char *scope_describe(enum scope_kind kind, const char *value);

#endif
