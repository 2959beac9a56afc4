/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM skbtrace

#if !defined(_TRACE_SKBTRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_SKBTRACE_H

#include <linux/tracepoint.h>

struct inet_timewait_sock;
struct net_device;
struct sk_buff;
struct sock;

/*
 * Bare tracepoints: a call site each and no tracefs entry, so no ABI. Where an
 * existing tracepoint tells enough, skbtrace attaches to that one instead.
 */

/* get_rps_cpu() has chosen @cpu for @skb, -1: none. Under rcu_read_lock(). */
DECLARE_TRACE(skb_rps_info,
	TP_PROTO(struct sk_buff *skb, const struct net_device *dev, int cpu),
	TP_ARGS(skb, dev, cpu));

/*
 * An RTT sample, in microseconds, has been fed to the estimator of @sk:
 * srtt_us, mdev_us and icsk_rto are the new ones. @ca_rtt_us is what
 * congestion control is given, -1 if nothing.
 */
DECLARE_TRACE(tcp_rttm,
	TP_PROTO(struct sock *sk, long seq_rtt_us, long ca_rtt_us),
	TP_ARGS(sk, seq_rtt_us, ca_rtt_us));

/*
 * A timewait minisocket enters @state, TCP_CLOSE: is about to be unhashed.
 * @sk is the socket that it replaces, NULL but for its first state; @timeo is
 * in jiffies. DCCP has such minisockets too.
 */
DECLARE_TRACE(tcp_tw_state,
	TP_PROTO(struct inet_timewait_sock *tw, struct sock *sk, int state,
		 int timeo),
	TP_ARGS(tw, sk, state, timeo));

/* A datagram of @sk, UDP header complete, is about to be handed to IP. */
DECLARE_TRACE(udp_send,
	TP_PROTO(struct sock *sk, struct sk_buff *skb),
	TP_ARGS(sk, skb));

/* A datagram stands in the receive queue of @sk; the queue's lock is held. */
DECLARE_TRACE(udp_receive,
	TP_PROTO(struct sock *sk, struct sk_buff *skb),
	TP_ARGS(sk, skb));

#endif /* _TRACE_SKBTRACE_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
