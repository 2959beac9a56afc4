/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: histograms of stages by key: the peer, the port of the service, or
 * the cgroup of a connection. The first keys that come get histograms of their
 * own; all others share one. Coarser than those of all connections, as there
 * are many.
 */
#ifndef _LINUX_SKBTRACE_KEYED_H
#define _LINUX_SKBTRACE_KEYED_H

#include <linux/skbtrace_hist.h>
#include <linux/types.h>

#define SKBTRACE_NR_KEYS	32U	/* a power of two */
/* Buckets of the others are joined, so that one is 12.5 % wide at most. */
#define SKBTRACE_KEYED_CUT	3
#define SKBTRACE_KEYED_BUCKETS	(SKBTRACE_HIST_BUCKETS >> SKBTRACE_KEYED_CUT)

/* What connections are told apart by: NAME, the word */
#define SKBTRACE_KEYED_BY(K)						\
	K(PEER, "peer")							\
	K(PORT, "port")							\
	K(CGROUP, "cgroup")

#define SKBTRACE_KEYED_ENUM(NAME, WORD)		SKBTRACE_KEYED_##NAME,
enum skbtrace_keyed_by {
	SKBTRACE_KEYED_NOT,
	SKBTRACE_KEYED_BY(SKBTRACE_KEYED_ENUM)
	SKBTRACE_NR_KEYED
};

/**
 * struct skbtrace_key - a value of it
 * @v: an address of IPv6, or of IPv4 as ::ffff:a.b.c.d, as it is in memory; or
 *	0 and a number, 0: not known
 */
struct skbtrace_key {
	u64	v[2];
};

struct skbtrace_keyed;

void skbtrace_keyed_add(struct skbtrace_keyed *k,
			const struct skbtrace_key *key, u32 stage, u64 ns);

#endif /* _LINUX_SKBTRACE_KEYED_H */
