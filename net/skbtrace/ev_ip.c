// SPDX-License-Identifier: GPL-2.0
/*
 * Events of IP: packets handed down, packets taken in. One event is one call:
 * a packet that GSO will split, or that GRO has joined, is one.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/skbtrace.h>
#include <net/dsfield.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <trace/events/skbtrace.h>

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
	F(S, u8, spare, "-", "-", "0")					\
	F(S, u32, mark, "hex", "-", "skb->mark")
SKBTRACE_BLOCK(ip_send, IP_FIELDS);
SKBTRACE_BLOCK(ip_receive, IP_FIELDS);
SKBTRACE_ASSERT_TUPLE(ip_send);
SKBTRACE_ASSERT_TUPLE(ip_receive);

static struct skbtrace_event ev_ip_send, ev_ip_receive;

static __always_inline void ip_fill_header(struct ip_send_block *b,
					   const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = (const struct ipv6hdr *)skb->data;
	const struct iphdr *ip = (const struct iphdr *)skb->data;

	if (skb->protocol == htons(ETH_P_IPV6)) {
		b->id = 0;
		b->ttl = ip6->hop_limit;
		b->tos = ipv6_get_dsfield(ip6);
	} else {
		b->id = ntohs(ip->id);
		b->ttl = ip->ttl;
		b->tos = ip->tos;
	}
}

/*
 * Both events have the same fields. skb->data is the IP header, all linear.
 * Inline, since the direction decides much.
 */
static __always_inline void
ip_event(struct skbtrace_session *s, const struct skbtrace_event *ev,
	 const struct net *net, const struct sk_buff *skb, struct sock *sk,
	 u8 dir)
{
	struct skbtrace_l4 l4;
	struct ip_send_block *b;

	if (!skbtrace_passes_packet(s, ev, skb, 0, dir, skb->dev, sk))
		return;
	b = skbtrace_begin(s, ev, skbtrace_packet_id(s, skb), net->ns.inum);
	if (!b)
		return;
	l4.valid = false;
	skbtrace_packet_tuple(skb, 0, dir, skbtrace_tuple_of(b), &l4);
	ip_fill_header(b, skb);
	b->sk = sk ? skbtrace_cookie(sk) : 0;
	b->seq = l4.valid ? l4.seq : 0;
	b->len = l4.valid ? l4.len : skb->len;
	b->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	b->ifindex = skb->dev->ifindex;
	b->forwarded = dir == SKBTRACE_DIR_TX && skbtrace_is_forwarded(skb);
	b->spare = 0;
	b->mark = skb->mark;
	skbtrace_commit(s);
}

/* Context: any but hardirq. @sk may be a tunnel's: the packet knows better. */
static void ip_send_probe(void *data, struct net *net, struct sock *sk,
			  struct sk_buff *skb)
{
	if (skbtrace_on(data, &ev_ip_send))
		ip_event(data, &ev_ip_send, net, skb, skbtrace_packet_sock(skb),
			 SKBTRACE_DIR_TX);
}

/* Context: softirq. Early demux may have found the socket. */
static void ip_receive_probe(void *data, struct net *net, struct sk_buff *skb)
{
	if (skbtrace_on(data, &ev_ip_receive))
		ip_event(data, &ev_ip_receive, net, skb,
			 skbtrace_packet_sock(skb), SKBTRACE_DIR_RX);
}

static SKBTRACE_HOOK(hook_ip_send, ip_send, ip_send_probe);
static SKBTRACE_HOOK(hook_ip_receive, ip_receive, ip_receive_probe);

static struct skbtrace_event ev_ip_send = {
	SKBTRACE_EVENT(ip_send),
	.nr		= 401,
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.opts		= SKBTRACE_OPTS_PICK,
	.help		= "IP hands a packet down to a device; one event for a GSO packet.",
	.read		= "segs: how many packets that will be, fragments aside. forwarded=yes: this host is a router for it.",
	.example	= "skbtrace record -e ip_send,sample=100 -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_ip_send, NULL },
};

static struct skbtrace_event ev_ip_receive = {
	SKBTRACE_EVENT(ip_receive),
	.nr		= 402,
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.opts		= SKBTRACE_OPTS_PICK,
	.help		= "IP has found a received packet valid; local delivery or forwarding comes next.",
	.read		= "segs above 1: joined by GRO, or never split. Missing here but sent by the peer: lost on the way, in the driver, or to XDP or tc.",
	.example	= "skbtrace record -e ip_receive,sample=100 -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_ip_receive, NULL },
};

static struct skbtrace_event *const ip_events[] = {
	&ev_ip_send,
	&ev_ip_receive,
};

static struct skbtrace_proto ip_proto = {
	.name		= "ip",
	.owner		= THIS_MODULE,
	.events		= ip_events,
	.nr_events	= ARRAY_SIZE(ip_events),
};

static int __init skbtrace_ip_init(void)
{
	return skbtrace_register_proto(&ip_proto);
}

static void __exit skbtrace_ip_exit(void)
{
	skbtrace_unregister_proto(&ip_proto);
}

module_init(skbtrace_ip_init);
module_exit(skbtrace_ip_exit);

MODULE_DESCRIPTION("skbtrace: events of IP");
MODULE_LICENSE("GPL");
MODULE_ALIAS_SKBTRACE_PROTO(ip);
MODULE_ALIAS_SKBTRACE_EVENT(ip_send);
MODULE_ALIAS_SKBTRACE_EVENT(ip_receive);
