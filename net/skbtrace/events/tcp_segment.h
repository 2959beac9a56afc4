/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes at a place: what the files of tcp_segment share. */
#ifndef _NET_SKBTRACE_EVENTS_TCP_SEGMENT_H
#define _NET_SKBTRACE_EVENTS_TCP_SEGMENT_H

#include <linux/skbtrace_marks.h>
#include <trace/events/skbtrace.h>
#include "tcp.h"

/* Places of a byte, in the order of its way */
enum {
	AT_WRITE = 1,	/* the program has given it to the socket */
	AT_SEND,	/* TCP hands it down */
	AT_QUEUE,	/* the device's queue gets it */
	AT_DEQUEUE,	/* it leaves that */
	AT_XMIT,	/* the driver gets it */
	AT_DONE,	/* the driver is done with it */
	AT_SACKED,	/* the peer has it, out of order */
	AT_ACKED,	/* the peer has it and all before it */
	AT_RECEIVE,	/* a driver hands it in */
	AT_IP,		/* IP has found it valid */
	AT_OFO,		/* out of order, it waits for what is missing */
	AT_QUEUED,	/* it waits for the program to read */
	AT_READ,	/* the program has it */
	AT_NR
};

#define SEGMENT_NO_STAGE	U32_MAX

/**
 * struct segment - bytes at a place
 * @seq: of the first one
 * @len: how many
 * @where: the place
 * @how: at send: the first time, again, or as a probe
 * @waited: at send: what had held them back
 * @ended: the stage that ends here for @mark, if marks are followed
 * @stage_us: how long that took, or %SEGMENT_NO_STAGE
 * @mark: sequence number of the byte; of several the one that took longest
 */
struct segment {
	u32	seq;
	u32	len;
	u8	where;
	u8	how;
	u8	waited;
	u8	ended;
	u32	stage_us;
	u32	mark;
};

static inline u8 where_dir(u8 where)
{
	return where < AT_RECEIVE ? SKBTRACE_DIR_TX : SKBTRACE_DIR_RX;
}

static __always_inline const struct skbtrace_slot *
segment_slot(const struct skbtrace_session *s, const struct skbtrace_event *ev)
{
	return &s->slot[ev->slot];
}

/*
 * Are marks counted, and nothing else? No event is wanted then, and no check
 * but the filter on connections is set. That is asked when a mark begins: one
 * that is on its way has passed it.
 */
static __always_inline bool segment_counts(const struct skbtrace_session *s,
					   const struct skbtrace_event *ev)
{
	return segment_slot(s, ev)->counts &&
	       !(READ_ONCE(s->checks) & SKBTRACE_CHECKS &
		 ~SKBTRACE_CHECK_CONN);
}

/*
 * What the attempt to send stopped for that found the byte @seq waiting; none
 * if it is sent by the first one.
 */
static inline u8 segment_waited(const struct skbtrace_session *s,
				const struct sock *sk, u32 seq)
{
	const struct skbtrace_state *state;

	state = skbtrace_state_find(&s->states, atomic64_read(&sk->sk_cookie) |
						SKBTRACE_STATE_SEGMENT);
	return state && before(seq, state->count) ? state->value :
						    TCP_SENDLIMIT_NONE;
}

void skbtrace_count_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       u32 seq, u32 len, u8 where);
void skbtrace_count_packet(struct skbtrace_session *s,
			   const struct skbtrace_event *ev,
			   const struct sk_buff *skb, const struct tcphdr *th,
			   u8 where);
bool skbtrace_segment_sk(struct skbtrace_session *s,
			 const struct skbtrace_event *ev, struct sock *sk,
			 struct segment *bytes);
bool skbtrace_segment_packet(struct skbtrace_session *s,
			     const struct skbtrace_event *ev,
			     const struct sk_buff *skb, int l3,
			     struct sock *sk, struct segment *bytes);

#endif /* _NET_SKBTRACE_EVENTS_TCP_SEGMENT_H */
