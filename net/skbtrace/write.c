// SPDX-License-Identifier: GPL-2.0
/*
 * The hot path: from a probe that has something to tell to a block in the
 * buffer of this CPU.
 *
 * From begin to commit interrupts are off, so nothing nests on this CPU: the
 * order of blocks is the order of their times, and a gate found busy means
 * that a probe has hit a probe. No lock is taken and nothing is allocated.
 * What finds no room is counted, and told of before the next block.
 */
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <linux/stacktrace.h>
#include <linux/ktime.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "internal.h"

/* Give up tracing. Context: any; the reader ends the session. */
void skbtrace_die(struct skbtrace_run *run, const char *why)
{
	int cpu;

	cmpxchg(&run->dead, NULL, why);
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu_ptr(run->cpu, cpu)->gate.ctx_mask, 0);
}

/* Context: skbtrace_lock. Probes on any CPU see it at their next event. */
void skbtrace_set_contexts(struct skbtrace_run *run)
{
	bool wanted;
	int cpu;

	for_each_possible_cpu(cpu) {
		wanted = !READ_ONCE(run->dead) &&
			 cpumask_test_cpu(cpu, run->config.cpus);
		WRITE_ONCE(per_cpu_ptr(run->cpu, cpu)->gate.ctx_mask,
			   wanted ? run->config.ctx_mask : 0);
	}
}

static __always_inline void *
skbtrace_head(struct skbtrace_cpu *c, const struct skbtrace_event *ev,
	      struct skbtrace_block *b, u32 ctx, u64 key, u32 netns, u32 tgid)
{
	c->seq++;
	c->written++;
	memcpy(b, &ev->first, sizeof(ev->first));
	b->ctx = ctx;
	b->key = key;
	b->netns = netns;
	b->tgid = tgid;
	/* last, so that only @b has to be kept across the call */
	b->time = ktime_get_mono_fast_ns();
	return b;
}

/**
 * skbtrace_save_stack() - the addresses of a stack, each with its name told
 * @run: the run
 * @c: this CPU
 * @calls: the result
 * @skip: calls of the core, to be left out
 *
 * Context: gate busy.
 * Return: bytes that it takes in a block
 */
u32 skbtrace_save_stack(struct skbtrace_run *run, struct skbtrace_cpu *c,
			struct skbtrace_calls *calls, unsigned int skip)
{
	unsigned int i;

	calls->nr = stack_trace_save(calls->at, SKBTRACE_STACK_MAX, skip);
	for (i = 0; i < calls->nr; i++)
		skbtrace_name_location(c, (const void *)calls->at[i]);
	return sizeof(struct skbtrace_stack) + calls->nr * sizeof(u64);
}

/* After a block's fields. */
void skbtrace_put_stack(struct skbtrace_run *run,
			const struct skbtrace_calls *calls,
			struct skbtrace_block *b)
{
	struct skbtrace_stack *stack = (void *)b + b->len;
	unsigned int i;

	stack->depth = calls->nr;
	stack->spare = 0;
	for (i = 0; i < calls->nr; i++)
		stack->at[i] = skbtrace_location_id(&run->pub,
						    (void *)calls->at[i]);
	b->len += struct_size(stack, at, calls->nr);
	b->flags |= SKBTRACE_BLOCK_STACK;
}

/*
 * All that can be in the way. Names come first and the time last: whoever sees
 * that a name has been told on another CPU then has the later time. Context:
 * the gate is busy. Return: the block, or %NULL: lost
 */
static __always_inline void *
skbtrace_open_busy(struct skbtrace_run *run, struct skbtrace_cpu *c,
		   const struct skbtrace_event *ev,
		   const struct skbtrace_call *call, unsigned int skip)
{
	struct skbtrace_calls calls __uninitialized;
	struct skbtrace_block *b;
	u32 tgid = 0, more = 0;
	u64 key = call->key;

	if (call->sk)
		key = skbtrace_name_if_new(run, c, ev->names, call->sk,
					   call->netns);
	if (call->location)
		skbtrace_name_location(c, call->location);
	if (call->ctx == SKBTRACE_CTX_TASK) {
		tgid = current->tgid;
		if (c->tasks[tgid % SKBTRACE_NR_TASKS] != tgid)
			skbtrace_name_task(c, tgid, current);
	}
	if (run->pub.slot[ev->slot].stack)
		more = skbtrace_save_stack(run, c, &calls, skip);

	b = skbtrace_room(c, ev->len + more, ev->important);
	if (b) {
		skbtrace_head(c, ev, b, call->ctx, key, call->netns, tgid);
		if (more)
			skbtrace_put_stack(run, &calls, b);
		return b;
	}
	skbtrace_lose(c, ev);
	return NULL;
}

/*
 * So that all others need not look whether a block is staged, the gate is told
 * that interrupts had been off.
 */
static __always_inline void skbtrace_gate_stage(struct skbtrace_cpu *c, u8 how)
{
	local_save_flags(c->gate.irqflags);
	c->gate.staged = how;
}

/*
 * What becomes of an event depends on fields that are not there yet: they are
 * filled in aside, and skbtrace_decide() does.
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
	/* some probes go on from the time of the event before */
	c->stage.held = READ_ONCE(slot->held);
	if (c->stage.held || ev->states)
		b->time = ktime_get_mono_fast_ns();
	return b;
}

static noinline void *
skbtrace_open_slow(struct skbtrace_run *run, const struct skbtrace_event *ev,
		   u64 key, u32 netns, struct sock *sk, const void *location,
		   u32 ctx)
{
	const struct skbtrace_call call = { key, sk, location, netns, ctx };
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
		return skbtrace_stage(c, slot, ev, &call);
	b = skbtrace_open_busy(run, c, ev, &call, 3);
	if (!b)
		skbtrace_commit(&run->pub);
	return b;
}

/* What its conditions say: to be written, maybe after what it fires. */
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
 * skbtrace_decide() - what becomes of the staged block
 * @run: the run
 * @c: this CPU
 *
 * Context: as skbtrace_commit().
 */
void skbtrace_decide(struct skbtrace_run *run, struct skbtrace_cpu *c)
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

/* Nothing is to be decided: the block is made in the log. */
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
	b->tgid = ctx == SKBTRACE_CTX_TASK ? current->tgid : 0;
	b->time = ktime_get_mono_fast_ns();
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

/* The rest of skbtrace_open() and others, apart, so that these save nothing. */
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

/*
 * The same when nothing is in the way; else nothing has happened yet. It calls
 * nothing that registers would have to be saved for, but for the clock. @conn,
 * and @sk and @location when they are not used, are constants of the callers.
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

	if (unlikely(READ_ONCE(s->special)))
		goto special;
	local_irq_save(flags);
	c = this_cpu_ptr(run->cpu);
	if (unlikely(c->gate.busy))
		goto slow;
	if (conn && unlikely(!key ||
			     !skbtrace_names_has(&run->known, key, c->epoch)))
		goto slow;
	if (location && unlikely(!skbtrace_symbol_told(&c->symbols, location)))
		goto slow;
	if (ctx == SKBTRACE_CTX_TASK) {
		tgid = current->tgid;
		if (unlikely(c->tasks[tgid % SKBTRACE_NR_TASKS] != tgid))
			goto slow;
	}
	end = c->ring.off + ev->len;
	if (unlikely(end > c->ring.limit))
		goto slow;
	b = c->ring.cur + c->ring.off;
	c->ring.off = end;
	c->gate.asked++;
	c->gate.busy = true;
	c->gate.irqflags = flags;
	return skbtrace_head(c, ev, b, ctx, key, netns, tgid);
slow:
	local_irq_restore(flags);
special:
	if (conn)
		return skbtrace_rare_sk(s, ev, sk, ctx);
	if (location)
		return skbtrace_rare_at(s, ev, key, netns, location, ctx);
	return skbtrace_rare(s, ev, key, netns, ctx);
}

/**
 * skbtrace_open() - skbtrace_begin() in a context that is wanted
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
	return __skbtrace_open(s, ev, key, netns, false, NULL, NULL, ctx);
}
EXPORT_SYMBOL_GPL(skbtrace_open);

/**
 * skbtrace_open_at() - skbtrace_begin_at() in a context that is wanted
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
	return __skbtrace_open(s, ev, key, netns, false, NULL, location, ctx);
}
EXPORT_SYMBOL_GPL(skbtrace_open_at);

/**
 * skbtrace_open_sk() - skbtrace_begin_sk() in a context that is wanted
 * @s: session
 * @ev: event, with @names set
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
	return __skbtrace_open(s, ev, atomic64_read(&sk->sk_cookie),
			       sock_net(sk)->ns.inum, true, sk, NULL, ctx);
}
EXPORT_SYMBOL_GPL(skbtrace_open_sk);

/**
 * skbtrace_make_cookie() - the rest of skbtrace_cookie(): there is none yet
 * @sk: a socket or a minisocket
 *
 * Context: probe.
 * Return: the cookie, never 0
 */
u64 skbtrace_make_cookie(struct sock *sk)
{
	u32 halves[2];

	sock_diag_save_cookie(sk, halves);
	return halves[0] | (u64)halves[1] << 32;
}
EXPORT_SYMBOL_GPL(skbtrace_make_cookie);

/**
 * skbtrace_location_id() - name of a code address that does not tell it
 * @s: session
 * @location: address
 *
 * Context: probe, between skbtrace_begin_at() and skbtrace_commit().
 * Return: the id
 */
u64 skbtrace_location_id(const struct skbtrace_session *s, const void *location)
{
	const struct skbtrace_run *run;

	run = container_of(s, struct skbtrace_run, pub);
	return skbtrace_symbol_id(&this_cpu_ptr(run->cpu)->symbols,
				  &run->location_key, location);
}
EXPORT_SYMBOL_GPL(skbtrace_location_id);
