// SPDX-License-Identifier: GPL-2.0
/*
 * tcp_segment with marks that are followed: how long did the stage take that
 * ends here? A mark is a byte; what is remembered of it is its last place and
 * time, from its first place to its last one.
 *
 * Where packets are not yet, or no longer, a socket's, nobody is asked whose
 * they are: marks are found by addresses, ports and sequence number.
 */
#include "tcp_segment.h"

/* What is measured from one place to another; 0: nothing */
static const u8 stage_between[AT_NR][AT_NR] = {
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

/* Bytes at a place, and what it takes to find their marks */
struct passing {
	const struct skbtrace_marks	*marks;
	u64				flow;
	u64				now;
	u64				packet;	/* at receive: its id */
	u8				where;
	bool				own;	/* a socket's of this host */
};

/* Half an address, as it is: nobody but this host compares them. */
static __always_inline u64 mark_half(const struct in6_addr *a, int half)
{
	u64 v;

	memcpy(&v, &a->s6_addr[8 * half], sizeof(v));
	return v;
}

/* The upper halves of IPv4 are zero. */
static __always_inline u64 mark_flow(const struct skbtrace_session *s,
				     const struct skbtrace_tuple *t, u8 dir)
{
	u64 mix = s->packet_key[0] ^ ((u64)t->lport << 48 |
				      (u64)t->pport << 32 | dir);
	u64 upper = mark_half(&t->local, 0) | mark_half(&t->peer, 0);

	if (upper) {
		mix = (mix ^ mark_half(&t->local, 0)) * SKBTRACE_MIX;
		mix = (rol64(mix, 32) ^ mark_half(&t->peer, 0)) * SKBTRACE_MIX;
		mix = rol64(mix, 32);
	}
	mix = (mix ^ mark_half(&t->local, 1)) * SKBTRACE_MIX;
	mix = (rol64(mix, 32) ^ mark_half(&t->peer, 1)) * SKBTRACE_MIX;
	return mix ^ mix >> 32;
}

/* Never 0, and never taken */
static __always_inline u64 mark_key(u64 flow, u32 mark)
{
	u64 key = (flow ^ mark) * SKBTRACE_MIX;

	key ^= key >> 32;
	return (key & ~SKBTRACE_MARK_TAKEN) | SKBTRACE_MARK_TAKEN >> 1;
}

static __always_inline void mark_move(struct skbtrace_mark *m,
				      const struct passing *p)
{
	m->at = p->now;
	m->place = p->where;
}

/* The first place of a way, maybe not for the first time */
static void mark_restart(struct skbtrace_mark *m, const struct passing *p)
{
	m->again = 0;
	m->begin = p->now;
	m->sent = p->packet;
	mark_move(m, p);
}

/*
 * The same packet comes by again at a device above; another one is a repetition
 * of one that got lost between, or needless.
 */
static void mark_receive(struct skbtrace_mark *m, const struct passing *p)
{
	bool old = skbtrace_mark_age(m, p->now) > SKBTRACE_MARK_OLD_NS;

	if (old || (m->place == AT_RECEIVE && m->sent != p->packet))
		mark_restart(m, p);
}

/* Not seen before: does its way begin, or may this have been its begin? */
static void mark_first(const struct passing *p, u64 key)
{
	bool begins = p->where == AT_WRITE || p->where == AT_RECEIVE;
	struct skbtrace_mark *m;

	if (!begins && !(p->own && (p->where == AT_SEND ||
				    p->where == AT_QUEUE ||
				    p->where == AT_OFO ||
				    p->where == AT_QUEUED)))
		return;
	m = skbtrace_mark_make(p->marks, key, p->now);
	if (!m)
		return;
	mark_restart(m, p);
	if (!begins)
		m->begin = 0;
	if (p->where == AT_SEND)
		m->sent = p->now;
	skbtrace_mark_put(m, key);
}

/* The whole way, at its end */
static void mark_total(const struct passing *p, const struct skbtrace_mark *m)
{
	if (m->begin)
		skbtrace_stage_add(p->marks,
				   p->where == AT_ACKED ?
				   SKBTRACE_STAGE_SENT :
				   SKBTRACE_STAGE_RECEIVED,
				   p->now - m->begin);
}

/* Clocks of two processors may differ by less than a step takes. */
static __always_inline u64 mark_since(u64 now, u64 then)
{
	return (s64)(now - then) > 0 ? now - then : 0;
}

/* Sent, maybe again; since when is known if the time before was seen. */
static u8 mark_send(const struct passing *p, struct skbtrace_mark *m, u64 *ns)
{
	u8 stage = stage_between[m->place][AT_SEND];
	u64 sent = m->sent;

	m->sent = p->now;
	if (stage != SKBTRACE_STAGE_RESEND)
		return stage;
	m->again = true;
	*ns = mark_since(p->now, sent);
	return sent ? stage : SKBTRACE_STAGE_NONE;
}

/* Return: the stage that ends here, @ns: how long it took; or none */
static __always_inline u8 mark_step(const struct passing *p,
				    struct skbtrace_mark *m, u64 *ns)
{
	u8 stage = stage_between[m->place][p->where];

	if (p->where <= m->place && stage != SKBTRACE_STAGE_RESEND)
		return SKBTRACE_STAGE_NONE;	/* it has been further */
	*ns = mark_since(p->now << 8, (u64)m->at << 8) >> 8;
	if (p->where == AT_SEND)
		stage = mark_send(p, m, ns);
	mark_move(m, p);
	if (m->again && stage == SKBTRACE_STAGE_NETWORK) {
		skbtrace_missed(p->marks, SKBTRACE_MISSED_RESENT);
		return SKBTRACE_STAGE_NONE;
	}
	return stage;
}

/* Return: as mark_step() */
static __always_inline u8 mark_pass(const struct passing *p, u64 key, u64 *ns)
{
	struct skbtrace_mark *m = skbtrace_mark_find(p->marks, key);
	u8 stage = SKBTRACE_STAGE_NONE;

	if (!m) {
		mark_first(p, key);
		return SKBTRACE_STAGE_NONE;
	}
	if (unlikely(p->where == AT_WRITE))
		mark_restart(m, p);
	else if (unlikely(p->where == AT_RECEIVE))
		mark_receive(m, p);
	else
		stage = mark_step(p, m, ns);
	if (p->where == AT_ACKED || p->where == AT_READ) {
		mark_total(p, m);
		key = 0;
	}
	skbtrace_mark_put(m, key);
	if (stage)
		skbtrace_stage_add(p->marks, stage, *ns);
	return stage;
}

static void marks_tell(struct segment *bytes, u32 mark, u8 stage, u64 ns)
{
	u32 us = min_t(u64, div_u64(ns, NSEC_PER_USEC), SEGMENT_NO_STAGE - 1);

	if (bytes->ended && us <= bytes->stage_us)
		return;
	bytes->ended = stage;
	bytes->stage_us = us;
	bytes->mark = mark;
}

static void marks_left(const struct skbtrace_marks *m, u32 bytes, u8 every)
{
	local64_add((bytes + (1U << every) - 1) >> every,
		    &this_cpu_read(*m->stages)->missed[SKBTRACE_MISSED_MANY]);
}

/* Is there anybody who wants to know of a stage by an event? */
static __always_inline bool marks_told(struct skbtrace_session *s,
				       const struct skbtrace_event *ev,
				       const struct segment *bytes)
{
	if (segment_counts_only(&s->slot[ev->slot]))
		return false;
	return skbtrace_wants(s, ev, bytes->where) &&
	       skbtrace_in_range(s, ev, bytes->stage_us);
}

/* Return: an event may be wanted */
static __always_inline bool
marks_pass(struct skbtrace_session *s, const struct skbtrace_event *ev,
	   const struct passing *p, struct segment *bytes)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];
	u32 step = 1U << slot->every, mark = ALIGN(bytes->seq, step);
	int left = SKBTRACE_MARKS_AT_ONCE;
	u64 ns = 0;
	u8 stage;

	for (; mark - bytes->seq < bytes->len; mark += step) {
		if (unlikely(!left--)) {
			marks_left(p->marks, bytes->len - (mark - bytes->seq),
				   slot->every);
			break;
		}
		stage = mark_pass(p, mark_key(p->flow, mark), &ns);
		if (stage && !segment_counts_only(slot))
			marks_tell(bytes, mark, stage, ns);
	}
	return marks_told(s, ev, bytes);
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
			 const struct skbtrace_event *ev,
			 const struct sock *sk, struct segment *bytes)
{
	struct passing p = {
		.marks = &s->marks, .where = bytes->where, .own = true,
	};
	struct skbtrace_tuple t;

	bytes->stage_us = SEGMENT_NO_STAGE;
	skbtrace_sock_tuple(sk, &t);
	p.flow = mark_flow(s, &t, where_dir(bytes->where));
	p.now = skbtrace_now();
	return marks_pass(s, ev, &p, bytes);
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
			     const struct sock *sk, struct segment *bytes)
{
	struct passing p = {
		.marks = &s->marks, .where = bytes->where, .own = sk,
	};
	u8 dir = where_dir(bytes->where);
	struct skbtrace_l4 l4 = {};
	struct skbtrace_tuple t;

	bytes->stage_us = SEGMENT_NO_STAGE;
	/* no stage ends there */
	if (p.where == AT_IP)
		return marks_told(s, ev, bytes);
	if (!skbtrace_packet_tuple(skb, l3, dir, &t, &l4))
		return false;
	/* without the padding of a short frame */
	bytes->len = min(bytes->len, l4.len);
	p.flow = mark_flow(s, &t, dir);
	if (p.where == AT_RECEIVE)
		p.packet = skbtrace_packet_id(s, skb);
	p.now = skbtrace_now();
	return marks_pass(s, ev, &p, bytes);
}
