/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From -e to what is written to "enabled": comma lists, @sets and globs become
 * one line per event, judged by the kernel's own "format".
 */
#ifndef SKBTRACE_SELECT_H
#define SKBTRACE_SELECT_H

#include "format.h"

#define SELECT_DEFAULT	"@trouble"

struct wish {
	const struct event *event;
	char *opts;		/* ",skip=cwr,..." or "" */
	bool named;		/* by its own name, not through a set or glob */
};

struct selection {
	struct wish *wishes;
	int n;
};

/*
 * Add what @spec, the argument of one -e, says. 0, or an exit code after a
 * message. @quiet: no word about which events a set stands for.
 */
int select_spec(struct selection *s, const struct format *f, const char *spec,
		bool quiet);

/* Say which events are inferred, and where to read what that means. */
void select_tell_inferred(const struct selection *s);

/* The text for "enabled"; the caller frees it. */
char *select_text(const struct selection *s);

void select_free(struct selection *s);

#endif
