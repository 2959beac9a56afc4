/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scans the blocks of a sub-buffer of this machine for numbers, times and
 * flags, without a format. For all else there is decode.h.
 */
#ifndef SKBTRACE_BLOCKS_H
#define SKBTRACE_BLOCKS_H

#include "lib/util.h"
#include "linux/skbtrace_api.h"

/* Events that ask for a snapshot: how many, and the first of them. */
struct blocks_asking {
	u32 n;
	u16 event;
	u64 time;
};

void blocks_asking(const struct skbtrace_subbuf *h, struct blocks_asking *a);

/* Sums over many sub-buffers; all 0 at the beginning. */
struct blocks_sum {
	u64 events;		/* as the headers say */
	u64 lost;		/* as LOST blocks say */
	u64 first_ns, last_ns;	/* of events not held back; 0: none */
};

void blocks_sum(const struct skbtrace_subbuf *h, struct blocks_sum *sum);

#endif
