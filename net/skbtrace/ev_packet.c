// SPDX-License-Identifier: GPL-2.0
/*
 * Events of packets, whatever the protocol: the CPU that RPS chose, drops.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/dst_metadata.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include <net/sock.h>
#include <trace/events/skb.h>
#include <trace/events/skbtrace.h>
#include "compat.h"
#include "ev_packet.h"

#define SKB_RPS_INFO_FIELDS(F, S)					\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u16, rx_queue, "-", "brief,na", "receive queue of the device") \
	F(S, u32, rx_hash, "hex", "brief", "flow hash, 0: none")	\
	F(S, s32, target_cpu, "-", "brief,na", "CPU that RPS or RFS chose") \
	F(S, s32, ifindex, "-", "brief", "receiving device")		\
	F(S, u32, len, "bytes", "-", "bytes from the IP header on")
SKBTRACE_BLOCK(skb_rps_info, SKB_RPS_INFO_FIELDS);
SKBTRACE_ASSERT_TUPLE(skb_rps_info);

#define SKB_DROP_FIELDS(F, S)						\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u64, sk, "sk", "brief", "socket, where it is safe to name it") \
	F(S, u32, reason, "enum:drop_reason", "brief", "why (enum skb_drop_reason)") \
	F(S, u32, segs, "segs", "brief", "packets on the wire (gso_segs)") \
	F(S, u64, at, "sym", "brief", "code that dropped it")		\
	F(S, u32, seq, "dseq", "brief", "TCP sequence number, 0 if none") \
	F(S, u32, len, "bytes", "brief", "payload; not IP: all bytes")
SKBTRACE_BLOCK(skb_drop, SKB_DROP_FIELDS);
SKBTRACE_ASSERT_TUPLE(skb_drop);

static struct skbtrace_event ev_skb_rps_info, ev_skb_drop;

/* Filled in at start: the kernel has the words of enum skb_drop_reason. */
static struct skbtrace_syms packet_syms[] = {
	{ .name = "drop_reason" },
	{ .name = "skb_where", .tab = skb_where_words },
	{ .name = "skb_life", .tab = skb_life_words },
};

/* Inline, since most often @l3 is 0, which saves much. */
static __always_inline void
skb_rps_info_event(struct skbtrace_session *s, const struct sk_buff *skb,
		   int l3, const struct net_device *dev, int cpu)
{
	struct skb_rps_info_block *b;

	if (!skbtrace_passes_packet(s, &ev_skb_rps_info, skb, l3,
				    SKBTRACE_DIR_RX, dev, NULL))
		return;
	b = skbtrace_begin(s, &ev_skb_rps_info, skbtrace_packet_id(s, skb),
			   dev_net(dev)->ns.inum);
	if (!b)
		return;
	skbtrace_packet_tuple(skb, l3, SKBTRACE_DIR_RX, skbtrace_tuple_of(b),
			      NULL);
	b->rx_queue = skb_rx_queue_recorded(skb) ? skb_get_rx_queue(skb) :
						   U16_MAX;
	b->rx_hash = skb->hash;
	b->target_cpu = cpu;
	b->ifindex = dev->ifindex;
	b->len = skb->len;
	skbtrace_commit(s);
}

/* There are VLAN tags in the data, or this is not IP. */
static noinline void skb_rps_info_other(struct skbtrace_session *s,
					const struct sk_buff *skb,
					const struct net_device *dev, int cpu)
{
	skb_rps_info_event(s, skb, skbtrace_l3(skb, 0), dev, cpu);
}

/* netif_receive_skb() and friends have skb->data at the IP header, or a tag */
static void skb_rps_info_probe(void *data, struct sk_buff *skb,
			       const struct net_device *dev, int cpu)
{
	if (likely(skb->protocol == htons(ETH_P_IP) ||
		   skb->protocol == htons(ETH_P_IPV6)))
		skb_rps_info_event(data, skb, 0, dev, cpu);
	else
		skb_rps_info_other(data, skb, dev, cpu);
}

/*
 * @rx_sk: the socket that refused the packet. It may have been put before: TCP
 * and UDP sockets stay readable under RCU, which every receive path holds, but
 * may be somebody else's by now. So it is named only if it is still the one
 * that the packet was for, and its cookie is read, never made.
 */
static u64 skb_drop_cookie(struct sock *held, const struct sock *rx_sk,
			   const struct skbtrace_tuple *t)
{
	struct skbtrace_tuple st;

	if (held)
		return skbtrace_cookie(held);
	if (!rx_sk || !t->lport)
		return 0;
	if (rx_sk->sk_family != AF_INET && rx_sk->sk_family != AF_INET6)
		return 0;
	skbtrace_sock_tuple(rx_sk, &st);
	if (st.lport != t->lport || (st.pport && st.pport != t->pport))
		return 0;
	if (st.pport && !ipv6_addr_equal(&st.peer, &t->peer))
		return 0;
	return atomic64_read(&rx_sk->sk_cookie);
}

/*
 * skb->dev is no pointer in many dropped packets (queues keep other things in
 * its place), so only a socket tells the namespace.
 */
static u32 skb_drop_netns(const struct sock *held)
{
	return held ? sock_net(held)->ns.inum : 0;
}

static void skb_swap_tuple(struct skbtrace_tuple *t, u8 dir)
{
	swap(t->local, t->peer);
	swap(t->lport, t->pport);
	t->dir = dir;
}

/* Not as a whole: what follows the last field is the block's. */
static void skb_no_tuple(struct skbtrace_tuple *t)
{
	t->local = (struct in6_addr){};
	t->peer = (struct in6_addr){};
	t->lport = 0;
	t->pport = 0;
	t->proto = 0;
}

/*
 * Does routing say that this received packet is for another host? Its route is
 * looked at only if no socket has it: a packet that waits in a socket keeps
 * other things in that place.
 */
static bool skb_drop_forwarded(const struct sk_buff *skb)
{
	const struct rt6_info *rt6;
	const struct rtable *rt;

	if (skb->sk || !skb->skb_iif || !skb_valid_dst(skb))
		return false;
	if (skb->protocol == htons(ETH_P_IP)) {
		rt = skb_rtable(skb);
		return rt_is_input_route(rt) && rt->rt_type == RTN_UNICAST;
	}
	rt6 = (const struct rt6_info *)skb_dst(skb);
	return skb->protocol == htons(ETH_P_IPV6) &&
	       !(rt6->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST)) &&
	       !(skb_dst(skb)->dev->flags & IFF_LOOPBACK);
}

static bool skb_drop_sent(const struct sk_buff *skb, const struct sock *held)
{
	return held && (!skb->skb_iif || sk_fullsock(held));
}

/*
 * A packet that its sender still pays for is the sender's, even on the other
 * side of a veth. One that early demux gave to a socket is the receiver's. No
 * socket: received if a device has received it, else nobody knows. What is
 * forwarded stands as it was sent, neither end is local.
 */
static void skb_drop_tuple(const struct sk_buff *skb, int l3,
			   const struct sock *held, struct skbtrace_tuple *t,
			   struct skbtrace_l4 *l4)
{
	bool sent = skb_drop_sent(skb, held);

	if (!skbtrace_packet_tuple(skb, l3, SKBTRACE_DIR_TX, t, l4)) {
		skb_no_tuple(t);
		memset(l4, 0, sizeof(*l4));
		if (held)
			skbtrace_sock_tuple(held, t);
		t->dir = sent ? SKBTRACE_DIR_TX : SKBTRACE_DIR_UNKNOWN;
		return;
	}
	if (sent && (!t->lport || t->lport == held->sk_num))
		return;
	if (skb_drop_forwarded(skb)) {
		t->dir = SKBTRACE_DIR_FWD;
		return;
	}
	skb_swap_tuple(t, held || skb->skb_iif ? SKBTRACE_DIR_RX :
						 SKBTRACE_DIR_UNKNOWN);
}

static noinline void skb_drop_event(struct skbtrace_session *s,
				    struct sk_buff *skb, void *location,
				    u32 reason, struct sock *rx_sk)
{
	struct skb_drop_block *b;
	struct sock *held;
	struct skbtrace_l4 l4;
	int l3;

	held = skbtrace_packet_sock(skb);
	l3 = skbtrace_network_l3(skb);
	if (!skbtrace_passes_packet(s, &ev_skb_drop, skb, l3,
				    skb_drop_sent(skb, held) ?
				    SKBTRACE_DIR_TX : SKBTRACE_DIR_RX, NULL,
				    held))
		return;
	b = skbtrace_begin_at(s, &ev_skb_drop, skbtrace_packet_id(s, skb),
			      skb_drop_netns(held), location);
	if (!b)
		return;
	skb_drop_tuple(skb, l3, held, skbtrace_tuple_of(b), &l4);
	b->spare = 0;
	b->sk = skb_drop_cookie(held, rx_sk, skbtrace_tuple_of(b));
	b->reason = reason;
	b->at = skbtrace_location_id(s, location);
	b->seq = l4.seq;
	b->len = l4.valid ? l4.len : skb->len;
	b->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	skbtrace_commit(s);
}

/* Is it a SYN that wants a connection? No header is trusted to be there. */
static bool skb_is_syn(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6;
	const struct tcphdr *th;
	const struct iphdr *ip;
	struct ipv6hdr ip6buf;
	struct tcphdr tbuf;
	struct iphdr buf;
	int l3 = skbtrace_network_l3(skb);

	if (l3 == SKBTRACE_NO_L3 || !skb_transport_header_was_set(skb))
		return false;
	if (skb->protocol == htons(ETH_P_IP)) {
		ip = skb_header_pointer(skb, l3, sizeof(buf), &buf);
		if (!ip || ip->protocol != IPPROTO_TCP)
			return false;
	} else {
		ip6 = skb_header_pointer(skb, l3, sizeof(ip6buf), &ip6buf);
		if (!ip6 || ip6->nexthdr != IPPROTO_TCP)
			return false;
	}
	th = skb_header_pointer(skb, skb_transport_offset(skb), sizeof(tbuf),
				&tbuf);
	return th && th->syn && !th->ack;
}

/*
 * Most of what is freed without a reason is no loss, so that sets leave it out.
 * A SYN among it is one: its client waits. A TIME_WAIT minisocket refuses a SYN
 * so, for its timestamp (RFC 7323) or sequence number. Those get a reason of
 * their own, one above the kernel's.
 */
static noinline u32 skb_drop_why(const struct skbtrace_session *s,
				 const struct sk_buff *skb)
{
	if (!skbtrace_on(s, &ev_skb_drop) || !skb_is_syn(skb))
		return SKB_DROP_REASON_NOT_SPECIFIED;
	return packet_syms[0].nr - 1;
}

/* What is refused by skip=, for many reasons are, costs no more than this. */
static void kfree_skb_probe(void *data, struct sk_buff *skb, void *location,
			    enum skb_drop_reason reason, struct sock *rx_sk)
{
	u32 why = reason;

	if (skbtrace_on(data, &ev_skb_delay))
		skb_delay_drop(data, skb);
	if (unlikely(reason == SKB_DROP_REASON_NOT_SPECIFIED))
		why = skb_drop_why(data, skb);
	if (skbtrace_wants(data, &ev_skb_drop, why))
		skb_drop_event(data, skb, location, why, rx_sk);
}

/* Who refused the packet is told by newer kernels only. */
static void __maybe_unused kfree_skb_older_probe(void *data,
						 struct sk_buff *skb,
						 void *location,
						 enum skb_drop_reason reason)
{
	kfree_skb_probe(data, skb, location, reason, NULL);
}

static SKBTRACE_HOOK(hook_skb_rps_info, skb_rps_info, skb_rps_info_probe);
SKBTRACE_HOOK(hook_kfree_skb, kfree_skb,
	      SKBTRACE_PROBE(kfree_skb, kfree_skb_probe,
			     kfree_skb_older_probe));

/* skip= with those of packet_no_trouble[] that this kernel has */
static char packet_set_opts[128];

static struct skbtrace_event ev_skb_rps_info = {
	SKBTRACE_EVENT(skb_rps_info),
	.nr		= 1,
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.opts		= SKBTRACE_OPT_SAMPLE,
	.help		= "RPS or RFS has chosen a CPU for a received packet, or none.",
	.read		= "target_cpu=-: none (no RPS on this queue, or no flow hash). Many flows on one CPU: widen rps_cpus. No event at all: no queue of this host has RPS or RFS.",
	.example	= "skbtrace record -e skb_rps_info -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_skb_rps_info, NULL },
};

static struct skbtrace_event ev_skb_drop = {
	SKBTRACE_EVENT(skb_drop),
	.nr		= 4,
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.sets		= "trouble",
	.select		= "reason",
	.opts		= SKBTRACE_OPTS_PICK,
	.set_opts	= packet_set_opts,
	.help		= "The stack has dropped a packet.",
	.read		= "reason says why, at where. QDISC_DROP: the queue of the device, or netem. NOT_SPECIFIED: code that gives none; not always a loss. NOT_SPECIFIED_SYN: a SYN among those, most often refused by an old connection in TIME_WAIT. dir=fwd: on its way through, from the first address to the second.",
	.example	= "skbtrace record -e skb_drop,skip=NOT_SPECIFIED",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_kfree_skb, NULL },
};

static struct skbtrace_event *const packet_events[] = {
	&ev_skb_rps_info,
	&ev_skb_drop,
	&ev_skb_delay,
};

static struct skbtrace_proto packet_proto = {
	.name		= "packet",
	.owner		= THIS_MODULE,
	.events		= packet_events,
	.nr_events	= ARRAY_SIZE(packet_events),
	.syms		= packet_syms,
	.nr_syms	= ARRAY_SIZE(packet_syms),
};

static struct skbtrace_sym *packet_reasons;

/* What a set leaves out: no packets that somebody misses */
static const char *const packet_no_trouble[] = {
	"NOT_SPECIFIED", "SOCKET_FILTER", "OTHERHOST", "UNHANDLED_PROTO",
	"QUEUE_PURGE",
};

static bool __init packet_has_reason(const char *word)
{
	unsigned int i;

	for (i = 0; i < packet_syms[0].nr; i++)
		if (packet_reasons[i].word &&
		    !strcmp(packet_reasons[i].word, word))
			return true;
	return false;
}

static void __init packet_choose_set_opts(void)
{
	const char *before = "skip=";
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(packet_no_trouble); i++) {
		if (!packet_has_reason(packet_no_trouble[i]))
			continue;
		n += scnprintf(packet_set_opts + n, sizeof(packet_set_opts) - n,
			       "%s%s", before, packet_no_trouble[i]);
		before = ":";
	}
}

static int __init packet_get_reasons(void)
{
	struct skbtrace_drop_reasons reasons = skbtrace_drop_reasons();
	unsigned int i;

	/* and one of ours, see skb_drop_why() */
	packet_reasons = kcalloc(reasons.nr + 1, sizeof(*packet_reasons),
				 GFP_KERNEL);
	if (!packet_reasons)
		return -ENOMEM;
	for (i = 0; i < reasons.nr; i++)
		packet_reasons[i] = (struct skbtrace_sym){
			i, reasons.names[i] };
	packet_reasons[reasons.nr] = (struct skbtrace_sym){
			reasons.nr, "NOT_SPECIFIED_SYN" };
	packet_syms[0].tab = packet_reasons;
	packet_syms[0].nr = reasons.nr + 1;
	packet_syms[1].nr = skb_nr_where_words;
	packet_syms[2].nr = skb_nr_life_words;
	packet_choose_set_opts();
	return 0;
}

static int __init packet_init(void)
{
	int err = packet_get_reasons();

	if (err)
		return err;
	err = skbtrace_register_proto(&packet_proto);
	if (err)
		kfree(packet_reasons);
	return err;
}

static void __exit packet_exit(void)
{
	skbtrace_unregister_proto(&packet_proto);
	kfree(packet_reasons);
}

module_init(packet_init);
module_exit(packet_exit);

MODULE_DESCRIPTION("skbtrace: events of packets");
MODULE_LICENSE("GPL");
MODULE_ALIAS_SKBTRACE_PROTO(packet);
MODULE_ALIAS_SKBTRACE_EVENT(skb_rps_info);
MODULE_ALIAS_SKBTRACE_EVENT(skb_drop);
MODULE_ALIAS_SKBTRACE_EVENT(skb_delay);
