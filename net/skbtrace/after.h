/* SPDX-License-Identifier: GPL-2.0 */
/* after=: connections whose events are written after a primary has fired. */
#ifndef _NET_SKBTRACE_AFTER_H
#define _NET_SKBTRACE_AFTER_H

#include <linux/atomic.h>
#include "run.h"

#define SKBTRACE_NR_AFTER	4096U

/**
 * struct skbtrace_after - a connection whose events are not held back
 * @who: hash of key and event, 0: free
 * @until: up to this time
 * @left: up to so many events
 */
struct skbtrace_after {
	u64		who;
	u64		until;
	atomic_t	left;
};

void skbtrace_after_begin(struct skbtrace_run *run, u64 key, u32 slot,
			  const struct skbtrace_span *span, u64 now);
bool skbtrace_is_after(struct skbtrace_run *run, u64 key, u32 slot, u64 now);

#endif /* _NET_SKBTRACE_AFTER_H */
