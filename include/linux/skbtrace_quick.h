/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fast path of an event: inline and without a call, so that the probe saves
 * no register. In order: checks, context, names, space, time, header of the
 * block. If one of them needs more than that, nothing has been changed, and the
 * probe calls a noinline function for the slow path: skbtrace_begin() and
 * others, with the same result.
 *
 *	struct skbtrace_quick q __uninitialized;
 *
 *	how = skbtrace_quick_sk(&q, s, &ev_foo, sizeof(*b), sk);
 *	if (how <= 0) {
 *		if (how < 0)
 *			foo_long(s, sk);
 *		return;
 *	}
 *	b = q.block;
 *	fill it in, without a call
 *	skbtrace_quick_commit(&q);
 */
#ifndef _LINUX_SKBTRACE_QUICK_H
#define _LINUX_SKBTRACE_QUICK_H

#include <linux/bpf.h>
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <linux/skbtrace.h>

/**
 * struct skbtrace_quick - an event in the fast path
 * @block: its block, when there is one
 * @gate: of this CPU
 * @verdicts: where it was counted as passed, %NULL: nowhere
 * @flags: restored by skbtrace_quick_commit()
 * @ctx: SKBTRACE_CTX_*
 */
struct skbtrace_quick {
	void				*block;
	struct skbtrace_gate		*gate;
	const struct skbtrace_verdicts	*verdicts;
	unsigned long			flags;
	u32				ctx;
};

/* The SKBTRACE_CHECK_* that apply to events of a kind */
#define SKBTRACE_QUICK_CONN	(0xffU & ~(SKBTRACE_CHECK_PACKET | \
				       SKBTRACE_CHECK_RANGE | \
				       SKBTRACE_CHECK_LINK))
#define SKBTRACE_QUICK_PACKET	(0xffU & ~SKBTRACE_CHECK_RANGE)

/*
 * Does @sk pass? @counted: where that has been counted. Return: 1, 0; -1: take
 * the slow path
 */
static __always_inline int
skbtrace_quick_verdict(const struct skbtrace_verdicts **counted,
		       struct skbtrace_session *s, const struct sock *sk)
{
	const struct skbtrace_verdicts *v = rcu_dereference_sched(s->verdicts);
	u64 cookie;
	int known;

	if (!v)
		return -1;
	cookie = atomic64_read(&sk->sk_cookie);
	known = skbtrace_verdict_get(v, cookie, skbtrace_sk_mix(sk, cookie));
	if (!known) {
		this_cpu_inc(v->count->refused);
		this_cpu_inc(s->gate->filtered);
	} else if (known > 0) {
		this_cpu_inc(v->count->passed);
		*counted = v;
	}
	return known;
}

/* Does this CPU know that a connection is left out? @shed: of the session */
static __always_inline bool skbtrace_is_shed(struct skbtrace_session *s,
					     const struct sock *sk, u32 shed)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	u64 word = skbtrace_shed_word(skbtrace_sk_mix(sk, cookie), shed);

	return this_cpu_read(s->gate->meter.known[cookie % SKBTRACE_NR_SHED]) ==
	       word;
}

/*
 * Is an event left out because of max_cost, as far as that is known at once?
 * Counts what is refused. @sk: the connection, %NULL: not known
 */
static __always_inline bool
skbtrace_quick_shed(struct skbtrace_session *s, const struct skbtrace_event *ev,
		    const struct sock *sk)
{
	u32 shed = READ_ONCE(s->shed);

	if (likely(!shed))
		return false;
	if (shed != SKBTRACE_SHED_ALL &&
	    (!sk || !(ev->opts & SKBTRACE_OPT_SAMPLE) ||
	     !skbtrace_is_shed(s, sk, shed)))
		return false;
	this_cpu_inc(s->gate->meter.shed);
	return true;
}

/* skbtrace_quick_checks(), @checks: those that are to be made, not 0 */
static __always_inline int
skbtrace_quick_some(const struct skbtrace_verdicts **counted,
		    struct skbtrace_session *s, const struct skbtrace_event *ev,
		    const struct sock *sk, u8 checks)
{
	if (checks != SKBTRACE_CHECK_CONN || !sk)
		return skbtrace_quick_shed(s, ev, sk) ? 0 : -1;
	return skbtrace_quick_verdict(counted, s, sk);
}

/**
 * skbtrace_quick_checks() - does an event pass the checks of its session?
 * @counted: result: where it was counted as passed, %NULL: nowhere
 * @s: session
 * @ev: event
 * @sk: the connection, %NULL: not known
 * @checks: those that apply, SKBTRACE_QUICK_*
 *
 * Context: probe. Counts what is refused.
 * Return: 1: yes; 0: no; -1: take the slow path
 */
static __always_inline int
skbtrace_quick_checks(const struct skbtrace_verdicts **counted,
		      struct skbtrace_session *s,
		      const struct skbtrace_event *ev, const struct sock *sk,
		      u8 checks)
{
	*counted = NULL;
	checks &= READ_ONCE(s->checks);
	if (likely(!checks))
		return 1;
	return skbtrace_quick_some(counted, s, ev, sk, checks);
}

/* Is the event's context recorded? Return: 1, 0 */
static __always_inline int skbtrace_quick_context(struct skbtrace_quick *q,
						  struct skbtrace_session *s)
{
	q->ctx = skbtrace_context();
	q->gate = this_cpu_ptr(s->gate);
	if (likely(READ_ONCE(q->gate->ctx_mask) & BIT(q->ctx)))
		return 1;
	skbtrace_count_skipped(s);
	return 0;
}

/* Return: 1: the event passes; 0: it does not; -1: take the slow path */
static __always_inline int
skbtrace_quick_passes(struct skbtrace_quick *q, struct skbtrace_session *s,
		      const struct skbtrace_event *ev, const struct sock *sk,
		      u8 checks)
{
	int how = skbtrace_quick_checks(&q->verdicts, s, ev, sk, checks);

	return how <= 0 ? how : skbtrace_quick_context(q, s);
}

/* Has the current task been named? @tgid: its tgid, 0 outside of a task */
static __always_inline bool skbtrace_quick_task(const struct skbtrace_quick *q,
						u32 *tgid)
{
	*tgid = 0;
	if (q->ctx != SKBTRACE_CTX_TASK)
		return true;
	*tgid = current->tgid;
	return likely(q->gate->tasks[*tgid % SKBTRACE_NR_TASKS] == *tgid);
}

/* Can the block be written at once? @conn, a constant: @key is a cookie */
static __always_inline bool
skbtrace_quick_free(const struct skbtrace_quick *q,
		    const struct skbtrace_session *s, u32 len, u64 key,
		    bool conn, u32 *tgid)
{
	const struct skbtrace_gate *g = q->gate;

	if (unlikely(g->busy) || !skbtrace_quick_task(q, tgid))
		return false;
	if (conn && unlikely(!key || !skbtrace_named_quick(&s->named, key,
							   g->epoch)))
		return false;
	return likely(g->ring.off + len <= g->ring.limit);
}

/*
 * The header is written before the space is taken, so that few values have to
 * be kept in registers.
 */
static __always_inline bool
skbtrace_quick_begin(struct skbtrace_quick *q,
		     const struct skbtrace_session *s,
		     const struct skbtrace_event *ev, u32 len, u64 key,
		     bool conn)
{
	struct skbtrace_gate *g = q->gate;
	struct skbtrace_block *b;
	u32 tgid;
	u64 now;

	local_irq_save(q->flags);
	if (!skbtrace_quick_free(q, s, len, key, conn, &tgid))
		goto no;
	b = (struct skbtrace_block *)(g->ring.cur + g->ring.off);
	memcpy(b, &ev->first, sizeof(ev->first));
	b->ctx = q->ctx;
	b->tgid = tgid;
	if (conn)
		b->key = key;
	if (unlikely(!skbtrace_quick_now(&now)))
		goto no;
	b->time = now;
	g->ring.off += len;
	g->quick++;
	q->block = b;
	return true;
no:
	local_irq_restore(q->flags);
	return false;
}

/* Take the slow path, which counts the verdict again. Return: -1 */
static __always_inline int skbtrace_quick_leave(const struct skbtrace_quick *q)
{
	if (q->verdicts)
		this_cpu_dec(q->verdicts->count->passed);
	return -1;
}

/**
 * skbtrace_quick_sk() - an event of a connection
 * @q: result
 * @s: session
 * @ev: event; skbtrace_in_range() has been checked
 * @len: of its block; a constant
 * @sk: connection: a full socket or a minisocket that is alive
 *
 * Context: probe; interrupts are off on success. Counts what is refused.
 * Return: 1: fill in @q->block; 0: refused; -1: take the slow path
 */
static __always_inline int
skbtrace_quick_sk(struct skbtrace_quick *q, struct skbtrace_session *s,
		  const struct skbtrace_event *ev, u32 len,
		  const struct sock *sk)
{
	int how = skbtrace_quick_passes(q, s, ev, sk, SKBTRACE_QUICK_CONN);

	if (how <= 0)
		return how;
	if (unlikely(!skbtrace_quick_begin(q, s, ev, len,
					   atomic64_read(&sk->sk_cookie),
					   true)))
		return skbtrace_quick_leave(q);
	((struct skbtrace_block *)q->block)->netns = sock_net(sk)->ns.inum;
	return 1;
}

/**
 * skbtrace_quick_plain() - an event of an IP packet that has passed the checks
 * @q: result
 * @s: session
 * @ev: event
 * @len: of its block; a constant
 * @skb: IP packet
 * @l3: as of skbtrace_passes_packet()
 * @counted: of skbtrace_quick_checks()
 *
 * Packets that skbtrace_plain_tuple() cannot parse take the slow path.
 * In a noinline function: then a probe that refuses saves no register for what
 * one that keeps has to fill in. The probe fills in hdr.netns. Context: probe;
 * interrupts are off on success. Counts what is refused.
 * Return: as skbtrace_quick_sk()
 */
static __always_inline int
skbtrace_quick_plain(struct skbtrace_quick *q, struct skbtrace_session *s,
		     const struct skbtrace_event *ev, u32 len,
		     const struct sk_buff *skb, int l3,
		     const struct skbtrace_verdicts *counted)
{
	q->verdicts = counted;
	if (!skbtrace_quick_context(q, s))
		return 0;
	if (unlikely(!skbtrace_is_plain(skb, l3) ||
		     !skbtrace_quick_begin(q, s, ev, len, 0, false)))
		return skbtrace_quick_leave(q);
	((struct skbtrace_block *)q->block)->key = skbtrace_packet_id(s, skb);
	return 1;
}

/**
 * skbtrace_quick_packet() - skbtrace_quick_plain(), the checks included
 * @q: result
 * @s: session
 * @ev: event
 * @len: of its block; a constant
 * @skb: IP packet
 * @l3: as of skbtrace_passes_packet()
 *
 * Return: as skbtrace_quick_sk()
 */
static __always_inline int
skbtrace_quick_packet(struct skbtrace_quick *q, struct skbtrace_session *s,
		      const struct skbtrace_event *ev, u32 len,
		      const struct sk_buff *skb, int l3)
{
	const struct skbtrace_verdicts *counted;
	int how = skbtrace_quick_checks(&counted, s, ev, NULL,
					SKBTRACE_QUICK_PACKET);

	return how <= 0 ? how :
	       skbtrace_quick_plain(q, s, ev, len, skb, l3, counted);
}

/**
 * skbtrace_quick_segment() - skbtrace_quick_plain() without an IP header
 * @q: result
 * @s: session
 * @ev: event
 * @len: of its block; a constant
 * @skb: packet; its IP header is not looked at, and may be missing
 * @counted: of skbtrace_quick_checks()
 *
 * Return: as skbtrace_quick_sk()
 */
static __always_inline int
skbtrace_quick_segment(struct skbtrace_quick *q, struct skbtrace_session *s,
		       const struct skbtrace_event *ev, u32 len,
		       const struct sk_buff *skb,
		       const struct skbtrace_verdicts *counted)
{
	q->verdicts = counted;
	if (!skbtrace_quick_context(q, s))
		return 0;
	if (unlikely(!skbtrace_quick_begin(q, s, ev, len, 0, false)))
		return skbtrace_quick_leave(q);
	((struct skbtrace_block *)q->block)->key = skbtrace_packet_id(s, skb);
	return 1;
}

/**
 * skbtrace_quick_commit() - the block is complete
 * @q: event
 *
 * The gate was never marked busy: no function has been called in between.
 */
static __always_inline void
skbtrace_quick_commit(const struct skbtrace_quick *q)
{
	local_irq_restore(q->flags);
}

/**
 * skbtrace_quick_filter() - does a packet pass the filter on packets?
 * @s: session that has no other check of packets
 * @skb: packet, skb->data at its IP header
 *
 * A program that computes no offset is run on the packet itself.
 * Context: probe. Counts the verdict.
 * Return: true if it does
 */
static __always_inline bool
skbtrace_quick_filter(struct skbtrace_session *s, const struct sk_buff *skb)
{
	const struct skbtrace_direct *d = rcu_dereference_sched(s->direct);

	if (!d)
		return skbtrace_filter_packet(s, skb, 0);
	if (bpf_dispatcher_nop_func(skb, d->insns, d->run)) {
		this_cpu_inc(d->count->passed);
		return true;
	}
	this_cpu_inc(d->count->refused);
	this_cpu_inc(s->gate->filtered);
	return false;
}

#endif /* _LINUX_SKBTRACE_QUICK_H */
