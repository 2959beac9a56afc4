/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM skbtrace

#ifndef _TRACE_SKBTRACE_ONCE
#define _TRACE_SKBTRACE_ONCE

/* Why tcp_write_xmit() stopped. Numbers are those in recordings. */
enum tcp_sendlimit {
	TCP_SENDLIMIT_NONE,	/* not known */
	TCP_SENDLIMIT_APP,	/* nothing left to send */
	TCP_SENDLIMIT_CWND,	/* congestion window */
	TCP_SENDLIMIT_SWND,	/* window of the peer */
	TCP_SENDLIMIT_NAGLE,	/* Nagle's algorithm, TCP_CORK, MSG_MORE */
	TCP_SENDLIMIT_TSO,	/* TSO defers, to send a larger packet */
	TCP_SENDLIMIT_FRAG,	/* no memory to split a packet */
	TCP_SENDLIMIT_TSQ,	/* enough in the queues below (small queues) */
	TCP_SENDLIMIT_PACING,	/* the pacing timer has not expired */
	TCP_SENDLIMIT_PUSHONE,	/* the caller asked for one packet */
	TCP_SENDLIMIT_OTHER,	/* the layer below refused it */
	/* not passed by the tracepoint, but found out by skbtrace */
	TCP_SENDLIMIT_SNDBUF,	/* all sent, the writer waits for the buffer */
	TCP_SENDLIMIT_END,	/* the connection is closed */
};

/* Changes of the congestion state of a connection. */
enum tcp_congestion {
	TCP_CONGESTION_CWR,	/* ECN or a local drop: reduces */
	TCP_CONGESTION_LOSS,	/* timeout */
	TCP_CONGESTION_FASTRTX,	/* fast recovery */
	TCP_CONGESTION_FRTO,	/* timeout; F-RTO checks if it was spurious */
	TCP_CONGESTION_FRTO_LOSS, /* it was not */
	TCP_CONGESTION_LEAVE,	/* back to open or disorder */
	TCP_CONGESTION_UNDO,	/* a spurious reduction has been undone */
};

enum sk_timer_op {
	SK_TIMER_SETUP,
	SK_TIMER_RESET,
	SK_TIMER_STOP,
	SK_TIMER_FIRE,
};

/* Which queue of a listener is full; what is refused. */
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
struct request_sock;
struct sk_buff;
struct sock;
struct tcphdr;
struct timer_list;

/*
 * Bare tracepoints: no entry in tracefs, so no ABI. If an existing tracepoint
 * is sufficient, skbtrace uses that one, and there is none here.
 */

/* get_rps_cpu() has chosen @cpu for @skb; -1: none. Under rcu_read_lock(). */
DECLARE_TRACE(skb_rps_info,
	TP_PROTO(struct sk_buff *skb, const struct net_device *dev, int cpu),
	TP_ARGS(skb, dev, cpu));

/*
 * An RTT sample, in microseconds, has been fed to the estimator of @sk:
 * srtt_us, mdev_us and icsk_rto are updated. @ca_rtt_us is the sample for
 * congestion control, -1: none.
 */
DECLARE_TRACE(tcp_rttm,
	TP_PROTO(struct sock *sk, long seq_rtt_us, long ca_rtt_us),
	TP_ARGS(sk, seq_rtt_us, ca_rtt_us));

/*
 * A timewait minisocket enters @state; TCP_CLOSE: it is about to be unhashed.
 * @sk is the socket that it replaces, in its first state only, else NULL.
 * @timeo is in jiffies. DCCP has timewait minisockets, too.
 */
DECLARE_TRACE(tcp_tw_state,
	TP_PROTO(struct inet_timewait_sock *tw, struct sock *sk, int state,
		 int timeo),
	TP_ARGS(tw, sk, state, timeo));

/*
 * tcp_write_xmit() of @sk has sent @sent segments and stops because of @why.
 * Also called where tcp_mtu_probe() waits for a window.
 */
DECLARE_TRACE(tcp_sendlimit,
	TP_PROTO(struct sock *sk, enum tcp_sendlimit why, unsigned int sent),
	TP_ARGS(sk, why, sent));

/*
 * Called after the change, with the new snd_cwnd and ssthresh. LOSS, FRTO,
 * FRTO_LOSS and UNDO only: for the others there is tcp_cong_state_set.
 */
DECLARE_TRACE(tcp_congestion,
	TP_PROTO(struct sock *sk, enum tcp_congestion what),
	TP_ARGS(sk, what));

/*
 * @timer of @sk, of any protocol. SETUP: all timers of a new connection, which
 * has neither addresses nor state yet. STOP: only if it was pending. FIRE: TCP
 * only, when the timer has an effect.
 */
DECLARE_TRACE(sk_timer,
	TP_PROTO(struct sock *sk, struct timer_list *timer,
		 enum sk_timer_op op),
	TP_ARGS(sk, timer, op));

/* The listener @sk, not locked, refuses @skb; skb->data is the TCP header. */
DECLARE_TRACE(tcp_listen_overflow,
	TP_PROTO(const struct sock *sk, const struct sk_buff *skb,
		 enum tcp_overflow why),
	TP_ARGS(sk, skb, why));

/*
 * A writer of @sk, which is locked, begins or ends to wait for space in the
 * send buffer; @err: why it got none. It may not have slept at all.
 */
DECLARE_TRACE(sk_sndbuf_wait,
	TP_PROTO(struct sock *sk, bool begin, int err),
	TP_ARGS(sk, begin, err));

/*
 * IP passes @skb down: skb->dev and skb->protocol are set, the IP header is
 * complete except for what GSO changes. @sk: the sender, NULL if forwarded.
 */
DECLARE_TRACE(ip_output_skb,
	TP_PROTO(struct net *net, struct sock *sk, struct sk_buff *skb),
	TP_ARGS(net, sk, skb));

/* IP has found @skb valid; skb->data is the IP header. */
DECLARE_TRACE(ip_rcv_skb,
	TP_PROTO(struct net *net, struct sk_buff *skb),
	TP_ARGS(net, skb));

/*
 * @skb is in the receive queue of @sk, which is locked. @eaten: its data was
 * merged into the packet before it, and it is about to be freed.
 */
DECLARE_TRACE(tcp_queue_rcv,
	TP_PROTO(struct sock *sk, struct sk_buff *skb, bool eaten),
	TP_ARGS(sk, skb, eaten));

/*
 * @len bytes from @seq on, of @sk, which is locked: written by the program;
 * SACKed; acknowledged, before snd_una changes. The latter may include SYN and
 * FIN.
 */
DECLARE_TRACE(tcp_segment_write,
	TP_PROTO(struct sock *sk, u32 seq, u32 len),
	TP_ARGS(sk, seq, len));
DECLARE_TRACE(tcp_segment_sacked,
	TP_PROTO(struct sock *sk, u32 seq, u32 len),
	TP_ARGS(sk, seq, len));
DECLARE_TRACE(tcp_segment_acked,
	TP_PROTO(struct sock *sk, u32 seq, u32 len),
	TP_ARGS(sk, seq, len));

/* TCP is about to send @skb, which has no headers yet; skb->cb is TCP's. */
DECLARE_TRACE(tcp_segment_send,
	TP_PROTO(struct sock *sk, struct sk_buff *skb),
	TP_ARGS(sk, skb));

/*
 * @skb was received out of order, or @queued: it is moved from the out-of-order
 * queue to the receive queue. Its bytes may have been received before.
 */
DECLARE_TRACE(tcp_segment_ofo,
	TP_PROTO(struct sock *sk, struct sk_buff *skb, bool queued),
	TP_ARGS(sk, skb, queued));

/*
 * recvmsg() has copied @copied bytes so far, up to copied_seq. Called again,
 * with the new total, after each wait. MSG_PEEK does not advance copied_seq.
 */
DECLARE_TRACE(tcp_segment_read,
	TP_PROTO(struct sock *sk, int copied),
	TP_ARGS(sk, copied));

/*
 * TCP is about to pass @skb of @sk, which is locked, to IP: skb->data is the
 * TCP header, there is no IP header, and snd_nxt does not count it yet.
 */
DECLARE_TRACE(tcp_send_skb,
	TP_PROTO(struct sock *sk, struct sk_buff *skb),
	TP_ARGS(sk, skb));

/* The same for the SYN-ACK of a request; @again: not the first one */
DECLARE_TRACE(tcp_send_synack_skb,
	TP_PROTO(struct request_sock *req, struct sk_buff *skb, bool again),
	TP_ARGS(req, skb, again));

/*
 * TCP answers @skb, whose headers are there, by a segment without data that has
 * the header @th: a reset, or an ACK. Its checksum may be missing. @sk: the
 * socket of @skb, of any kind and not locked, or NULL.
 */
DECLARE_TRACE(tcp_send_reply,
	TP_PROTO(const struct sock *sk, const struct sk_buff *skb,
		 const struct tcphdr *th),
	TP_ARGS(sk, skb, th));

/*
 * TCP has looked up @sk for @skb: any kind of socket, not locked, or NULL.
 * skb->data is the TCP header. If @sk goes away meanwhile there is another call
 * for the same @skb. Its checksum may still prove to be wrong.
 */
DECLARE_TRACE(tcp_rcv_skb,
	TP_PROTO(struct sock *sk, struct sk_buff *skb),
	TP_ARGS(sk, skb));

/* UDP is about to pass a datagram of @sk to IP; its UDP header is complete. */
DECLARE_TRACE(udp_send_skb,
	TP_PROTO(struct sock *sk, struct sk_buff *skb),
	TP_ARGS(sk, skb));

/* A datagram is in the receive queue of @sk, whose lock is held. */
DECLARE_TRACE(udp_queue_rcv_skb,
	TP_PROTO(struct sock *sk, struct sk_buff *skb),
	TP_ARGS(sk, skb));

#endif /* _TRACE_SKBTRACE_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
