/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hash of a packet flow, the key of held back packet events. It depends on the
 * byte order, so sample=, which must be the same on both ends, does not use it.
 */
#ifndef _NET_SKBTRACE_FLOW_H
#define _NET_SKBTRACE_FLOW_H

#include <linux/skbtrace_tuple.h>

/* Odd numbers without a pattern */
#define SKBTRACE_FLOW_HIGH	0x9e3779b97f4a7c15ULL
#define SKBTRACE_FLOW_PORT	0xc2b2ae3d27d4eb4fULL
#define SKBTRACE_FLOW_END	0xff51afd7ed558ccdULL

/*
 * Hosts, subnets and ports differ in few bits, which must not cancel out: each
 * part is multiplied by a number of its own. The highest bits of a factor only
 * affect the highest bits of the product, hence the shifts: the first one
 * separates subnets from hosts, the other one the two ends.
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
 * skbtrace_flow() - hash of a flow, the same for both directions
 * @t: addresses and ports, aligned to 8 bytes
 * @secret: even; key, so that a peer, which can choose its address and port,
 *	cannot compute collisions
 *
 * Return: the hash, never 0
 */
static __always_inline u64 skbtrace_flow(const struct skbtrace_tuple *t,
					 u64 secret)
{
	u64 mix = skbtrace_flow_end(&t->local, t->lport, secret) +
		  skbtrace_flow_end(&t->peer, t->pport, secret);

	return mix ?: 1;
}

#endif /* _NET_SKBTRACE_FLOW_H */
