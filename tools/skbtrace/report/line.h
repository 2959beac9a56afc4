/* SPDX-License-Identifier: GPL-2.0 */
/* The timeline of a connection: quantities, and marks. */
#ifndef SKBTRACE_REPORT_LINE_H
#define SKBTRACE_REPORT_LINE_H

#include "conn/summary.h"
#include "report/marks.h"
#include "report/points.h"

/* fields.c has a row for each: its name in JSON, and where it comes from. */
enum quantity {
	/* bytes since the connection began */
	Q_ACKED, Q_NEXT, Q_EDGE, Q_SENT, Q_RECEIVED,
	/* segments */
	Q_CWND, Q_SSTHRESH, Q_INFLIGHT, Q_SACKED, Q_LOST, Q_RETRANS,
	/* bytes */
	Q_SND_WND, Q_RCV_WND, Q_UNSENT, Q_QUEUED, Q_SNDBUF,
	/* us */
	Q_RTT, Q_SRTT, Q_RTO, Q_ANSWER, Q_THINK,
	Q_NR
};

struct quantity_row {
	const char *name;
	const char *field;	/* of any event; NULL: collect.c knows */
	bool measured;		/* percentiles are wanted */
};

extern const struct quantity_row quantities[Q_NR];

/* Sequence numbers of one direction, unwrapped. */
struct seqspace {
	bool known;
	u32 seq;		/* the latest */
	s64 abs;		/* and how many bytes that is */
};

struct line {
	u64 cookie;		/* the key, with @host */
	u32 host;
	bool has_conn;		/* what follows is known */
	char ca[16];
	u64 uid, cgroup;
	struct seqspace snd, rcv;
	s64 next;		/* sent up to, as known by now */
	u64 wnd;		/* the latest of the peer */
	struct points *q[Q_NR];	/* NULL: no point */
	struct marks marks;
};

/* @seq as a byte offset, before or after the others. */
s64 seqspace_abs(struct seqspace *s, u32 seq);

void line_add(struct line *l, enum quantity q, u64 t, s64 v);
/* At most @max points of each, and as many marks. */
void line_thin(struct line *l, u32 max);
u64 line_points(const struct line *l);
/* Hash's: frees a struct line. */
void line_free(void *line);

#endif
