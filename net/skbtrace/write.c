// SPDX-License-Identifier: GPL-2.0
/*
 * The hot path: writes a block to the buffer of this CPU.
 *
 * Interrupts are off from begin to commit, so nothing nests on this CPU: blocks
 * are in order of time, and a busy gate means that a probe has hit a probe. No
 * lock is taken, nothing is allocated. If the buffer is full, the event is
 * counted, and reported by a LOST block before the next block.
 */
#include <linux/ktime.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <linux/skbtrace_payload.h>
#include <net/sock.h>
#include "history.h"
#include "hold.h"
#include "naming.h"
#include "netns.h"
#include "payload.h"
#include "reserve.h"
#include "stack.h"

static __always_inline void *
skbtrace_head(struct skbtrace_cpu *c, const struct skbtrace_event *ev,
	      struct skbtrace_block *b, u32 ctx, u64 key, u32 netns, u32 tgid)
{
	c->gate.seq++;
	c->gate.written++;
	memcpy(b, &ev->first, sizeof(ev->first));
	b->ctx = ctx;
	b->key = key;
	b->netns = netns;
	b->tgid = tgid;
	/* last, so that only @b is live across the call */
	b->time = skbtrace_now();
	return b;
}

/*
 * Write names, reserve the block, fill in its header. The time is read last: if
 * a name was written on another CPU, this event must be later. Context: the
 * gate is busy. Return: the block, or %NULL: lost
 */
static __always_inline void *
skbtrace_open_busy(struct skbtrace_run *run, struct skbtrace_cpu *c,
		   const struct skbtrace_event *ev,
		   const struct skbtrace_call *call, unsigned int skip)
{
	struct skbtrace_calls calls __uninitialized;
	struct skbtrace_block *b;
	u32 tgid = 0, more = 0, stack = 0, bytes = 0;
	u64 key = call->key;

	if (call->sk)
		key = skbtrace_name_if_new(run, c, ev->named_by, call->sk,
					   call->netns);
	if (call->location)
		skbtrace_name_location(c, call->location);
	if (call->ctx == SKBTRACE_CTX_TASK) {
		tgid = skbtrace_seen_tgid(&run->pub);
		/* who is hidden is not among them: no fast path tells of it */
		if (tgid && c->gate.tasks[tgid % SKBTRACE_NR_TASKS] != tgid)
			skbtrace_name_task(c, tgid, current);
	}
	if (run->pub.slot[ev->slot].stack)
		stack = skbtrace_save_stack(run, c, &calls, skip);
	if (call->skb)
		bytes = skbtrace_payload_len(run, ev, call);
	more = stack + (bytes ? skbtrace_payload_space(bytes) : 0);

	b = skbtrace_reserve(c, ev->len + more, ev->important);
	if (b) {
		skbtrace_head(c, ev, b, call->ctx, key, call->netns, tgid);
		if (stack)
			skbtrace_put_stack(run, &calls, b);
		if (bytes)
			skbtrace_put_payload(call, bytes, b);
		return b;
	}
	skbtrace_lose(c, ev);
	return NULL;
}

/*
 * The gate gets flags that say "interrupts were off", so that the fast path of
 * skbtrace_commit() need not check whether a block is staged.
 */
static __always_inline void skbtrace_gate_stage(struct skbtrace_cpu *c, u8 how)
{
	local_save_flags(c->gate.irqflags);
	c->gate.staged = how;
}

/*
 * The fields decide whether the event is written: they are filled in outside of
 * the buffer, then skbtrace_decide() is called.
 */
static void *skbtrace_stage(struct skbtrace_cpu *c,
			    const struct skbtrace_slot *slot,
			    const struct skbtrace_event *ev,
			    const struct skbtrace_call *call)
{
	struct skbtrace_block *b = (struct skbtrace_block *)c->stage.block;

	c->stage.ev = ev;
	c->stage.call = *call;
	skbtrace_gate_stage(c, SKBTRACE_STAGED);
	/* probes with state use the time of the previous event */
	c->stage.held = READ_ONCE(slot->held);
	if (c->stage.held || ev->states)
		b->time = skbtrace_now();
	return b;
}

static __always_inline void *
__skbtrace_open_slow(struct skbtrace_run *run, const struct skbtrace_event *ev,
		     const struct skbtrace_call *call)
{
	const struct skbtrace_slot *slot = &run->pub.slot[ev->slot];
	struct skbtrace_cpu *c;
	unsigned long flags;
	void *b;

	local_irq_save(flags);
	c = this_cpu_ptr(run->cpu);
	if (c->gate.busy) {
		c->recursion++;
		local_irq_restore(flags);
		return NULL;
	}
	c->gate.asked++;
	c->gate.busy = true;
	c->gate.irqflags = flags;
	c->stage.irqflags = flags;
	if (slot->staged)
		return skbtrace_stage(c, slot, ev, call);
	b = skbtrace_open_busy(run, c, ev, call, 3);
	if (!b)
		skbtrace_commit(&run->pub);
	return b;
}

static noinline void *
skbtrace_open_slow(struct skbtrace_run *run, const struct skbtrace_event *ev,
		   u64 key, u32 netns, struct sock *sk, const void *location,
		   u32 ctx)
{
	const struct skbtrace_call call = {
		.key = key, .sk = sk, .location = location, .netns = netns,
		.ctx = ctx,
	};

	return __skbtrace_open_slow(run, ev, &call);
}

static noinline void *
skbtrace_open_slow_packet(struct skbtrace_run *run,
			  const struct skbtrace_event *ev,
			  const struct skbtrace_call *call)
{
	return __skbtrace_open_slow(run, ev, call);
}

/* Copy the staged block to the buffer. */
static __always_inline void
skbtrace_write_staged(struct skbtrace_run *run, struct skbtrace_cpu *c,
		      const struct skbtrace_slot *slot)
{
	const struct skbtrace_event *ev = c->stage.ev;
	const void *fields = c->stage.block + sizeof(struct skbtrace_block);
	struct skbtrace_block *b;
	u8 flags = 0;

	if (slot->snapshot &&
	    skbtrace_cond_true(&run->snapshot[ev->slot], c->stage.block))
		flags |= SKBTRACE_BLOCK_SNAPSHOT;
	if (c->stage.missed)
		flags |= SKBTRACE_BLOCK_MISSED;
	b = skbtrace_open_busy(run, c, ev, &c->stage.call, 2);
	if (!b)
		return;
	memcpy(b + 1, fields, ev->len - sizeof(*b));
	b->flags |= flags;
}

/**
 * skbtrace_decide() - refuse the staged block, hold it back, or write it
 * @run: the run
 * @c: this CPU
 *
 * Context: as skbtrace_commit().
 */
static void skbtrace_decide(struct skbtrace_run *run, struct skbtrace_cpu *c)
{
	const struct skbtrace_event *ev = c->stage.ev;
	const struct skbtrace_slot *slot = &run->pub.slot[ev->slot];
	bool fires_itself = false;

	c->gate.staged = 0;
	c->gate.irqflags = c->stage.irqflags;
	c->stage.missed = false;
	if (slot->cond &&
	    !skbtrace_cond_true(&run->cond[ev->slot], c->stage.block)) {
		c->gate.refused++;
		c->gate.asked--;
		goto out;
	}
	if (slot->fires)
		fires_itself = skbtrace_fire(run, c);
	if (!c->stage.held || fires_itself || !skbtrace_hold_back(run, c))
		skbtrace_write_staged(run, c, slot);
out:
	skbtrace_commit(&run->pub);
}

/**
 * skbtrace_commit_staged() - the slow path of skbtrace_commit()
 * @s: session
 *
 * Context: as skbtrace_commit().
 */
void skbtrace_commit_staged(struct skbtrace_session *s)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	struct skbtrace_cpu *c = this_cpu_ptr(run->cpu);

	if (likely(c->gate.staged == SKBTRACE_IN_LOG))
		skbtrace_hold_commit(run, c);
	else
		skbtrace_decide(run, c);
}
EXPORT_SYMBOL_GPL(skbtrace_commit_staged);

/* The event is always held back: make the block in the log. */
static __always_inline void *
skbtrace_open_held(struct skbtrace_run *run, struct skbtrace_cpu *c,
		   const struct skbtrace_event *ev, u64 key, u32 netns,
		   const void *location, u32 ctx)
{
	struct skbtrace_block *b;
	struct skbtrace_held *e;

	smp_rmb();	/* pairs with skbtrace_set_slot() */
	c->gate.asked++;
	c->gate.busy = true;
	skbtrace_gate_stage(c, SKBTRACE_IN_LOG);
	c->stage.ev = ev;
	e = skbtrace_hold_reserve(&run->hold, c->log, ev->len, &c->stage.pos);
	c->stage.entry = e;
	e->at = (u64)(unsigned long)location;
	b = (struct skbtrace_block *)(e + 1);
	memcpy(b, &ev->first, sizeof(ev->first));
	b->ctx = ctx;
	b->key = key;
	b->netns = netns;
	b->tgid = ctx == SKBTRACE_CTX_TASK ?
		  skbtrace_seen_tgid(&run->pub) : 0;
	b->time = skbtrace_now();
	return b;
}

static __always_inline void *
__skbtrace_rare(struct skbtrace_session *s, const struct skbtrace_event *ev,
		u64 key, u32 netns, struct sock *sk, const void *location,
		u32 ctx)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	struct skbtrace_cpu *c;
	unsigned long flags;

	if (likely(s->slot[ev->slot].staged == SKBTRACE_IN_LOG && key)) {
		local_irq_save(flags);
		c = this_cpu_ptr(run->cpu);
		if (likely(!c->gate.busy && c->log)) {
			c->stage.irqflags = flags;
			return skbtrace_open_held(run, c, ev, key, netns,
						  location, ctx);
		}
		local_irq_restore(flags);
	}
	return skbtrace_open_slow(run, ev, key, netns, sk, location, ctx);
}

/* Slow paths of skbtrace_open() etc.; noinline: those then save no register. */
static noinline void *skbtrace_rare(struct skbtrace_session *s,
				    const struct skbtrace_event *ev, u64 key,
				    u32 netns, u32 ctx)
{
	return __skbtrace_rare(s, ev, key, netns, NULL, NULL, ctx);
}

static noinline void *skbtrace_rare_at(struct skbtrace_session *s,
				       const struct skbtrace_event *ev, u64 key,
				       u32 netns, const void *location, u32 ctx)
{
	return __skbtrace_rare(s, ev, key, netns, NULL, location, ctx);
}

static noinline void *skbtrace_rare_sk(struct skbtrace_session *s,
				       const struct skbtrace_event *ev,
				       struct sock *sk, u32 ctx)
{
	return __skbtrace_rare(s, ev, atomic64_read(&sk->sk_cookie),
			       sock_net(sk)->ns.inum, sk, NULL, ctx);
}

/* With the first bytes of the packet, if they are wanted */
static noinline void *
skbtrace_rare_packet(struct skbtrace_session *s,
		     const struct skbtrace_event *ev,
		     const struct sk_buff *skb, int l3, u32 netns, u32 ctx)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	u64 key = skbtrace_packet_id(s, skb);
	const struct skbtrace_call call = {
		.key = key, .netns = netns, .ctx = ctx, .skb = skb, .l3 = l3,
	};

	if (!s->slot[ev->slot].payload)
		return __skbtrace_rare(s, ev, key, netns, NULL, NULL, ctx);
	return skbtrace_open_slow_packet(run, ev, &call);
}

static noinline void *
skbtrace_rare_packet_at(struct skbtrace_session *s,
			const struct skbtrace_event *ev,
			const struct skbtrace_packet *p, u32 netns,
			const void *location, u32 ctx)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	u64 key = skbtrace_packet_id(s, p->skb);
	const struct skbtrace_call call = {
		.key = key, .location = location, .netns = netns, .ctx = ctx,
		.skb = p->skb, .l3 = p->l3,
	};

	if (!s->slot[ev->slot].payload)
		return __skbtrace_rare(s, ev, key, netns, NULL, location, ctx);
	return skbtrace_open_slow_packet(run, ev, &call);
}

/*
 * Is an event held back, staged, told with its stack or its first bytes? Asked
 * before anything is done that registers would have to be saved for.
 */
static __always_inline bool skbtrace_special(const struct skbtrace_session *s)
{
	return unlikely(READ_ONCE(s->checks) & SKBTRACE_CHECK_SPECIAL);
}

/*
 * The fast path: no call except for the clock, so that few registers are saved.
 * If it does not apply, nothing has been changed yet. @conn, and @sk and
 * @location if they are not used, are constants of the callers.
 */
static __always_inline void *
__skbtrace_open(struct skbtrace_session *s, const struct skbtrace_event *ev,
		u64 key, u32 netns, bool conn, struct sock *sk,
		const void *location, u32 ctx)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	struct skbtrace_cpu *c;
	unsigned long flags;
	u32 tgid = 0, end;
	void *b;

	local_irq_save(flags);
	c = this_cpu_ptr(run->cpu);
	if (unlikely(c->gate.busy))
		goto slow;
	if (conn && unlikely(!key ||
			     !skbtrace_named_has(&run->pub.named, key,
						 c->gate.epoch)))
		goto slow;
	if (location &&
	    unlikely(!skbtrace_symbol_is_named(&c->symbols, location)))
		goto slow;
	if (ctx == SKBTRACE_CTX_TASK) {
		tgid = current->tgid;
		if (unlikely(c->gate.tasks[tgid % SKBTRACE_NR_TASKS] != tgid))
			goto slow;
		/* it may have gone elsewhere since it was named */
		if (unlikely(READ_ONCE(s->checks) & SKBTRACE_CHECK_SCOPE))
			goto slow;
	}
	end = c->gate.ring.off + ev->len;
	if (unlikely(end > c->gate.ring.limit))
		goto slow;
	b = c->gate.ring.cur + c->gate.ring.off;
	c->gate.ring.off = end;
	c->gate.asked++;
	c->gate.busy = true;
	c->gate.irqflags = flags;
	return skbtrace_head(c, ev, b, ctx, key, netns, tgid);
slow:
	local_irq_restore(flags);
	if (conn)
		return skbtrace_rare_sk(s, ev, sk, ctx);
	if (location)
		return skbtrace_rare_at(s, ev, key, netns, location, ctx);
	return skbtrace_rare(s, ev, key, netns, ctx);
}

/* Apart, so that what is held back saves nothing for them. */
static noinline void *skbtrace_plain(struct skbtrace_session *s,
				     const struct skbtrace_event *ev, u64 key,
				     u32 netns, u32 ctx)
{
	return __skbtrace_open(s, ev, key, netns, false, NULL, NULL, ctx);
}

static noinline void *skbtrace_plain_at(struct skbtrace_session *s,
					const struct skbtrace_event *ev,
					u64 key, u32 netns,
					const void *location, u32 ctx)
{
	return __skbtrace_open(s, ev, key, netns, false, NULL, location, ctx);
}

static noinline void *skbtrace_plain_sk(struct skbtrace_session *s,
					const struct skbtrace_event *ev,
					struct sock *sk, u32 ctx)
{
	return __skbtrace_open(s, ev, atomic64_read(&sk->sk_cookie),
			       sock_net(sk)->ns.inum, true, sk, NULL, ctx);
}

/**
 * skbtrace_open() - skbtrace_begin() in a context that is traced
 * @s: session
 * @ev: event
 * @key: what it is about
 * @netns: inode number of the network namespace, 0 unknown
 * @ctx: SKBTRACE_CTX_*
 *
 * Context: probe.
 * Return: the block, or %NULL: not wanted, or lost and counted
 */
void *skbtrace_open(struct skbtrace_session *s, const struct skbtrace_event *ev,
		    u64 key, u32 netns, u32 ctx)
{
	if (skbtrace_special(s))
		return skbtrace_rare(s, ev, key, netns, ctx);
	return skbtrace_plain(s, ev, key, netns, ctx);
}
EXPORT_SYMBOL_GPL(skbtrace_open);

/**
 * skbtrace_open_at() - skbtrace_begin_at() in a context that is traced
 * @s: session
 * @ev: event
 * @key: what it is about
 * @netns: inode number of the network namespace, 0 unknown
 * @location: the address
 * @ctx: SKBTRACE_CTX_*
 *
 * Context: probe.
 * Return: the block, or %NULL: not wanted, or lost and counted
 */
void *skbtrace_open_at(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, u64 key, u32 netns,
		       const void *location, u32 ctx)
{
	if (skbtrace_special(s))
		return skbtrace_rare_at(s, ev, key, netns, location, ctx);
	return skbtrace_plain_at(s, ev, key, netns, location, ctx);
}
EXPORT_SYMBOL_GPL(skbtrace_open_at);

/**
 * skbtrace_open_packet() - skbtrace_begin_packet() in a context that is traced
 * @s: session
 * @ev: event
 * @skb: packet
 * @l3: where its IP header is
 * @netns: inode number of the network namespace, 0 unknown
 * @ctx: SKBTRACE_CTX_*
 *
 * Context: probe.
 * Return: the block, or %NULL: not wanted, or lost and counted
 */
void *skbtrace_open_packet(struct skbtrace_session *s,
			   const struct skbtrace_event *ev,
			   const struct sk_buff *skb, int l3, u32 netns,
			   u32 ctx)
{
	if (skbtrace_special(s))
		return skbtrace_rare_packet(s, ev, skb, l3, netns, ctx);
	return skbtrace_plain(s, ev, skbtrace_packet_id(s, skb), netns, ctx);
}
EXPORT_SYMBOL_GPL(skbtrace_open_packet);

/**
 * skbtrace_open_packet_at() - skbtrace_begin_packet_at() in a context that is
 *	traced
 * @s: session
 * @ev: event
 * @p: packet
 * @netns: inode number of the network namespace, 0 unknown
 * @location: the address
 * @ctx: SKBTRACE_CTX_*
 *
 * Context: probe.
 * Return: the block, or %NULL: not wanted, or lost and counted
 */
void *skbtrace_open_packet_at(struct skbtrace_session *s,
			      const struct skbtrace_event *ev,
			      const struct skbtrace_packet *p, u32 netns,
			      const void *location, u32 ctx)
{
	if (skbtrace_special(s))
		return skbtrace_rare_packet_at(s, ev, p, netns, location, ctx);
	return skbtrace_plain_at(s, ev, skbtrace_packet_id(s, p->skb), netns,
				 location, ctx);
}
EXPORT_SYMBOL_GPL(skbtrace_open_packet_at);

/**
 * skbtrace_open_sk() - skbtrace_begin_sk() in a context that is traced
 * @s: session
 * @ev: event, with @named_by set
 * @sk: connection
 * @ctx: SKBTRACE_CTX_*
 *
 * Context: probe.
 * Return: the block, or %NULL: not wanted, or lost and counted
 */
void *skbtrace_open_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       u32 ctx)
{
	if (skbtrace_special(s))
		return skbtrace_rare_sk(s, ev, sk, ctx);
	return skbtrace_plain_sk(s, ev, sk, ctx);
}
EXPORT_SYMBOL_GPL(skbtrace_open_sk);
