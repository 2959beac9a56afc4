/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the TCP module share. To add an event: its fields, probe,
 * hook and description in one of them, its name in the list of ev_tcp.c, the
 * words of a new enum in ev_tcp_words.c.
 */
#ifndef _NET_SKBTRACE_EV_TCP_H
#define _NET_SKBTRACE_EV_TCP_H

#include <linux/skbtrace.h>
#include <linux/tcp.h>
#include <net/tcp.h>

/* ev_tcp_conn.c: the life of a connection */
extern struct skbtrace_event ev_tcp_connection, ev_icsk_connection,
	ev_tcp_active_conn;
extern struct skbtrace_hook hook_inet_sock_set_state;

/* ev_tcp_cong.c: round-trip time and congestion */
extern struct skbtrace_event ev_tcp_rttm, ev_tcp_ca_state, ev_tcp_congestion,
	ev_tcp_retransmit;

/* ev_tcp_send.c: what holds a sender back */
extern struct skbtrace_event ev_tcp_sendlimit, ev_sk_sndbuf_wait;
void tcp_sendlimit_end(struct skbtrace_session *s, struct sock *sk);

/* ev_tcp_turn.c: who sends, who waits for whom */
extern struct skbtrace_event ev_tcp_turn;
void tcp_turn_end(struct skbtrace_session *s, struct sock *sk);

/* ev_tcp_timer.c */
extern struct skbtrace_event ev_sk_timer;

/* ev_tcp_refuse.c: resets, overflows */
extern struct skbtrace_event ev_tcp_reset, ev_tcp_listen_overflow;

/* ev_tcp_words.c */
extern const struct skbtrace_syms skbtrace_tcp_syms[];
extern const unsigned int skbtrace_tcp_nr_syms;

/* The tcp_retransmit enum: why a segment is sent again */
enum {
	RETRANS_OTHER, RETRANS_FAST, RETRANS_LOSS, RETRANS_TLP, RETRANS_SYN,
	RETRANS_SYNACK
};

/* The tcp_turn enum: who sends data. 0: not known */
enum { TCP_TURN_NONE, TCP_TURN_SELF, TCP_TURN_PEER, TCP_TURN_END };

/* The sk_timer enum: which timer, and for what */
enum {
	TIMER_REXMIT, TIMER_PROBE, TIMER_KEEPALIVE, TIMER_DELACK, TIMER_TLP,
	TIMER_REO, TIMER_ALL
};

/* hook_inet_sock_set_state is in all of them: it tells of the end */
#define TCP_HOOKS(...)	((struct skbtrace_hook *const[]){		\
		&hook_inet_sock_set_state, ##__VA_ARGS__, NULL })

static inline bool tcp_is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

/* For fields with the flag "inf" */
static inline u32 tcp_ssthresh(const struct tcp_sock *tp)
{
	return tcp_in_initial_slowstart(tp) ? U32_MAX : tp->snd_ssthresh;
}

#endif /* _NET_SKBTRACE_EV_TCP_H */
