// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses and ports of packets and sockets, in one form for IPv4 and IPv6.
 * Packets may be malformed: every access is checked.
 */
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbtrace.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>

static void skbtrace_addr4(struct in6_addr *a, __be32 v4)
{
	ipv6_addr_set_v4mapped(v4, a);
}

/* The result of parsing an IP header */
struct skbtrace_l3 {
	struct in6_addr	src;
	struct in6_addr	dst;
	u8		proto;
	bool		fragment;	/* not the first: no ports */
	int		l4;		/* offset from skb->data */
	int		len;		/* bytes from there on */
};

static bool skbtrace_ip4(const struct sk_buff *skb, int off,
			 struct skbtrace_l3 *p)
{
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!ip || ip->ihl < 5)
		return false;
	skbtrace_addr4(&p->src, ip->saddr);
	skbtrace_addr4(&p->dst, ip->daddr);
	p->proto = ip->protocol;
	p->fragment = ip->frag_off & htons(IP_OFFSET);
	p->l4 = off + ip->ihl * 4;
	/* tot_len is 0 in packets over 64 KiB (BIG TCP), and before sending */
	p->len = ip->tot_len ? ntohs(ip->tot_len) - ip->ihl * 4 :
			       (int)skb->len - p->l4;
	return true;
}

static bool skbtrace_ip6(const struct sk_buff *skb, int off,
			 struct skbtrace_l3 *p)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr buf;
	__be16 frag = 0;
	int l4;

	ip = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!ip)
		return false;
	p->src = ip->saddr;
	p->dst = ip->daddr;
	p->proto = ip->nexthdr;
	l4 = off + sizeof(buf);
	if (ipv6_ext_hdr(p->proto)) {
		l4 = ipv6_skip_exthdr(skb, l4, &p->proto, &frag);
		if (l4 == -1) {	/* truncated; headers never begin at -1 */
			p->fragment = true;
			return true;
		}
	}
	p->fragment = frag & htons(IP6_OFFSET);
	p->l4 = l4;
	p->len = ip->payload_len ?
		 ntohs(ip->payload_len) + off + (int)sizeof(buf) - l4 :
		 (int)skb->len - l4;
	return true;
}

/* TCP and UDP (and others not decoded here) have the same layout of ports. */
static void skbtrace_ports(const struct sk_buff *skb,
			   const struct skbtrace_l3 *p, u16 *sport, u16 *dport,
			   struct skbtrace_l4 *l4)
{
	const struct tcphdr *th;
	const struct udphdr *uh;
	struct tcphdr tbuf;
	struct udphdr ubuf;

	if (p->proto == IPPROTO_TCP) {
		th = skb_header_pointer(skb, p->l4, sizeof(tbuf), &tbuf);
		if (!th)
			return;
		*sport = ntohs(th->source);
		*dport = ntohs(th->dest);
		l4->seq = ntohl(th->seq);
		l4->len = max(p->len - th->doff * 4, 0);
		l4->valid = true;
	} else if (p->proto == IPPROTO_UDP || p->proto == IPPROTO_UDPLITE) {
		uh = skb_header_pointer(skb, p->l4, sizeof(ubuf), &ubuf);
		if (!uh)
			return;
		*sport = ntohs(uh->source);
		*dport = ntohs(uh->dest);
		l4->len = max(p->len - (int)sizeof(ubuf), 0);
		l4->valid = true;
	}
}

/**
 * skbtrace_slow_tuple() - the slow path of skbtrace_packet_tuple()
 * @skb: packet
 * @l3: where its IP header is
 * @dir: SKBTRACE_DIR_*
 * @t: the result
 * @l4: what the transport header tells, %NULL: not asked for
 *
 * Accepts any packet. Context: probe.
 *
 * Return: as skbtrace_packet_tuple()
 */
bool skbtrace_slow_tuple(const struct sk_buff *skb, int l3, u8 dir,
			 struct skbtrace_tuple *t, struct skbtrace_l4 *l4)
{
	struct skbtrace_l3 p = {};
	struct skbtrace_l4 unused;
	u16 sport = 0, dport = 0;
	const u8 *version;
	u8 buf;
	bool ok;

	if (!l4)
		l4 = &unused;
	/* not the padding: in a block, the next field is there */
	memset(t, 0, offsetofend(struct skbtrace_tuple, dir));
	memset(l4, 0, sizeof(*l4));
	t->dir = dir;
	version = skb_header_pointer(skb, l3, sizeof(buf), &buf);
	if (!version)
		return false;
	if (*version >> 4 == 4)
		ok = skbtrace_ip4(skb, l3, &p);
	else
		ok = *version >> 4 == 6 && skbtrace_ip6(skb, l3, &p);
	if (!ok)
		return false;
	if (!p.fragment)
		skbtrace_ports(skb, &p, &sport, &dport, l4);

	t->proto = p.proto;
	t->local = dir == SKBTRACE_DIR_TX ? p.src : p.dst;
	t->peer = dir == SKBTRACE_DIR_TX ? p.dst : p.src;
	t->lport = dir == SKBTRACE_DIR_TX ? sport : dport;
	t->pport = dir == SKBTRACE_DIR_TX ? dport : sport;
	return true;
}
EXPORT_SYMBOL_GPL(skbtrace_slow_tuple);

#define SKBTRACE_MAX_TAGS	2	/* as 802.1ad has */

/**
 * skbtrace_vlan_l3() - the slow path of skbtrace_l3(): there are VLAN tags
 * @skb: packet, its protocol is that of a tag
 *
 * skb->data may be before, after or between the tags; the MAC header tells.
 * Context: probe.
 *
 * Return: as skbtrace_l3()
 */
int skbtrace_vlan_l3(const struct sk_buff *skb)
{
	int off = skb_mac_offset(skb) + offsetof(struct ethhdr, h_proto), tags;
	const __be16 *type;
	__be16 buf;

	if (!skb_mac_header_was_set(skb))
		return SKBTRACE_NO_L3;
	for (tags = 0; tags <= SKBTRACE_MAX_TAGS; tags++, off += VLAN_HLEN) {
		type = skb_header_pointer(skb, off, sizeof(buf), &buf);
		if (!type)
			break;
		if (*type == htons(ETH_P_IP) || *type == htons(ETH_P_IPV6))
			return off + sizeof(buf);
		if (!eth_type_vlan(*type))
			break;
	}
	return SKBTRACE_NO_L3;
}
EXPORT_SYMBOL_GPL(skbtrace_vlan_l3);

/**
 * skbtrace_sock_tuple() - addresses and ports of a socket or minisocket
 * @sk: socket
 * @t: the result; proto and dir are not set
 *
 * Context: probe.
 */
void skbtrace_sock_tuple(const struct sock *sk, struct skbtrace_tuple *t)
{
	t->lport = sk->sk_num;
	t->pport = ntohs(sk->sk_dport);
	/* tcp_set_state() releases the port before its tracepoint for CLOSE */
	if (!t->lport && sk_fullsock(sk))
		t->lport = ntohs(inet_sk(sk)->inet_sport);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		t->local = sk->sk_v6_rcv_saddr;
		t->peer = sk->sk_v6_daddr;
		return;
	}
#endif
	memset(&t->local, 0, sizeof(t->local));
	memset(&t->peer, 0, sizeof(t->peer));
	if (sk->sk_rcv_saddr)
		skbtrace_addr4(&t->local, sk->sk_rcv_saddr);
	if (sk->sk_daddr)
		skbtrace_addr4(&t->peer, sk->sk_daddr);
}
EXPORT_SYMBOL_GPL(skbtrace_sock_tuple);

/**
 * skbtrace_make_cookie() - assign the cookie of a socket
 * @sk: a socket or a minisocket
 *
 * Context: probe.
 * Return: the cookie, never 0
 */
u64 skbtrace_make_cookie(struct sock *sk)
{
	u32 halves[2];

	sock_diag_save_cookie(sk, halves);
	return halves[0] | (u64)halves[1] << 32;
}
EXPORT_SYMBOL_GPL(skbtrace_make_cookie);
