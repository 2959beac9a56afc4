/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: what a protocol module needs.
 *
 * A module declares its events, each with one list of fields, and the hooks
 * (tracepoint and probe) that each needs; then it registers them. The core
 * attaches a hook while an event that names it is on. A probe asks whether an
 * event is wanted, gets room for a block, fills it in, and commits it:
 *
 *	if (!skbtrace_wants(s, &ev_foo, how))
 *		return;
 *	b = skbtrace_begin_sk(s, &ev_foo, sk);
 *	if (!b)
 *		return;
 *	b->how = how;
 *	skbtrace_commit(s);
 */
#ifndef _LINUX_SKBTRACE_H
#define _LINUX_SKBTRACE_H

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/skbtrace_conns.h>
#include <linux/skbtrace_event.h>
#include <linux/skbtrace_state.h>
#include <linux/skbtrace_tuple.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <net/sock.h>
#include <uapi/linux/skbtrace_api.h>

#define SKBTRACE_MAX_EVENTS	64	/* registered at the same time */
#define SKBTRACE_MAX_SELECT	256	/* values that skip= and only= know */

/* The uppermost bits of skbtrace_slot.skip are those of select2. */
#define SKBTRACE_SELECT2	(SKBTRACE_MAX_SELECT - 32)

/**
 * struct skbtrace_slot - how a session wants an event
 * @on: it does
 * @selective: @skip or @skip_rest refuse something
 * @skip_rest: values of no bit are not wanted: only= has been given
 * @only2: only= has named values of the second field
 * @picky: @by_mark or @sample are set
 * @by_mark: only sockets with @mark
 * @stack: call stacks are wanted
 * @cond: when=: it has a condition on other fields
 * @held: primary=: it is held back
 * @fires: others wait for it
 * @snapshot: snapshot=: it may ask for one
 * @ranged: when=: of the field that skbtrace_event.range names values from @low
 *	to @low + @span are wanted
 * @staged: SKBTRACE_STAGED or _IN_LOG if one of the four is set
 * @mark: SO_MARK
 * @sample: one in so many connections; 0: all
 * @skip: values of the field that skbtrace_event.select names, not wanted, and
 *	from %SKBTRACE_SELECT2 on those of the field that select2 names
 * @low: of @ranged
 * @span: of @ranged
 */
struct skbtrace_slot {
	bool		on;
	bool		selective;
	bool		skip_rest;
	bool		only2;
	bool		picky;
	bool		by_mark;
	bool		stack;
	bool		cond;
	bool		held;
	bool		fires;
	bool		snapshot;
	u8		staged;
	bool		ranged;
	u32		mark;
	u32		sample;
	DECLARE_BITMAP(skip, SKBTRACE_MAX_SELECT);
	u32		low;
	u32		span;
} __aligned(64);	/* a shift finds it */

/**
 * struct skbtrace_gate - the way into a session on one CPU
 * @irqflags: to be restored when the open block is committed
 * @busy: there is one. As interrupts are off then, seeing it set is recursion
 * @staged: it is not in the buffer: SKBTRACE_STAGED or _IN_LOG
 * @ctx_mask: contexts that are wanted, by bit; 0: none, nothing
 * @asked: probes that asked for a block
 * @skipped: events refused by skip=, only=, sk_mark=, sample=, contexts, cpus
 * @filtered: events refused by filters
 * @refused: events refused by when=
 */
struct skbtrace_gate {
	unsigned long	irqflags;
	bool		busy;
	u8		staged;
	u32		ctx_mask;
	u64		asked;
	u64		skipped;
	u64		filtered;
	u64		refused;
};

/**
 * struct skbtrace_session - the part of a session that probes look at
 * @gate: per CPU
 * @packet_key: keys of packet ids, so that these don't tell addresses
 * @judges: SKBTRACE_JUDGE_*: who has to be asked
 * @special: some event has skbtrace_slot.stack or staged set: not the fast path
 * @judge: the filters, %NULL: none. RCU
 * @verdicts: what one of them has said of connections, if nobody else is to be
 *	asked about these; else %NULL. RCU
 * @states: what is remembered of connections
 * @slot: by event
 */
struct skbtrace_session {
	struct skbtrace_gate __percpu	*gate;
	u64				packet_key[2];
	u8				judges;
	bool				special;
	struct skbtrace_judge __rcu	*judge;
	struct skbtrace_verdicts __rcu	*verdicts;
	struct skbtrace_states		states;
	struct skbtrace_slot		slot[SKBTRACE_MAX_EVENTS];
};

void *skbtrace_open(struct skbtrace_session *s, const struct skbtrace_event *ev,
		    u64 key, u32 netns, u32 ctx);
void *skbtrace_open_at(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, u64 key, u32 netns,
		       const void *location, u32 ctx);
void *skbtrace_open_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       u32 ctx);
void skbtrace_name_sk(struct skbtrace_session *s,
		      const struct skbtrace_event *ev, struct sock *sk);
bool skbtrace_is_named(struct skbtrace_session *s, const struct sock *sk);
struct skbtrace_state *skbtrace_state_new(struct skbtrace_session *s,
					  struct sock *sk, u64 part);
u64 skbtrace_location_id(const struct skbtrace_session *s,
			 const void *location);
u64 skbtrace_make_cookie(struct sock *sk);

/**
 * skbtrace_cookie() - the number that SO_COOKIE gives
 * @sk: a socket or a minisocket
 *
 * Made on first use: a request or timewait sock inherits it only if it is
 * there before the copy. Context: probe.
 *
 * Return: the cookie, never 0
 */
static inline u64 skbtrace_cookie(struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : skbtrace_make_cookie(sk);
}

/* One more context, which no session can want */
#define SKBTRACE_CTX_NMI	3

static __always_inline u32 skbtrace_context(void)
{
	if (unlikely(in_nmi() | in_hardirq()))
		return in_nmi() ? SKBTRACE_CTX_NMI : SKBTRACE_CTX_HARDIRQ;
	/* not in_softirq(): that is also a task with BHs off */
	return in_serving_softirq() ? SKBTRACE_CTX_SOFTIRQ : SKBTRACE_CTX_TASK;
}

/**
 * skbtrace_count_skipped() - an event was refused by what its spec says
 * @s: session
 *
 * Context: probe.
 */
static inline void skbtrace_count_skipped(struct skbtrace_session *s)
{
	this_cpu_inc(s->gate->skipped);
}

/* Inline, so that what is not wanted costs no more than this. */
static __always_inline bool skbtrace_refuses(struct skbtrace_session *s,
					     u32 ctx)
{
	if (likely(this_cpu_read(s->gate->ctx_mask) & BIT(ctx)))
		return false;
	skbtrace_count_skipped(s);
	return true;
}

/**
 * skbtrace_begin() - room for the block of an event
 * @s: session
 * @ev: event
 * @key: what it is about, see skbtrace_event.kind
 * @netns: inode number of the network namespace, 0 unknown
 *
 * The header is filled in; every other byte of the block must be written
 * before skbtrace_commit(). Context: probe; interrupts are off on success.
 *
 * Return: the block, or %NULL: not wanted, or lost and counted
 */
static __always_inline void *
skbtrace_begin(struct skbtrace_session *s, const struct skbtrace_event *ev,
	       u64 key, u32 netns)
{
	u32 ctx = skbtrace_context();

	return skbtrace_refuses(s, ctx) ? NULL :
					  skbtrace_open(s, ev, key, netns, ctx);
}

/**
 * skbtrace_begin_at() - room for a block that tells a code address
 * @s: session
 * @ev: event
 * @key: what it is about
 * @netns: inode number of the network namespace, 0 unknown
 * @location: the address; the block holds skbtrace_location_id() of it
 *
 * As skbtrace_begin(), but the first time in an epoch the location is named.
 *
 * Return: as skbtrace_begin()
 */
static __always_inline void *
skbtrace_begin_at(struct skbtrace_session *s, const struct skbtrace_event *ev,
		  u64 key, u32 netns, const void *location)
{
	u32 ctx = skbtrace_context();

	return skbtrace_refuses(s, ctx) ? NULL :
	       skbtrace_open_at(s, ev, key, netns, location, ctx);
}

/* skbtrace_session.judges */
#define SKBTRACE_JUDGE_SLOT	1	/* a slot is picky */
#define SKBTRACE_JUDGE_PLAIN	2	/* netns, dev, mark, cgroup, pid */
#define SKBTRACE_JUDGE_CONN	4	/* the filter on connections */
#define SKBTRACE_JUDGE_PACKET	8	/* the filter on packets */
#define SKBTRACE_JUDGE_RANGE	16	/* a slot is ranged */

/* Whom connections need not ask */
#define SKBTRACE_NOT_CONN	(SKBTRACE_JUDGE_PACKET | SKBTRACE_JUDGE_RANGE)

/**
 * skbtrace_verdict_of() - what has the filter said of this connection?
 * @s: session
 * @sk: connection
 *
 * Inline, so that what is refused costs no call and no register saved.
 * Context: probe. Counts the verdict.
 *
 * Return: 1 wanted, 0 refused, -1 not known, or there are others to be asked
 */
static __always_inline int skbtrace_verdict_of(struct skbtrace_session *s,
					       const struct sock *sk)
{
	const struct skbtrace_verdicts *v = rcu_dereference_sched(s->verdicts);
	u64 cookie = atomic64_read(&sk->sk_cookie);
	int known;

	if (!v)
		return -1;
	known = skbtrace_verdict_get(v, cookie, skbtrace_sk_mix(sk, cookie));
	if (!known) {
		this_cpu_inc(v->count->refused);
		this_cpu_inc(s->gate->filtered);
	} else if (known > 0) {
		this_cpu_inc(v->count->passed);
	}
	return known;
}

bool skbtrace_judge_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk);

/* @judges: those of the session that connections have to ask */
static __always_inline bool
skbtrace_judged_sk(struct skbtrace_session *s, const struct skbtrace_event *ev,
		   struct sock *sk, u8 judges)
{
	int known;

	if (likely(!judges))
		return true;
	known = skbtrace_verdict_of(s, sk);
	if (!known)
		return false;
	return known > 0 || skbtrace_judge_sk(s, ev, sk);
}

/**
 * skbtrace_passes() - do filters, sk_mark= and sample= want this connection?
 * @s: session
 * @ev: event of connections
 * @sk: connection: a full socket or a minisocket that is alive
 *
 * For who must know before skbtrace_begin_passed(). Context: probe. Counts what
 * it refuses.
 * Return: true if they do
 */
static __always_inline bool
skbtrace_passes(struct skbtrace_session *s, const struct skbtrace_event *ev,
		struct sock *sk)
{
	return skbtrace_judged_sk(s, ev, sk,
				  READ_ONCE(s->judges) & ~SKBTRACE_NOT_CONN);
}

/**
 * skbtrace_begin_passed() - skbtrace_begin_sk() after skbtrace_passes()
 * @s: session
 * @ev: event
 * @sk: connection
 *
 * Return: as skbtrace_begin()
 */
static __always_inline void *
skbtrace_begin_passed(struct skbtrace_session *s,
		      const struct skbtrace_event *ev, struct sock *sk)
{
	u32 ctx = skbtrace_context();

	return skbtrace_refuses(s, ctx) ? NULL :
					  skbtrace_open_sk(s, ev, sk, ctx);
}

/**
 * skbtrace_begin_sk() - room for the block of a connection event
 * @s: session
 * @ev: event, with @names set
 * @sk: connection: a full socket or a minisocket that is alive
 *
 * As skbtrace_begin(); the connection's first event in an epoch is preceded by
 * a block that names it.
 *
 * Return: as skbtrace_begin()
 */
static __always_inline void *
skbtrace_begin_sk(struct skbtrace_session *s, const struct skbtrace_event *ev,
		  struct sock *sk)
{
	return skbtrace_passes(s, ev, sk) ? skbtrace_begin_passed(s, ev, sk) :
					    NULL;
}

/**
 * skbtrace_in_range() - does when= want this value?
 * @s: session
 * @ev: event
 * @value: of the field that skbtrace_event.range names
 *
 * Context: probe. Counts what it refuses.
 * Return: true if it does
 */
static inline bool skbtrace_in_range(struct skbtrace_session *s,
				     const struct skbtrace_event *ev, u32 value)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];

	if (!slot->ranged || value - slot->low <= slot->span)
		return true;
	this_cpu_inc(s->gate->refused);
	return false;
}

/**
 * skbtrace_begin_sk_in() - skbtrace_begin_sk() of an event with a range
 * @s: session
 * @ev: event
 * @sk: connection
 * @value: of the field that skbtrace_event.range names
 *
 * when= is asked before all else, and costs nothing if nobody judges.
 *
 * Return: as skbtrace_begin()
 */
static __always_inline void *
skbtrace_begin_sk_in(struct skbtrace_session *s,
		     const struct skbtrace_event *ev, struct sock *sk,
		     u32 value)
{
	u8 judges = READ_ONCE(s->judges) & ~SKBTRACE_JUDGE_PACKET;

	if (unlikely(judges)) {
		if (judges & SKBTRACE_JUDGE_RANGE &&
		    !skbtrace_in_range(s, ev, value))
			return NULL;
		if (!skbtrace_judged_sk(s, ev, sk,
					judges & ~SKBTRACE_JUDGE_RANGE))
			return NULL;
	}
	return skbtrace_begin_passed(s, ev, sk);
}

/**
 * skbtrace_on() - is this event on?
 * @s: session
 * @ev: event
 *
 * Needed where several events share a hook. Context: probe.
 * Return: true if it is
 */
static inline bool skbtrace_on(const struct skbtrace_session *s,
			       const struct skbtrace_event *ev)
{
	return s->slot[ev->slot].on;
}

/**
 * skbtrace_wants() - is this event on, and not refused by skip= or only=?
 * @s: session
 * @ev: event
 * @value: of the field that skbtrace_event.select names
 *
 * Context: probe. Counts what it refuses.
 * Return: true if it is wanted
 */
static inline bool skbtrace_wants(struct skbtrace_session *s,
				  const struct skbtrace_event *ev, u32 value)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];

	if (!slot->on)
		return false;
	if (likely(!slot->selective))
		return true;
	if (value < SKBTRACE_SELECT2 ? !test_bit(value, slot->skip) :
				       !slot->skip_rest)
		return true;
	skbtrace_count_skipped(s);
	return false;
}

/**
 * skbtrace_wants2() - the same for an event with two fields to choose by
 * @s: session
 * @ev: event
 * @value: of the field that skbtrace_event.select names
 * @value2: of the field that skbtrace_event.select2 names, less than 32
 *
 * Context: probe. Counts what it refuses.
 * Return: true if it is wanted
 */
static inline bool skbtrace_wants2(struct skbtrace_session *s,
				   const struct skbtrace_event *ev, u32 value,
				   u32 value2)
{
	const struct skbtrace_slot *slot = &s->slot[ev->slot];

	if (!skbtrace_wants(s, ev, value))
		return false;
	if (likely(!slot->selective) ||
	    !test_bit(SKBTRACE_SELECT2 + value2, slot->skip))
		return true;
	skbtrace_count_skipped(s);
	return false;
}

/* A socket without a peer, such as a server's of UDP, is no connection. */
static inline bool skbtrace_is_conn(const struct sock *sk)
{
	return sk_fullsock(sk) && sk->sk_dport;
}

bool skbtrace_filter_packet(struct skbtrace_session *s,
			    const struct sk_buff *skb, int l3);
bool skbtrace_judge_packet(struct skbtrace_session *s,
			   const struct skbtrace_event *ev,
			   const struct sk_buff *skb, int l3, u8 dir,
			   const struct net_device *dev, struct sock *sk);

/**
 * skbtrace_passes_packet() - do filters, sk_mark= and sample= want this packet?
 * @s: session
 * @ev: event of packets
 * @skb: packet
 * @l3: where its IP header is, bytes from skb->data, or %SKBTRACE_NO_L3
 * @dir: SKBTRACE_DIR_*
 * @dev: its device; skb->dev often is none. %NULL: not known
 * @sk: socket that is known to own the packet, any kind; %NULL: none
 *
 * To be asked before skbtrace_begin(). Context: probe. Counts what it refuses.
 * Return: true if they do
 */
static __always_inline bool
skbtrace_passes_packet(struct skbtrace_session *s,
		       const struct skbtrace_event *ev,
		       const struct sk_buff *skb, int l3, u8 dir,
		       const struct net_device *dev, struct sock *sk)
{
	u8 judges = READ_ONCE(s->judges) & ~SKBTRACE_JUDGE_RANGE;
	int known;

	if (likely(!judges))
		return true;
	if (judges == SKBTRACE_JUDGE_PACKET)
		return skbtrace_filter_packet(s, skb, l3);
	if (judges == SKBTRACE_JUDGE_CONN && sk && skbtrace_is_conn(sk)) {
		known = skbtrace_verdict_of(s, sk);
		if (known >= 0)
			return known;
	}
	return skbtrace_judge_packet(s, ev, skb, l3, dir, dev, sk);
}

/**
 * skbtrace_state_get_part() - what the session remembers of a connection
 * @s: session, with an event or inference on that has states set
 * @sk: connection, locked
 * @part: which of it: SKBTRACE_STATE_*, or 0
 *
 * Context: probe.
 * Return: the state, new if need be, or %NULL: there is no room for one
 */
static __always_inline struct skbtrace_state *
skbtrace_state_get_part(struct skbtrace_session *s, struct sock *sk, u64 part)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	struct skbtrace_state *state = NULL;

	if (likely(cookie))
		state = skbtrace_state_find(&s->states, cookie | part);
	return likely(state) ? state : skbtrace_state_new(s, sk, part);
}

static inline struct skbtrace_state *
skbtrace_state_get(struct skbtrace_session *s, struct sock *sk)
{
	return skbtrace_state_get_part(s, sk, 0);
}

static inline struct skbtrace_state *
skbtrace_state_get_inferred(struct skbtrace_session *s, struct sock *sk)
{
	return skbtrace_state_get_part(s, sk, SKBTRACE_STATE_INFERRED);
}

void skbtrace_commit_staged(struct skbtrace_session *s);

/**
 * skbtrace_commit() - a block is complete
 * @s: session that one of the skbtrace_begin() functions gave a block of
 *
 * Context: as these left it: interrupts off; restored here.
 */
static inline void skbtrace_commit(struct skbtrace_session *s)
{
	struct skbtrace_gate *gate = this_cpu_ptr(s->gate);
	unsigned long flags = gate->irqflags;

	/* a staged block looks so; the others need not ask then */
	if (irqs_disabled_flags(flags) && unlikely(gate->staged)) {
		skbtrace_commit_staged(s);
		return;
	}
	gate->busy = false;
	local_irq_restore(flags);
}

/**
 * skbtrace_packet_id() - name of a packet's memory
 * @s: session
 * @skb: packet
 *
 * Clones of a packet share the data but not the skb, so they differ. Memory is
 * used again: an id means the same packet only between its birth and its end.
 *
 * The keys hide the addresses before they are multiplied: what can be computed
 * from ids is at most how addresses differ, not where they are. Both are odd,
 * so that no bit of the product gets lost.
 *
 * Return: the id
 */
static inline u64 skbtrace_packet_id(const struct skbtrace_session *s,
				     const struct sk_buff *skb)
{
	u64 a = (u64)(unsigned long)skb ^ s->packet_key[0];
	u64 b = (u64)(unsigned long)skb->head ^ s->packet_key[1];

	a *= b;
	return a ^ a >> 32;
}

#endif /* _LINUX_SKBTRACE_H */
