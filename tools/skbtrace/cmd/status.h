/* SPDX-License-Identifier: GPL-2.0 */
/* What "status" tells of sessions, in several forms. */
#ifndef SKBTRACE_STATUS_H
#define SKBTRACE_STATUS_H

#include "kernel/ctl.h"
#include "kernel/stat.h"

/* A session at one moment */
struct status {
	const char *name;
	struct ctl ctl;
	struct ctl_stat st;
	struct ctl_owner owner;
	u64 written, lost;	/* since the table before, or since it began */
};

/* The text of a filter or scope; NULL: there is none. To be freed. */
char *status_choice(const struct ctl *c, const char *file);

/* Of that text, the expression; NULL: none was given. Cuts it up. */
const char *status_expr(char *text);

/* All memory of a session, bytes. */
u64 status_memory(const struct status *s);

/* @n sessions, the default one first, and the kernel; or no session at all. */
void status_text(const struct status *s, int n);
void status_text_none(void);

/* A line for each of @n sessions. */
void status_table(const struct status *s, int n);

/* One JSON object. @loaded: the kernel has skbtrace */
void status_json(const struct status *s, int n, bool loaded);

#endif
