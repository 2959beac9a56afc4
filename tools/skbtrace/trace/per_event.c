// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "trace/per_event.h"

struct per_event_table {
	const struct format *fmt;
	struct per_event_table *next;
	u8 *items;
};

static struct per_event_table *add(struct per_event *p,
				   const struct format *f, void *arg)
{
	struct per_event_table *t = xcalloc(1, sizeof(*t));

	t->fmt = f;
	t->items = xcalloc(f->nevents, p->size);
	for (u32 i = 0; i < f->nevents; i++)
		p->fill(t->items + (size_t)i * p->size, &f->events[i], arg);
	t->next = p->tables;
	p->tables = t;
	return t;
}

void *per_event(struct per_event *p, const struct rec *r, void *arg)
{
	struct per_event_table *t = p->tables;

	while (t && t->fmt != r->fmt)
		t = t->next;
	if (!t)
		t = add(p, r->fmt, arg);
	return t->items + (size_t)r->ev->index * p->size;
}

void per_event_free(struct per_event *p)
{
	struct per_event_table *t;

	while ((t = p->tables)) {
		p->tables = t->next;
		free(t->items);
		free(t);
	}
}
