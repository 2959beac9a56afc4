/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One word for a flow of packets: what is held back is found by it alone. It
 * depends on the byte order, so it is not what sample= chooses by, which must
 * be the same on both ends.
 */
#ifndef _NET_SKBTRACE_FLOW_H
#define _NET_SKBTRACE_FLOW_H

#include <linux/skbtrace_tuple.h>

/* Odd numbers without a pattern */
#define SKBTRACE_FLOW_HIGH	0x9e3779b97f4a7c15ULL
#define SKBTRACE_FLOW_PORT	0xc2b2ae3d27d4eb4fULL
#define SKBTRACE_FLOW_END	0xff51afd7ed558ccdULL

/*
 * Hosts, subnets and ports differ in few bits, so these must not fall upon each
 * other: each part is multiplied by a number of its own. A product tells of its
 * highest bits nowhere else, hence the shifts: the first for subnets against
 * hosts, both at the end of a word; the other for one end against the other.
 */
static __always_inline u64 skbtrace_flow_end(const struct in6_addr *addr,
					     u16 port, u64 secret)
{
	const u64 *a = (const u64 *)addr;
	u64 mix = (a[0] ^ secret) * SKBTRACE_FLOW_HIGH;

	mix ^= mix >> 32;
	mix += a[1] + port * (SKBTRACE_FLOW_PORT ^ secret);
	mix *= SKBTRACE_FLOW_END;
	return mix ^ mix >> 32;
}

/**
 * skbtrace_flow() - the same for both directions and on both ends
 * @t: who sends to whom, aligned to 8 bytes
 * @secret: even; keys what a peer can choose, its addresses and its port, so
 *	that it can't compute two that share a word
 *
 * Return: 64 bits that two flows share only by chance, never 0
 */
static __always_inline u64 skbtrace_flow(const struct skbtrace_tuple *t,
					 u64 secret)
{
	u64 mix = skbtrace_flow_end(&t->local, t->lport, secret) +
		  skbtrace_flow_end(&t->peer, t->pport, secret);

	return mix ?: 1;
}

#endif /* _NET_SKBTRACE_FLOW_H */
