/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The buckets of a histogram of times: 64 to each power of two, so that none is
 * wider than 1.6 % of the times in it; up to 63 ns one for each nanosecond.
 */
#ifndef _LINUX_SKBTRACE_HIST_H
#define _LINUX_SKBTRACE_HIST_H

#include <linux/bitops.h>
#include <linux/types.h>

#define SKBTRACE_HIST_STEPS	64U	/* a power of two */
#define SKBTRACE_HIST_SHIFTS	32U	/* what is longer: in the last bucket */
#define SKBTRACE_HIST_BUCKETS	((SKBTRACE_HIST_SHIFTS + 1) * \
				 SKBTRACE_HIST_STEPS)

/* The bucket of a time. Any context. */
static __always_inline u32 skbtrace_hist_bucket(u64 ns)
{
	u32 shift = fls64(ns | SKBTRACE_HIST_STEPS) - 7;

	if (unlikely(shift >= SKBTRACE_HIST_SHIFTS))
		return SKBTRACE_HIST_BUCKETS - 1;
	return shift * SKBTRACE_HIST_STEPS + (u32)(ns >> shift);
}

/* By how many bits the times of a bucket are cut */
static inline u32 skbtrace_hist_shift(u32 bucket)
{
	return bucket < SKBTRACE_HIST_STEPS ? 0 :
	       bucket / SKBTRACE_HIST_STEPS - 1;
}

/* The least time in a bucket */
static inline u64 skbtrace_hist_low(u32 bucket)
{
	u32 shift = skbtrace_hist_shift(bucket);

	return (u64)(bucket - shift * SKBTRACE_HIST_STEPS) << shift;
}

/* How many nanoseconds share a bucket */
static inline u64 skbtrace_hist_width(u32 bucket)
{
	return BIT_ULL(skbtrace_hist_shift(bucket));
}

#endif /* _LINUX_SKBTRACE_HIST_H */
