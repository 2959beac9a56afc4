// SPDX-License-Identifier: GPL-2.0
/*
 * Setting the filters of a run.
 *
 * Probes see one immutable object with all filters. A change publishes a new
 * object under RCU, and waits until no probe uses the old one: each event is
 * checked by the old or by the new filters, never by a mixture, and no probe
 * waits. Programs and the cgroup are moved from one object to the next.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "error.h"
#include "filter.h"
#include "slot.h"

static const struct skbtrace_filters skbtrace_no_filters;

/* The filters that are set; if none, an empty object. */
const struct skbtrace_filters *
skbtrace_filter_get(const struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	return skbtrace_filters_locked(&run->pub) ?: &skbtrace_no_filters;
}

static u8 skbtrace_filter_checks(const struct skbtrace_filters *j)
{
	u8 checks = 0;

	if (j->netns || j->ifindex || j->tgid || j->mark_mask || j->cgroup)
		checks |= SKBTRACE_CHECK_SCOPE;
	if (j->prog[SKBTRACE_BY_CONN])
		checks |= SKBTRACE_CHECK_CONN;
	if (j->prog[SKBTRACE_BY_PACKET])
		checks |= SKBTRACE_CHECK_PACKET;
	return checks;
}

/* Wait for running probes, which have preemption off. */
static void skbtrace_wait_probes(const struct skbtrace_run *run)
{
	if (run->state == SKBTRACE_TRACING)
		synchronize_rcu();
}

/* @want takes the place of what probes see. What it lacks is the caller's. */
int skbtrace_filter_set(struct skbtrace_run *run,
			const struct skbtrace_filters *want)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_filters *new = NULL, *old;
	u8 checks = skbtrace_filter_checks(want);

	lockdep_assert_held(&skbtrace_lock);
	if (checks) {
		new = kmemdup(want, sizeof(*want), GFP_KERNEL);
		if (!new)
			return skbtrace_err(-ENOMEM, "no memory");
		new->checks = checks;
	}
	/*
	 * @checks and @filters must be of the same generation. So first set all
	 * checks; one without a filter passes. Verdicts of the old filter must
	 * not be used beside the new one: remove them first.
	 */
	WRITE_ONCE(run->pub.checks, U8_MAX);
	RCU_INIT_POINTER(run->pub.verdicts, NULL);
	RCU_INIT_POINTER(run->pub.direct, NULL);
	skbtrace_wait_probes(run);
	old = rcu_replace_pointer(run->pub.filters, new,
				  lockdep_is_held(&skbtrace_lock));
	skbtrace_wait_probes(run);
	skbtrace_set_special(run);
	kfree(old);
	return 0;
}

/**
 * skbtrace_filter_set_prog() - set a filter, or clear it
 * @run: the run
 * @target: which
 * @p: program that was written; freed if it is refused; %NULL: none
 *
 * Context: skbtrace_lock.
 * Return: 0 or a negative errno, told in "error", nothing changed then
 */
int skbtrace_filter_set_prog(struct skbtrace_run *run,
			     enum skbtrace_target target,
			     struct skbtrace_prog *p)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_filters want = *skbtrace_filter_get(run);
	struct skbtrace_prog *old = want.prog[target];
	int err = p ? skbtrace_prog_make(p, target) : 0;

	lockdep_assert_held(&skbtrace_lock);
	want.prog[target] = p;
	if (!err)
		err = skbtrace_filter_set(run, &want);
	skbtrace_prog_free(err ? p : old);
	return err;
}
