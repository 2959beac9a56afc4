// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps skbtrace_clock in step with the kernel's clock, while tracing is on.
 */
#include <linux/clocksource.h>
#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/pvclock_gtod.h>
#include <linux/skbtrace_clock.h>
#include <linux/timekeeper_internal.h>
#include "lock.h"

#ifdef SKBTRACE_TSC
/*
 * skbtrace_clock - parameters to compute the time; see struct skbtrace_clock
 */
struct skbtrace_clock skbtrace_clock;
EXPORT_SYMBOL_GPL(skbtrace_clock);

/* Context: one at a time. */
static void skbtrace_clock_set(const struct skbtrace_clock *new)
{
	struct skbtrace_clock *c = &skbtrace_clock;

	WRITE_ONCE(c->seq, c->seq + 1);
	smp_wmb();	/* pairs with skbtrace_quick_now() */
	WRITE_ONCE(c->last, new->last);
	WRITE_ONCE(c->max, new->max);
	WRITE_ONCE(c->mult, new->mult);
	WRITE_ONCE(c->frac, new->frac);
	WRITE_ONCE(c->base, new->base);
	/* pairs with skbtrace_quick_now() */
	smp_store_release(&c->seq, c->seq + 1);
}

/* A clocksource that the vDSO reads as the TSC is read by a mere RDTSC. */
static bool skbtrace_clock_is_tsc(const struct tk_read_base *r)
{
	return r->clock->vdso_clock_mode == VDSO_CLOCKMODE_TSC &&
	       r->mask == U64_MAX && r->shift <= 32 && r->mult;
}

/* Context: the timekeeper's lock, on each tick of the timekeeping CPU. */
static int skbtrace_clock_changed(struct notifier_block *nb,
				  unsigned long was_set, void *timekeeper)
{
	const struct timekeeper *tk = timekeeper;
	const struct tk_read_base *r = &tk->tkr_mono;
	struct skbtrace_clock new = {};

	if (skbtrace_clock_is_tsc(r)) {
		new.last = r->cycle_last;
		new.mult = (u64)r->mult << (32 - r->shift);
		new.frac = r->xtime_nsec << (32 - r->shift);
		new.base = ktime_to_ns(r->base);
		/* half of U64_MAX for the ticks: @frac is below a second */
		new.max = min(r->clock->max_cycles, U64_MAX / 2 / new.mult);
	}
	skbtrace_clock_set(&new);
	return 0;
}

static struct notifier_block skbtrace_clock_nb = {
	.notifier_call = skbtrace_clock_changed,
};

static unsigned int skbtrace_clock_users;

/**
 * skbtrace_clock_get() - start to update the clock for probes
 *
 * Context: skbtrace_lock.
 */
void skbtrace_clock_get(void)
{
	lockdep_assert_held(&skbtrace_lock);
	if (!skbtrace_clock_users++)
		pvclock_gtod_register_notifier(&skbtrace_clock_nb);
}

/**
 * skbtrace_clock_put() - stop to update the clock
 *
 * The copy is marked invalid. Context: skbtrace_lock.
 */
void skbtrace_clock_put(void)
{
	const struct skbtrace_clock never = {};

	lockdep_assert_held(&skbtrace_lock);
	if (--skbtrace_clock_users)
		return;
	pvclock_gtod_unregister_notifier(&skbtrace_clock_nb);
	skbtrace_clock_set(&never);
}
#endif
