// SPDX-License-Identifier: GPL-2.0
/*
 * A primary fires: writes the history of its connection.
 *
 * Walks the chains (hold_log.h) of the events that wait for the primary, sorts
 * the entries by time, and writes them to the buffer of this CPU, before the
 * primary. Entries that have been overwritten are counted and reported.
 *
 * Context: probe, the gate of this CPU is busy.
 */
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/sort.h>
#include "after.h"
#include "history.h"
#include "hold.h"
#include "naming.h"
#include "reserve.h"

#define SKBTRACE_FIRE_SURE	64U	/* entries, however long it takes */
#define SKBTRACE_FIRE_GRAIN	16U	/* entries between reads of the clock */

/*
 * Interrupts are off while a primary walks and writes. The time is limited by
 * the number of entries and, in case memory is slow, by the clock.
 */
static unsigned int skbtrace_fire_us = 1000;
module_param_named(fire_us, skbtrace_fire_us, uint, 0644);
MODULE_PARM_DESC(fire_us, "Microseconds that a primary may take for what was held back (default 1000); 64 events are always looked at");

/* Read the clock now and then only: that takes as long as an entry. */
static bool skbtrace_is_late(unsigned int nr, u64 until)
{
	return !(nr % SKBTRACE_FIRE_GRAIN) && skbtrace_now() >= until;
}

static bool skbtrace_may_step(struct skbtrace_history_list *list)
{
	if (list->steps >= SKBTRACE_FIRE_SURE &&
	    skbtrace_is_late(list->steps, list->walk_until))
		list->steps = SKBTRACE_HOLD_STEPS;
	return skbtrace_hold_may_step(&list->steps);
}

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
		if (!skbtrace_may_step(list) ||
		    !skbtrace_hold_read(&run->hold, ref, &held, &b,
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
		if (!ev)	/* just turned off, and its module unloaded */
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
	struct skbtrace_history *b = skbtrace_reserve(c, sizeof(*b), false);

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

/* Name what a held block refers to: the epoch may be new, the task gone. */
static void skbtrace_name_found(struct skbtrace_run *run,
				struct skbtrace_cpu *c,
				const struct skbtrace_found *found)
{
	const void *at = (const void *)(unsigned long)found->at;
	u32 tgid = found->tgid;

	if (at)
		skbtrace_name_location(c, at);
	if (tgid && c->gate.tasks[tgid % SKBTRACE_NR_TASKS] != tgid) {
		rcu_read_lock();
		skbtrace_name_task(c, tgid,
				   pid_task(find_pid_ns(tgid, &init_pid_ns),
					    PIDTYPE_TGID));
		rcu_read_unlock();
	}
}

/* Write a block, or nothing if it has been overwritten. */
static void skbtrace_write_found(struct skbtrace_run *run,
				 struct skbtrace_cpu *c,
				 const struct skbtrace_found *found,
				 struct skbtrace_history_list *list)
{
	struct skbtrace_block *b;

	if (!skbtrace_hold_claim(&run->hold, found->ref)) {
		/* written by another primary, or overwritten */
		list->missed |= !skbtrace_hold_whole(&run->hold, found->ref);
		return;
	}
	skbtrace_name_found(run, c, found);
	b = skbtrace_reserve(c, found->len, false);
	if (!b) {
		c->history++;
		skbtrace_lose(c, found->ev);
		return;
	}
	if (!skbtrace_hold_copy(&run->hold, found->ref, b, found->len)) {
		c->gate.ring.off -= found->len;
		list->missed = true;
		return;
	}
	b->flags |= SKBTRACE_BLOCK_HELD;
	c->gate.seq++;
	c->gate.written++;
	c->history++;
}

static void skbtrace_write_all(struct skbtrace_run *run, struct skbtrace_cpu *c,
			       struct skbtrace_history_list *list)
{
	unsigned int i;

	for (i = 0; i < list->nr; i++) {
		if (i + SKBTRACE_FIRE_SURE < list->nr &&
		    skbtrace_is_late(i, list->write_until)) {
			i = list->nr - SKBTRACE_FIRE_SURE;
			list->missed = true;
		}
		skbtrace_write_found(run, c, &list->found[i], list);
	}
}

/* Half of the time is for the walk, half for writing. */
static void skbtrace_list_init(struct skbtrace_history_list *list, u64 now)
{
	u64 ns = (u64)READ_ONCE(skbtrace_fire_us) * NSEC_PER_USEC;

	list->walk_until = now + ns / 2;
	list->write_until = now + ns;
	list->steps = 0;
	list->nr = 0;
	list->missed = false;
}

/**
 * skbtrace_fire() - the staged block is a primary: write its history
 * @run: the run
 * @c: this CPU
 *
 * Return: true if it is a primary of its own
 */
bool skbtrace_fire(struct skbtrace_run *run, struct skbtrace_cpu *c)
{
	struct skbtrace_history_list *list = this_cpu_ptr(run->found);
	struct skbtrace_stage *stage = &c->stage;
	u64 wait = run->fires[stage->ev->slot], fires = 0;
	struct sock *sk = stage->call.sk;
	u64 now;

	smp_rmb();	/* pairs with skbtrace_set_slot() */
	for (; wait; wait &= wait - 1)
		if (skbtrace_link_fires(run, stage, __ffs64(wait)))
			fires |= wait & -wait;
	if (!fires)
		return false;
	/* names first: all blocks but held ones are in order of time */
	if (sk)
		skbtrace_name_if_new(run, c, stage->ev->named_by, sk,
				     stage->call.netns);
	now = skbtrace_now();
	skbtrace_list_init(list, now);
	skbtrace_find_all(run, stage, fires, list, now);
	sort(list->found, list->nr, sizeof(*list->found), skbtrace_cmp_found,
	     NULL);
	if (list->nr || list->missed)
		skbtrace_write_history(c, list, skbtrace_stage_conn(stage),
				       now);
	skbtrace_write_all(run, c, list);
	stage->missed = list->missed;
	return fires & BIT_ULL(stage->ev->slot);
}
