// SPDX-License-Identifier: GPL-2.0
/*
 * Holds events back until a primary fires: the memory, and adding a block.
 *
 * A chain of the log (hold_log.h) has the events of one kind of one connection,
 * or flow of packets. history.c writes them.
 *
 * Context unless stated otherwise: probe, the gate of this CPU is busy.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/vmalloc.h>
#include <net/sock.h>
#include "after.h"
#include "error.h"
#include "flow.h"
#include "history.h"
#include "hold.h"
#include "naming.h"
#include "netns.h"
#include "payload.h"
#include "stack.h"

#define SKBTRACE_HOLD_DEFAULT	(16ULL << 20)	/* bytes of all CPUs */
#define SKBTRACE_HOLD_MIN	(64U << 10)	/* bytes of a log */
#define SKBTRACE_HOLD_SHARE	16		/* limit: 1/16 of all memory */

/* Memory of all runs, so that tests can detect leaks */
static atomic64_t skbtrace_hold_memory;

u64 skbtrace_hold_bytes(void)
{
	return atomic64_read(&skbtrace_hold_memory);
}

/* --- memory. Context: skbtrace_lock */

/* Bytes that a session may hold back at most. */
u64 skbtrace_hold_cap(void)
{
	return ((u64)totalram_pages() << PAGE_SHIFT) / SKBTRACE_HOLD_SHARE;
}

static u64 skbtrace_hold_min(void)
{
	return (u64)num_online_cpus() * SKBTRACE_HOLD_MIN;
}

u64 skbtrace_hold_default(void)
{
	u64 bytes = max(SKBTRACE_HOLD_DEFAULT, skbtrace_hold_min());

	return min(bytes, skbtrace_hold_cap());
}

/**
 * skbtrace_check_hold() - is this size of the logs allowed?
 * @bytes: of all CPUs
 *
 * Return: 0, -EINVAL: too little; -ENOMEM: too much; told in "error"
 */
int skbtrace_check_hold(u64 bytes)
	__must_hold(&skbtrace_lock)
{
	u64 cap = skbtrace_hold_cap();

	lockdep_assert_held(&skbtrace_lock);
	if (bytes > cap)
		return skbtrace_err(-ENOMEM, "%llu bytes; at most %llu, a %uth of all memory, can be held back",
				    bytes, cap, SKBTRACE_HOLD_SHARE);
	if (bytes && bytes < skbtrace_hold_min())
		return skbtrace_err(-EINVAL, "%llu bytes; 0 is none, %u for each of %u CPUs is the least",
				    bytes, SKBTRACE_HOLD_MIN,
				    num_online_cpus());
	return 0;
}

static void *skbtrace_hold_alloc(size_t bytes)
{
	void *p = vzalloc(bytes);

	if (p)
		atomic64_add(bytes, &skbtrace_hold_memory);
	return p;
}

static void skbtrace_hold_release(void *p, size_t bytes)
{
	if (!p)
		return;
	vfree(p);
	atomic64_sub(bytes, &skbtrace_hold_memory);
}

/* No probe can run any more. */
void skbtrace_hold_free(struct skbtrace_run *run)
{
	struct skbtrace_hold *h = &run->hold;
	int cpu;

	for (cpu = 0; h->log && cpu < nr_cpu_ids; cpu++) {
		skbtrace_hold_release(h->log[cpu].base, h->size);
		if (cpu_possible(cpu))
			per_cpu_ptr(run->cpu, cpu)->log = NULL;
	}
	kfree(h->log);
	skbtrace_hold_release(h->word, SKBTRACE_HOLD_WORDS * sizeof(u64));
	skbtrace_hold_release(run->after, SKBTRACE_NR_AFTER *
			      sizeof(*run->after));
	free_percpu(run->found);
	memset(h, 0, sizeof(*h));
	run->after = NULL;
	run->found = NULL;
}

static bool skbtrace_hold_logs(struct skbtrace_run *run)
{
	struct skbtrace_hold *h = &run->hold;
	int cpu;

	for_each_online_cpu(cpu) {
		h->log[cpu].base = skbtrace_hold_alloc(h->size);
		if (!h->log[cpu].base)
			return false;
		/* so that no reference is 0 */
		h->log[cpu].head = h->size;
		h->log[cpu].mask = h->size - 1;
		per_cpu_ptr(run->cpu, cpu)->log = &h->log[cpu];
	}
	return true;
}

/**
 * skbtrace_hold_make() - allocate the logs, unless that has been done
 * @run: the run
 *
 * They live as long as the run. CPUs that come up later have no log: events
 * that would be held back there are dropped.
 *
 * Return: 0, or -EINVAL or -ENOMEM, told in "error"
 */
int skbtrace_hold_make(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_hold *h = &run->hold;
	u64 size = div_u64(run->config.hold, num_online_cpus());

	lockdep_assert_held(&skbtrace_lock);
	if (h->size)
		return 0;
	if (nr_cpu_ids > SKBTRACE_REF_CPUS)
		return skbtrace_err(-EINVAL, "primary=: events can't be held back on more than %u CPUs",
				    SKBTRACE_REF_CPUS);
	if (!run->config.hold)
		return skbtrace_err(-EINVAL, "primary=: the file \"hold\" says 0 bytes; 16777216 is the default");
	h->size = rounddown_pow_of_two(max_t(u64, size, SKBTRACE_HOLD_MIN));
	h->secret = get_random_u64() & ~7ULL;
	h->log = kcalloc(nr_cpu_ids, sizeof(*h->log), GFP_KERNEL);
	h->nr_logs = nr_cpu_ids;
	h->word = skbtrace_hold_alloc(SKBTRACE_HOLD_WORDS * sizeof(u64));
	run->after = skbtrace_hold_alloc(SKBTRACE_NR_AFTER *
					 sizeof(*run->after));
	run->found = alloc_percpu(struct skbtrace_history_list);
	if (h->log && h->word && run->after && run->found &&
	    skbtrace_hold_logs(run))
		return 0;
	skbtrace_hold_free(run);
	return skbtrace_err(-ENOMEM, "no memory to hold %llu bytes back",
			    run->config.hold);
}

/* --- key of a block */

/* The cookie of the connection; 0: not known */
u64 skbtrace_stage_conn(const struct skbtrace_stage *stage)
{
	const struct skbtrace_event *ev = stage->ev;

	if (stage->call.sk)
		return skbtrace_cookie(stage->call.sk);
	if (ev->kind == SKBTRACE_CONN)
		return stage->call.key;
	return ev->sk_off ? *(const u64 *)(stage->block + ev->sk_off) : 0;
}

/* The hash of the flow; 0: not known */
u64 skbtrace_stage_flow(const struct skbtrace_stage *stage, u64 secret)
{
	struct skbtrace_tuple t __aligned(8);

	if (stage->ev->flow_off)
		return skbtrace_flow((const struct skbtrace_tuple *)
				     (stage->block + stage->ev->flow_off),
				     secret);
	if (!stage->call.sk)
		return 0;
	skbtrace_sock_tuple(stage->call.sk, &t);
	return skbtrace_flow(&t, secret);
}

/* --- a block */

static void skbtrace_stage_head(const struct skbtrace_run *run,
				struct skbtrace_stage *stage, u64 key)
{
	struct skbtrace_block *b = (struct skbtrace_block *)stage->block;

	memcpy(b, &stage->ev->first, sizeof(stage->ev->first));
	b->ctx = stage->call.ctx;
	b->key = key;
	b->netns = stage->call.netns;
	b->tgid = stage->call.ctx == SKBTRACE_CTX_TASK ?
		  skbtrace_seen_tgid(&run->pub) : 0;
}

/* Name the functions of the stack now: later that is not possible. */
static noinline void skbtrace_stage_stack(struct skbtrace_run *run,
					  struct skbtrace_cpu *c)
{
	struct skbtrace_calls calls;

	skbtrace_save_stack(run, c, &calls, 3);
	skbtrace_put_stack(run, &calls,
			   (struct skbtrace_block *)c->stage.block);
}

/* Copy the first bytes of the packet now: later it is gone, or another. */
static noinline void skbtrace_stage_payload(const struct skbtrace_run *run,
					    struct skbtrace_stage *stage)
{
	u32 n = skbtrace_payload_len(run, stage->ev, &stage->call);

	if (n)
		skbtrace_put_payload(&stage->call, n,
				     (struct skbtrace_block *)stage->block);
}

/**
 * skbtrace_hold_back() - add the staged block to the log
 * @run: the run
 * @c: this CPU
 *
 * Return: false if it must be written at once: after=
 */
bool skbtrace_hold_back(struct skbtrace_run *run, struct skbtrace_cpu *c)
{
	struct skbtrace_stage *stage = &c->stage;
	const struct skbtrace_event *ev = stage->ev;
	const struct skbtrace_block *b = (void *)stage->block;
	bool conn = ev->kind == SKBTRACE_CONN;
	u64 who = conn ? skbtrace_stage_conn(stage) :
			 skbtrace_stage_flow(stage, run->hold.secret);

	smp_rmb();	/* pairs with skbtrace_set_slot() */
	if (unlikely(READ_ONCE(run->after_until) >= b->time) &&
	    skbtrace_is_after(run, who, ev->slot, b->time))
		return false;
	c->held++;
	if (unlikely(!who || !c->log))
		return true;
	skbtrace_stage_head(run, stage, conn ? who : stage->call.key);
	if (unlikely(stage->call.sk && run->watch[ev->slot].packets))
		skbtrace_name_if_new(run, c, ev->named_by, stage->call.sk,
				     stage->call.netns);
	if (unlikely(run->pub.slot[ev->slot].stack))
		skbtrace_stage_stack(run, c);
	if (unlikely(stage->call.skb))
		skbtrace_stage_payload(run, stage);
	skbtrace_hold_put(&run->hold, c->cpu, ev->slot, who,
			  (u64)(unsigned long)stage->call.location, b, b->len);
	return true;
}

/* A block that was reserved in the log is complete. */
void skbtrace_hold_commit(struct skbtrace_run *run, struct skbtrace_cpu *c)
{
	const struct skbtrace_event *ev = c->stage.ev;
	struct skbtrace_held *e = c->stage.entry;
	const struct skbtrace_block *b = (const struct skbtrace_block *)(e + 1);
	u64 who = b->key;

	c->held++;
	if (ev->kind != SKBTRACE_CONN)
		who = skbtrace_flow((const void *)b + ev->flow_off,
				    run->hold.secret);
	skbtrace_hold_link(&run->hold, c->cpu, e, c->stage.pos,
			   ev->slot, who);
	c->gate.staged = 0;
	c->gate.busy = false;
	local_irq_restore(c->stage.irqflags);
}
