// SPDX-License-Identifier: GPL-2.0
/*
 * Events of packets of any protocol: the CPU chosen by RPS, drops.
 */
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
#include "event.h"
#include "nat.h"

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
	F(S, u32, len, "bytes", "brief", "payload; not IP: all bytes")	\
	SKBTRACE_NAT_FIELDS(F, S)
SKBTRACE_BLOCK(skb_drop, SKB_DROP_FIELDS);
SKBTRACE_ASSERT_TUPLE(skb_drop);
SKBTRACE_ASSERT_NAT(skb_drop);

/* Filled in at start: the kernel has the words of enum skb_drop_reason. */
static struct skbtrace_syms drop_syms[] = {
	{ .name = "drop_reason" }, {}
};

/* All but the tuple */
static __always_inline void fill_rps_info(struct skb_rps_info_block *b,
					  const struct sk_buff *skb,
					  const struct net_device *dev, int cpu)
{
	b->rx_queue = skb_rx_queue_recorded(skb) ? skb_get_rx_queue(skb) :
						   U16_MAX;
	b->rx_hash = skb->hash;
	b->target_cpu = cpu;
	b->ifindex = dev->ifindex;
	b->len = skb->len;
}

/* The packet has passed the filters. */
static noinline void write_rps_info(struct skbtrace_session *s,
				    const struct sk_buff *skb, int l3,
				    const struct net_device *dev, int cpu)
{
	struct skb_rps_info_block b __uninitialized;

	skbtrace_packet_tuple(skb, l3, SKBTRACE_DIR_RX, skbtrace_tuple_of(&b),
			      NULL);
	fill_rps_info(&b, skb, dev, cpu);
	skbtrace_write_packet(s, &skbtrace_ev_skb_rps_info, skb, l3,
			      dev_net(dev)->ns.inum, &b);
}

/* In netif_receive_skb() etc. skb->data is the IP header, or a VLAN tag. */
static noinline void long_rps_info(struct skbtrace_session *s,
				   const struct sk_buff *skb,
				   const struct net_device *dev, int cpu)
{
	int l3 = skbtrace_l3(skb, 0);

	if (!skbtrace_is_frame(skb) &&
	    skbtrace_passes_packet(s, &skbtrace_ev_skb_rps_info, skb, l3,
				   SKBTRACE_DIR_RX, dev, NULL))
		write_rps_info(s, skb, l3, dev, cpu);
}

/* The filter on packets is the only check. */
static noinline void filter_rps_info(struct skbtrace_session *s,
				     const struct sk_buff *skb,
				     const struct net_device *dev, int cpu)
{
	if (skbtrace_quick_filter(s, skb))
		write_rps_info(s, skb, 0, dev, cpu);
}

SKBTRACE_DEFINE_PROBE(skb_rps_info_probe,
		      TP_PROTO(struct sk_buff *skb,
			       const struct net_device *dev, int cpu),
		      TP_ARGS(skb, dev, cpu))
{
	struct skbtrace_quick q __uninitialized;
	struct skbtrace_session *s = data;
	struct skb_rps_info_block *b;
	int how = -1;

	if (likely(skb->protocol == htons(ETH_P_IP))) {
		how = skbtrace_quick_packet(&q, s, &skbtrace_ev_skb_rps_info,
					    sizeof(*b), skb, 0);
		if (how < 0 && READ_ONCE(s->checks) == SKBTRACE_CHECK_PACKET) {
			filter_rps_info(s, skb, dev, cpu);
			return;
		}
	}
	if (how <= 0) {
		if (how < 0)
			long_rps_info(s, skb, dev, cpu);
		return;
	}
	b = q.block;
	b->hdr.netns = dev_net(dev)->ns.inum;
	skbtrace_plain_tuple(skb, 0, SKBTRACE_DIR_RX, skbtrace_tuple_of(b),
			     NULL);
	fill_rps_info(b, skb, dev, cpu);
	skbtrace_quick_commit(&q);
}

/*
 * skb->dev of many dropped packets is no pointer, since queues reuse it. These
 * reasons are given only where a device hands a packet in.
 */
static const struct net_device *drop_dev(const struct sk_buff *skb, u32 reason)
{
	switch (reason) {
	case SKB_DROP_REASON_XDP:
	case SKB_DROP_REASON_TC_INGRESS:
	case SKB_DROP_REASON_CPU_BACKLOG:
	case SKB_DROP_REASON_OTHERHOST:
	case SKB_DROP_REASON_IP_CSUM:
		return skb->dev;
	default:
		return NULL;
	}
}

static void swap_tuple(struct skbtrace_tuple *t, u8 dir)
{
	swap(t->local, t->peer);
	swap(t->lport, t->pport);
	t->dir = dir;
}

/* No memset() of the struct: its padding is the next field of the block. */
static void no_tuple(struct skbtrace_tuple *t)
{
	t->local = (struct in6_addr){};
	t->peer = (struct in6_addr){};
	t->lport = 0;
	t->pport = 0;
	t->proto = 0;
}

/*
 * Has routing decided to forward this packet? Its route is only valid if no
 * socket has it: socket queues reuse that member.
 */
static bool drop_forwarded(const struct sk_buff *skb)
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

static bool drop_sent(const struct sk_buff *skb, const struct sock *held)
{
	return held && (!skb->skb_iif || sk_fullsock(held));
}

/* Early demux assigns the client's ACK to the same request, as it comes in. */
static bool is_synack_of(const struct sock *held,
			 const struct skbtrace_tuple *t)
{
	return held->sk_state == TCP_NEW_SYN_RECV &&
	       t->lport == held->sk_num && t->pport != held->sk_num;
}

/*
 * A packet that is charged to its sender belongs to the sender, even on the
 * other side of a veth, and though NAT has changed its port. One that early
 * demux has assigned to a socket belongs to the receiver. Without a socket:
 * received if a device has received it, else not known. Forwarded packets have
 * source and destination in place of local and peer.
 */
static void drop_tuple(const struct skbtrace_packet *p,
		       struct skbtrace_tuple *t, struct skbtrace_nat *nat,
		       struct skbtrace_l4 *l4)
{
	const struct sk_buff *skb = p->skb;
	const struct sock *held = p->sk;
	bool sent = drop_sent(skb, held);

	if (!skbtrace_packet_tuple(skb, p->l3, SKBTRACE_DIR_TX, t, l4)) {
		no_tuple(t);
		*nat = (struct skbtrace_nat){};
		memset(l4, 0, sizeof(*l4));
		if (held)
			skbtrace_sock_tuple(held, t);
		t->dir = sent ? SKBTRACE_DIR_TX : SKBTRACE_DIR_UNKNOWN;
		return;
	}
	skbtrace_nat(nat, skb, p->net, t);
	if (sent && (!t->lport || t->lport == held->sk_num ||
		     nat->lport == held->sk_num))
		return;
	if (held && is_synack_of(held, t))
		return;
	if (drop_forwarded(skb)) {
		t->dir = SKBTRACE_DIR_FWD;
		return;
	}
	swap_tuple(t, held || skb->skb_iif ? SKBTRACE_DIR_RX :
		   SKBTRACE_DIR_UNKNOWN);
	skbtrace_nat_swap(nat);
}

/*
 * A sender's packet is its sender's. Else the socket that refused it tells the
 * namespace, or where it was dropped, or its route.
 */
static void drop_owner(struct skbtrace_packet *p, const struct sk_buff *skb,
		       u32 reason, struct sock *rx_sk)
{
	struct sock *held = skbtrace_packet_sock(skb);

	*p = (struct skbtrace_packet){
		.skb = skb,
		.l3 = skbtrace_network_l3(skb),
		.dir = drop_sent(skb, held) ? SKBTRACE_DIR_TX :
					      SKBTRACE_DIR_RX,
		.dev = held ? NULL : drop_dev(skb, reason),
		.sk = held,
	};
	if (!held)
		skbtrace_refused_by(p, rx_sk);
	if (!p->net)
		p->net = skbtrace_packet_net(skb, p->dev, held);
}

static u64 drop_cookie(const struct skbtrace_packet *p)
{
	if (p->sk)
		return skbtrace_cookie(p->sk);
	return p->by ? atomic64_read(&p->by->sk_cookie) : 0;
}

/*
 * All addresses. Who must not be told of what is below a tunnel is told the
 * socket's.
 */
static void drop_addrs(const struct skbtrace_session *s,
		       const struct skbtrace_packet *p,
		       struct skb_drop_block *b, struct skbtrace_l4 *l4)
{
	struct skbtrace_tuple *t = skbtrace_tuple_of(b);

	drop_tuple(p, t, skbtrace_nat_of(b), l4);
	if (!skbtrace_hides_outer(s, p->skb, p->sk, t))
		return;
	memset(l4, 0, sizeof(*l4));
	skbtrace_sock_tuple(p->sk, t);
	t->proto = skbtrace_sock_proto(p->sk);
	t->dir = SKBTRACE_DIR_TX;
	*skbtrace_nat_of(b) = (struct skbtrace_nat){};
}

/* The same of the bytes that it takes along. Return: where they begin */
static noinline int drop_seen_l3(const struct skbtrace_session *s,
				 const struct skbtrace_packet *p)
{
	struct skbtrace_tuple t;
	struct skbtrace_nat nat;
	struct skbtrace_l4 l4;

	drop_tuple(p, &t, &nat, &l4);
	return skbtrace_hides_outer(s, p->skb, p->sk, &t) ? SKBTRACE_NO_L3 :
							    p->l3;
}

static noinline void write_skb_drop(struct skbtrace_session *s,
				    struct sk_buff *skb, void *location,
				    u32 reason, struct sock *rx_sk)
{
	struct skb_drop_block *b;
	struct skbtrace_packet p;
	struct skbtrace_l4 l4;
	int l3;

	if (skbtrace_is_frame(skb))
		return;
	drop_owner(&p, skb, reason, rx_sk);
	if (!skbtrace_passes_whole(s, &skbtrace_ev_skb_drop, &p))
		return;
	l3 = p.l3;
	if (unlikely(s->slot[skbtrace_ev_skb_drop.slot].payload))
		p.l3 = drop_seen_l3(s, &p);
	b = skbtrace_begin_packet_at(s, &skbtrace_ev_skb_drop, &p,
				     skbtrace_inum(p.net), location);
	if (!b)
		return;
	p.l3 = l3;
	drop_addrs(s, &p, b, &l4);
	b->spare = 0;
	b->sk = drop_cookie(&p);
	b->reason = reason;
	b->at = skbtrace_location_id(s, location);
	b->seq = l4.seq;
	b->len = l4.valid ? l4.len : skb->len;
	b->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	skbtrace_commit(s);
}

/* Is it a SYN without ACK? Headers may be missing. */
static bool is_syn(const struct sk_buff *skb)
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
 * Most packets freed without a reason are no losses, so sets skip that reason.
 * A SYN is a loss, since its client waits: a TIME_WAIT minisocket drops one
 * for its timestamp (RFC 7323) or sequence number. SYNs get a reason of their
 * own, one above the kernel's.
 */
static noinline u32 drop_why(const struct skbtrace_session *s,
			     const struct sk_buff *skb)
{
	if (!skbtrace_on(s, &skbtrace_ev_skb_drop) || !is_syn(skb))
		return SKB_DROP_REASON_NOT_SPECIFIED;
	return drop_syms[0].nr - 1;
}

/* Fast path: most reasons are skipped. */
SKBTRACE_DEFINE_PROBE(kfree_skb_probe,
		      TP_PROTO(struct sk_buff *skb, void *location,
			       enum skb_drop_reason reason, struct sock *rx_sk),
		      TP_ARGS(skb, location, reason, rx_sk))
{
	u32 why = reason;

	if (unlikely(reason == SKB_DROP_REASON_NOT_SPECIFIED))
		why = drop_why(data, skb);
	if (skbtrace_wants(data, &skbtrace_ev_skb_drop, why))
		write_skb_drop(data, skb, location, why, rx_sk);
}

/* The receiving socket is an argument on newer kernels only. */
SKBTRACE_DEFINE_PROBE(kfree_skb_older_probe,
		      TP_PROTO(struct sk_buff *skb, void *location,
			       enum skb_drop_reason reason),
		      TP_ARGS(skb, location, reason))
{
	kfree_skb_probe(data, skb, location, reason, NULL);
}

static SKBTRACE_HOOK(hook_skb_rps_info, skb_rps_info, skb_rps_info_probe);
static SKBTRACE_HOOK_EITHER(hook_kfree_skb, kfree_skb, kfree_skb_probe,
			    kfree_skb_older_probe);

/* skip= with those of drop_no_trouble[] that this kernel has */
static char drop_set_opts[128];

SKBTRACE_DEFINE_EVENT(skb_rps_info) = {
	SKBTRACE_EVENT(skb_rps_info),
	.nr		= SKBTRACE_NR(skb_rps_info),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.opts		= SKBTRACE_OPT_SAMPLE | SKBTRACE_OPT_PAYLOAD,
	.conds		= true,
	.help		= "RPS or RFS has chosen a CPU for a received packet, or none.",
	.read		= "target_cpu=-: none (no RPS on this queue, or no flow hash). Many flows on one CPU: widen rps_cpus. No event at all: no queue of this host has RPS or RFS.",
	.example	= "skbtrace record -e skb_rps_info -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_skb_rps_info, NULL },
};

SKBTRACE_DEFINE_EVENT(skb_drop) = {
	SKBTRACE_EVENT(skb_drop),
	.nr		= SKBTRACE_NR(skb_drop),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.sets		= "trouble:why",
	.select		= "reason",
	.opts		= SKBTRACE_OPTS_PICK | SKBTRACE_OPT_PAYLOAD,
	.set_opts	= drop_set_opts,
	.syms		= drop_syms,
	.help		= "The stack has dropped a packet.",
	.read		= "reason says why, at where. QDISC_DROP: the queue of the device, or netem. NOT_SPECIFIED: code that gives none; not always a loss. NOT_SPECIFIED_SYN: a SYN among those, most often refused by an old connection in TIME_WAIT. dir=fwd: on its way through, from the first address to the second. nat_local etc.: the addresses by which the other end knows the connection, where conntrack has changed them.",
	.example	= "skbtrace record -e skb_drop,skip=NOT_SPECIFIED",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_kfree_skb, NULL },
};

static SKBTRACE_EVENT_TABLE(packet_events, SKBTRACE_PACKET_EVENTS);

static struct skbtrace_proto skbtrace_packet = {
	.name		= "packet",
	.owner		= THIS_MODULE,
	.events		= packet_events,
	.nr_events	= ARRAY_SIZE(packet_events),
};

static struct skbtrace_sym *reason_words;

/* Reasons that sets skip: nobody misses these packets */
static const char *const drop_no_trouble[] = {
	"NOT_SPECIFIED", "SOCKET_FILTER", "OTHERHOST", "UNHANDLED_PROTO",
	"QUEUE_PURGE",
};

static bool __init has_reason(const char *word)
{
	unsigned int i;

	for (i = 0; i < drop_syms[0].nr; i++)
		if (reason_words[i].word &&
		    !strcmp(reason_words[i].word, word))
			return true;
	return false;
}

static void __init choose_set_opts(void)
{
	const char *before = "skip=";
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(drop_no_trouble); i++) {
		if (!has_reason(drop_no_trouble[i]))
			continue;
		n += scnprintf(drop_set_opts + n, sizeof(drop_set_opts) - n,
			       "%s%s", before, drop_no_trouble[i]);
		before = ":";
	}
}

static int __init get_reasons(void)
{
	struct skbtrace_drop_reasons reasons = skbtrace_drop_reasons();
	unsigned int i;

	/* and one more, see drop_why() */
	reason_words = kcalloc(reasons.nr + 1, sizeof(*reason_words),
			       GFP_KERNEL);
	if (!reason_words)
		return -ENOMEM;
	for (i = 0; i < reasons.nr; i++)
		reason_words[i] = (struct skbtrace_sym){
			i, reasons.names[i] };
	reason_words[reasons.nr] = (struct skbtrace_sym){
			reasons.nr, "NOT_SPECIFIED_SYN" };
	drop_syms[0].tab = reason_words;
	drop_syms[0].nr = reasons.nr + 1;
	choose_set_opts();
	return 0;
}

static int __init skbtrace_packet_init(void)
{
	int err = get_reasons();

	if (err)
		return err;
	err = skbtrace_register_proto(&skbtrace_packet);
	if (err)
		kfree(reason_words);
	return err;
}

static void __exit skbtrace_packet_exit(void)
{
	skbtrace_unregister_proto(&skbtrace_packet);
	kfree(reason_words);
}

module_init(skbtrace_packet_init);
module_exit(skbtrace_packet_exit);

MODULE_DESCRIPTION("skbtrace: events of packets");
MODULE_LICENSE("GPL");
MODULE_ALIAS_SKBTRACE_PROTO(packet);
