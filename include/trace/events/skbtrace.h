/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM skbtrace

#ifndef _TRACE_SKBTRACE_ONCE
#define _TRACE_SKBTRACE_ONCE

/* Why tcp_write_xmit() stopped. Numbers are those in recordings. */
enum tcp_sendlimit {
	TCP_SENDLIMIT_NONE,	/* not known */
	TCP_SENDLIMIT_APP,	/* nothing is left to be sent */
	TCP_SENDLIMIT_CWND,	/* congestion window */
	TCP_SENDLIMIT_SWND,	/* window of the peer */
	TCP_SENDLIMIT_NAGLE,	/* Nagle's algorithm, TCP_CORK, MSG_MORE */
	TCP_SENDLIMIT_TSO,	/* waits a moment for a larger packet */
	TCP_SENDLIMIT_FRAG,	/* no memory to split a packet */
	TCP_SENDLIMIT_TSQ,	/* enough in the queues below (small queues) */
	TCP_SENDLIMIT_PACING,	/* not before the time that pacing gave */
	TCP_SENDLIMIT_PUSHONE,	/* the caller asked for one packet */
	TCP_SENDLIMIT_OTHER,	/* the layer below refused it */
	/* not of the tracepoint: what skbtrace finds out itself */
	TCP_SENDLIMIT_SNDBUF,	/* all sent, the writer waits for the buffer */
	TCP_SENDLIMIT_END,	/* the connection is closed */
};

/* What has happened to the congestion state of a connection. */
enum tcp_congestion {
	TCP_CONGESTION_CWR,	/* ECN or a local drop: reduces */
	TCP_CONGESTION_LOSS,	/* timeout */
	TCP_CONGESTION_FASTRTX,	/* fast recovery */
	TCP_CONGESTION_FRTO,	/* timeout; F-RTO tries if it was needless */
	TCP_CONGESTION_FRTO_LOSS, /* it was not */
	TCP_CONGESTION_LEAVE,	/* back to open or disorder */
	TCP_CONGESTION_UNDO,	/* a reduction was needless: taken back */
};

enum sk_timer_op {
	SK_TIMER_SETUP,
	SK_TIMER_RESET,
	SK_TIMER_STOP,
	SK_TIMER_FIRE,
};

/* Which queue of a listener is full, and what is refused therefore. */
enum tcp_overflow {
	TCP_OVERFLOW_SYN_QUEUE,		/* requests; a SYN */
	TCP_OVERFLOW_ACCEPT_QUEUE,	/* accept(); a SYN */
	TCP_OVERFLOW_LAST_ACK,		/* accept(); the handshake's end */
};

#endif /* _TRACE_SKBTRACE_ONCE */

#if !defined(_TRACE_SKBTRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_SKBTRACE_H

#include <linux/tracepoint.h>

struct inet_timewait_sock;
struct net;
struct net_device;
struct sk_buff;
struct sock;
struct timer_list;

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

/*
 * tcp_write_xmit() of @sk has sent @sent segments and stops because of @why.
 * Twice in tcp_mtu_probe(), which waits for a window.
 */
DECLARE_TRACE(tcp_sendlimit,
	TP_PROTO(struct sock *sk, enum tcp_sendlimit why, unsigned int sent),
	TP_ARGS(sk, why, sent));

/*
 * After the fact, the new snd_cwnd and ssthresh in place. LOSS, FRTO, FRTO_LOSS
 * and UNDO only: tcp_cong_state_set tells of the others.
 */
DECLARE_TRACE(tcp_congestion,
	TP_PROTO(struct sock *sk, enum tcp_congestion what),
	TP_ARGS(sk, what));

/*
 * @timer of @sk, of any protocol: SETUP stands for all of a connection's, and
 * it has neither addresses nor state then; STOP only if it was pending; FIRE
 * only of TCP, when the timer is acted upon.
 */
DECLARE_TRACE(sk_timer,
	TP_PROTO(struct sock *sk, struct timer_list *timer,
		 enum sk_timer_op op),
	TP_ARGS(sk, timer, op));

/* The listener @sk, not locked, refuses @skb, whose data is the TCP header. */
DECLARE_TRACE(tcp_listen_overflow,
	TP_PROTO(const struct sock *sk, const struct sk_buff *skb,
		 enum tcp_overflow why),
	TP_ARGS(sk, skb, why));

/*
 * A writer of @sk, which is locked, begins to wait for its send buffer, and
 * goes on, with @err if it got no room. It may not have slept at all.
 */
DECLARE_TRACE(sk_sndbuf_wait,
	TP_PROTO(struct sock *sk, bool begin, int err),
	TP_ARGS(sk, begin, err));

/*
 * IP hands @skb down: skb->dev and skb->protocol are set, the IP header is
 * complete but for what GSO does. @sk: who sends, NULL if forwarded.
 */
DECLARE_TRACE(ip_send,
	TP_PROTO(struct net *net, struct sock *sk, struct sk_buff *skb),
	TP_ARGS(net, sk, skb));

/* IP has found @skb valid; skb->data is the IP header. */
DECLARE_TRACE(ip_receive,
	TP_PROTO(struct net *net, struct sk_buff *skb),
	TP_ARGS(net, skb));

/*
 * @skb stands in the receive queue of @sk, which is locked; or @eaten: its
 * data is in the packet before it, and it is about to be freed.
 */
DECLARE_TRACE(tcp_queue_rcv,
	TP_PROTO(struct sock *sk, struct sk_buff *skb, bool eaten),
	TP_ARGS(sk, skb, eaten));

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
