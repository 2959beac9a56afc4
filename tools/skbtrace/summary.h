/* SPDX-License-Identifier: GPL-2.0 */
/* The first screen: one row per connection, worst first. */
#ifndef SKBTRACE_SUMMARY_H
#define SKBTRACE_SUMMARY_H

#include "held.h"
#include "out.h"

/* Counters of a keyframe; a bit in @has per counter. */
enum counter {
	C_BYTES_SENT, C_BYTES_ACKED, C_BYTES_RETRANS, C_RETRANS, C_MIN_RTT,
	C_SRTT, C_BUSY, C_RWND, C_SNDBUF, C_NR
};

struct keyframe {
	u64 time;
	u32 has;
	u64 v[C_NR];
};

struct row {
	u64 key;		/* cookie, mixed with the trace */
	u64 cookie;
	char *name;		/* local>peer, NULL: not told */
	bool has_port;		/* @name has the local port */
	u64 first, last;	/* time of its events */
	bool is_conn;		/* has events of its own, not only drops */
	bool ended;
	struct keyframe begin, end;
	u64 drops, retrans;	/* events seen, in segments */
	u64 overflows;		/* a listener's */
	u64 rtt_min, rtt_last;
	bool has_rtt;
	struct held held;
	const struct trace *trace;
	u64 until;		/* open: the end of what we know */
	u64 permille;		/* of its life that something held it back */
};

struct summary;

struct summary *summary_new(void);
void summary_free(struct summary *s);

/* Every record of interest, LOST too, in order. */
void summary_add(struct summary *s, struct trace *t, const struct rec *r);

/* All rows. Traces without an end are known up to @last, none beyond @to. */
void summary_print(struct summary *s, struct printer *p,
		   const struct trace *traces, u64 last, u64 to);

/* ---- between the collecting and the printing half ---- */

/* What a cell comes from; lost events of it make the cell doubtful. */
enum source { SRC_KEYFRAME, SRC_RTTM, SRC_RETRANS, SRC_DROP, SRC_LIMIT,
	      SRC_OVERFLOW, SRC_CONG, SRC_CA, SRC_NR };

struct summary {
	struct row **slot;	/* open addressing by key */
	u32 size, used;
	u64 left_out;		/* connections that found no row */
	struct cols *cols;	/* of each format met */
	u64 events, lost;
	bool lost_src[SRC_NR];
	bool seen_src[SRC_NR];
	char **words;		/* for values that have none */
	u32 nwords;
};

extern const char *const source_events[SRC_NR];

/* All is told: no record comes any more. */
void summary_close(struct summary *s, const struct trace *traces, u64 last,
		   u64 to);
/* Its life in parts; 0: not known. */
u32 row_parts(const struct row *r, struct held_part p[MAX_PARTS]);
u64 row_life(const struct row *r);
/* Segments retransmitted since its first event. */
u64 row_retrans(const struct row *r);

#endif
