/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of events as users write them: names, @sets and globs, separated by
 * commas. Callers handle options, and exclude events.
 */
#ifndef SKBTRACE_EVLIST_H
#define SKBTRACE_EVLIST_H

#include "trace/format.h"

struct evlist {
	char *text, *next;
};

/* evlist_next() returns the next item, which may be ""; NULL: no more. */
void evlist_open(struct evlist *l, const char *list);
const char *evlist_next(struct evlist *l);
void evlist_close(struct evlist *l);

/* An option's handler: appends a list to a char *. */
int evlist_add(const char *list, void *dest);

/* Is it a set or a glob, not a name? */
bool evlist_is_pattern(const char *item);

/* Does @item stand for @e? @all stands for any. */
bool evlist_has(const char *item, const struct event *e);

/*
 * The event whose name is most similar to @item, if it may be a typo, else
 * NULL.
 * @meta: any event, not only those that can be selected.
 */
const char *evlist_nearest(const struct format *f, const char *item, bool meta);

/* An event of the recording itself, not of the network. */
bool event_is_meta(const struct event *e);

#endif
