/* SPDX-License-Identifier: GPL-2.0 */
/* The summary: one row per connection, worst first. */
#ifndef SKBTRACE_SUMMARY_H
#define SKBTRACE_SUMMARY_H

#include "conn/facts.h"
#include "conn/held.h"
#include "filter/match.h"
#include "lib/hash.h"
#include "lib/hist.h"
#include "trace/per_event.h"

/* Counters of a keyframe; a bit in @has per counter. */
enum counter {
	C_BYTES_SENT, C_BYTES_ACKED, C_BYTES_RETRANS, C_RETRANS, C_MIN_RTT,
	C_SRTT, C_BUSY, C_RWND, C_SNDBUF, C_BYTES_RECEIVED, C_MARKED,
	C_OPTIONS, C_DSACKS, C_REORD, C_NR
};

struct keyframe {
	u64 time;
	u32 has;
	u64 v[C_NR];
};

/* Durations of which the spread is asked for. */
enum dist { DIST_RTT, DIST_ANSWER, DIST_OWN, DIST_NR };

enum { OPTIONS_TOLD = 1 << 8 };

struct row {
	u64 cookie;		/* the key, with @host */
	u32 host;
	u32 nth;		/* its socket has another one since; 0: not */
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
	u64 again_at;		/* when a segment was last sent again */
	u64 late_answers;	/* that came after that */
	u64 before;		/* of the event before, in any range, no drop */
	bool gone;		/* nobody asks for it any more */
	bool has_una;		/* with @una */
	bool una_at_end;	/* the last keyframe told it */
	u32 una;		/* latest snd_una */
	u64 acked;		/* bytes it grew by */
	u64 cgroup;		/* 0: not told */
	struct keyframe begin, end;
	u64 drops, retrans;	/* events seen, in segments */
	u64 duplicates;		/* had been received before */
	u64 retrans_now;	/* since losses were last seen */
	u64 spurious;		/* sent again without a loss */
	u64 others;		/* events in the range that do not name it */
	const char *state;	/* "ESTABLISHED"; NULL: not told */
	bool connecting;	/* its SYN was sent in this trace */
	bool accepted;		/* by a listener, in this trace */
	bool established;	/* and answered, after @connect_ns */
	u64 connect_ns;
	u64 peer_ns;		/* waited for answers, without the RTT */
	u64 my_turn, turn_rtt;	/* it sends since then, 0: it does not */
	u64 acked_at;		/* the latest sample of the RTT */
	u64 answers, least_asked;	/* bytes of the shortest question */
	u64 parts_ns;		/* from the first to the last part of answers */
	u64 no_answer_ns;	/* how long what it sent last has none */
	const char *err;	/* "ECONNRESET" ended it; NULL: no error */
	const char *reset;	/* it got one; NULL: none */
	const char *reset_sent;	/* why it sent one; NULL: none */
	u64 reset_time;
	u64 overflows;		/* a listener's */
	u64 widest;		/* snd_cwnd, at most */
	u64 restarts;		/* full at half that or less, after a pause */
	bool own_pace;		/* its congestion control paces by itself */
	u16 asked, options;	/* with OPTIONS_TOLD: of the SYN, agreed on */
	bool paused;
	u64 rtt_min, rtt_last;
	bool has_rtt;
	struct held held;
	const struct trace *trace;
	u64 until;		/* open: the end of what we know */
	u64 permille;		/* of its life that something held it back */
	struct facts facts;	/* what a verdict stands on */
	struct hist *dist;	/* DIST_NR, in us; NULL: none so far */
};

struct summary;

/* turns.c: a tcp_turn. Times in ns; @took, of the turn that has ended */
struct turn {
	const char *now, *was;
	u64 gap, rtt, took, bytes;
};

void turns_add(struct row *row, const struct turn *turn, u64 now);
/* Nothing more is known of it after @until; before row_close(). */
void turns_close(struct row *row, u64 until);
/*
 * Its last question has no answer, and those before had: of a program that was
 * never answered nobody knows whether it expects that.
 */
bool turns_awaits(const struct row *row);

/* drops.c: events of packets whose socket is not known. */
struct strays {
	void *tree;		/* of struct stray, by tuple */
	struct stray *list;
	u32 n;
	u64 homeless;		/* dropped, of no connection that is known */
};

/*
 * Only records that match @m; its times may become known later. @dists: collect
 * percentiles.
 */
struct summary *summary_new(const struct match *m, bool dists);
void summary_free(struct summary *s);

/*
 * Call it for every record, in order, and for LOST in the range; records before
 * the range give the state at its beginning. @who: its connection matches. If
 * it has no name yet, that may become known later.
 */
enum range_part { RANGE_BEFORE, RANGE_IN, RANGE_AFTER };

/* Parts of the recording are missing: any events may have been in them. */
void summary_missing(struct summary *s);

/* lost.c. @r is a LOST block of @t. */
void summary_lost(struct summary *s, const struct trace *t,
		  const struct rec *r);

/* @r, a SHED block: from then on events of most connections may be missing. */
void summary_shed(struct summary *s, const struct trace *t,
		  const struct rec *r);
void summary_add(struct summary *s, struct trace *t, const struct rec *r,
		 enum range_part part, bool who);

/* ---- between the collecting and the printing half ---- */

/* Sources of a cell; losses of them make the cell doubtful. */
enum source { SRC_KEYFRAME, SRC_RTTM, SRC_RETRANS, SRC_DROP, SRC_LIMIT,
	      SRC_OVERFLOW, SRC_CONG, SRC_CA, SRC_STATE, SRC_RESET, SRC_TURN,
	      SRC_NR };

enum { ROW_KEY = 16 };		/* bytes that a row begins with */

struct summary {
	const struct match *match;
	struct hash rows;	/* of struct row */
	u32 max_rows;
	u64 left_out;		/* connections that were given up */
	u32 again;		/* sockets that connected again */
	bool draw;		/* what held a row is wanted piece by piece */
	struct per_event cols;	/* struct col */
	u64 events, lost;
	bool missing;		/* parts of the recording */
	const struct trace *shed;	/* has only a part of the connections */
	struct strays strays;
	struct fact_fields *facts;
	bool dists;
	bool lost_src[SRC_NR];
	/* if @lost_src */
	struct lost_span { u64 from, to; } lost_at[SRC_NR];
	bool seen_src[SRC_NR];
	char **words;		/* for values that have none */
	u32 nwords;
};

extern const char *const source_events[SRC_NR];

/*
 * now.c: for repeated refreshes. A copy is closed and shown, the original goes
 * on; it is rolled forward to the current start of the range, so that earlier
 * events do not count any more.
 */
struct summary *summary_copy(const struct summary *s);
void summary_roll(struct summary *s);

/* close.c; all is told: no record comes any more. */
/* The end of @t; @last: if it has no END. */
u64 summary_until(const struct trace *traces, const struct trace *t, u64 last);
void summary_close(struct summary *s, const struct trace *traces, u64 last,
		   u64 to);

/* Which events were recorded, or would have been? */
void summary_recorded(const struct summary *s, const struct trace *traces,
		      bool recorded[SRC_NR]);

/* rows.c; row_find() returns NULL if there is none. */
struct row *row_get(struct summary *s, const struct trace *t, u64 cookie);
struct row *row_find(const struct summary *s, const struct trace *t,
		     u64 cookie);
/*
 * The row of @r: @row, unless the socket has become another connection.
 */
struct row *row_again(struct summary *s, const struct trace *t, struct row *row,
		      const struct rec *r);
void row_name(struct row *row, struct trace *t, const struct rec *r);
void row_free(void *row);
void rows_free(struct summary *s);

/*
 * Is it the client's end? Of one established before the trace that is the end
 * with the high port.
 */
bool row_asks(const struct row *r);

/*
 * outcome.c. Words remain valid: they belong to a format, or are literals.
 * %NULL: not known, or none.
 */
void outcome_state(struct row *r, const char *old, const char *state, u64 now);
/* Its SYN was answered, at the latest @now. */
void outcome_established(struct row *r, u64 now);
bool outcome_never(const struct row *r);
void outcome_err(struct row *r, const char *err);
void outcome_reset(struct row *r, const char *dir, const char *reason,
		   const char *state, u64 now);
/* How it ended, or "open"; NULL: it was closed in order. */
const char *outcome_word(const struct row *r);

/*
 * drops.c. @segs of a packet from @from_to were dropped. Returns the place for
 * facts about it, NULL: none. The receiver's address may be missing, if a
 * listener takes any. @nat: the same on the other side of NAT, NULL: not known.
 */
struct facts *strays_add(struct strays *s, const struct addr_pair *from_to,
			 const struct addr_pair *nat, u64 segs, u64 now);
/* Each to its row, all of which are known. */
void strays_settle(struct summary *s);
/* @to is empty, and gets no more. */
void strays_copy(struct strays *to, const struct strays *from);
void strays_free(struct strays *s);

/* life.c; its life in parts, 0: not known. */
u32 row_parts(const struct row *r, struct held_part p[MAX_PARTS]);
u64 row_life(const struct row *r);
/* When it was closed, or up to when it is known. */
u64 row_end(const struct row *r);
/* By how much a counter has grown since its first event, 0: not told. */
u64 row_grown(const struct row *r, enum counter i);
/* What both ends agreed on, as TCP_INFO's TCPI_OPT_*; -1: not told. */
int row_options(const struct row *r);
/* What its SYN asked for. */
int row_asked(const struct row *r);
/* Segments retransmitted since its first event. */
u64 row_retrans(const struct row *r);
/* Lost, or overflown. */
u64 row_harm(const struct row *r);
/* By host and cookie, as qsort() wants it. */
int row_order(const struct row *x, const struct row *y);
void row_close(struct row *r, u64 until);
void dist_add(struct row *r, enum dist i, u64 us);
/* The range begins: what was before does not count. */
void row_enter(const struct summary *s, struct row *row);

#endif
