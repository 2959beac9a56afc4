/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: addresses and ports of packets. Common cases are inline.
 */
#ifndef _LINUX_SKBTRACE_TUPLE_H
#define _LINUX_SKBTRACE_TUPLE_H

#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>

/* The first fields of a packet event's block. */
#define SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, addr, local, "-", "tuple", "address on this side")		\
	F(S, addr, peer, "-", "tuple", "address of the other side")	\
	F(S, u16, lport, "port", "tuple", "port on this side")		\
	F(S, u16, pport, "port", "tuple", "port of the other side")	\
	F(S, u8, proto, "enum:ipproto", "-", "protocol above IP")	\
	F(S, u8, dir, "enum:dir", "brief", "received or sent by this host")

/**
 * struct skbtrace_tuple - SKBTRACE_TUPLE_FIELDS() as a struct
 * @local: address on this side, IPv4 as ::ffff:a.b.c.d
 * @peer: address of the other side
 * @lport: port on this side, host order
 * @pport: port of the other side, host order
 * @proto: IPPROTO_*, 0 unknown
 * @dir: SKBTRACE_DIR_*
 */
struct skbtrace_tuple {
	struct in6_addr	local;
	struct in6_addr	peer;
	u16		lport;
	u16		pport;
	u8		proto;
	u8		dir;
};

enum {
	SKBTRACE_DIR_UNKNOWN,
	SKBTRACE_DIR_RX,
	SKBTRACE_DIR_TX,
	SKBTRACE_DIR_FWD,
};

#define SKBTRACE_ASSERT_TUPLE(NAME)					\
	static_assert(offsetof(struct NAME##_block, dir) ==		\
		      offsetof(struct NAME##_block, local) +		\
		      offsetof(struct skbtrace_tuple, dir))

/* A socket without a peer, such as that of a UDP server, is no connection. */
static inline bool skbtrace_is_conn(const struct sock *sk)
{
	return sk_fullsock(sk) && sk->sk_dport;
}

/* the tuple in a block */
#define skbtrace_tuple_of(b)	((struct skbtrace_tuple *)&(b)->local)

/**
 * struct skbtrace_l4 - what skbtrace_packet_tuple() finds beside the tuple
 * @seq: TCP sequence number, host order
 * @len: bytes of payload above the transport header, from the IP header
 * @valid: TCP: @seq and @len are; UDP: @len is
 */
struct skbtrace_l4 {
	u32	seq;
	u32	len;
	bool	valid;
};

bool skbtrace_slow_tuple(const struct sk_buff *skb, int l3, u8 dir,
			 struct skbtrace_tuple *t, struct skbtrace_l4 *l4);
void skbtrace_sock_tuple(const struct sock *sk, struct skbtrace_tuple *t);
int skbtrace_vlan_l3(const struct sk_buff *skb);

/**
 * struct skbtrace_packet - a packet, and whose it is
 * @skb: packet
 * @l3: where its IP header is
 * @dir: SKBTRACE_DIR_*
 * @dev: its device, %NULL: not known
 * @sk: its socket, %NULL: not known
 * @by: the socket that has refused it, may have been released; %NULL: not
 *	known. Set by skbtrace_refused_by()
 * @net: its network namespace, %NULL: skbtrace_packet_net() tells
 */
struct skbtrace_packet {
	const struct sk_buff	*skb;
	int			l3;
	u8			dir;
	const struct net_device	*dev;
	struct sock		*sk;
	struct sock		*by;
	const struct net	*net;
};

struct skbtrace_event;
struct skbtrace_session;

const struct net *skbtrace_packet_net(const struct sk_buff *skb,
				      const struct net_device *dev,
				      const struct sock *sk);
void skbtrace_refused_by(struct skbtrace_packet *p, struct sock *sk);

/* The inode number, 0: not known */
static inline u32 skbtrace_inum(const struct net *net)
{
	return net ? net->ns.inum : 0;
}

bool skbtrace_passes_whole(struct skbtrace_session *s,
			   const struct skbtrace_event *ev,
			   const struct skbtrace_packet *p);

/* No offset: larger than any packet, and a sum with it does not overflow. */
#define SKBTRACE_NO_L3		0x40000000

/**
 * skbtrace_packet_sock() - the socket that a packet holds
 * @skb: packet
 *
 * The packet holds skb->sk only if it has a destructor, which releases it. It
 * may be a minisocket: check sk_fullsock().
 *
 * Return: the socket, of IPv4 or IPv6, or %NULL
 */
static inline struct sock *skbtrace_packet_sock(const struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	if (!sk || !skb->destructor)
		return NULL;
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6 ? sk :
								       NULL;
}

/**
 * skbtrace_l3() - where the IP header is
 * @skb: packet
 * @here: where it is if there are no VLAN tags in the data
 *
 * Return: the place, bytes from skb->data, or %SKBTRACE_NO_L3: not IP
 */
static inline int skbtrace_l3(const struct sk_buff *skb, int here)
{
	if (likely(skb->protocol == htons(ETH_P_IP) ||
		   skb->protocol == htons(ETH_P_IPV6)))
		return here;
	return eth_type_vlan(skb->protocol) ? skbtrace_vlan_l3(skb) :
					      SKBTRACE_NO_L3;
}

/**
 * skbtrace_network_l3() - where the IP header is, by skb_network_offset()
 * @skb: packet
 *
 * A network header that was never set is 0 or all ones. It may be stale.
 *
 * Return: the place, bytes from skb->data, or %SKBTRACE_NO_L3
 */
static inline int skbtrace_network_l3(const struct sk_buff *skb)
{
	if (!skb->network_header ||
	    skb->network_header == (typeof(skb->network_header))~0U)
		return SKBTRACE_NO_L3;
	return skbtrace_l3(skb, skb_network_offset(skb));
}

/**
 * skbtrace_is_forwarded() - is an outgoing packet forwarded?
 * @skb: packet at the exit of IP
 *
 * IPv6 marks forwarded multicast only; otherwise it is forwarded if it was
 * received from a device.
 *
 * Return: true if it is
 */
static __always_inline bool skbtrace_is_forwarded(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IPV6) ?
	       skb->skb_iif : IPCB(skb)->flags & IPSKB_FORWARDED;
}

/**
 * skbtrace_is_plain() - is this TCP or UDP in IPv4, with linear headers?
 * @skb: packet
 * @l3: where its IP header is, bytes from skb->data
 *
 * Return: true if skbtrace_plain_tuple() can parse it
 */
static __always_inline bool skbtrace_is_plain(const struct sk_buff *skb, int l3)
{
	const struct iphdr *ip = (const struct iphdr *)(skb->data + l3);
	int linear = (int)skb_headlen(skb) - l3;

	/* version 4, no options */
	if (linear < (int)(sizeof(*ip) + sizeof(struct udphdr)) ||
	    *(const u8 *)ip != 0x45 || ip->frag_off & htons(IP_OFFSET))
		return false;
	return ip->protocol == IPPROTO_UDP ||
	       (ip->protocol == IPPROTO_TCP &&
		linear >= (int)(sizeof(*ip) + sizeof(struct tcphdr)));
}

/* Two words of a header, the first one below, so that one store takes both */
static __always_inline u32 skbtrace_two_words(const void *first)
{
	u32 both = rol32(ntohl(*(const __be32 *)first), 16);

	OPTIMIZER_HIDE_VAR(both);
	return both;
}

/**
 * skbtrace_put_ports() - the ports of a tuple
 * @t: tuple
 * @header: of TCP or UDP
 * @dir: SKBTRACE_DIR_*, a constant
 */
static __always_inline void skbtrace_put_ports(struct skbtrace_tuple *t,
					       const void *header, u8 dir)
{
	u32 ports = dir == SKBTRACE_DIR_TX ? skbtrace_two_words(header) :
					     ntohl(*(const __be32 *)header);

	t->lport = ports;
	t->pport = ports >> 16;
}

/**
 * skbtrace_plain_tuple() - fast skbtrace_packet_tuple()
 * @skb: packet
 * @l3: where its IP header is
 * @dir: SKBTRACE_DIR_*
 * @t: the result
 * @l4: what the transport header tells; %NULL: not asked for
 */
static __always_inline void
skbtrace_plain_tuple(const struct sk_buff *skb, int l3, u8 dir,
		     struct skbtrace_tuple *t, struct skbtrace_l4 *l4)
{
	const struct iphdr *ip = (const struct iphdr *)(skb->data + l3);
	const struct tcphdr *th = (const struct tcphdr *)(ip + 1);
	bool udp = ip->protocol == IPPROTO_UDP;
	bool tx = dir == SKBTRACE_DIR_TX;
	int len;

	if (l4) {
		/* tot_len is 0 in packets over 64 KiB (BIG TCP) */
		len = ip->tot_len ? ntohs(ip->tot_len) : (int)skb->len - l3;
		len -= sizeof(*ip);
		len -= udp ? (int)sizeof(struct udphdr) : th->doff * 4;
		l4->len = max(len, 0);
		l4->seq = udp ? 0 : ntohl(th->seq);
		l4->valid = true;
	}
	ipv6_addr_set_v4mapped(tx ? ip->saddr : ip->daddr, &t->local);
	ipv6_addr_set_v4mapped(tx ? ip->daddr : ip->saddr, &t->peer);
	/* UDP has them at the same place */
	skbtrace_put_ports(t, th, dir);
	t->proto = ip->protocol;
	t->dir = dir;
}

/**
 * skbtrace_packet_tuple() - addresses and ports of a packet
 * @skb: packet
 * @l3: where its IP header is, bytes from skb->data, negative: before it
 * @dir: SKBTRACE_DIR_*: which end is local; unknown counts as received
 * @t: the result; every field is set, to zero if unknown
 * @l4: result from the transport header; %NULL: not needed
 *
 * Inline, so that constant arguments remove the branches they do not need.
 * Context: probe.
 *
 * Return: false if this is not IPv4 or IPv6, or truncated
 */
static inline bool skbtrace_packet_tuple(const struct sk_buff *skb, int l3,
					 u8 dir, struct skbtrace_tuple *t,
					 struct skbtrace_l4 *l4)
{
	if (unlikely(!skbtrace_is_plain(skb, l3)))
		return skbtrace_slow_tuple(skb, l3, dir, t, l4);
	skbtrace_plain_tuple(skb, l3, dir, t, l4);
	return true;
}

#endif /* _LINUX_SKBTRACE_TUPLE_H */
