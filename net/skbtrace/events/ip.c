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
	b->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	b->ifindex = skb->dev->ifindex;
	b->forwarded = forwarded;
	b->spare = 0;
	b->mark = skb->mark;
	memcpy(&b->dev, skb->dev->name, sizeof(b->dev));
}

/* Both events have the same fields. */
static noinline void
long_ip(struct skbtrace_session *s, const struct skbtrace_event *ev,
	const struct net *net, struct sk_buff *skb, int l3,
	const void *header, struct sock *sk, u8 dir, bool forwarded)
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
	skbtrace_write_packet(s, ev, skb, net->ns.inum, &b);
}

/*
 * skb->data is the IP header. Inline: the direction is a constant.
 */
static __always_inline void
ip_probe(struct skbtrace_session *s, const struct skbtrace_event *ev,
	 const struct net *net, struct sk_buff *skb, u8 dir,
	 bool forwarded)
{
	struct sock *sk = skbtrace_packet_sock(skb);
	u64 cookie = sk ? atomic64_read(&sk->sk_cookie) : 0;
	struct skbtrace_quick q __uninitialized;
	struct skbtrace_l4 l4 __uninitialized;
	struct ip_send_block *b;
	int how = -1;

	if (likely(cookie || !sk))
		how = skbtrace_quick_packet(&q, s, ev, sizeof(*b), skb, 0,
					    sk && skbtrace_is_conn(sk) ? sk :
									 NULL);
	if (how <= 0) {
		if (how < 0)
			long_ip(s, ev, net, skb, 0, skb->data, sk, dir,
				forwarded);
		return;
	}
	b = q.block;
	b->hdr.netns = net->ns.inum;
	skbtrace_plain_tuple(skb, 0, dir, skbtrace_tuple_of(b), &l4);
	fill_ip(b, skb, 0, skb->data, cookie, &l4, forwarded);
	skbtrace_quick_commit(&q);
}

/* Context: any but hardirq. @sk may be a tunnel's: use that of the packet. */
SKBTRACE_DEFINE_PROBE(ip_send_probe,
		      TP_PROTO(struct net *net, struct sock *sk,
			       struct sk_buff *skb),
		      TP_ARGS(net, sk, skb))
{
	if (skbtrace_on(data, &skbtrace_ev_ip_send))
		ip_probe(data, &skbtrace_ev_ip_send, net, skb, SKBTRACE_DIR_TX,
			 skbtrace_is_forwarded(skb));
}

/* Context: softirq. Early demux may have found the socket. */
SKBTRACE_DEFINE_PROBE(ip_receive_probe,
		      TP_PROTO(struct net *net, struct sk_buff *skb),
		      TP_ARGS(net, skb))
{
	if (skbtrace_on(data, &skbtrace_ev_ip_receive))
		ip_probe(data, &skbtrace_ev_ip_receive, net, skb,
			 SKBTRACE_DIR_RX, false);
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
		long_ip(s, ev, dev_net(skb->dev), skb, l3, header, sk, dir,
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
	.opts		= SKBTRACE_OPTS_PICK | SKBTRACE_OPT_CAPTURE,
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
	.opts		= SKBTRACE_OPTS_PICK | SKBTRACE_OPT_CAPTURE,
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
