/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: what a protocol module needs.
 *
 * A module declares its events, each with one list of fields, and the hooks
 * (tracepoint and probe) that each needs; then it registers them. The core
 * attaches a hook while an event that uses it is on. A probe checks whether an
 * event is wanted, reserves a block, fills it in, and commits it:
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
#include <linux/skbtrace_checks.h>
#include <linux/skbtrace_clock.h>
#include <linux/skbtrace_conns.h>
#include <linux/skbtrace_event.h>
#include <linux/skbtrace_marks.h>
#include <linux/skbtrace_meter.h>
#include <linux/skbtrace_named.h>
#include <linux/skbtrace_ring.h>
#include <linux/skbtrace_state.h>
#include <linux/skbtrace_tuple.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <net/sock.h>
#include <uapi/linux/skbtrace_api.h>

#define SKBTRACE_MAX_EVENTS	64	/* registered at the same time */
#define SKBTRACE_MAX_SELECT	256	/* values that skip= and only= know */
#define SKBTRACE_NR_TASKS	64	/* a power of two */

/* The uppermost bits of skbtrace_slot.skip are those of select2. */
#define SKBTRACE_SELECT2	(SKBTRACE_MAX_SELECT - 32)

/**
 * struct skbtrace_slot - settings of an event in a session
 * @on: the event is on
 * @selective: @skip or @skip_rest refuse something
 * @skip_rest: values beyond @skip are refused: only= has been given
 * @only2: only= has named values of the second field
 * @picks: @by_mark or @sample is set
 * @by_mark: only sockets with @mark
 * @stack: record call stacks
 * @payload: payload=: record the first bytes of packets
 * @cond: when=: it has a condition on other fields
 * @held: primary=: it is held back
 * @fires: it is a primary of other events
 * @snapshot: snapshot=: it may ask for one
 * @ranged: when=: this field, from 1 on, must be from @low to @low + @span
 * @staged: SKBTRACE_STAGED, _IN_LOG or _CAPTURED; 0: written at once
 * @mark: SO_MARK
 * @sample: one in so many connections; 0: all
 * @skip: refused values of .select, from %SKBTRACE_SELECT2 on of .select2
 * @every: every=: marks are the multiples of 1 << @every
 * @hist: hist: histograms, and no event but those that when= wants
 * @by: hist=: SKBTRACE_KEYED_*
 * @counts: hist, and no event is wanted
 * @follow: marks are followed: @hist, or when= asks for a stage
 * @early: bytes of @ranged, if it is of skbtrace_event.early; else 0
 * @low: of @ranged
 * @span: of @ranged
 */
struct skbtrace_slot {
	bool		on;
	bool		selective;
	bool		skip_rest;
	bool		only2;
	bool		picks;
	bool		by_mark;
	bool		stack : 1;
	bool		payload : 1;
	bool		cond;
	bool		held;
	bool		fires;
	bool		snapshot;
	u8		staged;
	u8		ranged;
	u8		every;
	bool		hist;
	u8		by;
	bool		counts;
	bool		follow;
	u8		early;
	u32		mark;
	u32		sample;
	DECLARE_BITMAP(skip, SKBTRACE_MAX_SELECT);
	u32		low;
	u32		span;
} __aligned(64);	/* so that indexing takes a shift */

/**
 * struct skbtrace_gate - the part of a session that probes use on one CPU
 * @irqflags: restored when the open block is committed
 * @busy: a block is open, and interrupts are off: a probe that sees it set has
 *	hit a probe
 * @staged: the open block is not in the buffer: SKBTRACE_STAGED or _IN_LOG
 * @ctx_mask: contexts that are traced, by bit; 0: none
 * @asked: requests for a block
 * @skipped: events refused by skip=, only=, sk_mark=, sample=, contexts, cpus
 * @filtered: events refused by filters
 * @refused: events refused by when=
 * @seq: of the next event
 * @written: events in the buffer
 * @quick: events of the fast path: to be added to @asked, @seq and @written
 * @epoch: of names
 * @tasks: tgids named in this epoch, by low bits
 * @ring: the buffer
 * @meter: what probes cost
 */
struct skbtrace_gate {
	unsigned long		irqflags;
	bool			busy;
	u8			staged;
	u32			ctx_mask;
	u64			asked;
	u64			skipped;
	u64			filtered;
	u64			refused;
	u64			seq;
	u64			written;
	u64			quick;
	u32			epoch;
	u32			tasks[SKBTRACE_NR_TASKS];
	struct skbtrace_ring	ring;
	struct skbtrace_meter	meter;
};

/**
 * struct skbtrace_session - the part of a session that probes use
 * @gate: per CPU
 * @packet_key: keys of packet ids, so that these do not reveal addresses
 * @checks: SKBTRACE_CHECK_*: what an event must pass; 0: nothing
 * @shed: one in so many connections is recorded; 0: all, %SKBTRACE_SHED_ALL:
 *	none
 * @filters: the filters, %NULL: none. RCU
 * @direct: the filter on packets, if it is the only check of them and runs on
 *	the packet itself; else %NULL. RCU
 * @verdicts: of the filter on connections, if it is the only check of them;
 *	else %NULL. RCU
 * @named: connections that have been named
 * @states: state of connections
 * @marks: bytes on their way
 * @slot: by event
 */
struct skbtrace_session {
	struct skbtrace_gate __percpu	*gate;
	u64				packet_key[2];
	u8				checks;
	u32				shed;
	struct skbtrace_filters __rcu	*filters;
	struct skbtrace_direct __rcu	*direct;
	struct skbtrace_verdicts __rcu	*verdicts;
	struct skbtrace_named		named;
	struct skbtrace_states		states;
	struct skbtrace_marks		marks;
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
void skbtrace_forget_name(struct skbtrace_session *s, const struct sock *sk);
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
 * Assigned on first use: a request or timewait sock inherits it only if it was
 * assigned before. Context: probe.
 *
 * Return: the cookie, never 0
 */
static inline u64 skbtrace_cookie(struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : skbtrace_make_cookie(sk);
}

/* One more context, which cannot be traced */
#define SKBTRACE_CTX_NMI	3

static __always_inline u32 skbtrace_context(void)
{
	if (unlikely(in_nmi() | in_hardirq()))
		return in_nmi() ? SKBTRACE_CTX_NMI : SKBTRACE_CTX_HARDIRQ;
	/* not in_softirq(), which includes tasks with BHs off */
	return in_serving_softirq() ? SKBTRACE_CTX_SOFTIRQ : SKBTRACE_CTX_TASK;
}

/**
 * skbtrace_count_skipped() - an event was refused by its spec
 * @s: session
 *
 * Context: probe.
 */
static inline void skbtrace_count_skipped(struct skbtrace_session *s)
{
	this_cpu_inc(s->gate->skipped);
}

static __always_inline bool skbtrace_refuses(struct skbtrace_session *s,
					     u32 ctx)
{
	if (likely(this_cpu_read(s->gate->ctx_mask) & BIT(ctx)))
		return false;
	skbtrace_count_skipped(s);
	return true;
}

/**
 * skbtrace_begin() - reserve the block of an event
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
 * skbtrace_begin_at() - reserve a block that holds a code address
 * @s: session
 * @ev: event
 * @key: what it is about
 * @netns: inode number of the network namespace, 0 unknown
 * @location: the address; the block holds skbtrace_location_id() of it
 *
 * As skbtrace_begin(), but names the location if it is new in this epoch.
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

/**
 * skbtrace_verdict_of() - look up the verdict of the filter on a connection
 * @s: session
 * @sk: connection
 *
 * Inline, so that a refused event costs no call and saves no register.
 * Context: probe. Counts the verdict.
 *
 * Return: 1 passes, 0 refused, -1 not cached, or there are other checks
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

bool skbtrace_passes_slow(struct skbtrace_session *s,
			  const struct skbtrace_event *ev, struct sock *sk);

/* @checks: those of the session that apply to connections */
static __always_inline bool
__skbtrace_passes(struct skbtrace_session *s, const struct skbtrace_event *ev,
		  struct sock *sk, u8 checks)
{
	int known;

	if (likely(!checks))
		return true;
	known = skbtrace_verdict_of(s, sk);
	if (!known)
		return false;
	return known > 0 || skbtrace_passes_slow(s, ev, sk);
}

/**
 * skbtrace_passes() - does a connection pass filters, sk_mark= and sample=?
 * @s: session
 * @ev: event of connections
 * @sk: connection: a full socket or a minisocket that is alive
 *
 * For probes that must know before skbtrace_begin_passed(). Context: probe.
 * Counts what it refuses.
 * Return: true if they do
 */
static __always_inline bool
skbtrace_passes(struct skbtrace_session *s, const struct skbtrace_event *ev,
		struct sock *sk)
{
	return __skbtrace_passes(s, ev, sk,
				 READ_ONCE(s->checks) & SKBTRACE_CHECKS_CONN);
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
 * skbtrace_begin_sk() - reserve the block of a connection event
 * @s: session
 * @ev: event, with @named_by set
 * @sk: connection: a full socket or a minisocket that is alive
 *
 * As skbtrace_begin(), but names the connection if it is new in this epoch.
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
 * skbtrace_in_range() - does this value agree with when=?
 * @s: session
 * @ev: event
 * @value: of the field skbtrace_event.range, or that skbtrace_slot.ranged says
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
 * skbtrace_on() - is this event on?
 * @s: session
 * @ev: event; needed where events share a hook
 *
 * Return: true if it is. Context: probe.
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
 * @value: of the field skbtrace_event.select
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
 * @value: of the field skbtrace_event.select
 * @value2: of the field skbtrace_event.select2, less than 32
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

bool skbtrace_filter_packet(struct skbtrace_session *s,
			    const struct sk_buff *skb, int l3);
bool skbtrace_passes_packet_slow(struct skbtrace_session *s,
				 const struct skbtrace_event *ev,
				 const struct sk_buff *skb, int l3, u8 dir,
				 const struct net_device *dev, struct sock *sk);

/**
 * skbtrace_passes_packet() - does a packet pass filters, sk_mark= and sample=?
 * @s: session
 * @ev: event of packets
 * @skb: packet
 * @l3: where its IP header is, bytes from skb->data, or %SKBTRACE_NO_L3
 * @dir: SKBTRACE_DIR_*
 * @dev: its device; skb->dev often is no device. %NULL: not known
 * @sk: socket that is known to own the packet, any kind; %NULL: none
 *
 * Call it before skbtrace_begin(). Context: probe. Counts what it refuses.
 * Return: true if they do
 */
static __always_inline bool
skbtrace_passes_packet(struct skbtrace_session *s,
		       const struct skbtrace_event *ev,
		       const struct sk_buff *skb, int l3, u8 dir,
		       const struct net_device *dev, struct sock *sk)
{
	u8 checks = READ_ONCE(s->checks) & SKBTRACE_CHECKS;
	int known;

	if (likely(!checks))
		return true;
	if (checks == SKBTRACE_CHECK_PACKET)
		return skbtrace_filter_packet(s, skb, l3);
	if (checks == SKBTRACE_CHECK_CONN && sk && skbtrace_is_conn(sk)) {
		known = skbtrace_verdict_of(s, sk);
		if (known >= 0)
			return known;
	}
	return skbtrace_passes_packet_slow(s, ev, skb, l3, dir, dev, sk);
}

/**
 * skbtrace_state_get_part() - state of a connection
 * @s: session, with an event or inference on that has states set
 * @sk: connection, locked
 * @part: which state: SKBTRACE_STATE_*, or 0
 *
 * Context: probe.
 * Return: the state, new if need be, or %NULL: no entry is free
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

void skbtrace_event_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       const void *fields);
void skbtrace_write_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       const void *fields);
void skbtrace_write_packet(struct skbtrace_session *s,
			   const struct skbtrace_event *ev,
			   const struct sk_buff *skb, int l3, u32 netns,
			   const void *fields);

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

	/* flags of a staged block have irqs off: skbtrace_gate_stage() */
	if (irqs_disabled_flags(flags) && unlikely(gate->staged)) {
		skbtrace_commit_staged(s);
		return;
	}
	gate->busy = false;
	local_irq_restore(flags);
}

/**
 * skbtrace_packet_id() - id of a packet, from its addresses
 * @s: session
 * @skb: packet
 *
 * Clones of a packet share the data but not the skb, so their ids differ.
 * Memory is reused: an id means the same packet only from its allocation until
 * it is freed.
 *
 * The keys hide the addresses before they are multiplied: ids reveal at most
 * how addresses differ, not the addresses. Both keys are odd, so that no bit
 * of the product is lost.
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
