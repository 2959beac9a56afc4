// SPDX-License-Identifier: GPL-2.0
/* The reader's side of the ring of captured packets. */
#include <linux/mm.h>
#include "packets.h"
#include "race.h"

/* The pieces before @end have been read, or are given up. Context: @p->lock */
void skbtrace_packets_consume(struct skbtrace_packets *p, unsigned long end)
{
	const struct skbtrace_piece *piece = NULL;
	unsigned long i;
	u64 pinned = 0;

	for (i = p->tail; i != end; i++) {
		piece = skbtrace_piece_at(p, i);
		if (!piece->kept)
			continue;
		put_page(piece->page);
		pinned += piece->pinned;
	}
	if (!piece)
		return;
	p->inside = !piece->last;
	p->piece_off = 0;
	if (pinned)
		WRITE_ONCE(p->unpinned, p->unpinned + pinned);
	skbtrace_race();
	/* pairs with skbtrace_take_fits(), skbtrace_chunk_free() */
	smp_store_release(&p->tail, end);
}

/* The oldest packet, or what is left of it, is given up. Context: @p->lock */
void skbtrace_packets_drop(struct skbtrace_packets *p)
{
	unsigned long i = p->tail;

	while (!skbtrace_piece_at(p, i++)->last)
		;
	skbtrace_packets_consume(p, i);
}
