// SPDX-License-Identifier: GPL-2.0
/*
 * TCP connections: states, listeners, and naming of connections. Probes run
 * under the socket's lock unless stated otherwise.
 */
#include <linux/cgroup.h>
#include <net/inet_timewait_sock.h>
#include <trace/events/skbtrace.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>
#include "tcp_vars.h"

#define TCP_CONNECTION_FIELDS(F, S)					\
	F(S, u8, old, "enum:tcp_state", "brief", "state it leaves")	\
	F(S, u8, state, "enum:tcp_state", "brief", "state it enters")	\
	F(S, u8, mini, "enum:no_yes", "-", "a timewait minisocket")	\
	F(S, u8, err, "enum:errno", "brief,set", "CLOSE: what ended it (sk_err), 0: no error") \
	F(S, u32, timeout_us, "us", "na,whole", "of the minisocket")
SKBTRACE_BLOCK(tcp_connection, TCP_CONNECTION_FIELDS);

#define TCP_STATE_FIELDS(F, S)						\
	F(S, u8, old, "enum:tcp_state", "brief", "state it leaves")	\
	F(S, u8, mini, "enum:no_yes", "-", "a timewait minisocket, which has less than a socket") \
	F(S, u8, err, "enum:errno", "brief,set", "CLOSE: what ended it (sk_err), 0: no error") \
	F(S, u8, spare2, "-", "-", "0")					\
	F(S, u8, state, "enum:tcp_state", "brief", "state it enters")	\
	TCP_VARS_FIELDS(F, S, "next byte to be sent")			\
	F(S, u32, snd_base, "-", "-", "snd_una less the bytes acknowledged; 0: not known") \
	F(S, u32, rcv_base, "-", "-", "rcv_nxt less the bytes received; 0: not known") \
	F(S, u32, timeout_us, "us", "na,whole", "of the minisocket")
SKBTRACE_BLOCK(tcp_state, TCP_STATE_FIELDS);
TCP_ASSERT_VARS(tcp_state);

#define ICSK_CONNECTION_FIELDS(F, S)					\
	F(S, u8, old, "enum:tcp_state", "-", "state it leaves")		\
	F(S, u8, state, "enum:tcp_state", "brief", "LISTEN, or CLOSE at its end") \
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u32, backlog, "-", "brief", "most connections waiting for accept()")
SKBTRACE_BLOCK(icsk_connection, ICSK_CONNECTION_FIELDS);

#define TCP_ACTIVE_CONN_FIELDS(F, S)					\
	F(S, addr, local, "-", "tuple", "local address")		\
	F(S, addr, peer, "-", "tuple", "address of the peer")		\
	F(S, u16, lport, "port", "tuple", "local port")			\
	F(S, u16, pport, "port", "tuple", "port of the peer")		\
	F(S, u8, end, "enum:no_yes", "brief", "the last one: the connection is closed") \
	F(S, u8, state, "enum:tcp_state", "brief", "state")		\
	F(S, u8, err, "enum:errno", "brief,set", "at the end: what ended it (sk_err), 0: no error") \
	F(S, u8, options, "flags:tcp_options", "-", "what both agreed on (TCP_INFO), before the SYN what it asks for") \
	F(S, u64, cgroup, "hex", "-", "id of the cgroup (v2)")		\
	F(S, u32, uid, "-", "brief", "owner, initial user namespace")	\
	F(S, u32, mark, "hex", "-", "SO_MARK")				\
	F(S, str16, ca, "-", "brief", "congestion control")		\
	F(S, u32, snd_una, "sseq", "-", "first byte not acknowledged")	\
	F(S, u32, rcv_nxt, "rseq", "-", "next byte expected")		\
	F(S, u32, snd_base, "-", "-", "sequence number of the first byte sent") \
	F(S, u32, rcv_base, "-", "-", "sequence number of the first byte received") \
	F(S, u64, bytes_sent, "bytes", "brief", "payload sent, retransmissions too") \
	F(S, u64, bytes_acked, "bytes", "brief", "payload acknowledged (RFC 4898)") \
	F(S, u64, bytes_received, "bytes", "brief", "payload received (RFC 4898)") \
	F(S, u64, bytes_retrans, "bytes", "-", "payload retransmitted")	\
	F(S, u32, segs_out, "segs", "-", "segments sent (RFC 4898)")	\
	F(S, u32, segs_in, "segs", "-", "segments received (RFC 4898)")	\
	F(S, u32, total_retrans, "segs", "brief", "segments retransmitted") \
	F(S, u32, min_rtt_us, "us", "brief,na", "smallest RTT of the last minutes (tcp_min_rtt)") \
	F(S, u32, srtt_us, "us", "brief,na", "smoothed RTT (RFC 6298)")	\
	F(S, u32, mss, "bytes", "-", "sending MSS (mss_cache)")		\
	F(S, u32, snd_cwnd, "segs", "-", "congestion window")		\
	F(S, u32, snd_ssthresh, "segs", "inf", "slow start threshold")	\
	F(S, u32, snd_wnd, "bytes", "-", "window of the peer")		\
	F(S, u32, delivered_ce, "segs", "-", "segments that the path marked (ECN)") \
	F(S, u64, busy_us, "us", "-", "time with data to send or in flight") \
	F(S, u64, rwnd_limited_us, "us", "-", "of it, held by the peer's window") \
	F(S, u64, sndbuf_limited_us, "us", "-", "of it, held by the send buffer") \
	F(S, u32, dsack_dups, "segs", "-", "the peer had them already: DSACKs (RFC 4898)") \
	F(S, u32, reord_seen, "-", "-", "times that segments arrived in another order")
SKBTRACE_BLOCK(tcp_active_conn, TCP_ACTIVE_CONN_FIELDS);

/* As "ss -i" has them. */
static const struct skbtrace_sym options_words[] = {
	{ TCPI_OPT_TIMESTAMPS, "ts" },
	{ TCPI_OPT_SACK, "sack" },
	{ TCPI_OPT_WSCALE, "wscale" },
	{ TCPI_OPT_ECN, "ecn" },
	{ TCPI_OPT_ECN_SEEN, "ecnseen" },
	{ TCPI_OPT_SYN_DATA, "fastopen" },
};

/* As tcp_get_info_chrono_stats(), which is static there. */
static void fill_chrono(struct tcp_active_conn_block *b,
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

static void fill_owner(struct tcp_active_conn_block *b, struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	b->cgroup = cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
#endif
	b->uid = from_kuid(&init_user_ns, sk->sk_uid);
	b->mark = READ_ONCE(sk->sk_mark);
}

/* The options in its SYN, by the sysctls of its network namespace */
static u8 options_asked(const struct sock *sk)
{
	const struct netns_ipv4 *set = &sock_net(sk)->ipv4;

	return (READ_ONCE(set->sysctl_tcp_timestamps) ?
		TCPI_OPT_TIMESTAMPS : 0) |
	       (READ_ONCE(set->sysctl_tcp_sack) ? TCPI_OPT_SACK : 0) |
	       (READ_ONCE(set->sysctl_tcp_window_scaling) ?
		TCPI_OPT_WSCALE : 0) |
	       (READ_ONCE(set->sysctl_tcp_ecn) == 1 || tcp_ca_needs_ecn(sk) ?
		TCPI_OPT_ECN : 0);
}

/* As tcp_get_info(). */
static u8 options_agreed(const struct tcp_sock *tp)
{
	return (tp->rx_opt.tstamp_ok ? TCPI_OPT_TIMESTAMPS : 0) |
	       (tcp_is_sack(tp) ? TCPI_OPT_SACK : 0) |
	       (tp->rx_opt.wscale_ok ? TCPI_OPT_WSCALE : 0) |
	       (tp->ecn_flags & TCP_ECN_OK ? TCPI_OPT_ECN : 0) |
	       (tp->ecn_flags & TCP_ECN_SEEN ? TCPI_OPT_ECN_SEEN : 0) |
	       (tp->syn_data_acked ? TCPI_OPT_SYN_DATA : 0);
}

/* Byte counts: relative sequence numbers without that of the SYN. */
static void fill_counters(struct tcp_active_conn_block *b,
			  const struct tcp_sock *tp)
{
	b->delivered_ce = tp->delivered_ce;
	b->dsack_dups = tp->dsack_dups;
	b->reord_seen = tp->reord_seen;
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
	b->snd_ssthresh = skbtrace_ssthresh(tp);
	b->snd_wnd = tp->snd_wnd;
}

/* A socket that connects again keeps its old port until it gets a new one. */
static bool has_stale_port(const struct sock *sk)
{
	return sk->sk_state == TCP_CLOSE && sk_fullsock(sk) && !sk->sk_num &&
	       !sk->sk_shutdown;
}

/* @block is zeroed; @sk may be a request or timewait minisocket. */
static void fill_active_conn(void *block, struct sock *sk)
{
	struct tcp_active_conn_block *b = block;
	struct skbtrace_tuple t;

	skbtrace_sock_tuple(sk, &t);
	b->local = t.local;
	b->peer = t.peer;
	b->lport = has_stale_port(sk) ? 0 : t.lport;
	b->pport = t.pport;
	b->end = 0;
	b->state = sk->sk_state;
	b->min_rtt_us = U32_MAX;
	b->srtt_us = U32_MAX;
	if (!sk_fullsock(sk))
		return;
	fill_owner(b, sk);
	/* a new socket has none yet */
	if (sk->sk_state == TCP_LISTEN || !inet_csk(sk)->icsk_ca_ops)
		return;
	memcpy(b->ca.s, inet_csk(sk)->icsk_ca_ops->name, sizeof(b->ca.s));
	b->options = sk->sk_state == TCP_CLOSE ? options_asked(sk) :
						 options_agreed(tcp_sk(sk));
	fill_counters(b, tcp_sk(sk));
	fill_chrono(b, tcp_sk(sk));
}

/*
 * The error that ended @sk, which enters TCP_CLOSE; it is set before. A
 * connection closed by its own program has none, even if data was lost.
 */
static u8 ended_by(const struct sock *sk)
{
	return min(READ_ONCE(sk->sk_err), U8_MAX);
}

/* The totals of a connection, if this session has named it. */
static void write_end(struct skbtrace_session *s, struct sock *sk)
{
	struct tcp_active_conn_block *b;

	if (!skbtrace_passes(s, &skbtrace_ev_tcp_active_conn, sk))
		return;
	b = skbtrace_begin(s, &skbtrace_ev_tcp_active_conn, skbtrace_cookie(sk),
			   sock_net(sk)->ns.inum);
	if (!b)
		return;
	memset_after(b, 0, hdr);
	fill_active_conn(b, sk);
	b->end = 1;
	b->state = TCP_CLOSE;
	b->err = ended_by(sk);
	skbtrace_commit(s);
}

static void write_state(struct skbtrace_session *s, struct sock *sk,
			int old, int state, u32 timeout_us, bool mini)
{
	struct tcp_connection_block *b;

	if (!skbtrace_wants(s, &skbtrace_ev_tcp_connection, state))
		return;
	b = skbtrace_begin_sk(s, &skbtrace_ev_tcp_connection, sk);
	if (!b)
		return;
	b->old = old;
	b->state = state;
	b->mini = mini;
	b->err = !mini && state == TCP_CLOSE ? ended_by(sk) : 0;
	b->timeout_us = timeout_us;
	skbtrace_commit(s);
}

static void fill_state(struct tcp_state_block *b, const struct sock *sk)
{
	skbtrace_fill_vars(tcp_vars_of(b), sk);
	b->snd_base = 0;
	b->rcv_base = 0;
	if (!sk_fullsock(sk))
		return;
	b->snd_base = b->snd_una - (u32)tcp_sk(sk)->bytes_acked;
	b->rcv_base = b->rcv_nxt - (u32)tcp_sk(sk)->bytes_received;
}

/* The same as write_state(), with all that the socket has */
static void write_whole(struct skbtrace_session *s, struct sock *sk,
			int old, int state, u32 timeout_us, bool mini)
{
	struct tcp_state_block *b;

	if (!skbtrace_wants(s, &skbtrace_ev_tcp_state, state))
		return;
	b = skbtrace_begin_sk(s, &skbtrace_ev_tcp_state, sk);
	if (!b)
		return;
	fill_state(b, sk);
	/* the socket has the old one still */
	b->state = state;
	b->old = old;
	b->mini = mini;
	b->err = !mini && state == TCP_CLOSE ? ended_by(sk) : 0;
	b->spare2 = 0;
	b->timeout_us = timeout_us;
	skbtrace_commit(s);
}

static void write_listen(struct skbtrace_session *s, struct sock *sk,
			 int old, int state)
{
	struct icsk_connection_block *b;

	if (!skbtrace_on(s, &skbtrace_ev_icsk_connection))
		return;
	b = skbtrace_begin_sk(s, &skbtrace_ev_icsk_connection, sk);
	if (!b)
		return;
	b->old = old;
	b->state = state;
	b->spare = 0;
	b->backlog = READ_ONCE(sk->sk_max_ack_backlog);
	skbtrace_commit(s);
}

/* Write pending events of the connection, and free its states. */
static void tell_ends(struct skbtrace_session *s, struct sock *sk)
{
	const struct skbtrace_proto *tcp = skbtrace_ev_tcp_connection.proto;
	unsigned int i;

	for (i = 0; i < tcp->nr_events; i++)
		if (tcp->events[i]->end)
			tcp->events[i]->end(s, sk);
}

/*
 * Also called for SCTP, DCCP and MPTCP. For a child of a listener it is called
 * before the child has addresses and a cookie: its first event is the next one,
 * SYN_RECV to ESTABLISHED.
 */
SKBTRACE_DEFINE_PROBE(inet_sock_set_state_probe,
		      TP_PROTO(const struct sock *csk, const int old,
			       const int state),
		      TP_ARGS(csk, old, state))
{
	struct sock *sk = (struct sock *)csk;

	if (!skbtrace_is_tcp(sk))
		return;
	/* the socket may be reused for another connection */
	if (old == TCP_CLOSE)
		skbtrace_forget_name(data, sk);
	if (state == TCP_LISTEN || old == TCP_LISTEN) {
		if (state != TCP_SYN_RECV)
			write_listen(data, sk, old, state);
		return;
	}
	if (state == TCP_CLOSE)
		tell_ends(data, sk);
	write_state(data, sk, old, state, U32_MAX, false);
	write_whole(data, sk, old, state, U32_MAX, false);
	/* even if it is bound: it has no sequence number yet */
	if (old == TCP_CLOSE)
		skbtrace_forget_name(data, sk);
	if (state == TCP_CLOSE && skbtrace_is_named(data, sk))
		write_end(data, sk);
}

/*
 * Context: process or softirq, BHs off. @tw is not hashed yet if @sk is there,
 * and has a cookie only if @sk had one when it was copied.
 */
SKBTRACE_DEFINE_PROBE(tcp_tw_state_probe,
		      TP_PROTO(struct inet_timewait_sock *tw, struct sock *sk,
			       int state, int timeo),
		      TP_ARGS(tw, sk, state, timeo))
{
	u32 timeout_us = state == TCP_CLOSE ? U32_MAX : jiffies_to_usecs(timeo);
	int old = sk ? sk->sk_state : READ_ONCE(tw->tw_substate);

	if (tw->tw_dr != &twsk_net(tw)->ipv4.tcp_death_row)
		return;
	if (sk)
		atomic64_set(&tw->tw_cookie, skbtrace_cookie(sk));
	write_state(data, (struct sock *)tw, old, state, timeout_us, true);
	write_whole(data, (struct sock *)tw, old, state, timeout_us, true);
}

/* On every segment of an established connection: name it if it is new. */
SKBTRACE_DEFINE_PROBE(tcp_probe_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	skbtrace_name_sk(data, &skbtrace_ev_tcp_active_conn, sk);
}

SKBTRACE_HOOK(skbtrace_hook_tcp_state, inet_sock_set_state,
	      inet_sock_set_state_probe);
static SKBTRACE_HOOK_OPTIONAL(hook_tcp_tw_state, tcp_tw_state,
			      tcp_tw_state_probe,
			      "TIME_WAIT and FIN_WAIT2 of minisockets are missed: a connection ends with CLOSE when it enters them");
static SKBTRACE_HOOK(hook_tcp_probe, tcp_probe, tcp_probe_probe);

SKBTRACE_DEFINE_EVENT(tcp_connection) = {
	SKBTRACE_EVENT(tcp_connection),
	.nr		= SKBTRACE_NR(tcp_connection),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "conn:why",
	.select		= "state",
	.opts		= SKBTRACE_OPTS_PICK,
	.help		= "A connection changes its state, as a timewait minisocket too.",
	.read		= "SYN_SENT to CLOSE: connect() failed, err says how. err=ETIMEDOUT: no ACK came any more. A passive open begins with SYN_RECV to ESTABLISHED.",
	.example	= "skbtrace record -e tcp_connection,only=ESTABLISHED:CLOSE",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_tw_state),
};

SKBTRACE_DEFINE_EVENT(tcp_state) = {
	SKBTRACE_EVENT(tcp_state),
	.nr		= SKBTRACE_NR(tcp_state),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.select		= "state",
	.opts		= SKBTRACE_OPTS_PICK,
	.help		= "As tcp_connection, with windows, RTT and sequence numbers at that time.",
	.read		= "A connection that is established has the windows of its handshake; one that ends, what it was left with. Of both events record one.",
	.example	= "skbtrace record -e tcp_state,only=ESTABLISHED:CLOSE",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_tw_state),
};

SKBTRACE_DEFINE_EVENT(icsk_connection) = {
	SKBTRACE_EVENT(icsk_connection),
	.nr		= SKBTRACE_NR(icsk_connection),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "conn:why",
	.help		= "A socket begins to listen, or ends it.",
	.read		= "LISTEN, at once followed by CLOSE: the port is taken.",
	.example	= "skbtrace record -e icsk_connection",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(),
};

SKBTRACE_DEFINE_EVENT(tcp_active_conn) = {
	SKBTRACE_EVENT(tcp_active_conn),
	.nr		= SKBTRACE_NR(tcp_active_conn),
	.kind		= SKBTRACE_CONN,
	.role		= SKBTRACE_ROLE_CONN,
	.important	= true,
	.stability	= "Evolving",
	.sets		= "conn:why",
	.opts		= SKBTRACE_OPTS_PICK,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("tcp_options",
						       options_words)),
	.help		= "Names a connection: before its first event, and with the totals when it closes.",
	.read		= "At the end: busy, less rwnd_limited and sndbuf_limited, is what the network took.",
	.example	= "skbtrace record -e tcp_active_conn",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.fill		= fill_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_probe),
};
