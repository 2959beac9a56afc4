// SPDX-License-Identifier: GPL-2.0
/*
 * Checks primary= before events are enabled: each primary must be on.
 */
#include <linux/bitops.h>
#include "enable.h"
#include "error.h"
#include "watch.h"

/* Will the event be on after @change? */
static bool skbtrace_will_be_on(const struct skbtrace_run *run, u32 slot,
				const struct skbtrace_change *change)
{
	unsigned int i;

	for (i = 0; i < change->nr_off; i++)
		if (change->off[i]->slot == slot)
			return false;
	for (i = 0; i < change->nr; i++)
		if (change->spec[i].ev->slot == slot)
			return true;
	return run->state == SKBTRACE_TRACING && run->pub.slot[slot].on;
}

/* The watch of an event after @change: the last spec counts. */
static const struct skbtrace_watch *
skbtrace_next_watch(const struct skbtrace_run *run, u32 slot,
		    const struct skbtrace_change *change)
{
	unsigned int nr = change->nr;

	while (nr--)
		if (change->spec[nr].ev->slot == slot)
			return &change->spec[nr].watch;
	return &run->watch[slot];
}

static int skbtrace_check_watch(const struct skbtrace_run *run,
				const struct skbtrace_event *ev,
				const struct skbtrace_change *change)
{
	const struct skbtrace_watch *w =
		skbtrace_next_watch(run, ev->slot, change);
	const struct skbtrace_event *primary;
	unsigned int i;

	for (i = 0; i < w->nr; i++) {
		primary = skbtrace_events[w->primary[i].slot];
		if (primary == ev)
			continue;
		if (!skbtrace_will_be_on(run, primary->slot, change))
			return skbtrace_err(-EINVAL, "%s: its primary %s is not enabled: enable both, or %s first",
					    ev->name, primary->name,
					    primary->name);
		if (skbtrace_next_watch(run, primary->slot, change)->nr)
			return skbtrace_err(-ELOOP, "%s: its primary %s has a primary itself, and would wait, too",
					    ev->name, primary->name);
	}
	return 0;
}

/**
 * skbtrace_check_watches() - will each primary be on?
 * @run: the run
 * @change: events to be enabled and disabled
 *
 * Context: skbtrace_lock.
 * Return: 0, or -EINVAL or -ELOOP, told in "error"
 */
int skbtrace_check_watches(const struct skbtrace_run *run,
			   const struct skbtrace_change *change)
	__must_hold(&skbtrace_lock)
{
	unsigned int i;
	int err = 0;

	lockdep_assert_held(&skbtrace_lock);
	for (i = 0; i < SKBTRACE_MAX_EVENTS && !err; i++)
		if (skbtrace_events[i] && skbtrace_will_be_on(run, i, change))
			err = skbtrace_check_watch(run, skbtrace_events[i],
						   change);
	return err;
}
