// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_send, tcp_receive: segments that TCP hands to IP, or is handed, with the
 * TCP header and the state of the connection at that time. One that GSO will
 * split, or that GRO has merged, is one event.
 *
 * A connection that sends is locked. One that receives is not: each field is
 * read once, and another CPU may be changing them.
 */
#include <linux/netdevice.h>
#include <net/ipv6.h>
#include <trace/events/net.h>
#include <trace/events/skbtrace.h>
#include "sock_packet.h"
#include "tcp_vars.h"

#define TCP_PACKET_FIELDS(F, S)						\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u16, flags, "flags:tcp_flags", "brief", "of the TCP header") \
	F(S, u64, sk, "sk", "brief", "socket, where there is one")	\
	F(S, u32, seq, "dseq", "brief", "sequence number")		\
	F(S, u32, ack, "-", "-", "acknowledgment number, as in the header") \
	F(S, u32, len, "bytes", "brief", "payload")			\
	F(S, u32, segs, "segs", "brief", "segments on the wire (gso_segs)") \
	F(S, u16, window, "-", "-", "as in the header, not scaled")	\
	F(S, u16, checksum, "hex", "-", "as in the header; sent: the device may still have to complete it") \
	F(S, u16, urgent, "-", "-", "urgent pointer")			\
	F(S, u8, hlen, "bytes", "-", "TCP header with its options")	\
	F(S, u8, how, "enum:tcp_how", "brief", "sent: the first time, or without data; again; as a probe of the window or the peer") \
	F(S, u8, state, "enum:tcp_state", "na", "of the socket, before the segment has changed it") \
	TCP_VARS_FIELDS(F, S, "next byte to be sent, before this segment")
SKBTRACE_BLOCK(tcp_send, TCP_PACKET_FIELDS);
SKBTRACE_BLOCK(tcp_receive, TCP_PACKET_FIELDS);
SKBTRACE_ASSERT_TUPLE(tcp_send);
SKBTRACE_ASSERT_TUPLE(tcp_receive);
TCP_ASSERT_VARS(tcp_send);

#define TCP_FLAGS_MASK		0x1ff	/* behind the data offset */

/*
 * The frequent probes shall save no register: what a field is made of is read
 * right before it is written.
 */

/* ---- of the packet ---- */

static __always_inline const struct tcphdr *header_of(const struct sk_buff *skb)
{
	return (const struct tcphdr *)skb->data;
}

static __always_inline u16 dest_port(const struct sk_buff *skb)
{
	return ntohs(header_of(skb)->dest);
}

/* Does its port agree with when=? The one that is the destination's. */
static __always_inline bool port_agrees(struct skbtrace_session *s,
					const struct skbtrace_event *ev,
					const struct tcphdr *th)
{
	return likely(!(READ_ONCE(s->checks) & SKBTRACE_CHECK_RANGE)) ||
	       s->slot[ev->slot].early ||
	       skbtrace_in_range(s, ev, ntohs(th->dest));
}

/* Data offset, flags and window are one word, which is swapped once. */
static __always_inline void fill_header(struct tcp_send_block *b,
					const struct tcphdr *th)
{
	u32 word = ntohl(((const __be32 *)th)[3]), both;

	OPTIMIZER_HIDE_VAR(word);
	b->window = word;
	b->flags = word >> 16 & TCP_FLAGS_MASK;
	b->hlen = word >> 28 << 2;
	b->seq = ntohl(th->seq);
	b->ack = ntohl(th->ack_seq);
	both = skbtrace_two_words(&th->check);
	b->checksum = both;
	b->urgent = both >> 16;
}

/* @skb begins with the header that has been filled in. */
static __always_inline void fill_size(struct tcp_send_block *b,
				      const struct sk_buff *skb)
{
	b->len = skb->len - b->hlen;
	b->segs = skb_shinfo(skb)->gso_segs;
	b->segs += !b->segs;
}

/* ---- of the connection ---- */

/* By halves: a value of 16 bytes would want the stack realigned. */
static __always_inline void copy_addr(struct in6_addr *to,
				      const struct in6_addr *from)
{
	memcpy(&to->s6_addr[0], &from->s6_addr[0], 8);
	memcpy(&to->s6_addr[8], &from->s6_addr[8], 8);
}

static __always_inline void fill_addresses(struct skbtrace_tuple *t,
					   const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		copy_addr(&t->local, &sk->sk_v6_rcv_saddr);
		copy_addr(&t->peer, &sk->sk_v6_daddr);
		return;
	}
#endif
	ipv6_addr_set_v4mapped(sk->sk_rcv_saddr, &t->local);
	ipv6_addr_set_v4mapped(sk->sk_daddr, &t->peer);
}

/* Of a connection. Ports are those of the header: a closed socket has none. */
static __always_inline void fill_tuple(struct skbtrace_tuple *t,
				       const struct sock *sk,
				       const struct tcphdr *th, u8 dir)
{
	fill_addresses(t, sk);
	skbtrace_put_ports(t, th, dir);
	t->proto = IPPROTO_TCP;
	t->dir = dir;
}

/* ---- of a connection ---- */

/* Is the segment with this header sent again? A reset never is. */
static __always_inline u8 segment_how(const struct sock *sk,
				      const struct tcphdr *th, u32 seq, u32 len)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (likely(!before(seq, READ_ONCE(tp->snd_nxt))) || th->rst)
		return TCP_HOW_FIRST;
	if (len || th->syn || th->fin)
		return TCP_HOW_AGAIN;
	/* of a byte that has been acknowledged, so that the peer answers */
	return before(seq, READ_ONCE(tp->snd_una)) ? TCP_HOW_PROBE :
						     TCP_HOW_FIRST;
}

static __always_inline void fill_segment(struct tcp_send_block *b,
					 const struct sock *sk,
					 const struct sk_buff *skb, u8 dir)
{
	const struct tcphdr *th = header_of(skb);

	fill_header(b, th);
	fill_size(b, skb);
	b->how = dir == SKBTRACE_DIR_TX ?
		 segment_how(sk, th, b->seq, b->len) : 0;
	fill_tuple(skbtrace_tuple_of(b), sk, th, dir);
	fill_vars(tcp_vars_of(b), sk);
}

static noinline void long_conn(struct skbtrace_session *s,
			       const struct skbtrace_event *ev,
			       struct sock *sk, const struct sk_buff *skb,
			       u8 dir)
{
	struct tcp_send_block b __uninitialized;
	int l3 = dir == SKBTRACE_DIR_TX ? SKBTRACE_NO_L3 :
					  skb_network_offset(skb);

	/* what is sent has no IP header: it is the connection that is asked */
	if (dir == SKBTRACE_DIR_TX ? !skbtrace_passes(s, ev, sk) :
	    !skbtrace_passes_packet(s, ev, skb, l3, dir, skb->dev, sk))
		return;
	fill_segment(&b, sk, skb, dir);
	b.sk = skbtrace_cookie(sk);
	skbtrace_write_packet(s, ev, skb, l3, sock_net(sk)->ns.inum, &b);
}

/*
 * Is the value of the field that when= asks first refused? It is computed with
 * its neighbours only, of the header or of the connection. @ranged is checked,
 * since the slot may be changing.
 */
static __always_inline bool is_refused(struct skbtrace_session *s,
				       const struct skbtrace_event *ev,
				       const struct sock *sk,
				       const struct sk_buff *skb)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];
	struct tcp_send_block b __uninitialized;
	u8 ranged = READ_ONCE(slot->ranged);
	u16 off = ranged ? ev->fields[ranged - 1].off : 0;

	if (off >= offsetof(struct tcp_send_block, state)) {
		fill_vars(tcp_vars_of(&b), sk);
	} else if (off >= offsetof(struct tcp_send_block, flags)) {
		fill_header(&b, header_of(skb));
		fill_size(&b, skb);
	} else {
		return false;
	}
	return !skbtrace_in_range(s, ev, slot->early == sizeof(u16) ?
				  *(u16 *)((void *)&b + off) :
				  *(u32 *)((void *)&b + off));
}

static noinline void early_conn(struct skbtrace_session *s,
				const struct skbtrace_event *ev,
				struct sock *sk, const struct sk_buff *skb,
				u8 dir)
{
	if (!is_refused(s, ev, sk, skb))
		long_conn(s, ev, sk, skb, dir);
}

static __always_inline int
begin_segment(struct skbtrace_quick *q, struct skbtrace_session *s,
	      const struct skbtrace_event *ev, const struct sk_buff *skb,
	      const struct skbtrace_verdicts *counted)
{
	return skbtrace_quick_segment(q, s, ev, sizeof(struct tcp_send_block),
				      skb, counted);
}

static __always_inline void fill_kept(void *block, const struct sock *sk,
				      const struct sk_buff *skb, u8 dir)
{
	struct tcp_send_block *b = block;

	b->sk = atomic64_read(&sk->sk_cookie);
	fill_segment(b, sk, skb, dir);
}

static const struct sock_packet_ops conn_ops = {
	.port = dest_port,
	.begin = begin_segment,
	.fill = fill_kept,
	.early = early_conn,
	.slow = long_conn,
};

static noinline void kept_send(struct skbtrace_session *s, struct sock *sk,
			       const struct sk_buff *skb,
			       const struct skbtrace_verdicts *counted)
{
	sock_packet_write(&conn_ops, s, &skbtrace_ev_tcp_send, sk, skb, counted,
			  SKBTRACE_DIR_TX);
}

static noinline void kept_receive(struct skbtrace_session *s, struct sock *sk,
				  const struct sk_buff *skb,
				  const struct skbtrace_verdicts *counted)
{
	sock_packet_write(&conn_ops, s, &skbtrace_ev_tcp_receive, sk, skb,
			  counted, SKBTRACE_DIR_RX);
}

/* With skip= or only= */
static noinline void send_selective(struct skbtrace_session *s,
				    struct sock *sk, const struct sk_buff *skb)
{
	const struct tcphdr *th = header_of(skb);
	u8 how = segment_how(sk, th, ntohl(th->seq),
			     skb->len - th->doff * 4);

	if (skbtrace_wants(s, &skbtrace_ev_tcp_send, how) &&
	    port_agrees(s, &skbtrace_ev_tcp_send, th))
		long_conn(s, &skbtrace_ev_tcp_send, sk, skb, SKBTRACE_DIR_TX);
}

/* Context: the socket is locked. */
SKBTRACE_DEFINE_PROBE(tcp_send_skb_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	const struct skbtrace_event *ev = &skbtrace_ev_tcp_send;
	struct skbtrace_session *s = data;

	if (unlikely(s->slot[ev->slot].selective))
		send_selective(s, sk, skb);
	else
		sock_packet_probe(&conn_ops, s, ev, sk, sk, skb,
				  SKBTRACE_DIR_TX, kept_send);
}

/* ---- of no connection, or a minisocket ---- */

/* Context: softirq, or a timer's; nobody else changes @req. */
SKBTRACE_DEFINE_PROBE(tcp_send_synack_probe,
		      TP_PROTO(struct request_sock *req, struct sk_buff *skb,
			       bool again),
		      TP_ARGS(req, skb, again))
{
	const struct skbtrace_event *ev = &skbtrace_ev_tcp_send;
	const struct tcphdr *th = header_of(skb);
	struct tcp_send_block b __uninitialized;
	struct skbtrace_session *s = data;
	struct sock *sk = req_to_sk(req);

	b.how = again ? TCP_HOW_AGAIN : TCP_HOW_FIRST;
	if (!skbtrace_wants(s, ev, b.how) || !port_agrees(s, ev, th) ||
	    !skbtrace_passes(s, ev, sk))
		return;
	fill_tuple(skbtrace_tuple_of(&b), sk, th, SKBTRACE_DIR_TX);
	fill_header(&b, th);
	fill_size(&b, skb);
	b.sk = skbtrace_cookie(sk);
	skbtrace_fill_vars(tcp_vars_of(&b), sk);
	skbtrace_write_packet(s, ev, skb, SKBTRACE_NO_L3,
			      sock_net(sk)->ns.inum, &b);
}

/* The device that an answered packet came from; its skb->dev may be unset. */
static const struct net_device *answered_dev(const struct sk_buff *skb)
{
	return skb_dst(skb) ? skb_dst(skb)->dev : NULL;
}

/* Context: softirq. @sk: any kind of socket or %NULL; @skb is answered. */
SKBTRACE_DEFINE_PROBE(tcp_send_reply_probe,
		      TP_PROTO(const struct sock *csk,
			       const struct sk_buff *skb,
			       const struct tcphdr *th),
		      TP_ARGS(csk, skb, th))
{
	const struct skbtrace_event *ev = &skbtrace_ev_tcp_send;
	const struct net_device *dev = answered_dev(skb);
	struct tcp_send_block b __uninitialized;
	struct sock *sk = (struct sock *)csk;
	struct skbtrace_session *s = data;
	int l3 = skb_network_offset(skb);

	if (!skbtrace_wants(s, ev, TCP_HOW_FIRST) || !port_agrees(s, ev, th) ||
	    !skbtrace_passes_packet(s, ev, skb, l3, SKBTRACE_DIR_RX, dev, sk))
		return;
	skbtrace_packet_tuple(skb, l3, SKBTRACE_DIR_RX, skbtrace_tuple_of(&b),
			      NULL);
	b.dir = SKBTRACE_DIR_TX;
	fill_header(&b, th);
	b.len = 0;
	b.segs = 1;
	b.how = TCP_HOW_FIRST;
	b.sk = sk ? skbtrace_cookie(sk) : 0;
	skbtrace_fill_vars(tcp_vars_of(&b), sk);
	/* its answer is told, which is no packet yet */
	skbtrace_write_packet(s, ev, skb, SKBTRACE_NO_L3,
			      sk ? sock_net(sk)->ns.inum :
			      dev ? dev_net(dev)->ns.inum : 0, &b);
}

static noinline void receive_other(struct skbtrace_session *s, struct sock *sk,
				   const struct sk_buff *skb)
{
	const struct skbtrace_event *ev = &skbtrace_ev_tcp_receive;
	struct tcp_send_block b __uninitialized;
	int l3 = skb_network_offset(skb);

	if (!port_agrees(s, ev, header_of(skb)) ||
	    !skbtrace_passes_packet(s, ev, skb, l3, SKBTRACE_DIR_RX, skb->dev,
				    sk))
		return;
	skbtrace_packet_tuple(skb, l3, SKBTRACE_DIR_RX, skbtrace_tuple_of(&b),
			      NULL);
	fill_header(&b, header_of(skb));
	fill_size(&b, skb);
	b.how = 0;
	b.sk = sk ? skbtrace_cookie(sk) : 0;
	skbtrace_fill_vars(tcp_vars_of(&b), sk);
	skbtrace_write_packet(s, ev, skb, l3, dev_net(skb->dev)->ns.inum, &b);
}

/* Context: softirq. @sk: any kind of socket, referenced but not locked. */
SKBTRACE_DEFINE_PROBE(tcp_rcv_skb_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	if (likely(sk && skbtrace_is_conn(sk)))
		sock_packet_probe(&conn_ops, data, &skbtrace_ev_tcp_receive, sk,
				  sk, skb, SKBTRACE_DIR_RX, kept_receive);
	else
		receive_other(data, sk, skb);
}

/* ---- inferred, at a device ---- */

/* Where the TCP header is, or %SKBTRACE_NO_L3 */
static int header_offset(const struct sk_buff *skb, int l3)
{
	const struct iphdr *ip;
	struct iphdr buf;
	__be16 frag;
	u8 next;

	ip = skb_header_pointer(skb, l3, sizeof(buf), &buf);
	if (!ip)
		return SKBTRACE_NO_L3;
	if (ip->version == 4)
		return l3 + ip->ihl * 4;
	next = ((const struct ipv6hdr *)ip)->nexthdr;
	l3 = ipv6_skip_exthdr(skb, l3 + sizeof(struct ipv6hdr), &next, &frag);
	return l3 < 0 ? SKBTRACE_NO_L3 : l3;
}

static const struct sock *conn_of(struct sock *sk)
{
	return sk && sk_fullsock(sk) && skbtrace_is_tcp(sk) &&
	       sk->sk_type == SOCK_STREAM ? sk : NULL;
}

/* @here: where the IP header is if there are no tags */
static void infer_tcp(struct skbtrace_session *s,
		      const struct skbtrace_event *ev,
		      const struct sk_buff *skb, int here, struct sock *sk,
		      u8 dir)
{
	const struct sock *conn = conn_of(sk);
	struct tcp_send_block b __uninitialized;
	int l3 = skbtrace_l3(skb, here);
	struct skbtrace_l4 l4 = {};
	const struct tcphdr *th;
	struct tcphdr buf;

	if (l3 == SKBTRACE_NO_L3 ||
	    !skbtrace_packet_tuple(skb, l3, dir, skbtrace_tuple_of(&b), &l4) ||
	    !l4.valid || b.proto != IPPROTO_TCP)
		return;
	th = skb_header_pointer(skb, header_offset(skb, l3), sizeof(buf), &buf);
	if (!th)
		return;
	b.how = dir != SKBTRACE_DIR_TX ? 0 :
		conn ? segment_how(conn, th, l4.seq, l4.len) : TCP_HOW_FIRST;
	if (!skbtrace_wants(s, ev, b.how) || !port_agrees(s, ev, th) ||
	    !skbtrace_passes_packet(s, ev, skb, l3, dir, skb->dev, sk))
		return;
	fill_header(&b, th);
	fill_size(&b, skb);
	b.len = l4.len;
	b.sk = conn ? skbtrace_cookie(sk) : 0;
	skbtrace_fill_vars(tcp_vars_of(&b), conn);
	skbtrace_write_packet(s, ev, skb, l3, dev_net(skb->dev)->ns.inum, &b);
}

static struct skbtrace_inference tcp_send_inferred, tcp_receive_inferred;

/* Context: BHs off. Forwarded packets have no socket, or a tunnel's. */
SKBTRACE_DEFINE_PROBE(tcp_send_infer_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	if (!skb->skb_iif)
		infer_tcp(data, &tcp_send_inferred.ev, skb,
			  skb_network_offset(skb), skbtrace_packet_sock(skb),
			  SKBTRACE_DIR_TX);
}

/* Context: softirq. skb->sk, if set, is still that of a sender on this host. */
SKBTRACE_DEFINE_PROBE(tcp_receive_infer_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	if (skb->pkt_type != PACKET_OTHERHOST)
		infer_tcp(data, &tcp_receive_inferred.ev, skb, 0, NULL,
			  SKBTRACE_DIR_RX);
}

static SKBTRACE_HOOK(hook_send_skb, tcp_send_skb, tcp_send_skb_probe);
static SKBTRACE_HOOK_OPTIONAL(hook_synack, tcp_send_synack_skb,
			      tcp_send_synack_probe, "SYN-ACKs are missing");
static SKBTRACE_HOOK_OPTIONAL(hook_reply, tcp_send_reply, tcp_send_reply_probe,
			      "what is sent without a connection is missing");
static SKBTRACE_HOOK(hook_rcv_skb, tcp_rcv_skb, tcp_rcv_skb_probe);
static SKBTRACE_HOOK(hook_send_infer, net_dev_queue, tcp_send_infer_probe);
static SKBTRACE_HOOK(hook_receive_infer, netif_receive_skb,
		     tcp_receive_infer_probe);

static struct skbtrace_inference tcp_send_inferred = {
	.how		= "at net_dev_queue: what the firewall drops or IPsec encrypts is missing, each device of a stack (bridge, VLAN, tunnel) is an event of its own; of SYN-ACKs and what is sent without a connection how is always first",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_send_infer, NULL },
};

static struct skbtrace_inference tcp_receive_inferred = {
	.how		= "at netif_receive_skb: also what is forwarded, invalid or dropped by the firewall, and each device of a stack (bridge, VLAN, tunnel) is an event of its own; the socket and all that it has is not known",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_receive_infer, NULL },
};

SKBTRACE_DEFINE_EVENT(tcp_send) = {
	SKBTRACE_EVENT(tcp_send),
	.nr		= SKBTRACE_NR(tcp_send),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.select		= "how",
	.range		= "pport",
	.early		= "flags",
	.opts		= SKBTRACE_OPTS_PICK,
	.conds		= true,
	.help		= "TCP hands a segment to IP; with its header and the state of the connection.",
	.read		= "how=again: a retransmission. No sk: a reset for a connection that is not here. -F does not see it, it has no IP header yet; -S does.",
	.example	= "skbtrace record -e tcp_send,only=again",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_send_skb, &hook_synack, &hook_reply,
				NULL },
	.inferred	= &tcp_send_inferred,
};

SKBTRACE_DEFINE_EVENT(tcp_receive) = {
	SKBTRACE_EVENT(tcp_receive),
	.nr		= SKBTRACE_NR(tcp_receive),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.range		= "lport",
	.early		= "flags",
	.opts		= SKBTRACE_OPTS_PICK | SKBTRACE_OPT_PAYLOAD,
	.conds		= true,
	.help		= "TCP is handed a segment, and has looked up its socket; with its header and the state before it.",
	.read		= "state=LISTEN: it opens a connection. state=-: no socket, a reset is the answer. segs above 1: joined by GRO.",
	.example	= "skbtrace record -e tcp_send,tcp_receive 'port 443'",
	.hooks		= (struct skbtrace_hook *const[]){
				&hook_rcv_skb, NULL },
	.inferred	= &tcp_receive_inferred,
};
