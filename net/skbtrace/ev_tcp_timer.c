// SPDX-License-Identifier: GPL-2.0
/*
 * The timers of a TCP connection: one for retransmission and all that excludes
 * it, one for delayed ACKs, one for keepalive and FIN_WAIT2.
 */
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <trace/events/skbtrace.h>
#include "ev_tcp.h"

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

/* What the retransmission timer is armed for; also said of it when it is not */
static u8 tcp_rexmit_purpose(const struct inet_connection_sock *icsk)
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

/* Return: TIMER_*, or -1: it is none of the connection's */
static int tcp_which_timer(const struct sock *sk,
			   const struct timer_list *timer)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (timer == &icsk->icsk_retransmit_timer)
		return tcp_rexmit_purpose(icsk);
	if (timer == &icsk->icsk_delack_timer)
		return TIMER_DELACK;
	return timer == &icsk->icsk_keepalive_timer ? TIMER_KEEPALIVE : -1;
}

/*
 * Context: process or softirq; the socket's lock is held, but for the end of a
 * socket nobody else knows.
 */
static void sk_timer_probe(void *data, struct sock *sk,
			   struct timer_list *timer, enum sk_timer_op op)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	struct skbtrace_session *s = data;
	struct sk_timer_block *b;
	long left;
	int which;

	if (!tcp_is_tcp(sk))
		return;
	which = op == SK_TIMER_SETUP ? TIMER_ALL : tcp_which_timer(sk, timer);
	if (which < 0 || !skbtrace_wants2(s, &ev_sk_timer, which, op))
		return;
	b = skbtrace_begin_sk(s, &ev_sk_timer, sk);
	if (!b)
		return;
	left = timer->expires - jiffies;
	b->timer = which;
	b->op = op;
	b->state = sk->sk_state;
	b->retransmits = icsk->icsk_retransmits;
	/* keepalive: hours, too many for 32 bits */
	b->timeout_us = op == SK_TIMER_RESET ?
			div_u64(jiffies64_to_nsecs(max(left, 0L)),
				NSEC_PER_USEC) : U64_MAX;
	b->backoff = icsk->icsk_backoff;
	b->probes_out = icsk->icsk_probes_out;
	b->spare = 0;
	b->rto_us = jiffies_to_usecs(icsk->icsk_rto);
	b->spare2 = 0;
	skbtrace_commit(s);
}

static SKBTRACE_HOOK(hook_sk_timer, sk_timer, sk_timer_probe);

struct skbtrace_event ev_sk_timer = {
	SKBTRACE_EVENT(sk_timer),
	.nr		= 2,
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.select		= "timer",
	.select2	= "op",
	.opts		= SKBTRACE_OPTS_PICK,
	.help		= "A timer of a connection is set up, armed, stopped, or fires.",
	.read		= "rexmit fires: no ACK for an RTO. probe: the peer's window is closed. An ACK of all data does not stop rexmit or tlp: the timer finds out when it runs out, without an event.",
	.example	= "skbtrace record -e sk_timer,only=fire",
	.names		= &ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_sk_timer),
};
