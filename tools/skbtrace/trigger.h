/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a flight recorder saves its window. Two kinds of wishes, each at most
 * once at a time: somebody asks (USR2, "skbtrace snapshot"), and is served at
 * once; an event asks, and the recording goes on for a while, so that what came
 * of it is in the file, too. What events ask for in the meantime belongs to the
 * same snapshot; the next one is not begun before some time has passed.
 */
#ifndef SKBTRACE_TRIGGER_H
#define SKBTRACE_TRIGGER_H

#include "blocks.h"

struct wish {
	bool any;
	u64 upto_ns;		/* all until then belongs into the file */
	/* of events: */
	u16 event;		/* the first one */
	u64 time;
	u64 more;		/* that asked after it */
};

struct trigger {
	u64 after_ns, gap_ns;	/* the settings */
	u64 next_ns;		/* events are not served before */
	struct wish hand, event;
};

void trigger_hand(struct trigger *t, u64 now);
void trigger_events(struct trigger *t, const struct blocks_asking *a, u64 now);

/* When something is to be saved, CLOCK_MONOTONIC; 0: nothing is wished. */
u64 trigger_due(const struct trigger *t);

/* No later than now: the recording ends. */
void trigger_hurry(struct trigger *t, u64 now);

/*
 * The window is saved with all that there was until @upto_ns: wishes that are
 * served by that are gone, and what was wished stands in @served (any: by an
 * event).
 */
void trigger_serve(struct trigger *t, u64 upto_ns, u64 now,
		   struct wish *served);

#endif
