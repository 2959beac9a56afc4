/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who sends to whom, as a number that is the same at a socket and at a packet:
 * with a sequence number it is the key of a mark. Addresses and ports are taken
 * from where they are, as pairs; no tuple is filled in.
 */
#ifndef _NET_SKBTRACE_EVENTS_TCP_FLOW_H
#define _NET_SKBTRACE_EVENTS_TCP_FLOW_H

#include "tcp.h"

/*
 * Each direction has a key of its own, so that both ways of a connection within
 * this host differ. @ports: the peer's, host order, in the upper half.
 */
static __always_inline u64 flow_end(u64 mix, u32 ports)
{
	return rol64(mix, 32) ^ (u64)ports << 32;
}

/* @addrs: the peer's and the local one, as they follow each other in memory */
static __always_inline u64 flow_ip4(const struct skbtrace_session *s, bool tx,
				    u64 addrs, u32 ports)
{
	return flow_end((addrs ^ s->packet_key[tx]) * SKBTRACE_MIX, ports);
}

/* Half an address, as it is: nobody but this host compares them. */
static __always_inline u64 flow_half(u64 mix, const struct in6_addr *a,
				     int half)
{
	u64 v;

	memcpy(&v, &a->s6_addr[8 * half], sizeof(v));
	return (rol64(mix, 32) ^ v) * SKBTRACE_MIX;
}

static __always_inline u64 flow_ip6(const struct skbtrace_session *s, bool tx,
				    const struct in6_addr *peer,
				    const struct in6_addr *local, u32 ports)
{
	u64 mix = flow_half(s->packet_key[tx], peer, 0);

	mix = flow_half(mix, peer, 1);
	mix = flow_half(mix, local, 0);
	return flow_end(flow_half(mix, local, 1), ports);
}

/* A full socket: IPv4 in an IPv6 socket has its addresses in both forms. */
static __always_inline u64 flow_of_sk(const struct skbtrace_session *s, bool tx,
				      const struct sock *sk)
{
	u32 ports = (u32)ntohs(sk->sk_dport) << 16 | sk->sk_num;

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr))
		return flow_ip6(s, tx, &sk->sk_v6_daddr, &sk->sk_v6_rcv_saddr,
				ports);
#endif
	return flow_ip4(s, tx, (__force u64)sk->sk_addrpair, ports);
}

/* Source and destination of a header; of what is received the peer is first. */
static __always_inline u32 flow_ports(bool tx, const struct tcphdr *th)
{
	u32 ports = ntohl(*(const __be32 *)th);

	return tx ? rol32(ports, 16) : ports;
}

/* Linear headers without options in between */
static __always_inline u64 flow_of_ip4(const struct skbtrace_session *s,
				       bool tx, const struct iphdr *ip)
{
	u64 addrs;

	memcpy(&addrs, &ip->addrs, sizeof(addrs));
	return flow_ip4(s, tx, tx ? rol64(addrs, 32) : addrs,
			flow_ports(tx, (const struct tcphdr *)(ip + 1)));
}

static __always_inline u64 flow_of_ip6(const struct skbtrace_session *s,
				       bool tx, const struct ipv6hdr *ip)
{
	return flow_ip6(s, tx, tx ? &ip->daddr : &ip->saddr,
			tx ? &ip->saddr : &ip->daddr,
			flow_ports(tx, (const struct tcphdr *)(ip + 1)));
}

/* Any packet: @t is what skbtrace_packet_tuple() has found. */
static inline u64 flow_of_tuple(const struct skbtrace_session *s, bool tx,
				const struct skbtrace_tuple *t)
{
	u32 ports = (u32)t->pport << 16 | t->lport;
	__be32 addrs[2];
	u64 pair;

	if (!ipv6_addr_v4mapped(&t->peer))
		return flow_ip6(s, tx, &t->peer, &t->local, ports);
	addrs[0] = t->peer.s6_addr32[3];
	addrs[1] = t->local.s6_addr32[3];
	memcpy(&pair, addrs, sizeof(pair));
	return flow_ip4(s, tx, pair, ports);
}

#endif /* _NET_SKBTRACE_EVENTS_TCP_FLOW_H */
