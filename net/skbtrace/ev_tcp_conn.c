// SPDX-License-Identifier: GPL-2.0
/*
 * The life of TCP connections: states, listening, and the names of those that
 * are alive. Probes run under the socket's lock unless stated otherwise.
 */
#include <linux/cgroup.h>
#include <net/inet_timewait_sock.h>
#include <trace/events/skbtrace.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>
#include "ev_tcp.h"

#define TCP_CONNECTION_FIELDS(F, S)					\
	F(S, u8, old, "enum:tcp_state", "brief", "state it leaves")	\
	F(S, u8, state, "enum:tcp_state", "brief", "state it enters")	\
	F(S, u8, mini, "enum:no_yes", "-", "a timewait minisocket")	\
	F(S, u8, err, "enum:errno", "brief,set", "CLOSE: what ended it (sk_err), 0: no error") \
	F(S, u32, timeout_us, "us", "na,whole", "of the minisocket")
SKBTRACE_BLOCK(tcp_connection, TCP_CONNECTION_FIELDS);

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
	F(S, u16, err, "enum:errno", "brief,set", "at the end: what ended it (sk_err), 0: no error") \
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
	F(S, u32, spare2, "-", "-", "0")				\
	F(S, u64, busy_us, "us", "-", "time with data to send or in flight") \
	F(S, u64, rwnd_limited_us, "us", "-", "of it, held by the peer's window") \
	F(S, u64, sndbuf_limited_us, "us", "-", "of it, held by the send buffer")
SKBTRACE_BLOCK(tcp_active_conn, TCP_ACTIVE_CONN_FIELDS);

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
	tcp_fill_owner(b, sk);
	/* a socket that is being made has none yet */
	if (sk->sk_state == TCP_LISTEN || !inet_csk(sk)->icsk_ca_ops)
		return;
	memcpy(b->ca.s, inet_csk(sk)->icsk_ca_ops->name, sizeof(b->ca.s));
	tcp_fill_counters(b, tcp_sk(sk));
	tcp_fill_chrono(b, tcp_sk(sk));
}

/*
 * What ended @sk, which enters TCP_CLOSE: whoever ends a connection by an error
 * sets that before. One that is closed by its own program has none, however
 * little of it has arrived.
 */
static u8 tcp_err(const struct sock *sk)
{
	return min(READ_ONCE(sk->sk_err), U8_MAX);
}

/* The last words on a connection that this session has seen. */
static void tcp_end_conn(struct skbtrace_session *s, struct sock *sk)
{
	struct tcp_active_conn_block *b;

	if (!skbtrace_passes(s, &ev_tcp_active_conn, sk))
		return;
	b = skbtrace_begin(s, &ev_tcp_active_conn, skbtrace_cookie(sk),
			   sock_net(sk)->ns.inum);
	if (!b)
		return;
	memset_after(b, 0, hdr);
	tcp_fill_active_conn(b, sk);
	b->end = 1;
	b->state = TCP_CLOSE;
	b->err = tcp_err(sk);
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
	b->err = !mini && state == TCP_CLOSE ? tcp_err(sk) : 0;
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

	if (!tcp_is_tcp(sk))
		return;
	if (state == TCP_LISTEN || old == TCP_LISTEN) {
		if (state != TCP_SYN_RECV)
			tcp_listen_event(data, sk, old, state);
		return;
	}
	if (state == TCP_CLOSE) {
		tcp_sendlimit_end(data, sk);
		tcp_turn_end(data, sk);
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

/* Every segment of an established connection: those not named yet get a name */
static void tcp_probe_probe(void *data, struct sock *sk, struct sk_buff *skb)
{
	skbtrace_name_sk(data, &ev_tcp_active_conn, sk);
}

SKBTRACE_HOOK(hook_inet_sock_set_state, inet_sock_set_state,
	      inet_sock_set_state_probe);
static SKBTRACE_HOOK_OPTIONAL(hook_tcp_tw_state, tcp_tw_state,
			      tcp_tw_state_probe,
			      "TIME_WAIT and FIN_WAIT2 of minisockets are missed: a connection ends with CLOSE when it enters them");
static SKBTRACE_HOOK(hook_tcp_probe, tcp_probe, tcp_probe_probe);

struct skbtrace_event ev_tcp_connection = {
	SKBTRACE_EVENT(tcp_connection),
	.nr		= 102,
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "conn",
	.select		= "state",
	.opts		= SKBTRACE_OPTS_PICK,
	.help		= "A connection changes its state, as a timewait minisocket too.",
	.read		= "SYN_SENT to CLOSE: connect() failed, err says how. err=ETIMEDOUT: no ACK came any more. A passive open begins with SYN_RECV to ESTABLISHED.",
	.example	= "skbtrace record -e tcp_connection,only=ESTABLISHED:CLOSE",
	.names		= &ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_tw_state),
};

struct skbtrace_event ev_icsk_connection = {
	SKBTRACE_EVENT(icsk_connection),
	.nr		= 201,
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "conn",
	.help		= "A socket begins to listen, or ends it.",
	.read		= "LISTEN, at once followed by CLOSE: the port is taken.",
	.example	= "skbtrace record -e icsk_connection",
	.names		= &ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(),
};

struct skbtrace_event ev_tcp_active_conn = {
	SKBTRACE_EVENT(tcp_active_conn),
	.nr		= 104,
	.kind		= SKBTRACE_CONN,
	.role		= SKBTRACE_ROLE_CONN,
	.important	= true,
	.stability	= "Evolving",
	.sets		= "conn",
	.opts		= SKBTRACE_OPTS_PICK,
	.help		= "Names a connection: before its first event, and with the totals when it closes.",
	.read		= "At the end: busy, less rwnd_limited and sndbuf_limited, is what the network took.",
	.example	= "skbtrace record -e tcp_active_conn",
	.names		= &ev_tcp_active_conn,
	.fill		= tcp_fill_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_probe),
};
