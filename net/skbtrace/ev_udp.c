// SPDX-License-Identifier: GPL-2.0
/*
 * Events of UDP: datagrams handed to IP, datagrams queued on a socket.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/skbtrace.h>
#include <linux/udp.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <trace/events/net.h>
#include <trace/events/skbtrace.h>

#define UDP_FIELDS(F, S)						\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u64, sk, "sk", "brief", "socket")				\
	F(S, u32, len, "bytes", "brief", "payload")			\
	F(S, u32, segs, "segs", "brief", "datagrams on the wire (gso_segs)") \
	F(S, u32, queued, "bytes", "brief", "memory charged to the buffer of this direction") \
	F(S, u32, buf, "bytes", "-", "its limit: sk_sndbuf or sk_rcvbuf")
SKBTRACE_BLOCK(udp_send, UDP_FIELDS);
SKBTRACE_BLOCK(udp_receive, UDP_FIELDS);
SKBTRACE_ASSERT_TUPLE(udp_send);
SKBTRACE_ASSERT_TUPLE(udp_receive);

static struct skbtrace_event ev_udp_send, ev_udp_receive;

/* Both events have the same fields, hence the same layout. It has passed. */
static void udp_event(struct skbtrace_session *s,
		      const struct skbtrace_event *ev, struct sock *sk,
		      const struct sk_buff *skb, u8 dir, u32 len, u32 queued,
		      u32 buf)
{
	struct udp_send_block *b;

	b = skbtrace_begin(s, ev, skbtrace_packet_id(s, skb),
			   sock_net(sk)->ns.inum);
	if (!b)
		return;
	skbtrace_packet_tuple(skb, skb_network_offset(skb), dir,
			      skbtrace_tuple_of(b), NULL);
	b->spare = 0;
	b->sk = skbtrace_cookie(sk);
	b->len = len;
	b->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	b->queued = queued;
	b->buf = buf;
	skbtrace_commit(s);
}

/*
 * Context: process; the socket is locked only if it is corked. The length in
 * the IP header is not set yet: that memory holds anything.
 */
static void udp_send_probe(void *data, struct sock *sk, struct sk_buff *skb)
{
	if (!skbtrace_passes_packet(data, &ev_udp_send, skb,
				    skb_network_offset(skb), SKBTRACE_DIR_TX,
				    NULL, sk))
		return;
	udp_event(data, &ev_udp_send, sk, skb, SKBTRACE_DIR_TX,
		  skb->len - skb_transport_offset(skb) - sizeof(struct udphdr),
		  refcount_read(&sk->sk_wmem_alloc), READ_ONCE(sk->sk_sndbuf));
}

/*
 * Context: softirq mostly; the lock of the receive queue is held. The headers
 * have been pulled.
 */
static void udp_receive_probe(void *data, struct sock *sk, struct sk_buff *skb)
{
	if (!skbtrace_passes_packet(data, &ev_udp_receive, skb,
				    skb_network_offset(skb), SKBTRACE_DIR_RX,
				    NULL, sk))
		return;
	udp_event(data, &ev_udp_receive, sk, skb, SKBTRACE_DIR_RX, skb->len,
		  atomic_read(&sk->sk_rmem_alloc), READ_ONCE(sk->sk_rcvbuf));
}

/*
 * At a device. @here is where the IP header is if there are no tags; @sk: %NULL
 * if not known. Only a first fragment tells that it is UDP.
 */
static void udp_infer(struct skbtrace_session *s,
		      const struct skbtrace_event *ev,
		      const struct sk_buff *skb, int here, struct sock *sk,
		      u8 dir)
{
	int l3 = skbtrace_l3(skb, here);
	struct skbtrace_l4 l4 = {};
	struct udp_send_block *b;
	struct skbtrace_tuple t;

	if (l3 == SKBTRACE_NO_L3 ||
	    !skbtrace_packet_tuple(skb, l3, dir, &t, &l4) || !l4.valid ||
	    t.proto != IPPROTO_UDP ||
	    !skbtrace_passes_packet(s, ev, skb, l3, dir, skb->dev, sk))
		return;
	b = skbtrace_begin(s, ev, skbtrace_packet_id(s, skb),
			   dev_net(skb->dev)->ns.inum);
	if (!b)
		return;
	*skbtrace_tuple_of(b) = t;
	b->spare = 0;
	b->sk = sk ? skbtrace_cookie(sk) : 0;
	b->len = l4.len;
	b->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	b->queued = sk ? refcount_read(&sk->sk_wmem_alloc) : 0;
	b->buf = sk ? READ_ONCE(sk->sk_sndbuf) : 0;
	skbtrace_commit(s);
}

static struct skbtrace_inference udp_send_inferred, udp_receive_inferred;

/* Context: BHs off. Forwarded packets have no socket, or a tunnel's. */
static void udp_send_infer_probe(void *data, struct sk_buff *skb)
{
	struct sock *sk = skbtrace_packet_sock(skb);

	if (!skb->skb_iif)
		udp_infer(data, &udp_send_inferred.ev, skb,
			  skb_network_offset(skb),
			  sk && sk_fullsock(sk) ? sk : NULL, SKBTRACE_DIR_TX);
}

/* Context: softirq. Its socket, if any, is still that of a sender here. */
static void udp_receive_infer_probe(void *data, struct sk_buff *skb)
{
	if (skb->pkt_type != PACKET_OTHERHOST)
		udp_infer(data, &udp_receive_inferred.ev, skb, 0, NULL,
			  SKBTRACE_DIR_RX);
}

static SKBTRACE_HOOK(hook_udp_send, udp_send, udp_send_probe);
static SKBTRACE_HOOK(hook_udp_receive, udp_receive, udp_receive_probe);
static SKBTRACE_HOOK(hook_udp_send_infer, net_dev_queue, udp_send_infer_probe);
static SKBTRACE_HOOK(hook_udp_receive_infer, netif_receive_skb,
		     udp_receive_infer_probe);

static struct skbtrace_inference udp_send_inferred = {
	.how		= "at net_dev_queue: each device of a stack (bridge, VLAN, tunnel) is an event of its own; of a fragmented datagram len is that of the first fragment",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_udp_send_infer, NULL },
};

static struct skbtrace_inference udp_receive_inferred = {
	.how		= "at netif_receive_skb: also what is forwarded, has no socket or finds no room in its buffer; sk, queued and buf are not known; of a fragmented datagram len is that of the first fragment",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_udp_receive_infer, NULL },
};

static struct skbtrace_event ev_udp_send = {
	SKBTRACE_EVENT(udp_send),
	.nr		= 301,
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.opts		= SKBTRACE_OPTS_PICK,
	.sets		= "send",
	.help		= "UDP hands a datagram to IP.",
	.read		= "segs above 1: UDP GSO, one event for all of them. queued near buf: the device sends too slowly.",
	.example	= "skbtrace record -e udp_send,udp_receive -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_udp_send, NULL },
	.inferred	= &udp_send_inferred,
};

static struct skbtrace_event ev_udp_receive = {
	SKBTRACE_EVENT(udp_receive),
	.nr		= 302,
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.opts		= SKBTRACE_OPTS_PICK,
	.help		= "A datagram has been queued on its socket.",
	.read		= "queued near buf: the program reads too slowly, drops are next.",
	.example	= "skbtrace record -e udp_receive -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_udp_receive, NULL },
	.inferred	= &udp_receive_inferred,
};

static struct skbtrace_event *const udp_events[] = {
	&ev_udp_send,
	&ev_udp_receive,
};

static struct skbtrace_proto udp_proto = {
	.name		= "udp",
	.owner		= THIS_MODULE,
	.events		= udp_events,
	.nr_events	= ARRAY_SIZE(udp_events),
};

static int __init skbtrace_udp_init(void)
{
	return skbtrace_register_proto(&udp_proto);
}

static void __exit skbtrace_udp_exit(void)
{
	skbtrace_unregister_proto(&udp_proto);
}

module_init(skbtrace_udp_init);
module_exit(skbtrace_udp_exit);

MODULE_DESCRIPTION("skbtrace: events of UDP");
MODULE_LICENSE("GPL");
MODULE_ALIAS_SKBTRACE_PROTO(udp);
MODULE_ALIAS_SKBTRACE_EVENT(udp_send);
MODULE_ALIAS_SKBTRACE_EVENT(udp_receive);
