// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "flight/trigger.h"

void trigger_hand(struct trigger *t, u64 now)
{
	t->hand.any = true;
	t->hand.upto_ns = now;
}

void trigger_events(struct trigger *t, const struct blocks_asking *a, u64 now)
{
	struct request *w = &t->event;

	if (!a->n)
		return;
	if (w->any) {
		w->more += a->n;
		return;
	}
	w->any = true;
	/* Held events are older than the primary, so count from now. */
	w->upto_ns = now + t->after_ns;
	if (w->upto_ns < t->next_ns)
		w->upto_ns = t->next_ns;
	w->event = a->event;
	w->time = a->time;
	w->more = a->n - 1;
}

u64 trigger_due(const struct trigger *t)
{
	u64 due = t->hand.any ? t->hand.upto_ns : 0;

	if (t->event.any && (!due || t->event.upto_ns < due))
		due = t->event.upto_ns;
	return due;
}

void trigger_hurry(struct trigger *t, u64 now)
{
	if (t->event.any && t->event.upto_ns > now)
		t->event.upto_ns = now;
}

void trigger_serve(struct trigger *t, u64 upto_ns, u64 now,
		   struct request *served)
{
	memset(served, 0, sizeof(*served));
	if (t->hand.any && t->hand.upto_ns <= upto_ns)
		t->hand.any = false;
	if (!t->event.any || t->event.upto_ns > upto_ns)
		return;
	*served = t->event;
	t->event.any = false;
	t->next_ns = now + t->gap_ns;
}
