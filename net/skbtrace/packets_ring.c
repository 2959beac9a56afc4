// SPDX-License-Identifier: GPL-2.0
/* The reader's side of the ring of captured packets. */
#include <linux/mm.h>
#include "packets.h"
#include "race.h"

/* The oldest piece has been read, or is given up. Context: @p->lock */
void skbtrace_packets_consume(struct skbtrace_packets *p)
{
	struct skbtrace_piece *piece = skbtrace_piece_at(p, p->tail);

	if (piece->kept)
		put_page(piece->page);
	WRITE_ONCE(p->unpinned, p->unpinned + piece->pinned);
	p->piece_off = 0;
	p->inside = !piece->last;
	skbtrace_race();
	/* pairs with skbtrace_take_fits(), skbtrace_chunk_free() */
	smp_store_release(&p->tail, p->tail + 1);
}

/* The oldest packet, or what is left of it, is given up. Context: @p->lock */
void skbtrace_packets_drop(struct skbtrace_packets *p)
{
	bool last;

	do {
		last = skbtrace_piece_at(p, p->tail)->last;
		skbtrace_packets_consume(p);
	} while (!last);
}
