// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_segment with marks that are followed: how long did the stage take that
 * ends here? A mark is a byte; what is remembered of it is its last place and
 * time, from its first place to its last one.
 *
 * Where packets are not yet, or no longer, a socket's, nobody is asked whose
 * they are: marks are found by addresses, ports and sequence number.
 */
#include <linux/cgroup.h>
#include "tcp_flow.h"
#include "tcp_segment.h"

/* What is measured from one place to another; 0: nothing. 16: a shift */
static const u8 stage_between[16][16] = {
	[AT_WRITE][AT_SEND]	= SKBTRACE_STAGE_BUFFER,
	[AT_SEND][AT_SEND]	= SKBTRACE_STAGE_RESEND,
	[AT_QUEUE][AT_SEND]	= SKBTRACE_STAGE_RESEND,
	[AT_DEQUEUE][AT_SEND]	= SKBTRACE_STAGE_RESEND,
	[AT_XMIT][AT_SEND]	= SKBTRACE_STAGE_RESEND,
	[AT_DONE][AT_SEND]	= SKBTRACE_STAGE_RESEND,
	[AT_SEND][AT_QUEUE]	= SKBTRACE_STAGE_IP,
	[AT_QUEUE][AT_DEQUEUE]	= SKBTRACE_STAGE_QDISC,
	[AT_QUEUE][AT_XMIT]	= SKBTRACE_STAGE_DRIVER,
	[AT_DEQUEUE][AT_XMIT]	= SKBTRACE_STAGE_DRIVER,
	[AT_XMIT][AT_DONE]	= SKBTRACE_STAGE_NIC,
	[AT_XMIT][AT_SACKED]	= SKBTRACE_STAGE_NETWORK,
	[AT_DONE][AT_SACKED]	= SKBTRACE_STAGE_NETWORK,
	[AT_XMIT][AT_ACKED]	= SKBTRACE_STAGE_NETWORK,
	[AT_DONE][AT_ACKED]	= SKBTRACE_STAGE_NETWORK,
	[AT_SACKED][AT_ACKED]	= SKBTRACE_STAGE_SACKED,
	[AT_RECEIVE][AT_OFO]	= SKBTRACE_STAGE_STACK,
	[AT_RECEIVE][AT_QUEUED]	= SKBTRACE_STAGE_STACK,
	[AT_OFO][AT_QUEUED]	= SKBTRACE_STAGE_OFO,
	[AT_QUEUED][AT_READ]	= SKBTRACE_STAGE_SOCKET,
};

static_assert(AT_NR <= 16);
static_assert(TCP_SENDLIMIT_END < SKBTRACE_NR_WAITS);

/* Bytes at a place, and what it takes to find their marks */
struct passing {
	struct skbtrace_session	*s;
	const struct skbtrace_event *ev;	/* whose marks they are */
	struct sock		*sk;	/* whose they are; NULL: not known */
	const struct sk_buff	*skb;	/* holds them, at a place of packets */
	u64			flow;
	u64			now;
	u32			seq;
	u32			len;
	u8			where;
};

static __always_inline bool where_tx(u8 where)
{
	return where_dir(where) == SKBTRACE_DIR_TX;
}

/* Never 0, and never taken. The lower bits choose the entry: mix them. */
static __always_inline u64 mark_key(u64 flow, u32 mark)
{
	u64 key = (flow ^ mark) * SKBTRACE_MIX;

	key ^= key >> 48;
	return (key & ~SKBTRACE_MARK_TAKEN) | SKBTRACE_MARK_TAKEN >> 1;
}

/* The first place of a way, maybe not for the first time */
static void mark_restart(struct skbtrace_mark *m, u64 now, u8 where, u64 packet)
{
	m->begin = now;
	m->sent = packet;
	skbtrace_mark_move(m, now, where);
}

static u32 mark_place(const struct skbtrace_mark *m)
{
	return m->moved & SKBTRACE_MARK_PLACE;
}

/*
 * The same packet comes by again at a device above; another one is a repetition
 * of one that got lost between, or needless.
 */
static noinline void mark_receive(struct skbtrace_mark *m, u64 now, u64 packet)
{
	bool old = skbtrace_mark_age(m, now) > SKBTRACE_MARK_OLD_NS;

	if (old || (mark_place(m) == AT_RECEIVE && m->sent != packet))
		mark_restart(m, now, AT_RECEIVE, packet);
}

/* Where a way begins, or may have if its begin was not seen */
#define MARK_BEGINS	(BIT(AT_WRITE) | BIT(AT_RECEIVE))
#define MARK_MAY_BEGIN	(BIT(AT_SEND) | BIT(AT_QUEUE) | BIT(AT_OFO) |	\
			 BIT(AT_QUEUED))

/* Asked when a mark begins. @skb: %NULL: at a place of sockets */
static bool mark_wanted(struct skbtrace_session *s,
			const struct skbtrace_event *ev, struct sock *sk,
			const struct sk_buff *skb, u8 where)
{
	bool tx = where_tx(where);

	if (!segment_counts(s, ev))
		return true;	/* that was asked before */
	if (!skb)
		return skbtrace_passes(s, ev, sk);
	return skbtrace_passes_packet(s, ev, skb,
				      tx ? skb_network_offset(skb) : 0,
				      where_dir(where), skb->dev, sk);
}

/*
 * Not seen before: does its way begin, or may this have been its begin? No
 * pointer to struct passing: that would keep it in memory in all cases.
 */
static noinline void mark_first(struct skbtrace_session *s,
				const struct skbtrace_event *ev,
				struct sock *sk, const struct sk_buff *skb,
				u64 key, u64 now, u8 where)
{
	bool begins = BIT(where) & MARK_BEGINS;
	struct skbtrace_mark *m;

	if (!begins && !(sk && BIT(where) & MARK_MAY_BEGIN))
		return;
	if (!mark_wanted(s, ev, sk, skb, where))
		return;
	m = skbtrace_mark_make(&s->marks, key, now);
	if (!m)
		return;
	mark_restart(m, now, where,
		     where == AT_RECEIVE ? skbtrace_packet_id(s, skb) : 0);
	if (!begins)
		m->begin = 0;
	if (where == AT_SEND)
		m->sent = now;
	skbtrace_mark_put(m, key);
}

/* Its number, 0: not known */
static u64 cgroup_of(struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	if (sk && sk_fullsock(sk))
		return cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
#endif
	return 0;
}

/* What hist= tells connections apart by */
static void key_of(struct skbtrace_key *key, enum skbtrace_keyed_by by,
		   const struct skbtrace_tuple *t, struct sock *sk)
{
	*key = (struct skbtrace_key){};
	switch (by) {
	case SKBTRACE_KEYED_PEER:
		memcpy(key->v, &t->peer, sizeof(key->v));
		break;
	case SKBTRACE_KEYED_PORT:
		/* that of the service: the lower one */
		key->v[1] = min(t->lport, t->pport);
		break;
	case SKBTRACE_KEYED_CGROUP:
		key->v[1] = cgroup_of(sk);
		break;
	default:
		break;
	}
}

/* Stages end where the socket is known, or the packet is on its way out. */
static noinline void mark_keyed(struct skbtrace_session *s, u8 by,
				struct sock *sk, const struct sk_buff *skb,
				u8 stage, u64 ns)
{
	struct skbtrace_tuple t __uninitialized;
	struct skbtrace_key key __uninitialized;

	if (!skb)
		skbtrace_sock_tuple(sk, &t);
	else if (!skbtrace_packet_tuple(skb, skb_network_offset(skb),
					SKBTRACE_DIR_TX, &t, NULL))
		return;
	key_of(&key, by, &t, sk);
	skbtrace_keyed_add(s->marks.keyed, &key, stage, ns);
}

/* @hist: a stage, or skbtrace_buffer_hist() */
static __always_inline void mark_add(const struct passing *p, u32 hist, u64 ns)
{
	u8 by = segment_slot(p->s, p->ev)->by;

	skbtrace_stage_add(&p->s->marks, hist, ns);
	if (unlikely(by))
		mark_keyed(p->s, by, p->sk, p->skb, skbtrace_stage_of(hist),
			   ns);
}

/* The whole way, at its end */
static __always_inline void mark_total(const struct passing *p, u64 begin)
{
	if (begin)
		mark_add(p, p->where == AT_ACKED ? SKBTRACE_STAGE_SENT :
						   SKBTRACE_STAGE_RECEIVED,
			 p->now - begin);
}

/* Clocks of two processors may differ by less than a step takes. */
static __always_inline u64 mark_since(u64 now, u64 then)
{
	return (s64)(now - then) > 0 ? now - then : 0;
}

/*
 * Sent, maybe again; since when is known if the time before was seen. @seq: of
 * the mark. Return: as mark_step()
 */
static __always_inline u32 mark_send(const struct passing *p, u32 seq,
				     struct skbtrace_mark *m, u8 stage, u64 *ns)
{
	u64 sent = m->sent;

	m->sent = p->now;
	if (likely(stage == SKBTRACE_STAGE_BUFFER))
		return skbtrace_buffer_hist(segment_waited(p->s, p->sk, seq));
	if (stage != SKBTRACE_STAGE_RESEND)
		return stage;
	m->moved |= SKBTRACE_MARK_AGAIN;
	*ns = mark_since(p->now, sent);
	return sent ? stage : SKBTRACE_STAGE_NONE;
}

/* Return: the histogram of the stage that ends here; or none. @ns: how long */
static __always_inline u32 mark_step(const struct passing *p, u32 seq,
				     struct skbtrace_mark *m, u64 *ns)
{
	u64 moved = m->moved, now = p->now << SKBTRACE_MARK_WHEN;
	u32 place = moved & SKBTRACE_MARK_PLACE;
	u8 stage = stage_between[place][p->where];

	if (unlikely(p->where <= place) && stage != SKBTRACE_STAGE_RESEND)
		return SKBTRACE_STAGE_NONE;	/* it has been further */
	*ns = mark_since(now, moved & ~(u64)(SKBTRACE_MARK_PLACE |
					     SKBTRACE_MARK_AGAIN)) >>
	      SKBTRACE_MARK_WHEN;
	m->moved = now | (moved & SKBTRACE_MARK_AGAIN) | p->where;
	if (p->where == AT_SEND)
		return mark_send(p, seq, m, stage, ns);
	if (unlikely(moved & SKBTRACE_MARK_AGAIN) &&
	    stage == SKBTRACE_STAGE_NETWORK) {
		skbtrace_missed(&p->s->marks, SKBTRACE_MISSED_RESENT);
		return SKBTRACE_STAGE_NONE;
	}
	return stage;
}

/* A place where ways begin, and what began earlier begins anew */
static __always_inline void mark_again(const struct passing *p,
				       struct skbtrace_mark *m)
{
	if (p->where == AT_WRITE)
		mark_restart(m, p->now, AT_WRITE, 0);
	else
		mark_receive(m, p->now, skbtrace_packet_id(p->s, p->skb));
}

/*
 * @seq: of the mark. Return: the stage that ends here, or none. @ns: how long
 */
static __always_inline u8 mark_pass(const struct passing *p, u32 seq, u64 *ns)
{
	u64 key = mark_key(p->flow, seq);
	struct skbtrace_mark *m = skbtrace_mark_find(&p->s->marks, key);
	u32 hist = SKBTRACE_STAGE_NONE;

	if (!m) {
		mark_first(p->s, p->ev, p->sk, p->skb, key, p->now, p->where);
		return SKBTRACE_STAGE_NONE;
	}
	if (unlikely(BIT(p->where) & MARK_BEGINS))
		mark_again(p, m);
	else
		hist = mark_step(p, seq, m, ns);
	if (p->where == AT_ACKED || p->where == AT_READ) {
		mark_total(p, m->begin);
		key = 0;
	}
	skbtrace_mark_put(m, key);
	if (hist)
		mark_add(p, hist, *ns);
	return skbtrace_stage_of(hist);
}

static noinline void marks_left(const struct skbtrace_marks *m, u32 bytes,
				u8 every)
{
	local64_add((bytes + (1U << every) - 1) >> every,
		    &this_cpu_read(*m->stages)->missed[SKBTRACE_MISSED_MANY]);
}

/* The first mark in bytes from @seq on */
static __always_inline u32 mark_from(u32 seq, u8 every)
{
	return ALIGN(seq, 1U << every);
}

/* ---- marks that are counted, and nothing else: no event is wanted ---- */

static __always_inline bool marks_here(const struct passing *p)
{
	u8 every = segment_slot(p->s, p->ev)->every;

	return mark_from(p->seq, every) - p->seq < p->len;
}

/* @p: holds a mark */
static __always_inline void marks_count(struct passing *p)
{
	u8 every = segment_slot(p->s, p->ev)->every;
	u32 mark = mark_from(p->seq, every);
	u64 most, ns;

	most = min_t(u64, p->len, (u64)SKBTRACE_MARKS_AT_ONCE << every);
	p->now = skbtrace_now();
	do {
		mark_pass(p, mark, &ns);
		mark += 1U << every;
	} while (unlikely(mark - p->seq < most));
	if (unlikely(mark - p->seq < p->len))
		marks_left(&p->s->marks, p->len - (mark - p->seq), every);
}

/**
 * skbtrace_count_sk() - marks pass a place of a socket, and are counted
 * @s: session for which segment_counts() is true
 * @ev: event
 * @sk: socket
 * @seq: of the first byte
 * @len: how many
 * @where: the place
 *
 * Context: probe.
 */
void skbtrace_count_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       u32 seq, u32 len, u8 where)
{
	struct passing p = {
		.s = s, .ev = ev, .sk = sk, .seq = seq, .len = len,
		.where = where,
	};

	if (!marks_here(&p))
		return;
	p.flow = flow_of_sk(s, where_tx(where), sk);
	marks_count(&p);
}

/* Bytes from the TCP header on, without the padding of a short frame */
static __always_inline int tcp_bytes(const struct sk_buff *skb, int l3,
				     const void *ip)
{
	const struct ipv6hdr *ip6 = ip;
	const struct iphdr *ip4 = ip;
	int all;

	/* 0 in packets over 64 KiB (BIG TCP) */
	if (skb->protocol == htons(ETH_P_IP)) {
		all = ntohs(ip4->tot_len) ?: (int)skb->len - l3;
		return all - (int)sizeof(*ip4);
	}
	return ntohs(ip6->payload_len) ?: (int)skb->len - l3 -
					  (int)sizeof(*ip6);
}

static __always_inline bool is_later_fragment(const struct sk_buff *skb,
					      const void *ip)
{
	return skb->protocol == htons(ETH_P_IP) &&
	       ((const struct iphdr *)ip)->frag_off & htons(IP_OFFSET);
}

/**
 * skbtrace_count_packet() - marks pass a place of a packet, and are counted
 * @s: session for which segment_counts() is true
 * @ev: event
 * @skb: packet
 * @th: its TCP header, unless it is a later fragment; all up to it is linear
 * @where: the place
 *
 * The IP header has no options. Context: probe.
 */
void skbtrace_count_packet(struct skbtrace_session *s,
			   const struct skbtrace_event *ev,
			   const struct sk_buff *skb, const struct tcphdr *th,
			   u8 where)
{
	bool tx = where_tx(where);
	const void *ip = tx ? skb_network_header(skb) : skb->data;
	int l3 = tx ? skb_network_offset(skb) : 0;
	struct passing p = {
		.s = s, .ev = ev, .skb = skb, .where = where,
		.seq = ntohl(th->seq) + th->syn,
		.len = max(tcp_bytes(skb, l3, ip) - th->doff * 4, 0),
	};

	if (!marks_here(&p) || is_later_fragment(skb, ip))
		return;
	if (tx)
		p.sk = skbtrace_packet_sock(skb);
	p.flow = skb->protocol == htons(ETH_P_IP) ? flow_of_ip4(s, tx, ip) :
						    flow_of_ip6(s, tx, ip);
	marks_count(&p);
}

/* ---- marks of which somebody may want an event ---- */

static void marks_tell(struct segment *bytes, u32 mark, u8 stage, u64 ns)
{
	u32 us = min_t(u64, div_u64(ns, NSEC_PER_USEC), SEGMENT_NO_STAGE - 1);

	if (bytes->ended && us <= bytes->stage_us)
		return;
	bytes->ended = stage;
	bytes->stage_us = us;
	bytes->mark = mark;
}

/* Is there anybody who wants to know of a stage by an event? */
static bool marks_told(struct skbtrace_session *s,
		       const struct skbtrace_event *ev,
		       const struct segment *bytes)
{
	return !segment_slot(s, ev)->counts &&
	       skbtrace_wants(s, ev, bytes->where) &&
	       skbtrace_in_range(s, ev, bytes->stage_us);
}

/* Return: an event may be wanted */
static noinline bool marks_pass(struct passing *p, struct segment *bytes)
{
	u8 every = segment_slot(p->s, p->ev)->every;
	u32 mark = mark_from(p->seq, every);
	int left = SKBTRACE_MARKS_AT_ONCE;
	u64 ns = 0;
	u8 stage;

	p->now = skbtrace_now();
	for (; mark - p->seq < p->len; mark += 1U << every) {
		if (unlikely(!left--)) {
			marks_left(&p->s->marks, p->len - (mark - p->seq),
				   every);
			break;
		}
		stage = mark_pass(p, mark, &ns);
		if (stage)
			marks_tell(bytes, mark, stage, ns);
	}
	return marks_told(p->s, p->ev, bytes);
}

/**
 * skbtrace_segment_sk() - marks pass a place of a socket
 * @s: session
 * @ev: event
 * @sk: socket
 * @bytes: what passes; told what ends here, and how long it took
 *
 * Context: probe.
 * Return: an event may be wanted
 */
bool skbtrace_segment_sk(struct skbtrace_session *s,
			 const struct skbtrace_event *ev, struct sock *sk,
			 struct segment *bytes)
{
	struct passing p = {
		.s = s, .ev = ev, .sk = sk, .seq = bytes->seq,
		.len = bytes->len,
		.where = bytes->where,
		.flow = flow_of_sk(s, where_tx(bytes->where), sk),
	};

	bytes->stage_us = SEGMENT_NO_STAGE;
	return marks_pass(&p, bytes);
}

/**
 * skbtrace_segment_packet() - marks pass a place of a packet
 * @s: session
 * @ev: event
 * @skb: packet
 * @l3: where its IP header is
 * @sk: its socket, or %NULL: not known
 * @bytes: as for skbtrace_segment_sk()
 *
 * Context: probe.
 * Return: an event may be wanted
 */
bool skbtrace_segment_packet(struct skbtrace_session *s,
			     const struct skbtrace_event *ev,
			     const struct sk_buff *skb, int l3,
			     struct sock *sk, struct segment *bytes)
{
	bool tx = where_tx(bytes->where);
	struct skbtrace_l4 l4 = {};
	struct skbtrace_tuple t;
	struct passing p = {
		.s = s, .ev = ev, .sk = sk, .skb = skb,
		.where = bytes->where,
	};

	bytes->stage_us = SEGMENT_NO_STAGE;
	/* no stage ends there */
	if (p.where == AT_IP)
		return marks_told(s, ev, bytes);
	if (!skbtrace_packet_tuple(skb, l3, where_dir(p.where), &t, &l4))
		return false;
	/* without the padding of a short frame */
	bytes->len = min(bytes->len, l4.len);
	p.seq = bytes->seq;
	p.len = bytes->len;
	p.flow = flow_of_tuple(s, tx, &t);
	return marks_pass(&p, bytes);
}
