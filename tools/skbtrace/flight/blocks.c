// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "flight/blocks.h"

/*
 * The block at @off, which is advanced; NULL at the end, or if the data is
 * damaged, which the reader of the file reports.
 */
static const struct skbtrace_block *next(const struct skbtrace_subbuf *h,
					 u32 *off)
{
	const struct skbtrace_block *b;

	if (*off % 8 || *off + sizeof(*b) > h->used)
		return NULL;
	b = (const void *)((const u8 *)h + *off);
	if (b->len < sizeof(*b) || b->len % 8 || b->len > h->used - *off)
		return NULL;
	*off += b->len;
	return b;
}

void blocks_asking(const struct skbtrace_subbuf *h, struct blocks_asking *a)
{
	const struct skbtrace_block *b;
	u32 off = h->hdr_len;

	memset(a, 0, sizeof(*a));
	while ((b = next(h, &off))) {
		if (!(b->flags & SKBTRACE_BLOCK_SNAPSHOT) ||
		    b->event >= SKBTRACE_FIRST_SPECIAL)
			continue;
		if (!a->n++) {
			a->event = b->event;
			a->time = b->time;
		}
	}
}

static void add_time(struct blocks_sum *sum, const struct skbtrace_block *b)
{
	const u64 time = b->time;

	/* Its time may be before the window. */
	if (b->flags & SKBTRACE_BLOCK_HELD)
		return;
	if (!sum->first_ns || time < sum->first_ns)
		sum->first_ns = time;
	if (time > sum->last_ns)
		sum->last_ns = time;
}

void blocks_sum(const struct skbtrace_subbuf *h, struct blocks_sum *sum)
{
	const struct skbtrace_block *b;
	u32 off = h->hdr_len;

	sum->events += h->nr_events;
	while ((b = next(h, &off))) {
		if (b->event < SKBTRACE_FIRST_SPECIAL) {
			add_time(sum, b);
		} else if (b->event == SKBTRACE_LOST &&
			   b->len >= sizeof(struct skbtrace_lost)) {
			const struct skbtrace_lost *l = (const void *)b;

			sum->lost += l->last_seq - l->first_seq + 1;
		}
	}
}
