/* SPDX-License-Identifier: GPL-2.0 */
/* The first screen: one row per connection, worst first. */
#ifndef SKBTRACE_SUMMARY_H
#define SKBTRACE_SUMMARY_H

#include "facts.h"
#include "hash.h"
#include "held.h"
#include "match.h"
#include "out.h"
#include "per_event.h"

/* Counters of a keyframe; a bit in @has per counter. */
enum counter {
	C_BYTES_SENT, C_BYTES_ACKED, C_BYTES_RETRANS, C_RETRANS, C_MIN_RTT,
	C_SRTT, C_BUSY, C_RWND, C_SNDBUF, C_BYTES_RECEIVED, C_NR
};

struct keyframe {
	u64 time;
	u32 has;
	u64 v[C_NR];
};

struct row {
	u64 cookie;		/* the key, with @host */
	u32 host;
	char *name;		/* local>peer, NULL: not told */
	struct addr_pair a;	/* as in @name */
	bool has_port;		/* @name has the local port */
	u64 first, last;	/* time of its events */
	bool is_conn;		/* has events of its own, not only drops */
	bool matched;		/* --conn and -S want it */
	bool seen;		/* something happened in the range */
	bool cut;		/* began before the range */
	bool over;		/* what comes after the range is told */
	bool ended;
	bool has_una;		/* with @una */
	bool una_at_end;	/* the last keyframe told it */
	u32 una;		/* latest snd_una */
	u64 acked;		/* bytes it grew by */
	struct keyframe begin, end;
	u64 drops, retrans;	/* events seen, in segments */
	u64 duplicates;		/* had been received before */
	u64 retrans_now;	/* since losses were last seen */
	u64 spurious;		/* sent again without a loss */
	u64 others;		/* events in the range that do not name it */
	bool connecting;	/* its SYN was sent in this trace */
	bool established;	/* and answered, after @connect_ns */
	u64 connect_ns;
	u64 peer_ns;		/* waited for answers, without the RTT */
	const char *err;	/* "ECONNRESET" ended it; NULL: no error */
	const char *reset;	/* it got one; NULL: none */
	const char *reset_sent;	/* why it sent one; NULL: none */
	u64 reset_time;
	u64 overflows;		/* a listener's */
	u64 rtt_min, rtt_last;
	bool has_rtt;
	struct held held;
	const struct trace *trace;
	u64 until;		/* open: the end of what we know */
	u64 permille;		/* of its life that something held it back */
	struct facts facts;	/* what a verdict stands on */
};

struct summary;

/* summary_drops.c: what happened to packets and no socket was named with it. */
struct strays {
	void *tree;		/* of struct stray, by tuple */
	struct stray *list;
	u32 n;
	u64 homeless;		/* dropped, of no connection that is known */
};

/* Only what @m wants; its times may become known later. */
struct summary *summary_new(const struct match *m);
void summary_free(struct summary *s);

/*
 * Every record, in order, and LOST in the range: what was before it tells how
 * things stood when it began. @who: its connection is wanted. That of one
 * which has no name yet may turn out later.
 */
enum range_part { RANGE_BEFORE, RANGE_IN, RANGE_AFTER };

void summary_add(struct summary *s, struct trace *t, const struct rec *r,
		 enum range_part part, bool who);

/* All rows. Traces without an end are known up to @last, none beyond @to. */
void summary_print(struct summary *s, struct printer *p,
		   const struct trace *traces, u64 last, u64 to);

/* ---- between the collecting and the printing half ---- */

/* What a cell comes from; lost events of it make the cell doubtful. */
enum source { SRC_KEYFRAME, SRC_RTTM, SRC_RETRANS, SRC_DROP, SRC_LIMIT,
	      SRC_OVERFLOW, SRC_CONG, SRC_CA, SRC_STATE, SRC_RESET, SRC_TURN,
	      SRC_NR };

enum { ROW_KEY = 12 };		/* bytes that a row begins with */

struct summary {
	const struct match *match;
	struct hash rows;	/* of struct row */
	u64 left_out;		/* connections that were given up */
	struct per_event cols;	/* struct col */
	u64 events, lost;
	struct strays strays;
	struct fact_fields *facts;
	bool lost_src[SRC_NR];
	bool seen_src[SRC_NR];
	char **words;		/* for values that have none */
	u32 nwords;
};

extern const char *const source_events[SRC_NR];

/* summary_close.c; all is told: no record comes any more. */
void summary_close(struct summary *s, const struct trace *traces, u64 last,
		   u64 to);

/* Which events were recorded, or would have been if there had been any? */
void summary_recorded(const struct summary *s, const struct trace *traces,
		      bool recorded[SRC_NR]);

/* summary_rows.c; row_find() returns NULL if there is none. */
struct row *row_get(struct summary *s, const struct trace *t, u64 cookie);
struct row *row_find(const struct summary *s, const struct trace *t,
		     u64 cookie);
void row_name(struct row *row, struct trace *t, const struct rec *r);
void rows_free(struct summary *s);

/*
 * summary_fate.c. Words stay: they are those of a format, or literals. NULL:
 * not told, or there is none.
 */
void fate_state(struct row *r, const char *old, const char *state, u64 now);
/* Its SYN was answered, at the latest @now. */
void fate_established(struct row *r, u64 now);
bool fate_never(const struct row *r);
void fate_err(struct row *r, const char *err);
void fate_reset(struct row *r, const char *dir, const char *reason,
		const char *state, u64 now);
/* How it ended, or "open"; NULL: it was closed in order. */
const char *fate_word(const struct row *r);

/*
 * summary_drops.c. @segs were dropped of what @from_to sent. Returns where the
 * facts about it belong, NULL: nowhere. The receiver's address may be missing,
 * if a listener takes any.
 */
struct facts *strays_add(struct strays *s, const struct addr_pair *from_to,
			 u64 segs, u64 now);
/* Each to its row, all of which are known. */
void strays_settle(struct summary *s);
void strays_free(struct strays *s);

/* summary_life.c; its life in parts, 0: not known. */
u32 row_parts(const struct row *r, struct held_part p[MAX_PARTS]);
u64 row_life(const struct row *r);
/* Segments retransmitted since its first event. */
u64 row_retrans(const struct row *r);
/* Lost, or overflown. */
u64 row_harm(const struct row *r);
/* By host and cookie, as qsort() wants it. */
int row_order(const struct row *x, const struct row *y);
void row_close(struct row *r, u64 until);
/* In the range from now on: what was before does not count. */
void row_enter(const struct summary *s, struct row *row);

#endif
