// SPDX-License-Identifier: GPL-2.0
#include "segment/stages.h"

const struct seg_stage_info seg_stages[SEG_NR_STAGES] = {
	[STAGE_BUFFER]		= { "buffer", "write>send" },
	[STAGE_RESEND]		= { "resend", "send>send" },
	[STAGE_IP_OUT]		= { "ip", "send>queue" },
	[STAGE_QDISC]		= { "qdisc", "queue>dequeue" },
	[STAGE_DRIVER]		= { "driver", "dequeue>xmit" },
	[STAGE_NIC]		= { "nic", "xmit>done" },
	[STAGE_NETWORK]		= { "network+peer", "done>acked" },
	[STAGE_SACKED]		= { "sacked", "sacked>acked" },
	[STAGE_SENT_TOTAL]	= { "sent", "write>acked" },
	[STAGE_STACK]		= { "stack", "receive>queued" },
	[STAGE_OFO]		= { "ofo", "ofo>queued" },
	[STAGE_SOCKET]		= { "socket", "queued>read" },
	[STAGE_RECEIVED_TOTAL]	= { "received", "receive>read" },
};

u64 seg_heard(const struct piece *p)
{
	u64 acked = p->at[SEG_ACKED], sacked = p->at[SEG_SACKED];

	return sacked && (!acked || sacked < acked) ? sacked : acked;
}

/*
 * Both times must be known. The clocks of two CPUs may differ slightly; @end is
 * then raised to the begin, so that sums hold.
 */
static void step(struct seg_split *s, enum seg_stage stage, u64 begin,
		 u64 *end)
{
	if (!begin || !*end)
		return;
	if (*end < begin)
		*end = begin;
	s->ns[stage] = *end - begin;
	s->known[stage] = true;
}

/* The transmission that was acknowledged: none is faster than min_rtt. */
static const u64 *heard_attempt(const struct piece *p, u64 min_rtt,
				bool *spurious)
{
	u64 heard = seg_heard(p);

	*spurious = p->sends > 1 && heard && p->before[SEG_SEND] &&
		    heard < p->at[SEG_SEND] + min_rtt;
	return *spurious ? p->before : p->at;
}

/* @queue: when it entered the qdisc */
static void split_device(struct seg_split *s, const u64 *at, u64 queue,
			 u64 *heard)
{
	u64 dequeue = at[SEG_DEQUEUE], xmit = at[SEG_XMIT], done = at[SEG_DONE];

	if (dequeue)
		step(s, STAGE_QDISC, queue, &dequeue);
	else	/* no qdisc on the path */
		dequeue = queue;
	step(s, STAGE_DRIVER, dequeue, &xmit);
	/* the driver may complete after the ACK has come */
	if (done && *heard && done > *heard)
		done = 0;
	step(s, STAGE_NIC, xmit, &done);
	step(s, STAGE_NETWORK, done ? done : xmit, heard);
}

static void split_sent(struct seg_split *s, const struct piece *p, u64 min_rtt)
{
	const u64 *at = heard_attempt(p, min_rtt, &s->spurious);
	u64 first = p->first_send, send = at[SEG_SEND], queue = at[SEG_QUEUE];
	u64 heard = seg_heard(p), end = p->at[SEG_ACKED];

	step(s, STAGE_BUFFER, p->at[SEG_WRITE], &first);
	if (p->sends > 1)
		step(s, STAGE_RESEND, first, &send);
	else
		send = first;
	step(s, STAGE_IP_OUT, send, &queue);
	split_device(s, at, queue, &heard);
	if (p->at[SEG_SACKED])
		step(s, STAGE_SACKED, heard, &end);
	else
		end = heard;
	step(s, STAGE_SENT_TOTAL, p->at[SEG_WRITE], &end);
	s->complete = !p->gap && p->at[SEG_WRITE] && send && queue &&
		      at[SEG_XMIT] && p->at[SEG_ACKED];
}

static void split_received(struct seg_split *s, const struct piece *p)
{
	u64 receive = p->at[SEG_RECEIVE], queued = p->at[SEG_QUEUED];
	u64 ofo = p->at[SEG_OFO], read = p->at[SEG_READ];

	if (ofo && (!queued || ofo < queued)) {
		step(s, STAGE_STACK, receive, &ofo);
		step(s, STAGE_OFO, ofo, &queued);
	} else {
		step(s, STAGE_STACK, receive, &queued);
	}
	step(s, STAGE_SOCKET, queued, &read);
	step(s, STAGE_RECEIVED_TOTAL, receive, &read);
	s->complete = !p->gap && receive && queued && read;
}

void seg_split(struct seg_split *s, const struct piece *p, u64 min_rtt)
{
	bool received = false;

	*s = (struct seg_split){ 0 };
	for (int i = SEG_RECEIVE; i < SEG_PLACES; i++)
		received = received || p->at[i];
	if (received)
		split_received(s, p);
	else
		split_sent(s, p, min_rtt);
}

void seg_times_add(struct seg_times *t, const struct piece *p,
		   const struct seg_split *s)
{
	if (s->complete)
		t->complete++;
	else
		t->partial++;
	t->again += p->sends > 1;
	t->spurious += s->spurious;
	if (p->gap)
		return;
	for (int i = 0; i < SEG_NR_STAGES; i++) {
		if (!s->known[i])
			continue;
		hist_add(&t->stage[i], s->ns[i]);
		if (s->complete)
			t->sum[i] += s->ns[i];
	}
	if (s->known[STAGE_BUFFER])
		hist_add(&t->waited[p->waited], s->ns[STAGE_BUFFER]);
}

void seg_times_free(struct seg_times *t)
{
	for (int i = 0; i < SEG_NR_STAGES; i++)
		hist_free(&t->stage[i]);
	for (int i = 0; i < SEG_MAX_WAITED; i++)
		hist_free(&t->waited[i]);
}
