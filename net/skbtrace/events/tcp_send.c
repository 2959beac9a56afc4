// SPDX-License-Identifier: GPL-2.0
/*
 * What holds a TCP sender back: why the last attempt to send stopped, and how
 * long a writer waits for the send buffer. Probes run under the socket's lock.
 */
#include <linux/ktime.h>
#include <trace/events/skbtrace.h>
#include <trace/events/tcp.h>
#include "tcp.h"

#define TCP_SENDLIMIT_FIELDS(F, S)					\
	F(S, u8, reason, "enum:tcp_sendlimit", "brief", "why it stops now") \
	F(S, u8, was, "enum:tcp_sendlimit", "brief", "the reason that has ended") \
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u32, count, "-", "brief", "attempts to send that stopped for it") \
	F(S, u64, for_us, "us", "brief,na", "how long: from its first stop to this one")		\
	F(S, u32, snd_cwnd, "segs", "brief", "congestion window")	\
	F(S, u32, inflight, "segs", "brief", "taken to be on the way (tcp_packets_in_flight)") \
	F(S, u32, snd_wnd, "bytes", "brief", "window of the peer")	\
	F(S, u32, unsent, "bytes", "brief", "written by the program, not sent") \
	F(S, u32, sent, "segs", "-", "sent by the attempt that stops now") \
	F(S, u32, snd_ssthresh, "segs", "inf", "slow start threshold")	\
	F(S, u32, snd_cwnd_cnt, "-", "-", "segments acknowledged since snd_cwnd grew") \
	F(S, u32, mss, "bytes", "-", "sending MSS (mss_cache)")		\
	F(S, u32, snd_una, "sseq", "-", "first byte not acknowledged")	\
	F(S, u32, snd_nxt, "sseq", "-", "next byte to be sent")		\
	F(S, u32, wmem_queued, "bytes", "-", "memory charged to the send buffer (sk_wmem_queued)") \
	F(S, u32, sndbuf, "bytes", "-", "its limit (sk_sndbuf)")	\
	F(S, u64, pacing_rate_Bps, "Bps", "inf", "pacing (sk_pacing_rate)")
SKBTRACE_BLOCK(tcp_sendlimit, TCP_SENDLIMIT_FIELDS);

#define SK_SNDBUF_WAIT_FIELDS(F, S)					\
	F(S, u8, op, "enum:wait", "brief", "the wait begins or ends")	\
	F(S, u8, spare, "-", "-", "0")					\
	F(S, u16, error, "-", "brief", "errno if it ended without room, else 0") \
	F(S, u32, unsent, "bytes", "brief", "written by the program, not sent") \
	F(S, u64, waited_us, "us", "brief,na", "how long")		\
	F(S, u32, wmem_queued, "bytes", "brief", "memory charged to the send buffer (sk_wmem_queued)") \
	F(S, u32, sndbuf, "bytes", "brief", "its limit (sk_sndbuf)")
SKBTRACE_BLOCK(sk_sndbuf_wait, SK_SNDBUF_WAIT_FIELDS);

static const struct skbtrace_sym wait_words[] = {
	{ 0, "end" },
	{ 1, "begin" },
};

/* A run of attempts to send that stopped for the same reason */
struct limit_run {
	u8	was;
	u32	count;
	u64	since;
};

static void fill_sendlimit(struct tcp_sendlimit_block *b,
			   const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	unsigned long rate = READ_ONCE(sk->sk_pacing_rate);

	b->snd_cwnd = tcp_snd_cwnd(tp);
	b->inflight = tcp_packets_in_flight(tp);
	b->snd_wnd = tp->snd_wnd;
	b->unsent = tp->write_seq - tp->snd_nxt;
	b->snd_ssthresh = skbtrace_ssthresh(tp);
	b->snd_cwnd_cnt = tp->snd_cwnd_cnt;
	b->mss = tp->mss_cache;
	b->snd_una = tp->snd_una;
	b->snd_nxt = tp->snd_nxt;
	b->wmem_queued = sk->sk_wmem_queued;
	b->sndbuf = READ_ONCE(sk->sk_sndbuf);
	b->pacing_rate_Bps = rate == ~0UL ? U64_MAX : rate;
}

/*
 * Once skbtrace_passes(). Return: the time of the event, or the time now if it
 * was not written
 */
static u64 write_sendlimit(struct skbtrace_session *s,
			   const struct skbtrace_event *ev, struct sock *sk,
			   u8 why, u32 sent, const struct limit_run *run)
{
	struct tcp_sendlimit_block *b;
	u64 time;

	if (!skbtrace_wants(s, ev, why))
		return skbtrace_now();
	b = skbtrace_begin_passed(s, ev, sk);
	if (!b)
		return skbtrace_now();
	time = b->hdr.time;
	b->reason = why;
	b->was = run->was;
	b->spare = 0;
	b->count = run->count;
	b->for_us = run->since && time > run->since ?
		    div_u64(time - run->since, NSEC_PER_USEC) :
		    run->since ? 0 : U64_MAX;
	b->sent = sent;
	fill_sendlimit(b, sk);
	skbtrace_commit(s);
	return time;
}

/* All has been sent: has the program no more, or is the send buffer full? */
static u8 all_sent(const struct sock *sk)
{
	return sk->sk_socket && test_bit(SOCK_NOSPACE, &sk->sk_socket->flags) ?
	       TCP_SENDLIMIT_SNDBUF : TCP_SENDLIMIT_APP;
}

/* In skbtrace_state.value: the window is not just small but closed */
#define TCP_SENDLIMIT_CLOSED	0x80

static noinline void sendlimit_change(struct skbtrace_session *s,
				      const struct skbtrace_event *ev,
				      struct sock *sk, u8 why, u32 sent,
				      u32 attempts,
				      struct skbtrace_state *state)
{
	struct limit_run run = {};

	if (!state) {
		/* no state: as if it were the first attempt */
		write_sendlimit(s, ev, sk, why & ~TCP_SENDLIMIT_CLOSED,
				sent, &run);
		return;
	}
	run.was = state->value & ~TCP_SENDLIMIT_CLOSED;
	run.count = state->count;
	run.since = state->since;
	state->since = write_sendlimit(s, ev, sk,
				       why & ~TCP_SENDLIMIT_CLOSED, sent,
				       &run);
	state->value = why;
	state->count = attempts;
}

/* @attempts: 1; 0 if the reason changes without an attempt to send */
static void sendlimit_is(struct skbtrace_session *s, struct sock *sk,
			 u8 why, u32 sent, u32 attempts)
{
	struct skbtrace_state *state = skbtrace_state_get(s, sk);

	/* the common case costs little */
	if (likely(state && state->value == why))
		state->count += attempts;
	else
		sendlimit_change(s, &skbtrace_ev_tcp_sendlimit, sk, why, sent,
				 attempts, state);
}

SKBTRACE_DEFINE_PROBE(tcp_sendlimit_probe,
		      TP_PROTO(struct sock *sk, enum tcp_sendlimit why,
			       unsigned int sent),
		      TP_ARGS(sk, why, sent))
{
	u8 reason = why;

	if (!skbtrace_passes(data, &skbtrace_ev_tcp_sendlimit, sk))
		return;
	if (!tcp_send_head(sk))
		reason = all_sent(sk);
	else if (why == TCP_SENDLIMIT_SWND && !tcp_sk(sk)->snd_wnd)
		reason |= TCP_SENDLIMIT_CLOSED;
	sendlimit_is(data, sk, reason, sent, 1);
}

/* Would tcp_write_xmit() stop at the first segment, for the peer's window? */
static bool infer_swnd(const struct tcp_sock *tp, const struct sk_buff *skb)
{
	u32 end = TCP_SKB_CB(skb)->end_seq;

	if (skb->len > tp->mss_cache)
		end = TCP_SKB_CB(skb)->seq + tp->mss_cache;
	return after(end, tcp_wnd_end(tp));
}

/* The last segment is small: does Nagle or TCP_CORK hold it back? */
static bool infer_nagle(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_skb_is_last(sk, skb) || skb->len >= tp->mss_cache ||
	    TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN)
		return false;
	return tp->nonagle & TCP_NAGLE_CORK ||
	       (!(tp->nonagle & TCP_NAGLE_OFF) && tp->packets_out);
}

/* If TSO defers, the reason is the smaller window. */
static u8 infer_defer(const struct tcp_sock *tp, const struct sk_buff *skb)
{
	u32 space = tcp_snd_cwnd(tp) - tcp_packets_in_flight(tp);
	u32 cong_win = space * tp->mss_cache;
	u32 send_win = tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq;

	if (skb->len <= tp->mss_cache)
		return TCP_SENDLIMIT_OTHER;
	if (min(cong_win, send_win) > skb->len)
		return TCP_SENDLIMIT_TSO;
	return cong_win < send_win ? TCP_SENDLIMIT_CWND : TCP_SENDLIMIT_SWND;
}

/* Why is @skb not sent? In the order of the checks in tcp_write_xmit(). */
static u8 infer_limit(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (hrtimer_is_queued((struct hrtimer *)&tp->pacing_timer))
		return TCP_SENDLIMIT_PACING;
	if (tcp_packets_in_flight(tp) >= tcp_snd_cwnd(tp))
		return TCP_SENDLIMIT_CWND;
	if (infer_swnd(tp, skb))
		return tp->snd_wnd ? TCP_SENDLIMIT_SWND :
				     TCP_SENDLIMIT_SWND | TCP_SENDLIMIT_CLOSED;
	if (infer_nagle(sk, skb))
		return TCP_SENDLIMIT_NAGLE;
	if (sk->sk_tsq_flags & (TSQF_THROTTLED | TSQF_QUEUED))
		return TCP_SENDLIMIT_TSQ;
	return infer_defer(tp, skb);
}

static struct skbtrace_inference tcp_sendlimit_inferred;

/* A segment arrives: what has held the sender back until now? */
SKBTRACE_DEFINE_PROBE(tcp_sendlimit_infer_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	const struct skbtrace_event *ev = &tcp_sendlimit_inferred.ev;
	struct skbtrace_session *s = data;
	struct skbtrace_state *state;
	struct sk_buff *head;
	u8 why;

	if (!skbtrace_passes(s, ev, sk))
		return;
	head = tcp_send_head(sk);
	why = head ? infer_limit(sk, head) : all_sent(sk);
	state = skbtrace_state_get_inferred(s, sk);
	if (state && state->value == why)
		state->count++;
	else
		sendlimit_change(s, ev, sk, why, 0, 1, state);
}

static void sendlimit_last(struct skbtrace_session *s,
			   const struct skbtrace_event *ev, struct sock *sk,
			   const struct skbtrace_state *state)
{
	struct limit_run run = {
		.was = state->value & ~TCP_SENDLIMIT_CLOSED,
		.count = state->count,
		.since = state->since,
	};

	if (run.since && skbtrace_passes(s, ev, sk))
		write_sendlimit(s, ev, sk, TCP_SENDLIMIT_END, 0, &run);
}

/*
 * If a writer sleeps while an error closes the connection, it needs the state
 * when it wakes up: then it frees it.
 */
static void sendlimit_forget(struct skbtrace_session *s,
			     struct skbtrace_state *state)
{
	if (!state->wait_since ||
	    !skbtrace_on(s, &skbtrace_ev_sk_sndbuf_wait)) {
		skbtrace_state_free(state);
		return;
	}
	state->since = 0;
	state->count = 0;
	state->value = 0;
}

/* A connection is closed: write its last run, free its state. */
static void sendlimit_end(struct skbtrace_session *s, struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	struct skbtrace_state *state;

	if (!s->states.tab || !cookie)
		return;
	state = skbtrace_state_find(&s->states, cookie);
	if (state) {
		sendlimit_last(s, &skbtrace_ev_tcp_sendlimit, sk, state);
		sendlimit_forget(s, state);
	}
	state = skbtrace_state_find(&s->states,
				    cookie | SKBTRACE_STATE_INFERRED);
	if (state) {
		sendlimit_last(s, &tcp_sendlimit_inferred.ev, sk, state);
		skbtrace_state_free(state);
	}
}

static void wait_begins(struct skbtrace_session *s, struct sock *sk)
{
	struct skbtrace_state *state = skbtrace_state_get(s, sk);

	if (state)
		state->wait_since = skbtrace_now();
}

/* Return: how long the writer has waited, U64_MAX: not known */
static u64 wait_ends(struct skbtrace_session *s, struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie), us = U64_MAX, now;
	struct skbtrace_state *state;

	state = cookie && s->states.tab ?
		skbtrace_state_find(&s->states, cookie) : NULL;
	if (!state || !state->wait_since)
		return us;
	now = skbtrace_now();
	if (now >= state->wait_since)
		us = div_u64(now - state->wait_since, NSEC_PER_USEC);
	state->wait_since = 0;
	if (sk->sk_state == TCP_CLOSE)
		skbtrace_state_free(state);
	return us;
}

static void write_sndbuf_wait(struct skbtrace_session *s, struct sock *sk,
			      bool begin, int err)
{
	/* before filters are checked: the state must be freed in any case */
	u64 waited_us = begin ? U64_MAX : wait_ends(s, sk);
	struct sk_sndbuf_wait_block *b;

	if (!skbtrace_on(s, &skbtrace_ev_sk_sndbuf_wait) ||
	    !skbtrace_passes(s, &skbtrace_ev_sk_sndbuf_wait, sk))
		return;
	if (begin)
		wait_begins(s, sk);
	if (!skbtrace_wants(s, &skbtrace_ev_sk_sndbuf_wait, begin))
		return;
	b = skbtrace_begin_passed(s, &skbtrace_ev_sk_sndbuf_wait, sk);
	if (!b)
		return;
	b->op = begin;
	b->spare = 0;
	/* the system call restarts, unless a handler runs */
	b->error = err == -ERESTARTSYS ? EINTR : -err;
	b->unsent = tcp_sk(sk)->write_seq - tcp_sk(sk)->snd_nxt;
	b->waited_us = waited_us;
	b->wmem_queued = sk->sk_wmem_queued;
	b->sndbuf = READ_ONCE(sk->sk_sndbuf);
	skbtrace_commit(s);
}

/*
 * A writer that waits with everything sent: the reason was "app", and no
 * attempt to send follows that would correct it. Context: process.
 */
SKBTRACE_DEFINE_PROBE(sk_sndbuf_wait_probe,
		      TP_PROTO(struct sock *sk, bool begin, int err),
		      TP_ARGS(sk, begin, err))
{
	if (!skbtrace_is_tcp(sk))
		return;
	if (begin && !tcp_send_head(sk) &&
	    skbtrace_on(data, &skbtrace_ev_tcp_sendlimit) &&
	    skbtrace_passes(data, &skbtrace_ev_tcp_sendlimit, sk))
		sendlimit_is(data, sk, TCP_SENDLIMIT_SNDBUF, 0, 0);
	write_sndbuf_wait(data, sk, begin, err);
}

static SKBTRACE_HOOK(hook_tcp_sendlimit, tcp_sendlimit, tcp_sendlimit_probe);
static SKBTRACE_HOOK(hook_tcp_sendlimit_infer, tcp_probe,
		     tcp_sendlimit_infer_probe);
static SKBTRACE_HOOK(hook_sk_sndbuf_wait, sk_sndbuf_wait, sk_sndbuf_wait_probe);

static struct skbtrace_inference tcp_sendlimit_inferred = {
	.how		= "at tcp_probe: from the state of the sender when a segment comes in, so count is of segments, and what changes back before the next one is missed; other stands for frag and pushone, too",
	.hooks		= TCP_HOOKS(&hook_tcp_sendlimit_infer),
	.states		= true,
};

SKBTRACE_DEFINE_EVENT(tcp_sendlimit) = {
	SKBTRACE_EVENT(tcp_sendlimit),
	.nr		= SKBTRACE_NR(tcp_sendlimit),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "send:why",
	.select		= "reason",
	.opts		= SKBTRACE_OPTS_PICK,
	.states		= true,
	.help		= "The sender stops for a new reason; tells how long the former one held.",
	.read		= "cwnd: the path. app: the program writes no more. swnd with snd_wnd=0: the peer's program does not read. nagle: a small rest waits for an ACK, or TCP_CORK. sndbuf: all is sent, and the program waits for room.",
	.example	= "skbtrace record -e tcp_sendlimit,skip=app",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_sendlimit,
				    &hook_sk_sndbuf_wait),
	.end		= sendlimit_end,
	.inferred	= &tcp_sendlimit_inferred,
};

SKBTRACE_DEFINE_EVENT(sk_sndbuf_wait) = {
	SKBTRACE_EVENT(sk_sndbuf_wait),
	.nr		= SKBTRACE_NR(sk_sndbuf_wait),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "send",
	.select		= "op",
	.opts		= SKBTRACE_OPTS_PICK,
	.states		= true,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("wait", wait_words)),
	.help		= "A writer waits for room in the send buffer, or goes on.",
	.read		= "waited long with unsent=0, all is in flight: the buffer is smaller than rate times RTT. error=11 (EAGAIN): a program that does not block. wmem_queued below sndbuf: memory is short.",
	.example	= "skbtrace record -e sk_sndbuf_wait,only=end",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_sk_sndbuf_wait),
};
