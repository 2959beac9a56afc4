// SPDX-License-Identifier: GPL-2.0
/*
 * The timers of a TCP connection: one for retransmission, probes and the like,
 * one for delayed ACKs, one for keepalive and FIN_WAIT2.
 */
#include <trace/events/skbtrace.h>
#include "tcp.h"

#define SK_TIMER_FIELDS(F, S)						\
	F(S, u8, timer, "enum:sk_timer", "brief", "which, and what for") \
	F(S, u8, op, "enum:sk_timer_op", "brief", "what happens to it")	\
	F(S, u8, state, "enum:tcp_state", "-", "state of the connection") \
	F(S, u8, retransmits, "-", "brief", "timeouts in a row (icsk_retransmits)") \
	F(S, u8, backoff, "-", "-", "doublings of the timeout (icsk_backoff)") \
	F(S, u8, probes_out, "-", "-", "zero window or keepalive probes in a row") \
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u64, timeout_us, "us", "brief,na,whole", "of reset: until it fires") \
	F(S, u32, rto_us, "us", "whole", "retransmission timeout")	\
	F(S, u32, spare2, "-", "-", "0")
SKBTRACE_BLOCK(sk_timer, SK_TIMER_FIELDS);

/* Which timer, and for what */
enum {
	TIMER_REXMIT, TIMER_PROBE, TIMER_KEEPALIVE, TIMER_DELACK, TIMER_TLP,
	TIMER_REO, TIMER_ALL
};

static const struct skbtrace_sym timer_words[] = {
	{ TIMER_REXMIT, "rexmit" },
	{ TIMER_PROBE, "probe" },		/* of a zero window */
	{ TIMER_KEEPALIVE, "keepalive" },
	{ TIMER_DELACK, "delack" },
	{ TIMER_TLP, "tlp" },			/* tail loss probe */
	{ TIMER_REO, "reo" },			/* RACK: is it reordering? */
	{ TIMER_ALL, "all" },			/* setup */
};

static const struct skbtrace_sym timer_op_words[] = {
	{ SK_TIMER_SETUP, "setup" },
	{ SK_TIMER_RESET, "reset" },
	{ SK_TIMER_STOP, "stop" },
	{ SK_TIMER_FIRE, "fire" },
};

/*
 * The purpose of the retransmission timer, or the last one if it is not armed
 */
static u8 rexmit_purpose(const struct inet_connection_sock *icsk)
{
	switch (icsk->icsk_pending) {
	case ICSK_TIME_PROBE0:
		return TIMER_PROBE;
	case ICSK_TIME_LOSS_PROBE:
		return TIMER_TLP;
	case ICSK_TIME_REO_TIMEOUT:
		return TIMER_REO;
	default:
		return TIMER_REXMIT;
	}
}

/* Return: TIMER_*, or -1: not a timer of the connection */
static int which_timer(const struct sock *sk,
		       const struct timer_list *timer)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (timer == &icsk->icsk_retransmit_timer)
		return rexmit_purpose(icsk);
	if (timer == &icsk->icsk_delack_timer)
		return TIMER_DELACK;
	return timer == &icsk->icsk_keepalive_timer ? TIMER_KEEPALIVE : -1;
}

static __always_inline void fill_timer(struct sk_timer_block *b,
				       const struct sock *sk,
				       const struct timer_list *timer,
				       u8 which, enum sk_timer_op op)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	long left = timer->expires - jiffies;

	b->timer = which;
	b->op = op;
	b->state = sk->sk_state;
	b->retransmits = icsk->icsk_retransmits;
	/* keepalive: hours, which overflow 32 bits */
	b->timeout_us = op == SK_TIMER_RESET ?
			skbtrace_jiffies_us(max(left, 0L)) : U64_MAX;
	b->backoff = icsk->icsk_backoff;
	b->probes_out = icsk->icsk_probes_out;
	b->spare = 0;
	b->rto_us = skbtrace_jiffies_us(icsk->icsk_rto);
	b->spare2 = 0;
}

static noinline void long_timer(struct skbtrace_session *s, struct sock *sk,
				const struct timer_list *timer, u8 which,
				enum sk_timer_op op)
{
	struct sk_timer_block b __uninitialized;

	fill_timer(&b, sk, timer, which, op);
	skbtrace_event_sk(s, &skbtrace_ev_sk_timer, sk, &b);
}

/*
 * Context: process or softirq; the socket's lock is held, except when a socket
 * without other references is freed.
 */
SKBTRACE_DEFINE_PROBE(sk_timer_probe,
		      TP_PROTO(struct sock *sk, struct timer_list *timer,
			       enum sk_timer_op op),
		      TP_ARGS(sk, timer, op))
{
	struct skbtrace_quick q __uninitialized;
	struct skbtrace_session *s = data;
	int which, how;

	if (!skbtrace_is_tcp(sk))
		return;
	which = op == SK_TIMER_SETUP ? TIMER_ALL : which_timer(sk, timer);
	if (which < 0 || !skbtrace_wants2(s, &skbtrace_ev_sk_timer, which, op))
		return;
	how = skbtrace_quick_sk(&q, s, &skbtrace_ev_sk_timer,
				sizeof(struct sk_timer_block), sk);
	if (how <= 0) {
		if (how < 0)
			long_timer(s, sk, timer, which, op);
		return;
	}
	fill_timer(q.block, sk, timer, which, op);
	skbtrace_quick_commit(&q);
}

static SKBTRACE_HOOK(hook_sk_timer, sk_timer, sk_timer_probe);

SKBTRACE_DEFINE_EVENT(sk_timer) = {
	SKBTRACE_EVENT(sk_timer),
	.nr		= SKBTRACE_NR(sk_timer),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.select		= "timer",
	.select2	= "op",
	.opts		= SKBTRACE_OPTS_PICK,
	.conds		= true,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("sk_timer", timer_words),
					 SKBTRACE_SYMS("sk_timer_op",
						       timer_op_words)),
	.help		= "A timer of a connection is set up, armed, stopped, or fires.",
	.read		= "rexmit fires: no ACK for an RTO. probe: the peer's window is closed. An ACK of all data does not stop rexmit or tlp: the timer finds out when it runs out, without an event.",
	.example	= "skbtrace record -e sk_timer,only=fire",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_sk_timer),
};
