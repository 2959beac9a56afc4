/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long packets take from place to place. An event of a packet that has the
 * fields "where" and "life" tells one place of its way; joined by the packet's
 * id they are its life:
 *
 *	life 0	on	goes on with the life that is open
 *	life 1	begin	a life begins; one that is open was not seen to its end
 *	life 2	enter	goes on with a life that was last seen sent (a device
 *			that hands packets back), else begins one
 *	life 3	end	as on, and the life is complete
 *
 * On its way a packet only meets greater values of "where", unless "dir"
 * changes: anything else is another packet with the same id. Lives that began
 * before the trace, that have such a gap, or that were open when events were
 * lost, are counted as incomplete and not measured. With held back events,
 * older ones are missing before each history, and only the events of a flow are
 * in order of time: one that is older than the open life is another packet's.
 */
#ifndef SKBTRACE_LATENCY_H
#define SKBTRACE_LATENCY_H

#include "lib/hist.h"
#include "show/lives.h"
#include "trace/per_event.h"
#include "trace/printer.h"
#include "trace/trace.h"

enum { MAX_STAGES = 512 };	/* of each kind */

/* From one place to the next, or from the first to the last. */
struct stage {
	u8 from, to;
	struct hist h;
};

struct stages {
	struct stage *v[MAX_STAGES];
	u32 n;
};

struct latency {
	struct lives lives;
	struct per_event delays;	/* where their places stand */
	struct stages stages, totals;
	const char *word[256];	/* of places */
	u64 complete, incomplete, open;
	u64 left_out;		/* found no stage */
	u64 events, lost;
	u64 lossy_to;		/* something is lost up to here */
	bool lossy;
	bool held;		/* some were held back */
	bool begins;		/* a history has begun, without any so far */
};

struct latency *latency_new(void);
void latency_free(struct latency *l);

/* A record, in order; @match: the user asked for its connection. */
void latency_add(struct latency *l, struct trace *t, const struct rec *r,
		 bool match);
/* A history begins with @r, or the primary @r says that some are gone. */
void latency_history(struct latency *l, struct trace *t, const struct rec *r);
void latency_lost(struct latency *l, struct trace *t, const struct rec *r);
void latency_print(struct latency *l, struct printer *pr);

/* No record comes any more: counts what is left, sorts the stages. */
void latency_close(struct latency *l);

#endif
