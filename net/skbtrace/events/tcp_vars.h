/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a socket of TCP has, as several events tell it: sequence numbers,
 * windows, RTT. In an event these fields follow "state".
 */
#ifndef _NET_SKBTRACE_EVENTS_TCP_VARS_H
#define _NET_SKBTRACE_EVENTS_TCP_VARS_H

#include "tcp.h"

/* @NEXT: what snd_nxt is */
#define TCP_VARS_FIELDS(F, S, NEXT)					\
	F(S, u8, snd_wscale, "-", "na", "scale of the peer's windows")	\
	F(S, u8, rcv_wscale, "-", "na", "scale of the own windows")	\
	F(S, u8, spare, "-", "-", "0")					\
	F(S, u32, snd_una, "sseq", "-", "first byte not acknowledged")	\
	F(S, u32, snd_nxt, "sseq", "-", NEXT)				\
	F(S, u32, rcv_nxt, "rseq", "-", "next byte expected")		\
	F(S, u32, snd_wnd, "bytes", "na", "window of the peer")		\
	F(S, u32, rcv_wnd, "bytes", "na", "own window")			\
	F(S, u32, snd_cwnd, "segs", "na", "congestion window")		\
	F(S, u32, snd_ssthresh, "segs", "inf", "slow start threshold")	\
	F(S, u32, mss, "bytes", "na", "sending MSS (mss_cache)")	\
	F(S, u32, rto_us, "us", "na,whole", "retransmission timeout")	\
	F(S, u32, srtt_us, "us", "na", "smoothed RTT, 0: none yet")	\
	F(S, u32, mdev_us, "us", "na", "mean deviation")

/* "state" and these fields as a struct */
struct tcp_vars {
	u8	state;
	u8	snd_wscale;
	u8	rcv_wscale;
	u8	spare;
	u32	snd_una;
	u32	snd_nxt;
	u32	rcv_nxt;
	u32	snd_wnd;
	u32	rcv_wnd;
	u32	snd_cwnd;
	u32	snd_ssthresh;
	u32	mss;
	u32	rto_us;
	u32	srtt_us;
	u32	mdev_us;
};

#define TCP_ASSERT_VARS(NAME)						\
	static_assert(offsetof(struct NAME##_block, mdev_us) ==		\
		      offsetof(struct NAME##_block, state) +		\
		      offsetof(struct tcp_vars, mdev_us))

/* those in a block */
#define tcp_vars_of(b)	((struct tcp_vars *)&(b)->state)

static __always_inline void fill_windows(struct tcp_vars *v,
					 const struct tcp_sock *tp)
{
	u32 ssthresh = READ_ONCE(tp->snd_ssthresh);

	/* bits that a handshake sets, once */
	v->snd_wscale = data_race((u8)tp->rx_opt.snd_wscale);
	/* the same */
	v->rcv_wscale = data_race((u8)tp->rx_opt.rcv_wscale);
	v->snd_wnd = READ_ONCE(tp->snd_wnd);
	v->rcv_wnd = READ_ONCE(tp->rcv_wnd);
	v->snd_cwnd = READ_ONCE(tp->snd_cwnd);
	v->snd_ssthresh = ssthresh < TCP_INFINITE_SSTHRESH ? ssthresh : U32_MAX;
}

/*
 * Of a full socket. It may not be locked: each field is read once, and another
 * CPU may be changing them.
 */
static __always_inline void fill_vars(struct tcp_vars *v, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	v->state = READ_ONCE(sk->sk_state);
	v->spare = 0;
	v->snd_una = READ_ONCE(tp->snd_una);
	v->snd_nxt = READ_ONCE(tp->snd_nxt);
	v->rcv_nxt = READ_ONCE(tp->rcv_nxt);
	fill_windows(v, tp);
	v->mss = READ_ONCE(tp->mss_cache);
	v->rto_us = skbtrace_jiffies_us(READ_ONCE(inet_csk(sk)->icsk_rto));
	v->srtt_us = READ_ONCE(tp->srtt_us) >> 3;
	v->mdev_us = READ_ONCE(tp->mdev_us) >> 2;
}

void skbtrace_fill_vars(struct tcp_vars *v, const struct sock *sk);

#endif /* _NET_SKBTRACE_EVENTS_TCP_VARS_H */
