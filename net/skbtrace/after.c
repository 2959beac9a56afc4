// SPDX-License-Identifier: GPL-2.0
/*
 * after=: connections whose events are written, not held back, after a primary
 * has fired. Context: probe, the gate of this CPU is busy.
 */
#include <linux/limits.h>
#include "after.h"

#define SKBTRACE_AFTER_WAYS	4

static u64 skbtrace_after_who(u64 key, u32 slot)
{
	return (key ^ (u64)slot << 56) * SKBTRACE_HOLD_MIX | 1;
}

/* Two CPUs may take the same entry at once: one of them loses it. */
void skbtrace_after_begin(struct skbtrace_run *run, u64 key, u32 slot,
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

bool skbtrace_is_after(struct skbtrace_run *run, u64 key, u32 slot, u64 now)
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
