/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Turns -e into the text for "enabled": lists, @sets and globs become one line
 * per event, by means of "format".
 */
#ifndef SKBTRACE_SELECT_H
#define SKBTRACE_SELECT_H

#include "trace/format.h"

struct choice {
	const struct event *event;
	char *opts;		/* ",skip=cwr,..." or "" */
	char *when;		/* of probes: when= besides @opts; else NULL */
	bool named;		/* by its own name, not through a set or glob */
};

struct selection {
	struct choice *choices;
	int n;
};

/*
 * Add the events of @spec, the argument of one -e. 0, or an exit code after a
 * message. @quiet: do not print which events a set has.
 */
int select_spec(struct selection *s, const struct format *f, const char *spec,
		bool quiet);

/* @set if an event is in it, else "@trouble", which each version has. */
const char *select_default(const struct format *f, const char *set);

/* Print which events are inferred, and where that is explained. */
void select_print_inferred(const struct selection *s);

/* The text for "enabled"; the caller frees it. */
char *select_text(const struct selection *s);

void select_free(struct selection *s);

#endif
