// SPDX-License-Identifier: GPL-2.0
/*
 * Events of UDP: datagrams passed to IP, datagrams queued on a socket.
 */
#include <linux/netdevice.h>
#include <linux/udp.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <trace/events/net.h>
#include <trace/events/skbtrace.h>
#include "event.h"
#include "sock_packet.h"

#define UDP_FIELDS(F, S)						\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u16, checksum, "hex", "-", "as in the header; sent: the device may still have to complete it") \
	F(S, u64, sk, "sk", "brief", "socket")				\
	F(S, u32, len, "bytes", "brief", "payload")			\
	F(S, u32, segs, "segs", "brief", "datagrams on the wire (gso_segs)") \
	F(S, u32, queued, "bytes", "brief", "memory charged to the buffer of this direction") \
	F(S, u32, buf, "bytes", "-", "its limit: sk_sndbuf or sk_rcvbuf")
SKBTRACE_BLOCK(udp_send, UDP_FIELDS);
SKBTRACE_BLOCK(udp_receive, UDP_FIELDS);
SKBTRACE_ASSERT_TUPLE(udp_send);
SKBTRACE_ASSERT_TUPLE(udp_receive);

/* The fields of a block, without the tuple */
struct udp_facts {
	u64	cookie;
	u32	len;
	u32	queued;
	u32	buf;
	u16	checksum;
};

static __always_inline void fill_udp(struct udp_send_block *b,
				     const struct sk_buff *skb,
				     const struct udp_facts *f)
{
	b->checksum = f->checksum;
	b->sk = f->cookie;
	b->len = f->len;
	b->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	b->queued = f->queued;
	b->buf = f->buf;
}

/*
 * In a datagram that is sent, the length in the IP header is not set yet. In
 * one that is received, the headers have been pulled.
 */
static __always_inline void get_facts(struct udp_facts *f,
				      const struct sock *sk,
				      const struct sk_buff *skb, u8 dir)
{
	f->checksum = ntohs((__force __be16)udp_hdr(skb)->check);
	f->cookie = atomic64_read(&sk->sk_cookie);
	if (dir == SKBTRACE_DIR_TX) {
		f->len = skb->len - skb_transport_offset(skb) -
			 sizeof(struct udphdr);
		f->queued = refcount_read(&sk->sk_wmem_alloc);
		f->buf = READ_ONCE(sk->sk_sndbuf);
	} else {
		f->len = skb->len;
		f->queued = atomic_read(&sk->sk_rmem_alloc);
		f->buf = READ_ONCE(sk->sk_rcvbuf);
	}
}

/* Both events have the same fields, hence the same layout. */
static noinline void long_udp(struct skbtrace_session *s,
			      const struct skbtrace_event *ev, struct sock *sk,
			      const struct sk_buff *skb, u8 dir)
{
	struct udp_send_block b __uninitialized;
	int l3 = skb_network_offset(skb);
	struct udp_facts f;

	if (!skbtrace_passes_packet(s, ev, skb, l3, dir, NULL, sk))
		return;
	get_facts(&f, sk, skb, dir);
	f.cookie = skbtrace_cookie(sk);
	skbtrace_packet_tuple(skb, l3, dir, skbtrace_tuple_of(&b), NULL);
	fill_udp(&b, skb, &f);
	skbtrace_write_packet(s, ev, skb, l3, sock_net(sk)->ns.inum, &b);
}

static __always_inline u16 dest_port(const struct sk_buff *skb)
{
	return ntohs(udp_hdr(skb)->dest);
}

static __always_inline int
begin_udp(struct skbtrace_quick *q, struct skbtrace_session *s,
	  const struct skbtrace_event *ev, const struct sk_buff *skb,
	  const struct skbtrace_verdicts *counted)
{
	return skbtrace_quick_plain(q, s, ev, sizeof(struct udp_send_block),
				    skb, skb_network_offset(skb), counted);
}

static __always_inline void fill_kept(void *block, const struct sock *sk,
				      const struct sk_buff *skb, u8 dir)
{
	struct udp_send_block *b = block;
	struct udp_facts f;

	get_facts(&f, sk, skb, dir);
	skbtrace_plain_tuple(skb, skb_network_offset(skb), dir,
			     skbtrace_tuple_of(b), NULL);
	fill_udp(b, skb, &f);
}

static const struct sock_packet_ops udp_ops = {
	.port = dest_port,
	.begin = begin_udp,
	.fill = fill_kept,
	.slow = long_udp,
};

static noinline void kept_send(struct skbtrace_session *s, struct sock *sk,
			       const struct sk_buff *skb,
			       const struct skbtrace_verdicts *counted)
{
	sock_packet_write(&udp_ops, s, &skbtrace_ev_udp_send, sk, skb, counted,
			  SKBTRACE_DIR_TX);
}

static noinline void kept_receive(struct skbtrace_session *s, struct sock *sk,
				  const struct sk_buff *skb,
				  const struct skbtrace_verdicts *counted)
{
	sock_packet_write(&udp_ops, s, &skbtrace_ev_udp_receive, sk, skb,
			  counted, SKBTRACE_DIR_RX);
}

/* One that is not connected is filtered by its packets. */
static __always_inline const struct sock *asked(const struct sock *sk)
{
	return sk->sk_dport ? sk : NULL;
}

/* Context: process; the socket is locked only if it is corked. */
SKBTRACE_DEFINE_PROBE(udp_send_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	sock_packet_probe(&udp_ops, data, &skbtrace_ev_udp_send, asked(sk), sk,
			  skb, SKBTRACE_DIR_TX, kept_send);
}

/* Context: softirq mostly; the lock of the receive queue is held. */
SKBTRACE_DEFINE_PROBE(udp_receive_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	sock_packet_probe(&udp_ops, data, &skbtrace_ev_udp_receive, asked(sk),
			  sk, skb, SKBTRACE_DIR_RX, kept_receive);
}

/*
 * At a device. @here: where the IP header is if there are no tags; @sk: %NULL
 * if not known. Fragments other than the first are not recognised as UDP.
 */
static void infer_udp(struct skbtrace_session *s,
		      const struct skbtrace_event *ev,
		      const struct sk_buff *skb, int here, struct sock *sk,
		      u8 dir)
{
	int l3 = skbtrace_l3(skb, here);
	struct udp_send_block b __uninitialized;
	struct skbtrace_l4 l4 = {};
	struct udp_facts f = {};

	sk = skbtrace_seen_sock(s, sk);
	if (l3 == SKBTRACE_NO_L3 ||
	    !skbtrace_packet_tuple(skb, l3, dir, skbtrace_tuple_of(&b), &l4) ||
	    !l4.valid || b.proto != IPPROTO_UDP ||
	    !skbtrace_in_range(s, ev, dir == SKBTRACE_DIR_TX ? b.pport :
							       b.lport) ||
	    !skbtrace_passes_packet(s, ev, skb, l3, dir, skb->dev, sk))
		return;
	f.len = l4.len;
	if (sk) {
		f.cookie = skbtrace_cookie(sk);
		f.queued = refcount_read(&sk->sk_wmem_alloc);
		f.buf = READ_ONCE(sk->sk_sndbuf);
	}
	fill_udp(&b, skb, &f);
	skbtrace_write_packet(s, ev, skb, l3, dev_net(skb->dev)->ns.inum, &b);
}

static struct skbtrace_inference udp_send_inferred, udp_receive_inferred;

/* Context: BHs off. Forwarded packets have no socket, or a tunnel's. */
SKBTRACE_DEFINE_PROBE(udp_send_infer_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	struct sock *sk = skbtrace_packet_sock(skb);

	if (!skb->skb_iif)
		infer_udp(data, &udp_send_inferred.ev, skb,
			  skb_network_offset(skb),
			  sk && sk_fullsock(sk) ? sk : NULL, SKBTRACE_DIR_TX);
}

/* Context: softirq. skb->sk, if set, is still that of a sender on this host. */
SKBTRACE_DEFINE_PROBE(udp_receive_infer_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	if (skb->pkt_type != PACKET_OTHERHOST)
		infer_udp(data, &udp_receive_inferred.ev, skb, 0, NULL,
			  SKBTRACE_DIR_RX);
}

static SKBTRACE_HOOK(hook_udp_send, udp_send_skb, udp_send_probe);
static SKBTRACE_HOOK(hook_udp_receive, udp_queue_rcv_skb, udp_receive_probe);
static SKBTRACE_HOOK(hook_udp_send_infer, net_dev_queue, udp_send_infer_probe);
static SKBTRACE_HOOK(hook_udp_receive_infer, netif_receive_skb,
		     udp_receive_infer_probe);

static struct skbtrace_inference udp_send_inferred = {
	.how		= "at net_dev_queue: each device of a stack (bridge, VLAN, tunnel) is an event of its own; the checksum is not known; of a fragmented datagram len is that of the first fragment",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_udp_send_infer, NULL },
};

static struct skbtrace_inference udp_receive_inferred = {
	.how		= "at netif_receive_skb: also what is forwarded, has no socket or finds no room in its buffer; sk, queued, buf and checksum are not known; of a fragmented datagram len is that of the first fragment",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_udp_receive_infer, NULL },
};

SKBTRACE_DEFINE_EVENT(udp_send) = {
	SKBTRACE_EVENT(udp_send),
	.nr		= SKBTRACE_NR(udp_send),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.range		= "pport",
	.opts		= SKBTRACE_OPTS_PICK,
	.conds		= true,
	.sets		= "send",
	.help		= "UDP hands a datagram to IP.",
	.read		= "segs above 1: UDP GSO, one event for all of them. queued near buf: the device sends too slowly.",
	.example	= "skbtrace record -e udp_send,udp_receive -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_udp_send, NULL },
	.inferred	= &udp_send_inferred,
};

SKBTRACE_DEFINE_EVENT(udp_receive) = {
	SKBTRACE_EVENT(udp_receive),
	.nr		= SKBTRACE_NR(udp_receive),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.range		= "lport",
	.opts		= SKBTRACE_OPTS_PICK | SKBTRACE_OPT_PAYLOAD,
	.conds		= true,
	.help		= "A datagram has been queued on its socket.",
	.read		= "queued near buf: the program reads too slowly, drops are next.",
	.example	= "skbtrace record -e udp_receive -w 5",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_udp_receive, NULL },
	.inferred	= &udp_receive_inferred,
};

static SKBTRACE_EVENT_TABLE(udp_events, SKBTRACE_UDP_EVENTS);

static struct skbtrace_proto skbtrace_udp = {
	.name		= "udp",
	.owner		= THIS_MODULE,
	.events		= udp_events,
	.nr_events	= ARRAY_SIZE(udp_events),
};
module_skbtrace_proto(skbtrace_udp);

MODULE_DESCRIPTION("skbtrace: events of UDP");
MODULE_LICENSE("GPL");
MODULE_ALIAS_SKBTRACE_PROTO(udp);
