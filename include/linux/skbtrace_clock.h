/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time of an event: CLOCK_MONOTONIC, read inline if the clocksource is the
 * TSC.
 *
 * The parameters of ktime_get_mono_fast_ns() are private to the timekeeper,
 * but a notifier announces each change. This is a copy of them, so the result
 * is the same.
 */
#ifndef _LINUX_SKBTRACE_CLOCK_H
#define _LINUX_SKBTRACE_CLOCK_H

#include <linux/compiler.h>
#include <linux/ktime.h>
#include <linux/types.h>

#if defined(CONFIG_X86_TSC) && !defined(CONFIG_UML)
#define SKBTRACE_TSC
#include <asm/barrier.h>
#include <asm/msr.h>

/**
 * struct skbtrace_clock - from ticks to nanoseconds
 * @seq: odd while the others change
 * @last: ticks at the last change
 * @max: ticks after @last for which the copy is valid; 0: it is not valid
 * @mult: nanoseconds of a tick, times 2 to the power of 32
 * @frac: nanoseconds at @last since @base, likewise
 * @base: nanoseconds
 */
struct skbtrace_clock {
	u32	seq;
	u64	last;
	u64	max;
	u64	mult;
	u64	frac;
	u64	base;
};

extern struct skbtrace_clock skbtrace_clock;

/* data_race(): a change of @seq shows that the value may be torn. */
#define SKBTRACE_CLOCK(FIELD)	data_race(skbtrace_clock.FIELD)

/**
 * skbtrace_quick_now() - the time, if it can be computed inline
 * @time: CLOCK_MONOTONIC in nanoseconds
 *
 * Does not wait for an update of the clock. Context: any.
 * Return: false: call ktime_get_mono_fast_ns()
 */
static __always_inline bool skbtrace_quick_now(u64 *time)
{
	/*
	 * pairs with skbtrace_clock_set(); an odd one is made another, which
	 * @seq below is never
	 */
	u32 seq = smp_load_acquire(&skbtrace_clock.seq) & ~1U;
	u64 now = rdtsc_ordered() - SKBTRACE_CLOCK(last);

	/* true as well if the TSC has gone back, as after a suspend */
	if (unlikely(now > SKBTRACE_CLOCK(max)))
		return false;
	now = (now * SKBTRACE_CLOCK(mult) +
	       SKBTRACE_CLOCK(frac)) >> 32;
	now += SKBTRACE_CLOCK(base);
	OPTIMIZER_HIDE_VAR(now);	/* computed before @seq is read again */
	smp_rmb();	/* pairs with skbtrace_clock_set() */
	*time = now;
	return likely(seq == READ_ONCE(skbtrace_clock.seq));
}

static __always_inline u64 skbtrace_now(void)
{
	u64 now;

	return skbtrace_quick_now(&now) ? now : ktime_get_mono_fast_ns();
}

void skbtrace_clock_get(void);
void skbtrace_clock_put(void);
#else
static __always_inline bool skbtrace_quick_now(u64 *time)
{
	*time = ktime_get_mono_fast_ns();
	return true;
}

static __always_inline u64 skbtrace_now(void)
{
	return ktime_get_mono_fast_ns();
}

static inline void skbtrace_clock_get(void)
{
}

static inline void skbtrace_clock_put(void)
{
}
#endif

#endif /* _LINUX_SKBTRACE_CLOCK_H */
