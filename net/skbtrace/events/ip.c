// SPDX-License-Identifier: GPL-2.0
/*
 * Events of IP: packets sent and received. A packet that GSO will split, or
 * that GRO has merged, is one event.
 */
#include <linux/netdevice.h>
#include <net/dsfield.h>
#include <net/net_namespace.h>
#include <linux/skbtrace_capture.h>
#include <net/sock.h>
#include <trace/events/net.h>
#include <trace/events/skbtrace.h>
#include "event.h"

#define IP_FIELDS(F, S)							\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u16, id, "-", "brief", "IPv4 identification, 0 if IPv6")	\
	F(S, u64, sk, "sk", "brief", "socket, where it is known")	\
	F(S, u32, seq, "dseq", "brief", "TCP sequence number, 0 if none") \
	F(S, u32, len, "bytes", "brief", "payload; not TCP or UDP: all bytes") \
	F(S, u32, segs, "segs", "brief", "packets on the wire (gso_segs)") \
	F(S, s32, ifindex, "-", "brief", "device")			\
	F(S, u8, ttl, "-", "-", "time to live, hop limit")		\
	F(S, u8, tos, "hex", "-", "DSCP and ECN")			\
	F(S, u8, forwarded, "enum:no_yes", "brief", "sent for another host") \
	F(S, u8, next, "enum:ipproto", "-", "protocol, or next header, of the IP header") \
	F(S, u32, mark, "hex", "-", "skb->mark")			\
	F(S, u32, plen, "bytes", "-", "all bytes above IPv4's header, or IPv6's") \
	F(S, u32, flow, "hex", "-", "IPv6 flow label, 0 if IPv4")	\
	F(S, u16, iplen, "-", "-", "length field of the IP header, 0 above 64 KiB") \
	F(S, u16, frag, "hex", "-", "IPv4 flags and fragment offset, 0 if IPv6") \
	F(S, u16, checksum, "hex", "-", "of the IPv4 header, 0 if IPv6") \
	F(S, u8, hlen, "bytes", "-", "IP header; IPv4: with its options") \
	F(S, u8, spare, "-", "-", "0")					\
	F(S, str16, dev, "-", "-", "name of the device")
SKBTRACE_BLOCK(ip_send, IP_FIELDS);
SKBTRACE_BLOCK(ip_receive, IP_FIELDS);
SKBTRACE_ASSERT_TUPLE(ip_send);
SKBTRACE_ASSERT_TUPLE(ip_receive);
static_assert(sizeof(struct skbtrace_str16) == IFNAMSIZ);

static __always_inline void fill_ip6_header(struct ip_send_block *b,
					    const struct ipv6hdr *ip)
{
	b->id = 0;
	b->ttl = ip->hop_limit;
	b->tos = ipv6_get_dsfield(ip);
	b->next = ip->nexthdr;
	b->flow = ntohl(ip6_flowlabel(ip));
	b->iplen = ntohs(ip->payload_len);
	b->frag = 0;
	b->checksum = 0;
	b->hlen = sizeof(*ip);
}

static __always_inline void fill_ip4_header(struct ip_send_block *b,
					    const struct iphdr *ip)
{
	b->id = ntohs(ip->id);
	b->ttl = ip->ttl;
	b->tos = ip->tos;
	b->next = ip->protocol;
	b->flow = 0;
	b->iplen = ntohs(ip->tot_len);
	b->frag = ntohs(ip->frag_off);
	b->checksum = ntohs((__force __be16)ip->check);
	b->hlen = ip->ihl * 4;
}

/* @left: bytes from the header on; a device may have padded the packet. */
static __always_inline void fill_ip_header(struct ip_send_block *b,
					   const void *header, u32 left)
{
	const struct iphdr *ip = header;

	if (ip->version == 6) {
		fill_ip6_header(b, header);
		b->plen = b->iplen ?: left - sizeof(struct ipv6hdr);
	} else {
		fill_ip4_header(b, ip);
		b->plen = (b->iplen ?: left) - b->hlen;
	}
}

/* The device, and what the packet says of itself */
static __always_inline void fill_outer(struct ip_send_block *b,
				       const struct sk_buff *skb)
{
	const struct net_device *dev = skb->dev;

	b->hdr.netns = dev_net(dev)->ns.inum;
	b->segs = skb_shinfo(skb)->gso_segs;
	b->segs += !b->segs;
	b->mark = skb->mark;
	b->ifindex = dev->ifindex;
	memcpy(&b->dev, dev->name, sizeof(b->dev));
}

/* All but the tuple. @header is at @l3, no less than IPv4's 20 bytes. */
static __always_inline void
fill_ip(struct ip_send_block *b, const struct sk_buff *skb, int l3,
	const void *header, u64 cookie, const struct skbtrace_l4 *l4,
	bool forwarded)
{
	fill_ip_header(b, header, skb->len - l3);
	b->sk = cookie;
	b->seq = l4->valid ? l4->seq : 0;
	b->len = l4->valid ? l4->len : skb->len - l3;
	b->forwarded = forwarded;
	b->spare = 0;
	fill_outer(b, skb);
}

/* What skbtrace_plain_tuple() tells */
static __always_inline void fill_plain_tuple(struct ip_send_block *b,
					     const struct iphdr *ip, u8 dir)
{
	bool tx = dir == SKBTRACE_DIR_TX;
	u8 protocol;

	ipv6_addr_set_v4mapped(tx ? ip->saddr : ip->daddr, &b->local);
	ipv6_addr_set_v4mapped(tx ? ip->daddr : ip->saddr, &b->peer);
	skbtrace_put_ports(skbtrace_tuple_of(b), ip + 1, dir);
	protocol = ip->protocol;
	b->proto = protocol;
	b->next = protocol;
	b->dir = dir;
}

/* @len without its header. In each branch: there the subtraction tests. */
static __always_inline u32 without(int len, int header)
{
	len -= header;
	if (unlikely(len < 0)) {
		len = 0;
		OPTIMIZER_HIDE_VAR(len);	/* a branch, no computation */
	}
	return len;
}

static __always_inline void fill_plain_len(struct ip_send_block *b,
					   const struct sk_buff *skb,
					   const struct iphdr *ip)
{
	const struct tcphdr *th = (const struct tcphdr *)(ip + 1);
	int len = ntohs(ip->tot_len);

	OPTIMIZER_HIDE_VAR(len);	/* swapped once, also for the test */
	b->iplen = len;
	/* 0 in packets over 64 KiB (BIG TCP) */
	if (unlikely(!len))
		len = skb->len;
	len -= sizeof(*ip);
	b->plen = len;
	if (likely(b->proto == IPPROTO_TCP)) {
		b->seq = ntohl(th->seq);
		/* doff */
		b->len = without(len, ((const u8 *)th)[12] >> 2 & 0x3c);
	} else {
		b->seq = 0;
		b->len = without(len, sizeof(struct udphdr));
	}
}

/* Identification and fragment offset are one word, which is swapped once. */
static __always_inline void fill_plain_parts(struct ip_send_block *b,
					     const struct iphdr *ip)
{
	u32 parts = ntohl(((const __be32 *)ip)[1]);

	OPTIMIZER_HIDE_VAR(parts);
	b->frag = parts;
	b->id = parts >> 16;
}

/*
 * All of a packet that skbtrace_is_plain(), but the socket. What a field is
 * made of is read right before it is written, which takes few registers.
 */
static __always_inline void fill_plain(struct ip_send_block *b,
				       const struct sk_buff *skb, u8 dir)
{
	const struct iphdr *ip = (const struct iphdr *)skb->data;

	fill_outer(b, skb);
	fill_plain_tuple(b, ip, dir);
	fill_plain_len(b, skb, ip);
	fill_plain_parts(b, ip);
	b->ttl = ip->ttl;
	b->tos = ip->tos;
	b->flow = 0;
	b->checksum = ntohs((__force __be16)ip->check);
	b->hlen = sizeof(*ip);
	b->spare = 0;
}

/* Both events have the same fields. */
static noinline void
long_ip(struct skbtrace_session *s, const struct skbtrace_event *ev,
	const struct sk_buff *skb, int l3, const void *header,
	struct sock *sk, u8 dir, bool forwarded)
{
	struct ip_send_block b __uninitialized;
	struct skbtrace_l4 l4 = {};

	sk = skbtrace_seen_sock(s, sk);
	if (!skbtrace_passes_packet(s, ev, skb, l3, dir, skb->dev, sk))
		return;
	if (s->slot[ev->slot].staged == SKBTRACE_CAPTURED) {
		skbtrace_capture(s, ev, skb, l3, dir);
		return;
	}
	skbtrace_packet_tuple(skb, l3, dir, skbtrace_tuple_of(&b), &l4);
	fill_ip(&b, skb, l3, header, sk ? skbtrace_cookie(sk) : 0, &l4,
		forwarded);
	skbtrace_write_packet(s, ev, skb, l3, dev_net(skb->dev)->ns.inum, &b);
}

/* skb->data is the IP header. */
static noinline void long_here(struct skbtrace_session *s,
			       const struct skbtrace_event *ev,
			       const struct sk_buff *skb, u8 dir)
{
	long_ip(s, ev, skb, 0, skb->data, skbtrace_packet_sock(skb), dir,
		dir == SKBTRACE_DIR_TX && skbtrace_is_forwarded(skb));
}

/* Is IPv4 forwarding the packet, which is at the exit of IP? */
static __always_inline bool is_forwarded4(const struct sk_buff *skb, u8 dir)
{
	return dir == SKBTRACE_DIR_TX && IPCB(skb)->flags & IPSKB_FORWARDED;
}

/* Inline: the direction is a constant. */
static __always_inline void kept(struct skbtrace_session *s,
				 const struct skbtrace_event *ev,
				 const struct sk_buff *skb,
				 const struct skbtrace_verdicts *counted,
				 u8 dir)
{
	struct sock *sk = skbtrace_packet_sock(skb);
	u64 cookie = sk ? atomic64_read(&sk->sk_cookie) : 0;
	struct skbtrace_quick q __uninitialized;
	struct ip_send_block *b;
	int how = -1;

	/* one that has no cookie is in no table of verdicts: nothing counted */
	if (likely(cookie || !sk))
		how = skbtrace_quick_plain(&q, s, ev, sizeof(*b), skb, 0,
					   counted);
	if (how <= 0) {
		if (how < 0)
			long_here(s, ev, skb, dir);
		return;
	}
	b = q.block;
	b->sk = cookie;
	b->forwarded = is_forwarded4(skb, dir);
	fill_plain(b, skb, dir);
	skbtrace_quick_commit(&q);
}

static noinline void kept_send(struct skbtrace_session *s,
			       const struct sk_buff *skb,
			       const struct skbtrace_verdicts *counted)
{
	kept(s, &skbtrace_ev_ip_send, skb, counted, SKBTRACE_DIR_TX);
}

static noinline void kept_receive(struct skbtrace_session *s,
				  const struct sk_buff *skb,
				  const struct skbtrace_verdicts *counted)
{
	kept(s, &skbtrace_ev_ip_receive, skb, counted, SKBTRACE_DIR_RX);
}

/*
 * Who may be known to the table of verdicts: whatever socket it is, there it is
 * found by its cookie, its addresses and its ports, or not at all.
 */
static __always_inline const struct sock *asked(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	return sk && skb->destructor && sk->sk_dport ? sk : NULL;
}

/* skb->data is the IP header. What is refused has not been looked at. */
static __always_inline void
ip_probe(struct skbtrace_session *s, const struct skbtrace_event *ev,
	 const struct sk_buff *skb, u8 dir)
{
	const struct skbtrace_verdicts *counted;
	int how = 1;

	if (!likely(skbtrace_on(s, ev)))
		return;
	counted = NULL;
	if (unlikely(READ_ONCE(s->checks) & SKBTRACE_QUICK_PACKET))
		how = skbtrace_quick_checks(&counted, s, ev, asked(skb),
					    SKBTRACE_QUICK_PACKET);
	if (how < 0)
		long_here(s, ev, skb, dir);
	else if (how && dir == SKBTRACE_DIR_TX)
		kept_send(s, skb, counted);
	else if (how)
		kept_receive(s, skb, counted);
}

/* Context: any but hardirq. @sk may be a tunnel's: use that of the packet. */
SKBTRACE_DEFINE_PROBE(ip_send_probe,
		      TP_PROTO(struct net *net, struct sock *sk,
			       struct sk_buff *skb),
		      TP_ARGS(net, sk, skb))
{
	ip_probe(data, &skbtrace_ev_ip_send, skb, SKBTRACE_DIR_TX);
}

/* Context: softirq. Early demux may have found the socket. */
SKBTRACE_DEFINE_PROBE(ip_receive_probe,
		      TP_PROTO(struct net *net, struct sk_buff *skb),
		      TP_ARGS(net, skb))
{
	ip_probe(data, &skbtrace_ev_ip_receive, skb, SKBTRACE_DIR_RX);
}

/* At a device. @here: where the IP header is if there are no tags */
static void infer_ip(struct skbtrace_session *s,
		     const struct skbtrace_event *ev, struct sk_buff *skb,
		     int here, struct sock *sk, u8 dir)
{
	int l3 = skbtrace_l3(skb, here);
	struct ipv6hdr buf;
	const void *header;

	if (l3 == SKBTRACE_NO_L3)
		return;
	/* fill_ip_header() only reads the first 20 bytes of an IPv6 header */
	header = skb_header_pointer(skb, l3, sizeof(struct iphdr), &buf);
	if (header)
		long_ip(s, ev, skb, l3, header, sk, dir,
			dir == SKBTRACE_DIR_TX && skb->skb_iif);
}

static struct skbtrace_inference ip_send_inferred, ip_receive_inferred;

/* Context: BHs off. */
SKBTRACE_DEFINE_PROBE(ip_send_infer_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	infer_ip(data, &ip_send_inferred.ev, skb, skb_network_offset(skb),
		 skbtrace_packet_sock(skb), SKBTRACE_DIR_TX);
}

/* Context: softirq. skb->sk, if set, is still that of a sender on this host. */
SKBTRACE_DEFINE_PROBE(ip_receive_infer_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	if (skb->pkt_type != PACKET_OTHERHOST)
		infer_ip(data, &ip_receive_inferred.ev, skb, 0, NULL,
			 SKBTRACE_DIR_RX);
}

static SKBTRACE_HOOK(hook_ip_send, ip_output_skb, ip_send_probe);
static SKBTRACE_HOOK(hook_ip_receive, ip_rcv_skb, ip_receive_probe);
static SKBTRACE_HOOK(hook_ip_send_infer, net_dev_queue, ip_send_infer_probe);
static SKBTRACE_HOOK(hook_ip_receive_infer, netif_receive_skb,
		     ip_receive_infer_probe);

static struct skbtrace_inference ip_send_inferred = {
	.how		= "at net_dev_queue: each fragment, and each device of a stack (bridge, VLAN, tunnel), is an event of its own; forwarded: a device has received it",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_ip_send_infer, NULL },
};

static struct skbtrace_inference ip_receive_inferred = {
	.how		= "at netif_receive_skb: packets that IP finds invalid are there, too, and each device of a stack (bridge, VLAN, tunnel) is an event of its own; sk is not known",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_ip_receive_infer, NULL },
};

SKBTRACE_DEFINE_EVENT(ip_send) = {
	SKBTRACE_EVENT(ip_send),
	.nr		= SKBTRACE_NR(ip_send),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.opts		= SKBTRACE_OPTS_PICK | SKBTRACE_OPT_CAPTURE |
			  SKBTRACE_OPT_PAYLOAD,
	.conds		= true,
	.help		= "IP hands a packet down to a device; one event for a GSO packet.",
	.read		= "segs: how many packets that will be, fragments aside. forwarded=yes: this host is a router for it.",
	.example	= "skbtrace record -e ip_send,sample=100 -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_ip_send, NULL },
	.inferred	= &ip_send_inferred,
};

SKBTRACE_DEFINE_EVENT(ip_receive) = {
	SKBTRACE_EVENT(ip_receive),
	.nr		= SKBTRACE_NR(ip_receive),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.opts		= SKBTRACE_OPTS_PICK | SKBTRACE_OPT_CAPTURE |
			  SKBTRACE_OPT_PAYLOAD,
	.conds		= true,
	.help		= "IP has found a received packet valid; local delivery or forwarding comes next.",
	.read		= "segs above 1: joined by GRO, or never split. Missing here but sent by the peer: lost on the way, in the driver, or to XDP or tc.",
	.example	= "skbtrace record -e ip_receive,sample=100 -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_ip_receive, NULL },
	.inferred	= &ip_receive_inferred,
};

static SKBTRACE_EVENT_TABLE(ip_events, SKBTRACE_IP_EVENTS);

static struct skbtrace_proto skbtrace_ip = {
	.name		= "ip",
	.owner		= THIS_MODULE,
	.events		= ip_events,
	.nr_events	= ARRAY_SIZE(ip_events),
};
module_skbtrace_proto(skbtrace_ip);

MODULE_DESCRIPTION("skbtrace: events of IP");
MODULE_LICENSE("GPL");
MODULE_ALIAS_SKBTRACE_PROTO(ip);
