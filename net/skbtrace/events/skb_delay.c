// SPDX-License-Identifier: GPL-2.0
/*
 * skb_delay: the places that a packet passes on its way through the stack, one
 * small block each. The kernel keeps no state for a packet; "parse --latency"
 * joins the blocks of a packet by its id, which is made of its address. Each
 * block says how it may be joined: see enum life.
 *
 * There are no places where the skb may have been freed already, such as after
 * enqueueing.
 */
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <trace/events/napi.h>
#include <trace/events/net.h>
#include <trace/events/qdisc.h>
#include <trace/events/skb.h>
#include <trace/events/skbtrace.h>
#include "compat.h"
#include "event.h"

#define SKB_DELAY_FIELDS(F, S)						\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u8, where, "enum:skb_where", "brief", "the place; numbers grow along the way") \
	F(S, u8, life, "enum:skb_life", "-", "how to join: see the documentation") \
	F(S, u64, sk, "sk", "brief", "socket, where it is known")	\
	F(S, u32, seq, "dseq", "brief", "TCP sequence number, 0 if none") \
	F(S, u32, len, "bytes", "brief", "payload; not TCP or UDP: all bytes") \
	F(S, s32, ifindex, "-", "-", "device, 0: not known here")	\
	F(S, u16, id, "-", "-", "IPv4 identification, 0 if IPv6")	\
	F(S, u16, segs, "segs", "brief", "packets on the wire (gso_segs)")
SKBTRACE_BLOCK(skb_delay, SKB_DELAY_FIELDS);
SKBTRACE_ASSERT_TUPLE(skb_delay);

enum where {
	AT_IP_SEND = 1, AT_IP_FORWARD, AT_NET_DEV_QUEUE, AT_QDISC_DEQUEUE,
	AT_START_XMIT, AT_NETIF_RX, AT_NETIF_RECEIVE_SKB, AT_IP_RECEIVE,
	AT_SK_QUEUE, AT_SK_COALESCE, AT_COPY, AT_CONSUME, AT_DROP,
};

/* What a place means for the packet's id */
enum life {
	LIFE_ON,	/* the packet continues */
	LIFE_BEGIN,	/* a new packet, whatever had the id before */
	LIFE_ENTER,	/* a new packet, unless it comes from this host */
	LIFE_END,	/* the packet ends */
};

static const struct skbtrace_sym where_words[] = {
	{ AT_IP_SEND, "ip_send" },
	{ AT_IP_FORWARD, "ip_forward" },
	{ AT_NET_DEV_QUEUE, "net_dev_queue" },
	{ AT_QDISC_DEQUEUE, "qdisc_dequeue" },
	{ AT_START_XMIT, "start_xmit" },
	{ AT_NETIF_RX, "netif_rx" },
	{ AT_NETIF_RECEIVE_SKB, "netif_receive_skb" },
	{ AT_IP_RECEIVE, "ip_receive" },
	{ AT_SK_QUEUE, "sk_queue" },
	{ AT_SK_COALESCE, "sk_coalesce" },
	{ AT_COPY, "copy" },
	{ AT_CONSUME, "consume" },
	{ AT_DROP, "drop" },
};

static const struct skbtrace_sym life_words[] = {
	{ LIFE_ON, "on" },
	{ LIFE_BEGIN, "begin" },
	{ LIFE_ENTER, "enter" },
	{ LIFE_END, "end" },
};

/* A place */
struct place {
	u8	where;
	u8	life;
	u8	dir;
};

static u16 get_ip_id(const struct sk_buff *skb, int l3)
{
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(skb, l3, sizeof(buf), &buf);
	return ip && ip->version == 4 ? ntohs(ip->id) : 0;
}

/* @p: has passed */
static void put_delay(struct skbtrace_session *s, struct place place,
		      const struct skbtrace_packet *p, u32 netns)
{
	const struct net_device *dev = p->dev;
	const struct sk_buff *skb = p->skb;
	struct skbtrace_l4 l4 = {};
	struct skb_delay_block *b;

	b = skbtrace_begin_packet(s, &skbtrace_ev_skb_delay, skb, p->l3, netns);
	if (!b)
		return;
	skbtrace_packet_tuple(skb, p->l3, place.dir, skbtrace_tuple_of(b), &l4);
	b->where = place.where;
	b->life = place.life;
	b->sk = p->sk ? skbtrace_cookie(p->sk) : 0;
	b->seq = l4.valid ? l4.seq : 0;
	b->len = l4.valid ? l4.len : skb->len;
	b->ifindex = dev ? dev->ifindex : 0;
	b->id = get_ip_id(skb, p->l3);
	b->segs = max_t(u16, skb_shinfo(skb)->gso_segs, 1);
	skbtrace_commit(s);
}

/*
 * @l3: where the IP header is if this is IP without VLAN tags; @dev, @sk: %NULL
 * if not known: do not use those of the skb then
 */
static void write_delay(struct skbtrace_session *s, struct place place,
			const struct sk_buff *skb, int l3,
			const struct net_device *dev, struct sock *sk)
{
	struct skbtrace_packet p = {
		.skb = skb, .l3 = skbtrace_l3(skb, l3), .dir = place.dir,
		.dev = dev, .sk = skbtrace_seen_sock(s, sk),
	};

	if (p.l3 != SKBTRACE_NO_L3 &&
	    skbtrace_wants(s, &skbtrace_ev_skb_delay, place.where) &&
	    skbtrace_passes_packet(s, &skbtrace_ev_skb_delay, skb, p.l3,
				   place.dir, dev, p.sk))
		put_delay(s, place, &p,
			  skbtrace_inum(skbtrace_packet_net(skb, dev, p.sk)));
}

#define PLACE(WHERE, LIFE, DIR)						\
	((struct place){ AT_##WHERE, LIFE_##LIFE, SKBTRACE_DIR_##DIR })

SKBTRACE_DEFINE_PROBE(ip_send_probe,
		      TP_PROTO(struct net *net, struct sock *sk,
			       struct sk_buff *skb),
		      TP_ARGS(net, sk, skb))
{
	write_delay(data, skbtrace_is_forwarded(skb) ?
		    PLACE(IP_FORWARD, ON, TX) : PLACE(IP_SEND, BEGIN, TX),
		    skb, 0, skb->dev, skbtrace_packet_sock(skb));
}

SKBTRACE_DEFINE_PROBE(net_dev_queue_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	write_delay(data, PLACE(NET_DEV_QUEUE, ON, TX), skb,
		    skb_network_offset(skb), skb->dev,
		    skbtrace_packet_sock(skb));
}

/* @skb: a list, or none. The queue's lock is held, or nobody else has them. */
SKBTRACE_DEFINE_PROBE(qdisc_dequeue_probe,
		      TP_PROTO(struct Qdisc *q, const struct netdev_queue *txq,
			       int packets, struct sk_buff *skb),
		      TP_ARGS(q, txq, packets, skb))
{
	for (; skb; skb = skb->next)
		write_delay(data, PLACE(QDISC_DEQUEUE, ON, TX), skb,
			    skb_network_offset(skb), skb->dev,
			    skbtrace_packet_sock(skb));
}

SKBTRACE_DEFINE_PROBE(net_dev_start_xmit_probe,
		      TP_PROTO(const struct sk_buff *skb,
			       const struct net_device *dev),
		      TP_ARGS(skb, dev))
{
	write_delay(data, PLACE(START_XMIT, ON, TX), skb,
		    skb_network_offset(skb), dev,
		    skbtrace_packet_sock(skb));
}

/*
 * A driver passes a packet to the stack. skb->data is the IP header, but the
 * network header is not set yet; skb->sk would be a sender on this host.
 */
SKBTRACE_DEFINE_PROBE(netif_rx_probe,
		      TP_PROTO(const struct sk_buff *skb),
		      TP_ARGS(skb))
{
	write_delay(data, PLACE(NETIF_RX, ENTER, RX), skb, 0, skb->dev,
		    NULL);
}

SKBTRACE_DEFINE_PROBE(netif_receive_skb_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	write_delay(data, PLACE(NETIF_RECEIVE_SKB, ON, RX), skb, 0,
		    skb->dev, NULL);
}

SKBTRACE_DEFINE_PROBE(ip_receive_probe,
		      TP_PROTO(struct net *net, struct sk_buff *skb),
		      TP_ARGS(net, skb))
{
	write_delay(data, PLACE(IP_RECEIVE, ON, RX), skb, 0, skb->dev,
		    NULL);
}

/* In queues of sockets skb->dev is not a device. */
SKBTRACE_DEFINE_PROBE(udp_receive_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	write_delay(data, PLACE(SK_QUEUE, ON, RX), skb,
		    skb_network_offset(skb), NULL, sk);
}

SKBTRACE_DEFINE_PROBE(tcp_queue_rcv_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb,
			       bool eaten),
		      TP_ARGS(sk, skb, eaten))
{
	write_delay(data, eaten ? PLACE(SK_COALESCE, END, RX) :
				  PLACE(SK_QUEUE, ON, RX),
		    skb, skb_network_offset(skb), NULL, sk);
}

/* Context: process. Sockets of any family copy packets. */
SKBTRACE_DEFINE_PROBE(skb_copy_datagram_iovec_probe,
		      TP_PROTO(const struct sk_buff *skb, int len),
		      TP_ARGS(skb, len))
{
	if (skbtrace_network_l3(skb) != SKBTRACE_NO_L3)
		write_delay(data, PLACE(COPY, END, RX), skb,
			    skb_network_offset(skb), NULL,
			    skbtrace_packet_sock(skb));
}

/*
 * The end of a packet that was sent, unless a device had received it: then its
 * socket may be the sender's, or that of its receiver. @by: has refused it
 */
static void delay_end(struct skbtrace_session *s, u8 where,
		      const struct sk_buff *skb, struct sock *by)
{
	struct sock *sk = skbtrace_packet_sock(skb);
	struct place place = {
		.where = where,
		.life = LIFE_END,
		.dir = skb->skb_iif ? SKBTRACE_DIR_RX : SKBTRACE_DIR_TX,
	};
	struct skbtrace_packet p = {
		.skb = skb, .l3 = skbtrace_network_l3(skb), .dir = place.dir,
		.sk = skb->skb_iif ? NULL : sk,
	};
	struct skbtrace_tuple t;

	if (p.l3 == SKBTRACE_NO_L3 ||
	    !skbtrace_wants(s, &skbtrace_ev_skb_delay, where))
		return;
	if (p.sk && skbtrace_packet_tuple(skb, p.l3, SKBTRACE_DIR_TX, &t,
					  NULL) &&
	    skbtrace_hides_outer(s, skb, p.sk, &t))
		return;
	if (skb->skb_iif)
		skbtrace_refused_by(&p, sk ? sk : by);
	if (!p.net)
		p.net = skbtrace_packet_net(skb, NULL, p.sk);
	if (skbtrace_passes_whole(s, &skbtrace_ev_skb_delay, &p))
		put_delay(s, place, &p, skbtrace_inum(p.net));
}

SKBTRACE_DEFINE_PROBE(consume_skb_probe,
		      TP_PROTO(struct sk_buff *skb, void *location),
		      TP_ARGS(skb, location))
{
	delay_end(data, AT_CONSUME, skb, NULL);
}

SKBTRACE_DEFINE_PROBE(consume_skb_older_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	consume_skb_probe(data, skb, NULL);
}

/* skb_drop has the reason. */
SKBTRACE_DEFINE_PROBE(kfree_skb_probe,
		      TP_PROTO(struct sk_buff *skb, void *location,
			       enum skb_drop_reason reason, struct sock *rx_sk),
		      TP_ARGS(skb, location, reason, rx_sk))
{
	delay_end(data, AT_DROP, skb, rx_sk);
}

SKBTRACE_DEFINE_PROBE(kfree_skb_older_probe,
		      TP_PROTO(struct sk_buff *skb, void *location,
			       enum skb_drop_reason reason),
		      TP_ARGS(skb, location, reason))
{
	delay_end(data, AT_DROP, skb, NULL);
}

static SKBTRACE_HOOK_OPTIONAL(hook_ip_send, ip_output_skb, ip_send_probe,
			      "the place ip_send is missing");
static SKBTRACE_HOOK(hook_net_dev_queue, net_dev_queue, net_dev_queue_probe);
static SKBTRACE_HOOK_OPTIONAL(hook_qdisc_dequeue, qdisc_dequeue,
			      qdisc_dequeue_probe,
			      "the place qdisc_dequeue is missing");
static SKBTRACE_HOOK(hook_start_xmit, net_dev_start_xmit,
		     net_dev_start_xmit_probe);
static SKBTRACE_HOOK(hook_netif_rx, netif_rx_entry, netif_rx_probe);
static SKBTRACE_HOOK(hook_gro_receive, napi_gro_receive_entry, netif_rx_probe);
static SKBTRACE_HOOK(hook_gro_frags, napi_gro_frags_entry, netif_rx_probe);
static SKBTRACE_HOOK(hook_netif_receive, netif_receive_skb_entry,
		     netif_rx_probe);
static SKBTRACE_HOOK(hook_netif_receive_list, netif_receive_skb_list_entry,
		     netif_rx_probe);
static SKBTRACE_HOOK(hook_netif_receive_skb, netif_receive_skb,
		     netif_receive_skb_probe);
static SKBTRACE_HOOK_OPTIONAL(hook_ip_receive, ip_rcv_skb, ip_receive_probe,
			      "the place ip_receive is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_udp_receive, udp_queue_rcv_skb,
			      udp_receive_probe,
			      "the place sk_queue of UDP is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_tcp_queue_rcv, tcp_queue_rcv,
			      tcp_queue_rcv_probe,
			      "the places sk_queue and sk_coalesce of TCP are missing");
static SKBTRACE_HOOK(hook_copy, skb_copy_datagram_iovec,
		     skb_copy_datagram_iovec_probe);
static SKBTRACE_HOOK_EITHER(hook_consume_skb, consume_skb, consume_skb_probe,
			    consume_skb_older_probe);
static SKBTRACE_HOOK_EITHER(hook_kfree_skb, kfree_skb, kfree_skb_probe,
			    kfree_skb_older_probe);

SKBTRACE_DEFINE_EVENT(skb_delay) = {
	SKBTRACE_EVENT(skb_delay),
	.nr		= SKBTRACE_NR(skb_delay),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.select		= "where",
	.opts		= SKBTRACE_OPTS_PICK | SKBTRACE_OPT_PAYLOAD,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("skb_where",
						       where_words),
					 SKBTRACE_SYMS("skb_life", life_words)),
	.help		= "A packet passes one of the named places of the stack.",
	.read		= "parse --latency joins them. net_dev_queue to qdisc_dequeue: the device's queue. sk_queue to copy, of UDP to consume: the program is slow to read.",
	.example	= "skbtrace record -e skb_delay,sample=100 -w 5 && skbtrace parse --latency",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_ip_send, &hook_net_dev_queue,
				&hook_qdisc_dequeue, &hook_start_xmit,
				&hook_netif_rx, &hook_gro_receive,
				&hook_gro_frags, &hook_netif_receive,
				&hook_netif_receive_list,
				&hook_netif_receive_skb, &hook_ip_receive,
				&hook_udp_receive, &hook_tcp_queue_rcv,
				&hook_copy, &hook_consume_skb,
				&hook_kfree_skb, NULL },
};
