/* SPDX-License-Identifier: GPL-2.0 */
/* Probes of the providers in -e: of their events, those of which one fires. */
#ifndef SKBTRACE_FIRES_H
#define SKBTRACE_FIRES_H

#include "trace/trace.h"

struct fires;

static inline bool is_probe(const char *item)
{
	return strchr(item, ':');
}

/* *@f stays NULL if there is no probe in @list. 0, or an exit code. */
int fires_open(struct fires **f, const char *list);
void fires_close(struct fires *f);

/* Is @e one of the events that the probes @item are made of? */
bool fires_made_of(const char *item, const struct event *e);

/* Does @list name the event by itself, or a probe that fires with @r? */
bool fires_rec(struct fires *f, struct trace *t, const struct rec *r);

#endif
