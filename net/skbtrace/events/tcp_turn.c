// SPDX-License-Identifier: GPL-2.0
/*
 * Whose turn it is to send data, for connections with questions and answers:
 * how long each side takes. Probes run under the socket's lock.
 *
 * A segment that does not change the turn costs a look-up of the connection's
 * state. Times are those of tcp_sock.tcp_mstamp, which TCP has just updated.
 */
#include <linux/ktime.h>
#include <trace/events/skbtrace.h>
#include <trace/events/tcp.h>
#include "tcp.h"

#define TCP_TURN_FIELDS(F, S)						\
	F(S, u8, now, "enum:tcp_turn", "brief", "who sends data from now on") \
	F(S, u8, was, "enum:tcp_turn", "brief", "who has sent until now") \
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u32, bytes, "bytes", "brief", "sent in the turn that has ended") \
	F(S, u64, for_us, "us", "brief,na", "how long that took: from its first segment to its last") \
	F(S, u64, gap_us, "us", "brief,na", "how long nobody sent: since its last segment") \
	F(S, u32, srtt_us, "us", "-", "smoothed RTT")			\
	F(S, u32, min_rtt_us, "us", "inf", "least RTT of late (tcp_min_rtt)")
SKBTRACE_BLOCK(tcp_turn, TCP_TURN_FIELDS);

/* Who sends data. 0: not known */
enum { TURN_NONE, TURN_SELF, TURN_PEER, TURN_END };

static const struct skbtrace_sym turn_words[] = {
	{ TURN_NONE, "-" },
	{ TURN_SELF, "self" },
	{ TURN_PEER, "peer" },
	{ TURN_END, "end" },
};

/* A turn that has ended */
struct turn {
	u8	was;
	u32	bytes;
	u64	for_us;
	u64	gap_us;
};

static void write_turn(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       u8 now, const struct turn *turn)
{
	struct tcp_turn_block *b;

	if (!skbtrace_wants(s, ev, now))
		return;
	b = skbtrace_begin_passed(s, ev, sk);
	if (!b)
		return;
	b->now = now;
	b->was = turn->was;
	b->spare = 0;
	b->bytes = turn->bytes;
	b->for_us = turn->for_us;
	b->gap_us = turn->gap_us;
	b->srtt_us = tcp_sk(sk)->srtt_us >> 3;
	b->min_rtt_us = tcp_min_rtt(tcp_sk(sk));
	skbtrace_commit(s);
}

/* Bytes sent since @seq, without a FIN */
static u32 turn_sent(const struct sock *sk, u32 seq)
{
	u32 bytes = tcp_sk(sk)->snd_nxt - seq;
	bool fin = (1 << sk->sk_state) & (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 |
					  TCPF_CLOSING | TCPF_LAST_ACK);

	return bytes - (bytes && fin);
}

static u32 turn_received(const struct sock *sk, u32 seq)
{
	u32 bytes = tcp_sk(sk)->rcv_nxt - seq;

	return bytes - (bytes && sock_flag(sk, SOCK_DONE));
}

/* The turn of @state, at @us: it is over, or the connection is. */
static struct turn turn_of(const struct skbtrace_state *state,
			   const struct sock *sk, u64 us)
{
	struct turn turn = {
		.was = state->value,
		.bytes = state->value == TURN_SELF ?
			 turn_sent(sk, state->count) :
			 turn_received(sk, state->rcv_start),
		.for_us = state->last_us,
		.gap_us = us - state->since - state->last_us,
	};

	if (!state->value) {
		turn.bytes = 0;
		turn.for_us = U64_MAX;
		turn.gap_us = U64_MAX;
	}
	return turn;
}

/* @seq: where the data begins, if it is the peer's */
static noinline void turn_change(struct skbtrace_session *s,
				 struct sock *sk, u8 who, u32 seq,
				 struct skbtrace_state *state)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct turn turn = turn_of(state, sk, tp->tcp_mstamp);

	state->since = tp->tcp_mstamp;
	state->last_us = 0;
	/* of more than an hour without a change only the last part counts */
	if (state->value == who)
		return;
	if (who == TURN_PEER) {
		/* this side sends nothing until its turn */
		state->count = tp->snd_nxt;
		state->rcv_start = seq;
	} else if (!state->value) {
		state->count = tp->snd_una;
	}
	state->value = who;
	write_turn(s, &skbtrace_ev_tcp_turn, sk, who, &turn);
}

static __always_inline void turn_is(struct skbtrace_session *s,
				    struct sock *sk, u8 who, u32 seq)
{
	struct skbtrace_state *state;
	u64 us;

	state = skbtrace_state_get_part(s, sk, SKBTRACE_STATE_TURN);
	if (!state)
		return;
	us = tcp_sk(sk)->tcp_mstamp - state->since;
	if (likely(state->value == who && us <= U32_MAX))
		state->last_us = us;
	else
		turn_change(s, sk, who, seq, state);
}

/* Is all that has been sent a FIN, which is no data? */
static bool turn_fin_only(const struct sock *sk, unsigned int sent)
{
	const struct sk_buff *skb;

	if (likely(!(sk->sk_shutdown & SEND_SHUTDOWN)) || sent > 1)
		return false;
	skb = tcp_rtx_queue_tail(sk);
	return skb && !skb->len;
}

SKBTRACE_DEFINE_PROBE(tcp_turn_send_probe,
		      TP_PROTO(struct sock *sk, enum tcp_sendlimit why,
			       unsigned int sent),
		      TP_ARGS(sk, why, sent))
{
	if (sent && !turn_fin_only(sk, sent) &&
	    skbtrace_passes(data, &skbtrace_ev_tcp_turn, sk))
		turn_is(data, sk, TURN_SELF, 0);
}

SKBTRACE_DEFINE_PROBE(tcp_turn_rcv_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb,
			       bool eaten),
		      TP_ARGS(sk, skb, eaten))
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 len = cb->end_seq - cb->seq;

	/* a FIN is no data */
	if (len > !!(cb->tcp_flags & TCPHDR_FIN) &&
	    skbtrace_passes(data, &skbtrace_ev_tcp_turn, sk))
		turn_is(data, sk, TURN_PEER, cb->seq);
}

static struct skbtrace_inference tcp_turn_inferred;

/* Nothing has been sent since the previous data: the turn goes on. */
static void turn_infer(struct skbtrace_session *s, struct sock *sk,
		       struct skbtrace_state *state)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct turn turn = {
		.was = TURN_SELF,
		.for_us = U64_MAX,
		.gap_us = jiffies_to_usecs(tcp_jiffies32 - tp->lsndtime),
	};

	if (state->value)
		turn.bytes = turn_sent(sk, state->count);
	else if (!tp->bytes_received)
		turn.bytes = tp->bytes_sent - tp->bytes_retrans;
	state->value = TURN_PEER;
	state->count = tp->snd_nxt;
	if (turn.bytes)
		write_turn(s, &tcp_turn_inferred.ev, sk, TURN_PEER,
			   &turn);
}

/* A segment arrives. Has it data, and was data sent before it? */
SKBTRACE_DEFINE_PROBE(tcp_turn_infer_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	const struct tcphdr *th = (const struct tcphdr *)skb->data;
	u32 len = skb->len - th->doff * 4;
	struct skbtrace_state *state;

	if (!len || !after(ntohl(th->seq) + len, tcp_sk(sk)->rcv_nxt) ||
	    !skbtrace_passes(data, &tcp_turn_inferred.ev, sk))
		return;
	state = skbtrace_state_get_part(data, sk, SKBTRACE_STATE_TURN |
						  SKBTRACE_STATE_INFERRED);
	if (state)
		turn_infer(data, sk, state);
}

/* A connection is closed: write its last turn, free its state. */
static void turn_end(struct skbtrace_session *s, struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie) | SKBTRACE_STATE_TURN;
	struct skbtrace_state *state;
	struct turn turn;

	if (!s->states.tab)
		return;
	state = skbtrace_state_find(&s->states, cookie);
	if (state) {
		turn = turn_of(state, sk, tcp_clock_us());
		skbtrace_state_free(state);
		if (skbtrace_passes(s, &skbtrace_ev_tcp_turn, sk))
			write_turn(s, &skbtrace_ev_tcp_turn, sk, TURN_END,
				   &turn);
	}
	state = skbtrace_state_find(&s->states,
				    cookie | SKBTRACE_STATE_INFERRED);
	if (state)
		skbtrace_state_free(state);
}

static SKBTRACE_HOOK(hook_tcp_turn_send, tcp_sendlimit, tcp_turn_send_probe);
static SKBTRACE_HOOK(hook_tcp_turn_rcv, tcp_queue_rcv, tcp_turn_rcv_probe);
static SKBTRACE_HOOK(hook_tcp_turn_infer, tcp_probe, tcp_turn_infer_probe);

static struct skbtrace_inference tcp_turn_inferred = {
	.how		= "at tcp_probe: when data comes in and some has been sent since the last time; so only now=peer is told, for is not known, and gap is of clock ticks, 1 to 10 ms",
	.hooks		= TCP_HOOKS(&hook_tcp_turn_infer),
	.states		= true,
};

SKBTRACE_DEFINE_EVENT(tcp_turn) = {
	SKBTRACE_EVENT(tcp_turn),
	.nr		= SKBTRACE_NR(tcp_turn),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "send:why",
	.select		= "now",
	.opts		= SKBTRACE_OPTS_PICK,
	.states		= true,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("tcp_turn", turn_words)),
	.help		= "The other end begins to send data: tells of the turn that has ended, and of the pause after it.",
	.read		= "now=peer: gap is the time the peer's program took to answer, and an RTT. now=self: gap is the time our own program took. now=end: the connection is closed.",
	.example	= "skbtrace record -e 'tcp_turn,when=gap>100ms'",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_turn_send, &hook_tcp_turn_rcv),
	.end		= turn_end,
	.inferred	= &tcp_turn_inferred,
};
