// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps the probes of a run to their share of the CPUs' time: interval by
 * interval, what they took decides what is recorded next. Each change is told
 * by a SHED block on every CPU.
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/smp.h>
#include <linux/workqueue.h>
#include "govern.h"
#include "reserve.h"
#include "slot.h"

#define SKBTRACE_INTERVAL_MS	100
/* An interval with fewer measured calls goes on, but not for longer */
#define SKBTRACE_MEASURED_MIN	8
#define SKBTRACE_INTERVAL_NS	(10ULL * SKBTRACE_INTERVAL_MS * NSEC_PER_MSEC)

/* All that probes have taken, and how many calls were measured */
static void skbtrace_govern_sum(const struct skbtrace_run *run, u64 *cost,
				u64 *measured)
{
	const struct skbtrace_meter *m;
	int cpu;

	*cost = 0;
	*measured = 0;
	for_each_possible_cpu(cpu) {
		m = &per_cpu_ptr(run->cpu, cpu)->gate.meter;
		*cost += READ_ONCE(m->cost_ns);
		*measured += READ_ONCE(m->measured);
	}
}

/* Context: the CPU itself, interrupts off: so no block is open. */
static void skbtrace_govern_tell(void *arg)
{
	struct skbtrace_run *run = arg;

	skbtrace_tell_shed(this_cpu_ptr(run->cpu));
}

/*
 * From now on what @govern.state says is recorded. A CPU that is offline, or
 * whose buffer is full, tells it when it begins its next sub-buffer.
 */
static void skbtrace_govern_change(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_shed_state *st = &run->govern.state;
	struct skbtrace_told *told = &run->govern.told;

	lockdep_assert_held(&skbtrace_lock);
	WRITE_ONCE(told->since, skbtrace_now());
	WRITE_ONCE(told->was, told->factor);
	WRITE_ONCE(told->factor, skbtrace_shed_factor(st));
	WRITE_ONCE(told->share, st->share);
	WRITE_ONCE(told->limit, run->config.max_cost);
	WRITE_ONCE(run->pub.shed, skbtrace_shed_value(st));
	skbtrace_set_special(run);
	/* pairs with skbtrace_write_shed() */
	smp_store_release(&told->nr, told->nr + 1);
	on_each_cpu(skbtrace_govern_tell, run, 1);
}

/**
 * skbtrace_govern_interval() - an interval is over
 * @run: tracing
 * @cost: what probes took in it, nanoseconds
 * @time: how long it was, times the number of CPUs
 *
 * Context: skbtrace_lock.
 */
void skbtrace_govern_interval(struct skbtrace_run *run, u64 cost, u64 time)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	if (skbtrace_shed_step(&run->govern.state, run->config.max_cost, cost,
			       time))
		skbtrace_govern_change(run);
}

static void skbtrace_govern_look(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_govern *g = &run->govern;
	u64 now = ktime_get_ns(), time = now - g->since, cost, measured;

	lockdep_assert_held(&skbtrace_lock);
	skbtrace_govern_sum(run, &cost, &measured);
	if (!time || (measured - g->measured < SKBTRACE_MEASURED_MIN &&
		      time < SKBTRACE_INTERVAL_NS))
		return;
	skbtrace_govern_interval(run, cost - g->cost,
				 time * num_online_cpus());
	g->since = now;
	g->cost = cost;
	g->measured = measured;
}

/*
 * skbtrace_govern_stop() waits for this with the lock held: so it is not waited
 * for here. Who has it changes settings, and the interval is longer by one.
 */
static void skbtrace_govern_work(struct work_struct *work)
{
	struct skbtrace_run *run = container_of(to_delayed_work(work),
						struct skbtrace_run,
						govern.work);

	if (mutex_trylock(&skbtrace_lock)) {
		if (run->govern.on)
			skbtrace_govern_look(run);
		mutex_unlock(&skbtrace_lock);
	}
	if (READ_ONCE(run->govern.on))
		schedule_delayed_work(&run->govern.work,
				      msecs_to_jiffies(SKBTRACE_INTERVAL_MS));
}

static void skbtrace_govern_begin(struct skbtrace_run *run)
{
	struct skbtrace_govern *g = &run->govern;

	skbtrace_govern_sum(run, &g->cost, &g->measured);
	g->since = ktime_get_ns();
	WRITE_ONCE(g->on, true);
	schedule_delayed_work(&g->work, msecs_to_jiffies(SKBTRACE_INTERVAL_MS));
}

/**
 * skbtrace_govern_start() - tracing begins
 * @run: its settings final, no probe attached yet
 *
 * Probes are measured if there is a limit. Context: skbtrace_lock.
 */
void skbtrace_govern_start(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_govern *g = &run->govern;

	lockdep_assert_held(&skbtrace_lock);
	g->metered = run->config.max_cost;
	if (!g->metered)
		return;
	INIT_DELAYED_WORK(&g->work, skbtrace_govern_work);
	skbtrace_govern_begin(run);
}

/* Tracing ends. */
void skbtrace_govern_stop(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	if (!run->govern.metered)
		return;
	WRITE_ONCE(run->govern.on, false);
	cancel_delayed_work_sync(&run->govern.work);
}

/**
 * skbtrace_govern_set() - config.max_cost has changed while tracing
 * @run: tracing, its probes measured
 *
 * Without a limit all is recorded again. Context: skbtrace_lock.
 */
void skbtrace_govern_set(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_govern *g = &run->govern;

	lockdep_assert_held(&skbtrace_lock);
	if (run->config.max_cost) {
		if (!g->on)
			skbtrace_govern_begin(run);
		return;
	}
	WRITE_ONCE(g->on, false);
	skbtrace_shed_init(&g->state);
	if (g->told.factor != 1)
		skbtrace_govern_change(run);
}
