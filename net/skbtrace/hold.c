// SPDX-License-Identifier: GPL-2.0
/*
 * Triggers: what is held back, and what is written of it when a primary fires.
 *
 * A chain of the log (hold.h) holds the events of one kind of one connection,
 * or flow of packets. A primary walks the chains of those that wait for it,
 * sorts what it finds by time, and writes it to the buffer of its own CPU
 * before itself. What has been overwritten by then is told of and counted.
 *
 * Context, if nothing else is said: probe, the gate of this CPU is busy.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sort.h>
#include <linux/ktime.h>
#include <linux/vmalloc.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "flow.h"
#include "internal.h"

#define SKBTRACE_HOLD_MIN	(64U << 10)	/* bytes of a log */
#define SKBTRACE_HOLD_SHARE	16		/* cap, of all memory */
#define SKBTRACE_HISTORY_MAX	512		/* blocks before a primary */
#define SKBTRACE_NR_AFTER	4096U
#define SKBTRACE_AFTER_WAYS	4

/**
 * struct skbtrace_after - after=: a connection that goes on being written
 * @who: key and event, 0: nobody
 * @until: not after this time
 * @left: so many events
 */
struct skbtrace_after {
	u64		who;
	u64		until;
	atomic_t	left;
};

/**
 * struct skbtrace_history_list - what a primary has found
 * @steps: looks at entries
 * @nr: entries of @found
 * @missed: there have been more
 * @found: entries
 */
struct skbtrace_history_list {
	unsigned int	steps;
	unsigned int	nr;
	bool		missed;
	struct skbtrace_found {
		const struct skbtrace_event *ev;
		u64	time;
		u64	ref;
		u64	at;
		u32	len;
		u32	tgid;
	} found[SKBTRACE_HISTORY_MAX];
};

/* Memory of all runs, so that tests can see that none is left */
static atomic64_t skbtrace_hold_memory;

u64 skbtrace_hold_bytes(void)
{
	return atomic64_read(&skbtrace_hold_memory);
}

/* --- memory. Context: skbtrace_lock */

static u64 skbtrace_hold_cap(void)
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
 * skbtrace_check_hold() - may so much be held back?
 * @bytes: of all CPUs
 *
 * Return: 0, -EINVAL: too little; -ENOMEM: too much; told in "error"
 */
int skbtrace_check_hold(u64 bytes)
{
	u64 cap = skbtrace_hold_cap();

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
 * skbtrace_hold_make() - see that there is memory for what is held back
 * @run: the run
 *
 * Lives as long as the run. Processors that come up later have none: what they
 * would hold back is dropped.
 *
 * Return: 0, or -EINVAL or -ENOMEM, told in "error"
 */
int skbtrace_hold_make(struct skbtrace_run *run)
{
	struct skbtrace_hold *h = &run->hold;
	u64 size = div_u64(run->config.hold, num_online_cpus());

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

/* --- who it is about */

static u64 skbtrace_stage_conn(const struct skbtrace_stage *stage)
{
	const struct skbtrace_event *ev = stage->ev;

	if (stage->call.sk)
		return skbtrace_cookie(stage->call.sk);
	if (ev->kind == SKBTRACE_CONN)
		return stage->call.key;
	return ev->sk_off ? *(const u64 *)(stage->block + ev->sk_off) : 0;
}

static u64 skbtrace_stage_flow(const struct skbtrace_stage *stage, u64 secret)
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

/* --- after= */

static u64 skbtrace_after_who(u64 key, u32 slot)
{
	return (key ^ (u64)slot << 56) * SKBTRACE_HOLD_MIX | 1;
}

/* One CPU may take the place that another one has just taken: it is lost. */
static void skbtrace_after_begin(struct skbtrace_run *run, u64 key, u32 slot,
				 const struct skbtrace_span *span, u64 now)
{
	u64 who = skbtrace_after_who(key, slot);
	u64 until = span->ns ? now + span->ns : U64_MAX;
	struct skbtrace_after *e, *use = NULL;
	u32 home = who >> 40, i;

	for (i = 0; i < SKBTRACE_AFTER_WAYS; i++) {
		e = &run->after[(home ^ i) % SKBTRACE_NR_AFTER];
		if (READ_ONCE(e->who) == who) {
			use = e;
			break;
		}
		if (!use && (READ_ONCE(e->until) < now ||
			     atomic_read(&e->left) <= 0))
			use = e;
	}
	if (!use)
		use = &run->after[home % SKBTRACE_NR_AFTER];
	WRITE_ONCE(use->who, 0);
	WRITE_ONCE(use->until, until);
	atomic_set(&use->left, min_t(u32, span->nr, INT_MAX));
	/* pairs with skbtrace_is_after() */
	smp_store_release(&use->who, who);
	if (READ_ONCE(run->after_until) < until)
		WRITE_ONCE(run->after_until, until);
}

static noinline bool skbtrace_is_after(struct skbtrace_run *run, u64 key,
				       u32 slot, u64 now)
{
	u64 who = skbtrace_after_who(key, slot);
	struct skbtrace_after *e;
	u32 home = who >> 40, i;

	for (i = 0; i < SKBTRACE_AFTER_WAYS; i++) {
		e = &run->after[(home ^ i) % SKBTRACE_NR_AFTER];
		/* pairs with skbtrace_after_begin() */
		if (smp_load_acquire(&e->who) != who)
			continue;
		return READ_ONCE(e->until) >= now &&
		       atomic_dec_if_positive(&e->left) >= 0;
	}
	return false;
}

/* --- a secondary */

static void skbtrace_stage_head(struct skbtrace_stage *stage, u64 key)
{
	struct skbtrace_block *b = (struct skbtrace_block *)stage->block;

	memcpy(b, &stage->ev->first, sizeof(stage->ev->first));
	b->ctx = stage->call.ctx;
	b->key = key;
	b->netns = stage->call.netns;
	b->tgid = stage->call.ctx == SKBTRACE_CTX_TASK ? current->tgid : 0;
}

/* Its names are told now: later they can't be had */
static noinline void skbtrace_stage_stack(struct skbtrace_run *run,
					  struct skbtrace_cpu *c)
{
	struct skbtrace_calls calls;

	skbtrace_save_stack(run, c, &calls, 3);
	skbtrace_put_stack(run, &calls,
			   (struct skbtrace_block *)c->stage.block);
}

/**
 * skbtrace_hold_back() - the staged block waits for a primary
 * @run: the run
 * @c: this CPU
 *
 * Return: false if it is to be written at once: after=
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
	skbtrace_stage_head(stage, conn ? who : stage->call.key);
	if (unlikely(stage->call.sk && run->watch[ev->slot].names))
		skbtrace_name_if_new(run, c, ev->names, stage->call.sk,
				     stage->call.netns);
	if (unlikely(run->pub.slot[ev->slot].stack))
		skbtrace_stage_stack(run, c);
	skbtrace_hold_put(&run->hold, c->cpu, ev->slot, who,
			  (u64)(unsigned long)stage->call.location, b, b->len);
	return true;
}

/* A block has been made in the log. */
static __always_inline void skbtrace_commit_held(struct skbtrace_run *run,
						 struct skbtrace_cpu *c)
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

/**
 * skbtrace_commit_staged() - the rest of skbtrace_commit()
 * @s: session
 *
 * Context: as skbtrace_commit().
 */
void skbtrace_commit_staged(struct skbtrace_session *s)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	struct skbtrace_cpu *c = this_cpu_ptr(run->cpu);

	if (likely(c->gate.staged == SKBTRACE_IN_LOG))
		skbtrace_commit_held(run, c);
	else
		skbtrace_decide(run, c);
}
EXPORT_SYMBOL_GPL(skbtrace_commit_staged);

/* --- a primary */

/* The entries of a chain that are wanted, newest first. */
static void skbtrace_find_chain(struct skbtrace_run *run,
				struct skbtrace_history_list *list,
				const struct skbtrace_event *ev, u64 key,
				u64 ref, u64 now)
{
	const struct skbtrace_span *before = &run->watch[ev->slot].before;
	struct skbtrace_block b;
	struct skbtrace_held held;
	u32 wanted = before->nr;

	for (; ref && wanted; ref = held.prev) {
		if (!skbtrace_hold_may_look(&list->steps) ||
		    !skbtrace_hold_look(&run->hold, ref, &held, &b,
					sizeof(b))) {
			list->missed = true;
			return;
		}
		if (held.key != key || b.event != ev->nr)
			continue;
		if (before->ns && b.time + before->ns < now)
			return;
		wanted--;
		/* written before an earlier primary */
		if (held.tag & SKBTRACE_HELD_CLAIMED)
			continue;
		if (list->nr == SKBTRACE_HISTORY_MAX) {
			list->missed = true;
			return;
		}
		list->found[list->nr++] = (struct skbtrace_found){
			.ev = ev, .time = b.time, .ref = ref, .at = held.at,
			.len = b.len, .tgid = b.tgid,
		};
	}
}

static void skbtrace_find_key(struct skbtrace_run *run,
			      struct skbtrace_history_list *list,
			      const struct skbtrace_event *ev, u64 key,
			      u64 now)
{
	u64 mix = skbtrace_hold_mix(&run->hold, key, ev->slot), ref;
	u64 *set = skbtrace_hold_set(&run->hold, mix);
	u32 i;

	for (i = 0; i < SKBTRACE_HOLD_WAYS; i++) {
		/* pairs with the exchange in skbtrace_hold_link() */
		ref = smp_load_acquire(&set[i]);
		if (skbtrace_ref_tagged(ref, mix))
			skbtrace_find_chain(run, list, ev, key, ref, now);
	}
}

static bool skbtrace_link_fires(const struct skbtrace_run *run,
				const struct skbtrace_stage *stage, u32 slot)
{
	const struct skbtrace_watch *w = &run->watch[slot];
	unsigned int i;

	for (i = 0; i < w->nr; i++)
		if (w->primary[i].slot == stage->ev->slot)
			return skbtrace_cond_true(&w->primary[i].cond,
						  stage->block);
	return false;
}

static void skbtrace_find_all(struct skbtrace_run *run,
			      const struct skbtrace_stage *stage, u64 fires,
			      struct skbtrace_history_list *list, u64 now)
{
	u64 conn = skbtrace_stage_conn(stage), key;
	u64 flow = skbtrace_stage_flow(stage, run->hold.secret);
	const struct skbtrace_event *ev;
	u32 slot;

	for (; fires; fires &= fires - 1) {
		slot = __ffs64(fires);
		ev = READ_ONCE(skbtrace_events[slot]);
		if (!ev)	/* just turned off, its module gone */
			continue;
		key = ev->kind == SKBTRACE_CONN ? conn : flow;
		if (!key)
			continue;
		skbtrace_find_key(run, list, ev, key, now);
		if (run->watch[slot].after.nr)
			skbtrace_after_begin(run, key, slot,
					     &run->watch[slot].after, now);
	}
}

static int skbtrace_cmp_found(const void *a, const void *b)
{
	const struct skbtrace_found *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->ref < y->ref ? -1 : x->ref > y->ref;
}

static void skbtrace_write_history(struct skbtrace_cpu *c,
				   const struct skbtrace_history_list *list,
				   u64 key, u64 now)
{
	const struct skbtrace_call *call = &c->stage.call;
	struct skbtrace_history *b = skbtrace_room(c, sizeof(*b), false);

	if (!b)
		return;
	*b = (struct skbtrace_history){
		.hdr.len = sizeof(*b),
		.hdr.event = SKBTRACE_HISTORY,
		.hdr.ctx = call->ctx,
		.hdr.time = now,
		.hdr.key = key,
		.hdr.netns = call->netns,
		.nr = list->nr,
		.missed = list->missed,
	};
}

/* In a new epoch names must be told again, and tasks may be gone. */
static void skbtrace_name_found(struct skbtrace_run *run,
				struct skbtrace_cpu *c,
				const struct skbtrace_found *found)
{
	const void *at = (const void *)(unsigned long)found->at;
	u32 tgid = found->tgid;

	if (at)
		skbtrace_name_location(c, at);
	if (tgid && c->tasks[tgid % SKBTRACE_NR_TASKS] != tgid) {
		rcu_read_lock();
		skbtrace_name_task(c, tgid,
				   pid_task(find_pid_ns(tgid, &init_pid_ns),
					    PIDTYPE_TGID));
		rcu_read_unlock();
	}
}

/* The block is whole, or there is none: @c->stage.block is of the primary. */
static void skbtrace_write_found(struct skbtrace_run *run,
				 struct skbtrace_cpu *c,
				 const struct skbtrace_found *found,
				 struct skbtrace_history_list *list)
{
	struct skbtrace_block *b;

	if (!skbtrace_hold_claim(&run->hold, found->ref)) {
		/* by another primary, unless it is gone */
		list->missed |= !skbtrace_hold_whole(&run->hold, found->ref);
		return;
	}
	skbtrace_name_found(run, c, found);
	b = skbtrace_room(c, found->len, false);
	if (!b) {
		c->history++;
		skbtrace_lose(c, found->ev);
		return;
	}
	if (!skbtrace_hold_copy(&run->hold, found->ref, b, found->len)) {
		c->ring.off -= found->len;
		list->missed = true;
		return;
	}
	b->flags |= SKBTRACE_BLOCK_HELD;
	c->seq++;
	c->written++;
	c->history++;
}

/**
 * skbtrace_fire() - the staged block is a primary: write what led to it
 * @run: the run
 * @c: this CPU
 *
 * Return: true if it had been waiting for itself
 */
bool skbtrace_fire(struct skbtrace_run *run, struct skbtrace_cpu *c)
{
	struct skbtrace_history_list *list = this_cpu_ptr(run->found);
	struct skbtrace_stage *stage = &c->stage;
	u64 wait = run->fires[stage->ev->slot], fires = 0;
	struct sock *sk = stage->call.sk;
	unsigned int i;
	u64 now;

	smp_rmb();	/* pairs with skbtrace_set_slot() */
	for (; wait; wait &= wait - 1)
		if (skbtrace_link_fires(run, stage, __ffs64(wait)))
			fires |= wait & -wait;
	if (!fires)
		return false;
	/* names first: blocks but held ones are in the order of time */
	if (sk)
		skbtrace_name_if_new(run, c, stage->ev->names, sk,
				     stage->call.netns);
	now = ktime_get_mono_fast_ns();
	list->steps = 0;
	list->nr = 0;
	list->missed = false;
	skbtrace_find_all(run, stage, fires, list, now);
	sort(list->found, list->nr, sizeof(*list->found), skbtrace_cmp_found,
	     NULL);
	if (list->nr || list->missed)
		skbtrace_write_history(c, list, skbtrace_stage_conn(stage),
				       now);
	for (i = 0; i < list->nr; i++)
		skbtrace_write_found(run, c, &list->found[i], list);
	stage->missed = list->missed;
	return fires & BIT_ULL(stage->ev->slot);
}
