/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of events as users write them: names, @sets and globs, with commas
 * between. What may stand there besides, and which events are not meant, is
 * their business who take it.
 */
#ifndef SKBTRACE_EVLIST_H
#define SKBTRACE_EVLIST_H

#include "format.h"

struct evlist {
	char *text, *next;
};

/* What stands between the commas, in turn, if need be ""; NULL: no more. */
void evlist_open(struct evlist *l, const char *list);
const char *evlist_next(struct evlist *l);
void evlist_close(struct evlist *l);

/* No name: @set, or a glob. */
bool evlist_is_pattern(const char *item);

/* Does @item stand for @e? @all stands for any. */
bool evlist_has(const char *item, const struct event *e);

/*
 * The name of the event that @item is most like, if it is a slip of the finger;
 * else NULL. @meta: of all, not only of those that can be chosen.
 */
const char *evlist_nearest(const struct format *f, const char *item, bool meta);

/* An event of the recording itself, not of the network. */
bool event_is_meta(const struct event *e);

#endif
