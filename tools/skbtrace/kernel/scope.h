/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scope of a recording: a network namespace, an interface, a mark, a
 * cgroup, a process. Names are resolved here; the kernel gets numbers.
 */
#ifndef SKBTRACE_SCOPE_H
#define SKBTRACE_SCOPE_H

#include "lib/util.h"

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
 * Resolve all of @v[NR_SCOPES], and set them in the kernel. 0, or an exit code
 * after a message.
 */
int scope_set(const struct ctl *c, const struct setting *v);

/* The name of the control file, which is that of the option, too. */
const char *scope_name(enum scope_kind kind);

/*
 * The name of the value in a control file ("4026532281"): "web", or NULL; to be
 * freed.
 */
char *scope_describe(enum scope_kind kind, const char *value);

#endif
