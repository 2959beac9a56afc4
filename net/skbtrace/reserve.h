/* SPDX-License-Identifier: GPL-2.0 */
/* Space for a block in the buffer of this CPU, and losses. */
#ifndef _NET_SKBTRACE_RESERVE_H
#define _NET_SKBTRACE_RESERVE_H

#include "run.h"

void *skbtrace_reserve_slow(struct skbtrace_cpu *c, u32 len, bool important);
void skbtrace_lose(struct skbtrace_cpu *c, const struct skbtrace_event *ev);
void skbtrace_tell_shed(struct skbtrace_cpu *c);
void skbtrace_flush_cpu(struct skbtrace_run *run, struct skbtrace_cpu *c,
			bool move_epoch);

/* Reserve space for a block; NULL: the buffer is full. Context: gate busy. */
static __always_inline void *skbtrace_reserve(struct skbtrace_cpu *c, u32 len,
					      bool important)
{
	struct skbtrace_ring *r = &c->gate.ring;
	void *p;

	if (unlikely(r->off + len > r->limit))
		return skbtrace_reserve_slow(c, len, important);
	p = r->cur + r->off;
	r->off += len;
	return p;
}

#endif /* _NET_SKBTRACE_RESERVE_H */
