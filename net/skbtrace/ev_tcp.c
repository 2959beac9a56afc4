// SPDX-License-Identifier: GPL-2.0
/*
 * Events of TCP: states, samples of the round-trip time, congestion avoidance,
 * retransmissions. Probes run under the socket's lock unless stated otherwise.
 */
#include <linux/cgroup.h>
#include <linux/module.h>
#include <linux/skbtrace.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>
#include <trace/events/skbtrace.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>
#include "ev_tcp_fields.h"

static struct skbtrace_event ev_tcp_connection, ev_icsk_connection,
	ev_tcp_active_conn, ev_tcp_rttm, ev_tcp_ca_state, ev_tcp_retransmit;

static u32 tcp_ssthresh(const struct tcp_sock *tp)
{
	return tcp_in_initial_slowstart(tp) ? U32_MAX : tp->snd_ssthresh;
}

/* As tcp_get_info_chrono_stats(), which is static there. */
static void tcp_fill_chrono(struct tcp_active_conn_block *b,
			    const struct tcp_sock *tp)
{
	u64 us[__TCP_CHRONO_MAX] = {};
	int i;

	for (i = TCP_CHRONO_BUSY; i < __TCP_CHRONO_MAX; i++) {
		us[i] = tp->chrono_stat[i - 1];
		if (i == tp->chrono_type)
			us[i] += tcp_jiffies32 - tp->chrono_start;
		us[i] *= USEC_PER_SEC / HZ;
		b->busy_us += us[i];
	}
	b->rwnd_limited_us = us[TCP_CHRONO_RWND_LIMITED];
	b->sndbuf_limited_us = us[TCP_CHRONO_SNDBUF_LIMITED];
}

static void tcp_fill_owner(struct tcp_active_conn_block *b, struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	b->cgroup = cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
#endif
	b->uid = from_kuid(&init_user_ns, sk->sk_uid);
	b->mark = READ_ONCE(sk->sk_mark);
}

/* Bytes, not sequence numbers, begin at 0: SYN has a number of its own. */
static void tcp_fill_counters(struct tcp_active_conn_block *b,
			      const struct tcp_sock *tp)
{
	b->snd_una = tp->snd_una;
	b->rcv_nxt = tp->rcv_nxt;
	b->snd_base = tp->snd_una - (u32)tp->bytes_acked;
	b->rcv_base = tp->rcv_nxt - (u32)tp->bytes_received;
	b->bytes_sent = tp->bytes_sent;
	b->bytes_acked = tp->bytes_acked;
	b->bytes_received = tp->bytes_received;
	b->bytes_retrans = tp->bytes_retrans;
	b->segs_out = tp->segs_out;
	b->segs_in = tp->segs_in;
	b->total_retrans = tp->total_retrans;
	b->min_rtt_us = tcp_min_rtt(tp);
	b->srtt_us = tp->srtt_us ? tp->srtt_us >> 3 : U32_MAX;
	b->mss = tp->mss_cache;
	b->snd_cwnd = tcp_snd_cwnd(tp);
	b->snd_ssthresh = tcp_ssthresh(tp);
	b->snd_wnd = tp->snd_wnd;
}

/* @block is zeroed; @sk may be a request or timewait minisocket. */
static void tcp_fill_active_conn(void *block, struct sock *sk)
{
	struct tcp_active_conn_block *b = block;
	struct skbtrace_tuple t;

	skbtrace_sock_tuple(sk, &t);
	b->local = t.local;
	b->peer = t.peer;
	b->lport = t.lport;
	b->pport = t.pport;
	b->end = 0;
	b->state = sk->sk_state;
	b->min_rtt_us = U32_MAX;
	b->srtt_us = U32_MAX;
	if (!sk_fullsock(sk))
		return;
	/* tcp_set_state() gives the port back before it tells of CLOSE */
	if (!b->lport)
		b->lport = ntohs(inet_sk(sk)->inet_sport);
	tcp_fill_owner(b, sk);
	if (sk->sk_state == TCP_LISTEN)
		return;
	memcpy(b->ca.s, inet_csk(sk)->icsk_ca_ops->name, sizeof(b->ca.s));
	tcp_fill_counters(b, tcp_sk(sk));
	tcp_fill_chrono(b, tcp_sk(sk));
}

/* The last words on a connection that this session has seen. */
static void tcp_end_conn(struct skbtrace_session *s, struct sock *sk)
{
	struct tcp_active_conn_block *b;

	b = skbtrace_begin(s, &ev_tcp_active_conn, skbtrace_cookie(sk),
			   sock_net(sk)->ns.inum);
	if (!b)
		return;
	memset(&b->hdr + 1, 0, sizeof(*b) - sizeof(b->hdr));
	tcp_fill_active_conn(b, sk);
	b->end = 1;
	b->state = TCP_CLOSE;
	skbtrace_commit(s);
}

static void tcp_state_event(struct skbtrace_session *s, struct sock *sk,
			    int old, int state, u32 timeout_us, bool mini)
{
	struct tcp_connection_block *b;

	if (!skbtrace_wants(s, &ev_tcp_connection, state))
		return;
	b = skbtrace_begin_sk(s, &ev_tcp_connection, sk);
	if (!b)
		return;
	b->old = old;
	b->state = state;
	b->mini = mini;
	b->spare = 0;
	b->timeout_us = timeout_us;
	skbtrace_commit(s);
}

static void tcp_listen_event(struct skbtrace_session *s, struct sock *sk,
			     int old, int state)
{
	struct icsk_connection_block *b;

	if (!skbtrace_on(s, &ev_icsk_connection))
		return;
	b = skbtrace_begin_sk(s, &ev_icsk_connection, sk);
	if (!b)
		return;
	b->old = old;
	b->state = state;
	b->spare = 0;
	b->backlog = READ_ONCE(sk->sk_max_ack_backlog);
	skbtrace_commit(s);
}

/*
 * SCTP, DCCP and MPTCP come by here too. A child of a listener does so before
 * it has got its addresses and its cookie: its first event is the next one,
 * SYN_RECV to ESTABLISHED.
 */
static void inet_sock_set_state_probe(void *data, const struct sock *csk,
				      const int old, const int state)
{
	struct sock *sk = (struct sock *)csk;

	if (sk->sk_protocol != IPPROTO_TCP ||
	    (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return;
	if (state == TCP_LISTEN || old == TCP_LISTEN) {
		if (state != TCP_SYN_RECV)
			tcp_listen_event(data, sk, old, state);
		return;
	}
	tcp_state_event(data, sk, old, state, U32_MAX, false);
	if (state == TCP_CLOSE && skbtrace_is_named(data, sk))
		tcp_end_conn(data, sk);
}

/*
 * Context: process or softirq, BHs off. @tw is not hashed yet if @sk is there,
 * and has a cookie only if @sk had one when it was copied.
 */
static void tcp_tw_state_probe(void *data, struct inet_timewait_sock *tw,
			       struct sock *sk, int state, int timeo)
{
	if (tw->tw_dr != &twsk_net(tw)->ipv4.tcp_death_row)
		return;
	if (sk)
		atomic64_set(&tw->tw_cookie, skbtrace_cookie(sk));
	tcp_state_event(data, (struct sock *)tw,
			sk ? sk->sk_state : READ_ONCE(tw->tw_substate), state,
			state == TCP_CLOSE ? U32_MAX : jiffies_to_usecs(timeo),
			true);
}

static void tcp_rttm_probe(void *data, struct sock *sk, long seq_rtt_us,
			   long ca_rtt_us)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct skbtrace_session *s = data;
	struct tcp_rttm_block *b;

	b = skbtrace_begin_sk(s, &ev_tcp_rttm, sk);
	if (!b)
		return;
	b->rtt_us = seq_rtt_us;
	b->srtt_us = tp->srtt_us >> 3;
	b->mdev_us = tp->mdev_us >> 2;
	b->mdev_max_us = tp->mdev_max_us >> 2;
	b->rttvar_us = tp->rttvar_us >> 2;
	b->rto_us = jiffies_to_usecs(inet_csk(sk)->icsk_rto);
	b->snd_una = tp->snd_una;
	b->rtt_seq = tp->rtt_seq;
	skbtrace_commit(s);
}

/* Before the store: icsk_ca_state is the old one. */
static void tcp_cong_state_set_probe(void *data, struct sock *sk,
				     const u8 state)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	struct skbtrace_session *s = data;
	struct tcp_ca_state_block *b;

	/* set again and again in the same state; at birth, without a cookie */
	if (icsk->icsk_ca_state == state || sk->sk_state == TCP_CLOSE)
		return;
	if (!skbtrace_wants(s, &ev_tcp_ca_state, state))
		return;
	b = skbtrace_begin_sk(s, &ev_tcp_ca_state, sk);
	if (!b)
		return;
	b->old = icsk->icsk_ca_state;
	b->state = state;
	b->spare = 0;
	b->snd_cwnd = tcp_snd_cwnd(tp);
	b->snd_ssthresh = tcp_ssthresh(tp);
	b->packets_out = tp->packets_out;
	b->sacked_out = tp->sacked_out;
	b->lost_out = tp->lost_out;
	b->retrans_out = tp->retrans_out;
	b->total_retrans = tp->total_retrans;
	b->prior_cwnd = tp->prior_cwnd;
	b->prior_ssthresh = tp->prior_ssthresh >= TCP_INFINITE_SSTHRESH ?
			    U32_MAX : tp->prior_ssthresh;
	b->reordering = tp->reordering;
	b->undo_retrans = tp->undo_retrans;
	b->rto_us = jiffies_to_usecs(icsk->icsk_rto);
	b->snd_una = tp->snd_una;
	b->snd_nxt = tp->snd_nxt;
	b->high_seq = tp->high_seq;
	b->undo_marker = tp->undo_marker;
	b->snd_wnd = tp->snd_wnd;
	b->rcv_wnd = tp->rcv_wnd;
	b->mss = tp->mss_cache;
	skbtrace_commit(s);
}

static u8 tcp_retransmit_kind(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (sk->sk_state == TCP_SYN_SENT)
		return RETRANS_SYN;
	if (icsk->icsk_ca_state == TCP_CA_Recovery)
		return RETRANS_FAST;
	if (icsk->icsk_ca_state == TCP_CA_Loss)
		return RETRANS_LOSS;
	/* tcp_send_loss_probe() sets this only after it has sent */
	return icsk->icsk_pending == ICSK_TIME_LOSS_PROBE ||
	       !icsk->icsk_pending ? RETRANS_TLP : RETRANS_OTHER;
}

/* @skb is of the retransmission queue: it has no header, only its cb is good */
static void tcp_retransmit_skb_probe(void *data, const struct sock *csk,
				     const struct sk_buff *skb)
{
	struct sock *sk = (struct sock *)csk;
	struct skbtrace_session *s = data;
	struct tcp_retransmit_block *b;
	u8 kind = tcp_retransmit_kind(sk);

	if (!skbtrace_wants(s, &ev_tcp_retransmit, kind))
		return;
	b = skbtrace_begin_sk(s, &ev_tcp_retransmit, sk);
	if (!b)
		return;
	b->kind = kind;
	b->state = sk->sk_state;
	b->retransmits = inet_csk(sk)->icsk_retransmits;
	b->spare = 0;
	b->seq = TCP_SKB_CB(skb)->seq;
	b->len = TCP_SKB_CB(skb)->end_seq - TCP_SKB_CB(skb)->seq;
	b->segs = tcp_skb_pcount(skb);
	b->snd_cwnd = tcp_snd_cwnd(tcp_sk(sk));
	b->packets_out = tcp_sk(sk)->packets_out;
	b->total_retrans = tcp_sk(sk)->total_retrans;
	b->rto_us = jiffies_to_usecs(inet_csk(sk)->icsk_rto);
	skbtrace_commit(s);
}

/* Context: softirq; the listener is not locked, the request is held. */
static void tcp_retransmit_synack_probe(void *data, const struct sock *sk,
					const struct request_sock *req)
{
	struct skbtrace_session *s = data;
	struct tcp_retransmit_block *b;

	if (!skbtrace_wants(s, &ev_tcp_retransmit, RETRANS_SYNACK))
		return;
	b = skbtrace_begin_sk(s, &ev_tcp_retransmit,
			      req_to_sk((struct request_sock *)req));
	if (!b)
		return;
	memset(&b->hdr + 1, 0, sizeof(*b) - sizeof(b->hdr));
	b->kind = RETRANS_SYNACK;
	b->state = TCP_NEW_SYN_RECV;
	b->retransmits = req->num_retrans;
	b->seq = tcp_rsk(req)->snt_isn;
	b->len = 1;
	b->segs = 1;
	skbtrace_commit(s);
}

/* Every segment of an established connection: those not named yet get a name */
static void tcp_probe_probe(void *data, struct sock *sk, struct sk_buff *skb)
{
	skbtrace_name_sk(data, &ev_tcp_active_conn, sk);
}

static struct skbtrace_hook hook_inet_sock_set_state = {
	.tracepoint	= "inet_sock_set_state",
	.probe		= inet_sock_set_state_probe,
};

static struct skbtrace_hook hook_tcp_tw_state = {
	.tracepoint	= "tcp_tw_state",
	.probe		= tcp_tw_state_probe,
	.optional	= true,
};

static struct skbtrace_hook hook_tcp_rttm = {
	.tracepoint	= "tcp_rttm",
	.probe		= tcp_rttm_probe,
};

static struct skbtrace_hook hook_tcp_cong_state_set = {
	.tracepoint	= "tcp_cong_state_set",
	.probe		= tcp_cong_state_set_probe,
};

static struct skbtrace_hook hook_tcp_retransmit_skb = {
	.tracepoint	= "tcp_retransmit_skb",
	.probe		= tcp_retransmit_skb_probe,
};

static struct skbtrace_hook hook_tcp_retransmit_synack = {
	.tracepoint	= "tcp_retransmit_synack",
	.probe		= tcp_retransmit_synack_probe,
	.optional	= true,
};

static struct skbtrace_hook hook_tcp_probe = {
	.tracepoint	= "tcp_probe",
	.probe		= tcp_probe_probe,
};

/* hook_inet_sock_set_state is in all of them: it tells of the end */
#define TCP_HOOKS(...)	((struct skbtrace_hook *const[]){		\
		&hook_inet_sock_set_state, ##__VA_ARGS__, NULL })

static struct skbtrace_event ev_tcp_connection = {
	SKBTRACE_EVENT(tcp_connection),
	.nr		= 102,
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "conn",
	.select		= "state",
	.help		= "A connection changes its state, as a timewait minisocket too.",
	.read		= "SYN_SENT to CLOSE: connect() failed. A passive open begins with SYN_RECV to ESTABLISHED.",
	.example	= "skbtrace record -e tcp_connection,only=ESTABLISHED:CLOSE",
	.names		= &ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_tw_state),
};

static struct skbtrace_event ev_icsk_connection = {
	SKBTRACE_EVENT(icsk_connection),
	.nr		= 201,
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "conn",
	.help		= "A socket begins or ends to listen.",
	.read		= "LISTEN, at once followed by CLOSE: the port is taken.",
	.example	= "skbtrace record -e icsk_connection",
	.names		= &ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(),
};

static struct skbtrace_event ev_tcp_active_conn = {
	SKBTRACE_EVENT(tcp_active_conn),
	.nr		= 104,
	.kind		= SKBTRACE_CONN,
	.role		= SKBTRACE_ROLE_CONN,
	.important	= true,
	.stability	= "Evolving",
	.sets		= "conn",
	.help		= "Names a connection: before its first event, and with the totals when it closes.",
	.read		= "At the end: busy, less rwnd_limited and sndbuf_limited, is what the network took.",
	.example	= "skbtrace record -e tcp_active_conn",
	.names		= &ev_tcp_active_conn,
	.fill		= tcp_fill_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_probe),
};

static struct skbtrace_event ev_tcp_rttm = {
	SKBTRACE_EVENT(tcp_rttm),
	.nr		= 105,
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "rtt",
	.help		= "A sample of the round-trip time has been fed to the estimator (RFC 6298).",
	.read		= "rtt far above min_rtt: a queue on the path. Samples 40 ms apart from it: delayed ACKs.",
	.example	= "skbtrace record -e tcp_rttm -w 10",
	.names		= &ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_rttm),
};

static struct skbtrace_event ev_tcp_ca_state = {
	SKBTRACE_EVENT(tcp_ca_state),
	.nr		= 106,
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "trouble",
	.select		= "state",
	.set_opts	= "skip=disorder",
	.help		= "Congestion avoidance changes its state; fields are those before it.",
	.read		= "recovery: SACK told of a loss. loss: a timeout, far worse. cwr: ECN or a local drop.",
	.example	= "skbtrace record -e tcp_ca_state,only=recovery:loss",
	.names		= &ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_cong_state_set),
};

static struct skbtrace_event ev_tcp_retransmit = {
	SKBTRACE_EVENT(tcp_retransmit),
	.nr		= 108,
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "trouble",
	.select		= "kind",
	.help		= "Segments have been sent again.",
	.read		= "fast: repaired within an RTT. loss: after a timeout. tlp: the tail, or only its ACK, was lost.",
	.example	= "skbtrace record -e tcp_retransmit",
	.names		= &ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_retransmit_skb,
				    &hook_tcp_retransmit_synack),
};

static struct skbtrace_event *const tcp_events[] = {
	&ev_tcp_connection,
	&ev_icsk_connection,
	&ev_tcp_active_conn,
	&ev_tcp_rttm,
	&ev_tcp_ca_state,
	&ev_tcp_retransmit,
};

static struct skbtrace_proto tcp_proto = {
	.name		= "tcp",
	.owner		= THIS_MODULE,
	.events		= tcp_events,
	.nr_events	= ARRAY_SIZE(tcp_events),
	.syms		= tcp_syms,
	.nr_syms	= ARRAY_SIZE(tcp_syms),
};

static int __init skbtrace_tcp_init(void)
{
	check_trace_callback_type_inet_sock_set_state(inet_sock_set_state_probe);
	check_trace_callback_type_tcp_tw_state(tcp_tw_state_probe);
	check_trace_callback_type_tcp_rttm(tcp_rttm_probe);
	check_trace_callback_type_tcp_cong_state_set(tcp_cong_state_set_probe);
	check_trace_callback_type_tcp_retransmit_skb(tcp_retransmit_skb_probe);
	check_trace_callback_type_tcp_retransmit_synack(tcp_retransmit_synack_probe);
	check_trace_callback_type_tcp_probe(tcp_probe_probe);
	return skbtrace_register_proto(&tcp_proto);
}

static void __exit skbtrace_tcp_exit(void)
{
	skbtrace_unregister_proto(&tcp_proto);
}

module_init(skbtrace_tcp_init);
module_exit(skbtrace_tcp_exit);

MODULE_DESCRIPTION("skbtrace: events of TCP");
MODULE_LICENSE("GPL");
MODULE_ALIAS_SKBTRACE_PROTO(tcp);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_connection);
MODULE_ALIAS_SKBTRACE_EVENT(icsk_connection);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_active_conn);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_rttm);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_ca_state);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_retransmit);
