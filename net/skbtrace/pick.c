// SPDX-License-Identifier: GPL-2.0
/*
 * sk_mark=, sample= and max_cost: which connections an event is recorded of.
 *
 * A sample consists of whole connections, the same on both hosts and in each
 * session: it only depends on the two addresses and ports, whichever end is
 * local. A socket that lacks a port is not in the sample.
 */
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include "pick.h"

static u64 skbtrace_mix_end(const struct in6_addr *addr, u16 port)
{
	u64 hi = (u64)ntohl(addr->s6_addr32[0]) << 32 |
		 ntohl(addr->s6_addr32[1]);
	u64 lo = (u64)ntohl(addr->s6_addr32[2]) << 32 |
		 ntohl(addr->s6_addr32[3]);
	u64 mix = (hi ^ rol64(lo, 16) ^ port) * SKBTRACE_MIX;

	return mix ^ mix >> 32;
}

/* One in @n, by a sum over both ends, which does not depend on their order */
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
 * skbtrace_picks_sk() - does a connection agree with sk_mark= and sample=?
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

/* One in how many connections is recorded of an event, max_cost included? */
static u32 skbtrace_shed_sample(u32 sample, u32 shed)
{
	return min_t(u64, (u64)max(sample, 1U) * shed, U32_MAX);
}

/**
 * skbtrace_sheds_sk() - is an event of a connection left out by max_cost?
 * @ev: the event
 * @sample: its sample=
 * @shed: skbtrace_session.shed, not 0
 * @sk: full socket or minisocket
 *
 * Events without sample= are left out only when all are. Context: probe.
 * Return: true if it is
 */
bool skbtrace_sheds_sk(const struct skbtrace_event *ev, u32 sample, u32 shed,
		       struct sock *sk)
{
	struct skbtrace_tuple t;

	if (shed == SKBTRACE_SHED_ALL)
		return true;
	if (!(ev->opts & SKBTRACE_OPT_SAMPLE))
		return false;
	skbtrace_sock_tuple(sk, &t);
	return !t.lport || !t.pport ||
	       !skbtrace_sampled(&t, skbtrace_shed_sample(sample, shed));
}

/**
 * skbtrace_sheds_packet() - is an event of a packet left out by max_cost?
 * @ev: the event
 * @sample: its sample=
 * @shed: skbtrace_session.shed, not 0
 * @p: packet
 *
 * Context: probe.
 * Return: true if it is
 */
bool skbtrace_sheds_packet(const struct skbtrace_event *ev, u32 sample,
			   u32 shed, const struct skbtrace_packet *p)
{
	struct skbtrace_tuple t;

	if (shed == SKBTRACE_SHED_ALL)
		return true;
	if (!(ev->opts & SKBTRACE_OPT_SAMPLE))
		return false;
	return !skbtrace_packet_tuple(p->skb, p->l3, SKBTRACE_DIR_RX, &t,
				      NULL) ||
	       !skbtrace_sampled(&t, skbtrace_shed_sample(sample, shed));
}

/**
 * skbtrace_picks_packet() - does a packet agree with sk_mark= and sample=?
 * @slot: the slot of an event, with sk_mark= or sample=
 * @p: packet; without a socket it has no mark
 *
 * Packets without ports are sampled by their addresses. Context: probe.
 * Return: true if it does
 */
bool skbtrace_picks_packet(const struct skbtrace_slot *slot,
			   const struct skbtrace_packet *p)
{
	struct sock *sk = p->sk ? p->sk : p->by;
	struct skbtrace_tuple t;

	if (slot->by_mark && (!sk || skbtrace_sk_mark(sk) != slot->mark))
		return false;
	if (!slot->sample)
		return true;
	return skbtrace_packet_tuple(p->skb, p->l3, SKBTRACE_DIR_RX, &t,
				     NULL) &&
	       skbtrace_sampled(&t, slot->sample);
}
