// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "report/line.h"

const struct quantity_row quantities[Q_NR] = {
	[Q_ACKED]	= { .name = "acked" },
	[Q_NEXT]	= { .name = "next" },
	[Q_EDGE]	= { .name = "edge" },
	[Q_SENT]	= { .name = "sent" },
	[Q_RECEIVED]	= { .name = "received" },
	[Q_CWND]	= { .name = "cwnd", .field = "snd_cwnd" },
	[Q_SSTHRESH]	= { .name = "ssthresh", .field = "snd_ssthresh" },
	[Q_INFLIGHT]	= { .name = "inflight", .field = "inflight" },
	[Q_SACKED]	= { .name = "sacked", .field = "sacked_out" },
	[Q_LOST]	= { .name = "lost", .field = "lost_out" },
	[Q_RETRANS]	= { .name = "retrans", .field = "retrans_out" },
	[Q_SND_WND]	= { .name = "snd_wnd", .field = "snd_wnd" },
	[Q_RCV_WND]	= { .name = "rcv_wnd", .field = "rcv_wnd" },
	[Q_UNSENT]	= { .name = "unsent", .field = "unsent" },
	[Q_QUEUED]	= { .name = "queued", .field = "wmem_queued" },
	[Q_SNDBUF]	= { .name = "sndbuf", .field = "sndbuf" },
	[Q_RTT]		= { .name = "rtt", .field = "rtt_us",
			    .measured = true },
	[Q_SRTT]	= { .name = "srtt", .field = "srtt_us" },
	[Q_RTO]		= { .name = "rto", .field = "rto_us" },
	[Q_ANSWER]	= { .name = "answer", .measured = true },
	[Q_THINK]	= { .name = "think", .measured = true },
};

s64 seqspace_abs(struct seqspace *s, u32 seq)
{
	s64 abs;

	if (!s->known)
		*s = (struct seqspace){ true, seq, 0 };
	abs = s->abs + (s32)(seq - s->seq);
	if (abs > s->abs) {
		s->seq = seq;
		s->abs = abs;
	}
	return abs;
}

void line_add(struct line *l, enum quantity q, u64 t, s64 v)
{
	if (!l->q[q]) {
		l->q[q] = xcalloc(1, sizeof(*l->q[q]));
		l->q[q]->measured = quantities[q].measured;
	}
	points_add(l->q[q], t, v);
}

void line_thin(struct line *l, u32 max)
{
	for (int i = 0; i < Q_NR; i++)
		if (l->q[i])
			points_thin(l->q[i], max);
	marks_thin(&l->marks, max);
}

u64 line_points(const struct line *l)
{
	u64 n = l->marks.n;

	for (int i = 0; i < Q_NR; i++)
		if (l->q[i])
			n += l->q[i]->n;
	return n;
}

void line_free(void *line)
{
	struct line *l = line;

	for (int i = 0; i < Q_NR; i++) {
		if (l->q[i])
			points_free(l->q[i]);
		free(l->q[i]);
	}
	marks_free(&l->marks);
	free(l);
}
