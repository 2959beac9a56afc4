/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a flight recorder saves its window. Two kinds of requests, one pending
 * at a time of each: by a user (USR2, "skbtrace snapshot"), served at once; by
 * an event, served after some time, so that the file has the consequences, too.
 * Further events in the meantime share the snapshot; the next one is not begun
 * before some time has passed.
 */
#ifndef SKBTRACE_TRIGGER_H
#define SKBTRACE_TRIGGER_H

#include "flight/blocks.h"

struct request {
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
	struct request hand, event;
};

void trigger_hand(struct trigger *t, u64 now);
void trigger_events(struct trigger *t, const struct blocks_asking *a, u64 now);

/* When to save the window, CLOCK_MONOTONIC; 0: there is no request. */
u64 trigger_due(const struct trigger *t);

/* The recording ends: serve requests now. */
void trigger_hurry(struct trigger *t, u64 now);

/*
 * The window has been saved up to @upto_ns: remove the requests that this
 * serves;
 * @served: that of an event, if any.
 */
void trigger_serve(struct trigger *t, u64 upto_ns, u64 now,
		   struct request *served);

#endif
