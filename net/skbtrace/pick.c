// SPDX-License-Identifier: GPL-2.0
/*
 * sk_mark= and sample=: which connections an event wants.
 *
 * A sample is of whole connections, the same on both ends and in each session:
 * it depends on nothing but the two addresses with their ports, whichever of
 * them is local. Whoever can not name them all yet is not in it.
 */
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include "internal.h"

static u64 skbtrace_mix_end(const struct in6_addr *addr, u16 port)
{
	u64 hi = (u64)ntohl(addr->s6_addr32[0]) << 32 |
		 ntohl(addr->s6_addr32[1]);
	u64 lo = (u64)ntohl(addr->s6_addr32[2]) << 32 |
		 ntohl(addr->s6_addr32[3]);
	u64 mix = (hi ^ rol64(lo, 16) ^ port) * SKBTRACE_MIX;

	return mix ^ mix >> 32;
}

/* One in @n, from the sum of both ends, so that their order does not matter. */
static bool skbtrace_sampled(const struct skbtrace_tuple *t, u32 n)
{
	u64 mix = skbtrace_mix_end(&t->local, t->lport) +
		  skbtrace_mix_end(&t->peer, t->pport);

	mix *= SKBTRACE_MIX;
	return (mix >> 32) * n >> 32 == 0;
}

/* SO_MARK of a full socket or minisocket. Context: probe. */
u32 skbtrace_sk_mark(struct sock *sk)
{
	if (sk_fullsock(sk))
		return READ_ONCE(sk->sk_mark);
	if (sk->sk_state == TCP_TIME_WAIT)
		return inet_twsk(sk)->tw_mark;
	return inet_rsk(inet_reqsk(sk))->ir_mark;
}

/**
 * skbtrace_picks_sk() - does a slot want this connection?
 * @slot: the slot of an event, with sk_mark= or sample=
 * @sk: full socket or minisocket
 *
 * Context: probe.
 * Return: true if it does
 */
bool skbtrace_picks_sk(const struct skbtrace_slot *slot, struct sock *sk)
{
	struct skbtrace_tuple t;

	if (slot->by_mark && skbtrace_sk_mark(sk) != slot->mark)
		return false;
	if (!slot->sample)
		return true;
	skbtrace_sock_tuple(sk, &t);
	return t.lport && t.pport && skbtrace_sampled(&t, slot->sample);
}

/**
 * skbtrace_picks_packet() - does a slot want this packet?
 * @slot: the slot of an event, with sk_mark= or sample=
 * @p: packet; without a socket it has no mark
 *
 * What has no ports is judged by its addresses. Context: probe.
 * Return: true if it does
 */
bool skbtrace_picks_packet(const struct skbtrace_slot *slot,
			   const struct skbtrace_packet *p)
{
	struct skbtrace_tuple t;

	if (slot->by_mark &&
	    (!p->sk || skbtrace_sk_mark(p->sk) != slot->mark))
		return false;
	if (!slot->sample)
		return true;
	return skbtrace_packet_tuple(p->skb, p->l3, SKBTRACE_DIR_RX, &t,
				     NULL) &&
	       skbtrace_sampled(&t, slot->sample);
}
