// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_segment: the places that a byte of a TCP connection passes, from the
 * sender's write to its ACK, and from the receiver's device to its read.
 *
 * A place is passed by bytes, not by a packet, so that clones, GSO, coalescing
 * and retransmission don't confuse what is joined: "parse --latency" does that,
 * by who sends to whom and sequence number. The kernel keeps nothing of a byte.
 *
 * With every=N only what holds a mark, a sequence number that is a multiple of
 * N, is written. Both hosts of a connection so choose the same bytes.
 */
#include <linux/netdevice.h>
#include <trace/events/napi.h>
#include <trace/events/net.h>
#include <trace/events/qdisc.h>
#include <trace/events/skb.h>
#include <trace/events/skbtrace.h>
#include "compat.h"
#include "tcp_segment.h"

#define TCP_SEGMENT_FIELDS(F, S)					\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u8, where, "enum:tcp_where", "brief", "the place; numbers grow along the way") \
	F(S, u8, how, "enum:tcp_how", "brief", "at send: the first time, again, or as a probe") \
	F(S, u32, seq, "dseq", "brief", "sequence number of the first byte") \
	F(S, u32, len, "bytes", "brief", "bytes that pass")		\
	F(S, u64, sk, "sk", "brief", "socket, where it is known")	\
	F(S, s32, ifindex, "-", "-", "device, 0: none or not known")	\
	F(S, u8, waited, "enum:tcp_sendlimit", "brief", "at send: what had held the bytes back, -: nothing") \
	F(S, u8, every, "-", "-", "marks are the multiples of 2 to the power of this") \
	F(S, u8, ended, "enum:tcp_stage", "brief,set", "with marks that are followed: the stage that ends here") \
	F(S, u8, spare, "-", "-", "0")					\
	F(S, u32, stage_us, "us", "brief,na", "how long it took")	\
	F(S, u32, mark, "dseq", "-", "the byte that this is told of")
SKBTRACE_BLOCK(tcp_segment, TCP_SEGMENT_FIELDS);
SKBTRACE_ASSERT_TUPLE(tcp_segment);

static const struct skbtrace_sym where_words[] = {
	{ AT_WRITE, "write" },
	{ AT_SEND, "send" },
	{ AT_QUEUE, "queue" },
	{ AT_DEQUEUE, "dequeue" },
	{ AT_XMIT, "xmit" },
	{ AT_DONE, "done" },
	{ AT_SACKED, "sacked" },
	{ AT_ACKED, "acked" },
	{ AT_RECEIVE, "receive" },
	{ AT_IP, "ip" },
	{ AT_OFO, "ofo" },
	{ AT_QUEUED, "queued" },
	{ AT_READ, "read" },
};

#define STAGE_WORD(NAME, WORD, DIR)	{ SKBTRACE_STAGE_##NAME, WORD },
static const struct skbtrace_sym stage_words[] = {
	{ SKBTRACE_STAGE_NONE, "-" },
	SKBTRACE_STAGES(STAGE_WORD)
};

#define EV	(&skbtrace_ev_tcp_segment)	/* defined at the end */

/*
 * Is there a multiple of 1 << @every among the bytes from @seq on, before @end?
 * None is if there are no bytes. Sequence numbers wrap.
 */
static __always_inline bool may_hold_mark(u32 seq, u32 end, u8 every)
{
	return ((seq - 1) ^ (end - 1)) >> every;
}

static __always_inline bool holds_mark(const struct segment *bytes, u8 every)
{
	return may_hold_mark(bytes->seq, bytes->seq + bytes->len, every);
}

/* Who follows marks must see them everywhere, to tell of some places only. */
static __always_inline bool
segment_wanted(struct skbtrace_session *s, const struct segment *bytes)
{
	const struct skbtrace_slot *slot = segment_slot(s, EV);

	if (!holds_mark(bytes, slot->every))
		return false;
	return slot->follow ? slot->on :
	       skbtrace_wants(s, &skbtrace_ev_tcp_segment, bytes->where);
}

static void fill_segment(struct skbtrace_session *s,
			 struct tcp_segment_block *b,
			     const struct segment *bytes)
{
	b->where = bytes->where;
	b->how = bytes->how;
	b->seq = bytes->seq;
	b->len = bytes->len;
	b->waited = bytes->waited;
	b->every = segment_slot(s, EV)->every;
	b->ended = bytes->ended;
	b->spare = 0;
	b->stage_us = bytes->ended ? bytes->stage_us : SEGMENT_NO_STAGE;
	b->mark = bytes->mark;
}

/* ---- places of the socket, which is locked ---- */

static u8 segment_how(const struct sock *sk, u32 seq)
{
	if (inet_csk(sk)->icsk_probes_out)
		return TCP_HOW_PROBE;
	return before(seq, tcp_sk(sk)->snd_nxt) ? TCP_HOW_AGAIN :
						  TCP_HOW_FIRST;
}

static noinline void segment_sk(struct skbtrace_session *s, struct sock *sk,
				const struct sk_buff *skb, u32 seq, u32 len,
				u8 where)
{
	const struct skbtrace_event *ev = &skbtrace_ev_tcp_segment;
	struct segment bytes = { .seq = seq, .len = len, .where = where };
	struct tcp_segment_block *b;

	if (!segment_wanted(s, &bytes) || !skbtrace_passes(s, ev, sk))
		return;
	if (where == AT_SEND) {
		bytes.how = segment_how(sk, seq);
		bytes.waited = segment_waited(s, sk, seq);
	}
	if (segment_slot(s, ev)->follow &&
	    !skbtrace_segment_sk(s, ev, sk, &bytes))
		return;
	b = skbtrace_begin(s, ev, skb ? skbtrace_packet_id(s, skb) : 0,
			   sock_net(sk)->ns.inum);
	if (!b)
		return;
	skbtrace_sock_tuple(sk, skbtrace_tuple_of(b));
	b->dir = where_dir(where);
	b->sk = skbtrace_cookie(sk);
	b->ifindex = 0;
	fill_segment(s, b, &bytes);
	skbtrace_commit(s);
}

/* Most bytes hold no mark: that is asked first, without a call. */
static __always_inline void
segment_at(struct skbtrace_session *s, struct sock *sk,
	   const struct sk_buff *skb, u32 seq, u32 len, u8 where)
{
	if (likely(!may_hold_mark(seq, seq + len, segment_slot(s, EV)->every)))
		return;
	if (segment_counts(s, EV))
		skbtrace_count_sk(s, EV, sk, seq, len, where);
	else
		segment_sk(s, sk, skb, seq, len, where);
}

SKBTRACE_DEFINE_PROBE(tcp_write_probe,
		      TP_PROTO(struct sock *sk, u32 seq, u32 len),
		      TP_ARGS(sk, seq, len))
{
	segment_at(data, sk, NULL, seq, len, AT_WRITE);
}

/*
 * A segment whose control block is TCP's. SYN and FIN have sequence numbers,
 * but are no data.
 */
static __always_inline void
segment_cb(struct skbtrace_session *s, struct sock *sk,
	   const struct sk_buff *skb, u8 where)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 seq = cb->seq, len = cb->end_seq - seq;

	if (likely(!may_hold_mark(seq, seq + len, segment_slot(s, EV)->every)))
		return;
	if (cb->tcp_flags & TCPHDR_SYN) {
		seq++;
		len--;
	}
	if (cb->tcp_flags & TCPHDR_FIN)
		len--;
	if (segment_counts(s, EV))
		skbtrace_count_sk(s, EV, sk, seq, len, where);
	else
		segment_sk(s, sk, skb, seq, len, where);
}

SKBTRACE_DEFINE_PROBE(tcp_send_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	segment_cb(data, sk, skb, AT_SEND);
}

/*
 * A connection that nothing is written of has no state, nor one of which no
 * mark is waiting.
 */
SKBTRACE_DEFINE_PROBE(tcp_segment_limit_probe,
		      TP_PROTO(struct sock *sk, enum tcp_sendlimit why,
			       unsigned int sent),
		      TP_ARGS(sk, why, sent))
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct skbtrace_state *state;

	if (!may_hold_mark(tp->snd_nxt, tp->write_seq,
			   segment_slot(data, EV)->every) ||
	    !skbtrace_passes(data, &skbtrace_ev_tcp_segment, sk))
		return;
	state = skbtrace_state_get_part(data, sk, SKBTRACE_STATE_SEGMENT);
	if (!state)
		return;
	state->value = why;
	state->count = tp->write_seq;
}

SKBTRACE_DEFINE_PROBE(tcp_sacked_probe,
		      TP_PROTO(struct sock *sk, u32 seq, u32 len),
		      TP_ARGS(sk, seq, len))
{
	segment_at(data, sk, NULL, seq, len, AT_SACKED);
}

SKBTRACE_DEFINE_PROBE(tcp_acked_probe,
		      TP_PROTO(struct sock *sk, u32 seq, u32 len),
		      TP_ARGS(sk, seq, len))
{
	segment_at(data, sk, NULL, seq, len, AT_ACKED);
}

SKBTRACE_DEFINE_PROBE(tcp_ofo_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb,
			       bool queued),
		      TP_ARGS(sk, skb, queued))
{
	segment_cb(data, sk, skb, queued ? AT_QUEUED : AT_OFO);
}

SKBTRACE_DEFINE_PROBE(tcp_segment_rcv_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb,
			       bool eaten),
		      TP_ARGS(sk, skb, eaten))
{
	segment_cb(data, sk, skb, AT_QUEUED);
}

/* @copied: the last ones up to tcp_sock.copied_seq; none, or an error */
SKBTRACE_DEFINE_PROBE(tcp_read_probe,
		      TP_PROTO(struct sock *sk, int copied),
		      TP_ARGS(sk, copied))
{
	if (copied > 0)
		segment_at(data, sk, NULL, tcp_sk(sk)->copied_seq - copied,
			   copied, AT_READ);
}

/* ---- places of packets ---- */

/* Where the TCP header of IP at @l3 is, or 0: not TCP, or a later fragment */
static __always_inline int segment_l4(const struct sk_buff *skb, int l3)
{
	const struct ipv6hdr *ip6;
	const struct iphdr *ip;
	struct ipv6hdr buf6;
	struct iphdr buf;

	if (skb->protocol == htons(ETH_P_IP)) {
		ip = skb_header_pointer(skb, l3, sizeof(buf), &buf);
		return ip && ip->protocol == IPPROTO_TCP &&
		       !(ip->frag_off & htons(IP_OFFSET)) ?
		       l3 + ip->ihl * 4 : 0;
	}
	ip6 = skb_header_pointer(skb, l3, sizeof(buf6), &buf6);
	return ip6 && ip6->nexthdr == IPPROTO_TCP ? l3 + (int)sizeof(*ip6) : 0;
}

/* Padding of short frames is off where IP has been; a mark is rarely there. */
static __always_inline bool segment_bytes(const struct sk_buff *skb,
					  int l3, struct segment *bytes)
{
	const struct tcphdr *th;
	struct tcphdr buf;
	int l4;

	if (skb->protocol != htons(ETH_P_IP) &&
	    skb->protocol != htons(ETH_P_IPV6))
		return false;
	l4 = segment_l4(skb, l3);
	th = l4 ? skb_header_pointer(skb, l4, sizeof(buf), &buf) : NULL;
	if (!th)
		return false;
	bytes->seq = ntohl(th->seq) + th->syn;
	bytes->len = max_t(int, (int)skb->len - l4 - th->doff * 4, 0);
	return true;
}

static noinline void segment_packet(struct skbtrace_session *s,
				    const struct sk_buff *skb, int l3,
				    const struct net_device *dev, u8 where)
{
	const struct skbtrace_event *ev = &skbtrace_ev_tcp_segment;
	struct segment bytes = { .where = where };
	u8 dir = where_dir(where);
	struct tcp_segment_block *b;
	struct skbtrace_l4 l4 = {};
	struct sock *sk = NULL;

	if (!segment_bytes(skb, l3, &bytes) || !segment_wanted(s, &bytes))
		return;
	/* that of a packet which a driver hands in is the sender's */
	if (dir == SKBTRACE_DIR_TX)
		sk = skbtrace_seen_sock(s, skbtrace_packet_sock(skb));
	if (!skbtrace_passes_packet(s, ev, skb, l3, dir, dev, sk))
		return;
	if (segment_slot(s, EV)->follow &&
	    !skbtrace_segment_packet(s, ev, skb, l3, sk, &bytes))
		return;
	b = skbtrace_begin(s, ev, skbtrace_packet_id(s, skb),
			   skbtrace_inum(skbtrace_packet_net(skb, dev, sk)));
	if (!b)
		return;
	skbtrace_packet_tuple(skb, l3, dir, skbtrace_tuple_of(b), &l4);
	b->sk = sk && sk_fullsock(sk) ? skbtrace_cookie(sk) : 0;
	b->ifindex = dev ? dev->ifindex : 0;
	/* without the padding of a short frame */
	bytes.len = min(bytes.len, l4.len);
	fill_segment(s, b, &bytes);
	skbtrace_commit(s);
}

/*
 * The TCP header of a packet whose IP header at @ip has no options, and may be
 * that of a later fragment. Return: false: not TCP. @th: %NULL: not linear, or
 * options
 */
static __always_inline bool plain_header(const struct sk_buff *skb,
					 const u8 *ip, const struct tcphdr **th)
{
	int linear = skb_tail_pointer(skb) - ip;
	int len = sizeof(struct iphdr);

	*th = NULL;
	if (likely(skb->protocol == htons(ETH_P_IP))) {
		if (unlikely(linear < len + (int)sizeof(**th) || *ip != 0x45))
			return true;
		*th = (const struct tcphdr *)(ip + len);
		return ((const struct iphdr *)ip)->protocol == IPPROTO_TCP;
	}
	if (skb->protocol != htons(ETH_P_IPV6))
		return false;
	len = sizeof(struct ipv6hdr);
	if (unlikely(linear < len + (int)sizeof(**th)))
		return true;
	*th = (const struct tcphdr *)(ip + len);
	return ((const struct ipv6hdr *)ip)->nexthdr == IPPROTO_TCP;
}

/*
 * Most packets hold no mark: that is asked first, without a call, of all from
 * the TCP header on. A little more than the data is does no harm.
 */
static __always_inline void
segment_skb(struct skbtrace_session *s, const struct sk_buff *skb,
	    const u8 *ip, const struct net_device *dev, u8 where)
{
	const struct tcphdr *th;
	u32 seq, all;

	if (!plain_header(skb, ip, &th))
		return;
	if (likely(th)) {
		seq = ntohl(th->seq);
		all = skb->len - ((const u8 *)th - skb->data);
		if (likely(!may_hold_mark(seq, seq + all,
					  segment_slot(s, EV)->every)))
			return;
		if (segment_counts(s, EV)) {
			skbtrace_count_packet(s, EV, skb, th, where);
			return;
		}
	}
	segment_packet(s, skb, ip - skb->data, dev, where);
}

static __always_inline void
segment_tx(struct skbtrace_session *s, const struct sk_buff *skb,
	   const struct net_device *dev, u8 where)
{
	segment_skb(s, skb, skb_network_header(skb), dev, where);
}

SKBTRACE_DEFINE_PROBE(tcp_dev_queue_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	segment_tx(data, skb, skb->dev, AT_QUEUE);
}

/* @skb: a list, or none. The queue's lock is held, or the packets are ours. */
SKBTRACE_DEFINE_PROBE(tcp_dequeue_probe,
		      TP_PROTO(struct Qdisc *q, const struct netdev_queue *txq,
			       int packets, struct sk_buff *skb),
		      TP_ARGS(q, txq, packets, skb))
{
	for (; skb; skb = skb->next)
		segment_tx(data, skb, skb->dev, AT_DEQUEUE);
}

SKBTRACE_DEFINE_PROBE(tcp_xmit_probe,
		      TP_PROTO(const struct sk_buff *skb,
			       const struct net_device *dev),
		      TP_ARGS(skb, dev))
{
	segment_tx(data, skb, dev, AT_XMIT);
}

/*
 * The driver is done with a packet, unless a device has received it since: then
 * its reader is. Queues keep other things in place of skb->dev.
 */
SKBTRACE_DEFINE_PROBE(tcp_done_probe,
		      TP_PROTO(struct sk_buff *skb, void *location),
		      TP_ARGS(skb, location))
{
	if (!skb->skb_iif && skbtrace_network_l3(skb) != SKBTRACE_NO_L3)
		segment_tx(data, skb, NULL, AT_DONE);
}

SKBTRACE_DEFINE_PROBE(tcp_done_older_probe,
		      TP_PROTO(struct sk_buff *skb),
		      TP_ARGS(skb))
{
	tcp_done_probe(data, skb, NULL);
}

/* A driver hands it in: its data is the IP header. */
SKBTRACE_DEFINE_PROBE(tcp_receive_probe,
		      TP_PROTO(const struct sk_buff *skb),
		      TP_ARGS(skb))
{
	segment_skb(data, skb, skb->data, skb->dev, AT_RECEIVE);
}

SKBTRACE_DEFINE_PROBE(tcp_ip_receive_probe,
		      TP_PROTO(struct net *net, struct sk_buff *skb),
		      TP_ARGS(net, skb))
{
	/* no stage ends there */
	if (!segment_slot(data, EV)->counts)
		segment_skb(data, skb, skb->data, skb->dev, AT_IP);
}

/* A connection is closed: forget it. */
static void segment_end(struct skbtrace_session *s, struct sock *sk)
{
	struct skbtrace_state *state;

	if (!s->states.tab)
		return;
	state = skbtrace_state_find(&s->states, atomic64_read(&sk->sk_cookie) |
						SKBTRACE_STATE_SEGMENT);
	if (state)
		skbtrace_state_free(state);
}

static SKBTRACE_HOOK_OPTIONAL(hook_write, tcp_segment_write, tcp_write_probe,
			      "the place write is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_send, tcp_segment_send, tcp_send_probe,
			      "the place send is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_limit, tcp_sendlimit,
			      tcp_segment_limit_probe,
			      "what held bytes back is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_sacked, tcp_segment_sacked,
			      tcp_sacked_probe, "the place sacked is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_acked, tcp_segment_acked, tcp_acked_probe,
			      "the place acked is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_ofo, tcp_segment_ofo, tcp_ofo_probe,
			      "the place ofo is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_rcv, tcp_queue_rcv, tcp_segment_rcv_probe,
			      "the place queued is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_read, tcp_segment_read, tcp_read_probe,
			      "the place read is missing");
static SKBTRACE_HOOK_OPTIONAL(hook_ip_receive, ip_rcv_skb,
			      tcp_ip_receive_probe,
			      "the place ip is missing");
static SKBTRACE_HOOK(hook_dev_queue, net_dev_queue, tcp_dev_queue_probe);
static SKBTRACE_HOOK_OPTIONAL(hook_dequeue, qdisc_dequeue, tcp_dequeue_probe,
			      "the place dequeue is missing");
static SKBTRACE_HOOK(hook_xmit, net_dev_start_xmit, tcp_xmit_probe);
static SKBTRACE_HOOK_EITHER(hook_done, consume_skb, tcp_done_probe,
			    tcp_done_older_probe);
static SKBTRACE_HOOK(hook_netif_rx, netif_rx_entry, tcp_receive_probe);
static SKBTRACE_HOOK(hook_gro_receive, napi_gro_receive_entry,
		     tcp_receive_probe);
static SKBTRACE_HOOK(hook_gro_frags, napi_gro_frags_entry, tcp_receive_probe);
static SKBTRACE_HOOK(hook_receive, netif_receive_skb_entry, tcp_receive_probe);
static SKBTRACE_HOOK(hook_receive_list, netif_receive_skb_list_entry,
		     tcp_receive_probe);

SKBTRACE_DEFINE_EVENT(tcp_segment) = {
	SKBTRACE_EVENT(tcp_segment),
	.nr		= SKBTRACE_NR(tcp_segment),
	.kind		= SKBTRACE_PACKET,
	.stability	= "Evolving",
	.select		= "where",
	.range		= "stage_us",
	.follow		= "ended",
	.waits		= "waited",
	.opts		= SKBTRACE_OPTS_PICK | SKBTRACE_OPT_EVERY |
			  SKBTRACE_OPT_HIST,
	.states		= true,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("tcp_where",
						       where_words),
					 SKBTRACE_SYMS("tcp_stage",
						       stage_words)),
	.end		= segment_end,
	.help		= "Bytes of a connection pass a place, from the sender's write to its ACK, from the receiver's device to its read.",
	.read		= "parse --latency joins them by byte and tells how long each stage took. every=64k: one byte in 65536, the same on both hosts.",
	.example	= "skbtrace record -e tcp_segment,every=64k -w 5 && skbtrace parse --latency",
	.hooks		= TCP_HOOKS(&hook_write, &hook_send, &hook_limit,
				    &hook_dev_queue, &hook_dequeue, &hook_xmit,
				    &hook_done, &hook_sacked, &hook_acked,
				    &hook_netif_rx, &hook_gro_receive,
				    &hook_gro_frags, &hook_receive,
				    &hook_receive_list, &hook_ip_receive,
				    &hook_ofo, &hook_rcv, &hook_read),
};
