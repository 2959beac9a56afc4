/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facts about a connection, and the events that show them. Events that are
 * alike are counted together; the numbers of a few are kept, so that a verdict
 * can refer to them.
 */
#ifndef SKBTRACE_FACTS_H
#define SKBTRACE_FACTS_H

#include "trace/trace.h"

/* One event each; facts_table.c has the fields that are used. */
enum fact {
	FACT_STATE,		/* tcp_connection: word state it enters */
	FACT_RESET,		/* tcp_reset: word reason */
	FACT_RETRANS,		/* tcp_retransmit: word kind */
	FACT_CONG,		/* tcp_congestion: word reason */
	FACT_OVERFLOW,		/* tcp_listen_overflow: word reason */
	FACT_DROP,		/* skb_drop: word reason */
	FACT_STOP,		/* tcp_sendlimit: word why it stops */
	FACT_TURN,		/* tcp_turn: word who sends now */
	FACT_RTT,		/* tcp_rttm: no word */
	FACT_TIMER,		/* sk_timer: word timer, of those that fire */
	FACT_LISTEN,		/* icsk_connection: word state it enters */
	FACT_NR
};

/* Values that are kept of an event, depending on the fact */
enum fact_value {
	/* FACT_RETRANS, FACT_DROP */
	V_SEGS = 0, V_LEN, V_SEQ, V_RETRANSMITS,
	/* FACT_STOP */
	V_WND = 0, V_SNDBUF, V_INFLIGHT, V_RATE, V_CWND,
	/* FACT_TURN */
	V_GAP = 0, V_BYTES, V_MIN_RTT,
	/* FACT_RTT */
	V_RTT = 0,
	/* FACT_OVERFLOW */
	V_BACKLOG = 0,
	V_NR = 5
};

enum fact_way { WAY_NONE, WAY_TX, WAY_RX, WAY_FWD };

/* As parse --seq takes it. */
struct event_no {
	u32 trace, cpu;
	u64 seq;
};

struct fact_range {
	u64 n, min, max, sum;
};

/* Events that are alike: the same fact, word, direction and namespace. */
struct seen {
	enum fact what;
	enum fact_way way;
	u32 netns;
	bool sent;		/* its own segments, found by their addresses */
	const char *word;	/* of the format, NULL: none */
	u64 at;			/* code address, 0: none */
	const struct trace *trace;
	u64 n;
	u64 since, until;	/* times of the first and the last */
	struct fact_range v[V_NR];
	struct event_no first, most, last;	/* most: of the greatest v[0] */
	struct seen *next;
};

/* All 0 to begin with. */
struct facts {
	struct seen *seen;	/* a new kind comes first */
	u32 n;
	u32 netns;		/* of its socket, 0: not known */
	u32 tgid;		/* of a process that used it, 0: not known */
	u64 shut_since;		/* the peer's window is shut, 0: it is not */
	u64 shut_ns;		/* and was, up to now */
};

/* The events of these facts; a verdict says which ones it lacks. */
extern const char *const fact_events[FACT_NR];

/* The fields of the formats met. */
struct fact_fields;

struct fact_fields *fact_fields_new(void);
void fact_fields_free(struct fact_fields *ff);

/* @r, of @t, at @now is about the connection. */
void facts_add(struct fact_fields *ff, struct facts *f, const struct trace *t,
	       const struct rec *r, u64 now);
/* Note the process of a connection, if an event has it. */
void facts_owner(struct facts *f, const struct rec *r);
/*
 * Forget what happened before @now, but keep the process and the current state:
 * the event with the current @reason may be long ago.
 */
void facts_forget(struct facts *f, u64 now, const char *reason);
/* @to is overwritten. */
void facts_copy(struct facts *to, const struct facts *from);
/* Move the facts of @from to @to, of segments that it has @sent. */
void facts_move(struct facts *to, struct facts *from, bool sent);
void facts_free(struct facts *f);

/* The next kind after @after (NULL: the first) with @word, NULL: any. */
const struct seen *facts_next(const struct facts *f, const struct seen *after,
			      enum fact what, const char *word);
/* All events of the fact with @word, NULL: any; sums of @v. */
u64 facts_count(const struct facts *f, enum fact what, const char *word);
u64 facts_sum(const struct facts *f, enum fact what, const char *word,
	      enum fact_value v);
u64 facts_max(const struct facts *f, enum fact what, const char *word,
	      enum fact_value v);

/* ---- facts_table.c ---- */

struct fact_cols {
	int what;		/* enum fact, -1: none */
	const struct field *word, *dir, *at;
	const struct field *v[V_NR];
	s32 tx, rx, fwd;
	const struct field *only;	/* must have the word @only_word */
	const char *only_word;
};

void fact_cols_fill(struct fact_cols *c, const struct event *e);
/* The word of @f in @r, NULL: none. */
const char *fact_word(const struct rec *r, const struct field *f);
enum fact_way fact_way_of(const struct fact_cols *c, const struct rec *r);

#endif
