/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where NAT changes the addresses of a packet, its ends know it by different
 * tuples. A block has the one that its headers have; this is the other one.
 */
#ifndef _NET_SKBTRACE_NAT_H
#define _NET_SKBTRACE_NAT_H

#include <linux/skbtrace_event.h>
#include <linux/skbtrace_tuple.h>
#include <net/net_namespace.h>

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
#include <net/netfilter/nf_conntrack.h>
#endif

/* In the order of local and peer of the block, all 0: there is none */
#define SKBTRACE_NAT_FIELDS(F, S)					\
	F(S, addr, nat_local, "-", "brief,set", "as local, on the other side of NAT") \
	F(S, addr, nat_peer, "-", "brief,set", "as peer, on the other side of NAT") \
	F(S, u16, nat_lport, "port", "brief,set", "as lport, on the other side of NAT") \
	F(S, u16, nat_pport, "port", "brief,set", "as pport, on the other side of NAT") \
	F(S, u32, spare2, "-", "-", "0")

/* SKBTRACE_NAT_FIELDS() as a struct */
struct skbtrace_nat {
	struct in6_addr	local;
	struct in6_addr	peer;
	u16		lport;
	u16		pport;
	u32		spare;
};

#define SKBTRACE_ASSERT_NAT(NAME)					\
	static_assert(offsetof(struct NAME##_block, spare2) ==		\
		      offsetof(struct NAME##_block, nat_local) +	\
		      offsetof(struct skbtrace_nat, spare))

#define skbtrace_nat_of(b)	((struct skbtrace_nat *)&(b)->nat_local)

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
static inline void skbtrace_nat_addr(struct in6_addr *to,
				     const union nf_inet_addr *addr, u16 family)
{
	if (family == AF_INET6)
		*to = addr->in6;
	else
		ipv6_addr_set_v4mapped(addr->ip, to);
}

/* @turned: from the tuple's destination to its source */
static inline void skbtrace_nat_set(struct skbtrace_nat *n,
				    const struct nf_conntrack_tuple *t,
				    bool turned)
{
	bool ports = t->dst.protonum == IPPROTO_TCP ||
		     t->dst.protonum == IPPROTO_UDP;
	u16 src = ports ? ntohs(t->src.u.all) : 0;
	u16 dst = ports ? ntohs(t->dst.u.all) : 0;

	skbtrace_nat_addr(turned ? &n->peer : &n->local, &t->src.u3,
			  t->src.l3num);
	skbtrace_nat_addr(turned ? &n->local : &n->peer, &t->dst.u3,
			  t->src.l3num);
	n->lport = turned ? dst : src;
	n->pport = turned ? src : dst;
	n->spare = 0;
}

static inline bool skbtrace_nat_is(const struct skbtrace_nat *n,
				   const struct skbtrace_tuple *t)
{
	return n->lport == t->lport && n->pport == t->pport &&
	       ipv6_addr_equal(&n->local, &t->local) &&
	       ipv6_addr_equal(&n->peer, &t->peer);
}

/**
 * skbtrace_nat() - what NAT makes of the addresses of a packet, or has made
 * @n: result, from the source to the destination
 * @skb: packet
 * @net: the namespace that is told of; %NULL: not known
 * @t: its addresses, local is the source
 *
 * Conntrack knows the tuple of each direction as its sender knows it; turned
 * round, that of the other direction is the receiver's. The packet has a
 * reference to conntrack's entry. An entry of another protocol is that of what
 * an ICMP error is about. Context: probe.
 */
static inline void skbtrace_nat(struct skbtrace_nat *n,
				const struct sk_buff *skb,
				const struct net *net,
				const struct skbtrace_tuple *t)
{
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);
	enum ip_conntrack_dir dir;

	*n = (struct skbtrace_nat){};
	if (likely(!ct) || !(READ_ONCE(ct->status) & IPS_NAT_MASK) ||
	    (net && !net_eq(net, nf_ct_net(ct))))
		return;
	dir = CTINFO2DIR(info);
	if (ct->tuplehash[dir].tuple.dst.protonum != t->proto)
		return;
	skbtrace_nat_set(n, &ct->tuplehash[dir].tuple, false);
	if (!skbtrace_nat_is(n, t))
		return;
	skbtrace_nat_set(n, &ct->tuplehash[!dir].tuple, true);
	if (skbtrace_nat_is(n, t))
		*n = (struct skbtrace_nat){};
}
#else
static inline void skbtrace_nat(struct skbtrace_nat *n,
				const struct sk_buff *skb,
				const struct net *net,
				const struct skbtrace_tuple *t)
{
	*n = (struct skbtrace_nat){};
}
#endif

static inline void skbtrace_nat_swap(struct skbtrace_nat *n)
{
	swap(n->local, n->peer);
	swap(n->lport, n->pport);
}

#endif /* _NET_SKBTRACE_NAT_H */
