// SPDX-License-Identifier: GPL-2.0
/*
 * Marks that are on their way, and the histograms of their stages: memory,
 * and what is rare.
 */
#include <linux/cpu.h>
#include <linux/skbtrace_marks.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>
#include "error.h"
#include "keyed.h"
#include "marks.h"
#include "tables.h"

#define SKBTRACE_NR_MARKS	65536U	/* a power of two; 2 MiB */

static void skbtrace_stages_free(struct skbtrace_stages * __percpu *stages)
{
	int cpu;

	if (!stages)
		return;
	for_each_possible_cpu(cpu)
		vfree(*per_cpu_ptr(stages, cpu));
	free_percpu(stages);
}

/* Each on its own node: nobody else writes there. */
static struct skbtrace_stages * __percpu *skbtrace_stages_new(void)
{
	struct skbtrace_stages * __percpu *stages;
	struct skbtrace_stages *one;
	int cpu;

	stages = alloc_percpu(struct skbtrace_stages *);
	if (!stages)
		return NULL;
	for_each_possible_cpu(cpu) {
		one = vzalloc_node(sizeof(*one), cpu_to_node(cpu));
		if (!one) {
			skbtrace_stages_free(stages);
			return NULL;
		}
		*per_cpu_ptr(stages, cpu) = one;
	}
	return stages;
}

/* What skbtrace_marks_make() takes. */
u64 skbtrace_marks_bytes(void)
{
	return SKBTRACE_NR_MARKS * sizeof(struct skbtrace_mark) +
	       num_possible_cpus() * sizeof(struct skbtrace_stages);
}

/**
 * skbtrace_marks_make() - see that marks can be followed
 * @run: run
 *
 * Lives as long as the run. Context: skbtrace_lock.
 * Return: 0, or -ENOMEM, told in "error"
 */
int skbtrace_marks_make(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_marks *m = &run->pub.marks;
	struct skbtrace_mark *tab;

	lockdep_assert_held(&skbtrace_lock);
	if (m->tab)
		return 0;
	if (!m->stages)
		m->stages = skbtrace_stages_new();
	tab = vzalloc(array_size(SKBTRACE_NR_MARKS, sizeof(*tab)));
	if (!m->stages || !tab) {
		vfree(tab);
		return skbtrace_err(-ENOMEM, "no memory for marks");
	}
	skbtrace_tables_charge(run, skbtrace_marks_bytes());
	m->mask = SKBTRACE_NR_MARKS - SKBTRACE_MARK_WAYS;
	/* seen by probes that are attached, or told to follow, after this */
	smp_store_release(&m->tab, tab);
	return 0;
}

/* No probe can run any more. */
void skbtrace_marks_free(struct skbtrace_run *run)
{
	vfree(run->pub.marks.tab);
	skbtrace_stages_free(run->pub.marks.stages);
	skbtrace_keyed_free(run);
}

static void skbtrace_stages_clear_of(const struct skbtrace_marks *m, int cpu)
{
	memset(*per_cpu_ptr(m->stages, cpu), 0, sizeof(struct skbtrace_stages));
	if (m->keyed)
		skbtrace_keyed_clear(m->keyed, cpu);
}

/* On the CPU itself, so that no probe on it is half way through a count. */
static void skbtrace_stages_clear(void *marks)
{
	skbtrace_stages_clear_of(marks, smp_processor_id());
}

/**
 * skbtrace_marks_reset() - all histograms begin anew
 * @run: run
 *
 * Context: skbtrace_lock.
 */
void skbtrace_marks_reset(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_marks *m = &run->pub.marks;
	int cpu;

	lockdep_assert_held(&skbtrace_lock);
	if (!m->stages)
		return;
	cpus_read_lock();
	for_each_possible_cpu(cpu)
		if (!cpu_online(cpu))
			skbtrace_stages_clear_of(m, cpu);
	on_each_cpu(skbtrace_stages_clear, m, true);
	cpus_read_unlock();
}

/**
 * skbtrace_mark_make() - a mark is on its way from now on
 * @m: marks
 * @key: its key, which is not on its way yet
 * @now: CLOCK_MONOTONIC, nanoseconds
 *
 * If there is no room the one goes that has not moved for the longest time.
 * Context: probe.
 * Return: the mark, to be filled in, all but its key, and given back by
 * skbtrace_mark_put(); or %NULL
 */
struct skbtrace_mark *skbtrace_mark_make(const struct skbtrace_marks *m,
					 u64 key, u64 now)
{
	struct skbtrace_mark *home = skbtrace_mark_home(m, key), *old = NULL;
	u64 is, age, old_key = 0, old_age = 0;
	int i;

	for (i = 0; i < SKBTRACE_MARK_WAYS; i++) {
		is = READ_ONCE(home[i].key);
		if (!is && skbtrace_mark_try(&home[i], 0, key))
			return &home[i];
		if (!is || is & SKBTRACE_MARK_TAKEN)
			continue;
		/* a guess only: it may be moving */
		age = data_race(skbtrace_mark_age(&home[i], now));
		if (age < old_age)
			continue;
		old = &home[i];
		old_key = is;
		old_age = age;
	}
	if (!old || !skbtrace_mark_try(old, old_key, key)) {
		skbtrace_missed(m, SKBTRACE_MISSED_BUSY);
		return NULL;
	}
	if (old_age < SKBTRACE_MARK_OLD_NS)
		skbtrace_missed(m, SKBTRACE_MISSED_EVICTED);
	return old;
}
EXPORT_SYMBOL_GPL(skbtrace_mark_make);
