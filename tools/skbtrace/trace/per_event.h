/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Caches data per event of a format, such as the fields that a caller needs, so
 * that names are only compared once.
 */
#ifndef SKBTRACE_PER_EVENT_H
#define SKBTRACE_PER_EVENT_H

#include "trace/decode.h"

struct per_event_table;

struct per_event {
	u32 size;		/* of what is kept of one event */
	/* Fills it in, all 0 before; @arg is who asked first. */
	void (*fill)(void *item, const struct event *e, void *arg);
	struct per_event_table *tables;
};

/* That of the event of @r, whose event is known. */
void *per_event(struct per_event *p, const struct rec *r, void *arg);
void per_event_free(struct per_event *p);

#endif
