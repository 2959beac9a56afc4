/* SPDX-License-Identifier: GPL-2.0 */
/* History of each connection: rates, and changes of verdicts. */
#ifndef SKBTRACE_TOP_TRACK_H
#define SKBTRACE_TOP_TRACK_H

#include "why/why.h"

/* As many refreshes are remembered. */
enum { MAX_BEATS = 40 };

/* One refresh. */
struct beat {
	const struct rule *rule;	/* its verdict; NULL: no trouble */
	const char *held;	/* what held it back just then */
	float rate;		/* acknowledged bytes a second; < 0: not told */
	u32 rtt_us;		/* the last sample, 0: none */
	u32 retrans, drops;	/* since the one before */
};

struct track {
	u64 cookie;		/* the key, with the next two: as of a row */
	u32 host;
	u32 nth;
	u32 round;		/* when it was seen last */
	const struct rule *rule, *was;	/* verdict, and the one before */
	u64 since;		/* when it became that */
	s64 acked, retrans, drops;	/* counters at the last refresh */
	u32 n;			/* refreshes, of which the last ones are kept */
	struct beat beat[MAX_BEATS];
};

struct tracks {
	struct hash h;
	u32 round;
	u64 now, before;	/* times of this refresh, and the last */
};

void tracks_init(struct tracks *ts, u64 now);
void tracks_free(struct tracks *ts);

/* Begin a refresh; add each connection; remove those that were not added. */
void tracks_begin(struct tracks *ts, u64 now);
struct track *tracks_add(struct tracks *ts, const struct found *f);
void tracks_end(struct tracks *ts);
/* The summary changes from @from to @to, whose counters have another start. */
void tracks_rebase(struct tracks *ts, const struct summary *from,
		   const struct summary *to);

/* That of a connection; NULL: it has not been added. */
struct track *track_of(const struct tracks *ts, const struct row *r);
/* Of the last refresh but @ago; NULL: there was none. */
const struct beat *track_beat(const struct track *t, u32 ago);

#endif
