/* SPDX-License-Identifier: GPL-2.0 */
/* Where a sub-buffer is cut into frames. No kernel service is used. */
#ifndef _NET_SKBTRACE_LINK_CUT_H
#define _NET_SKBTRACE_LINK_CUT_H

#include "kinds.h"

/**
 * struct skbtrace_cut - a sub-buffer that is being cut
 * @h: the sub-buffer
 * @off: bytes of it that have been cut off
 * @seq: sequence number of the next block that takes one
 * @lost: events lost before the next block
 */
struct skbtrace_cut {
	const struct skbtrace_subbuf	*h;
	u32				off;
	u64				seq;
	u64				lost;
};

/**
 * struct skbtrace_slice - blocks of one frame
 * @at: the first
 * @len: bytes
 * @nr: how many
 * @event: number of the first one's event
 * @prio: of all of them
 * @seq: as skbtrace_cut had it before
 * @lost: the same
 */
struct skbtrace_slice {
	const struct skbtrace_block	*at;
	u32				len;
	u32				nr;
	u16				event;
	u8				prio;
	u64				seq;
	u64				lost;
};

static inline void skbtrace_cut_begin(struct skbtrace_cut *cut,
				      const void *subbuf)
{
	cut->h = subbuf;
	cut->off = cut->h->hdr_len;
	cut->seq = cut->h->first_seq;
	cut->lost = cut->h->lost_total;
}

/* Return: the next block, %NULL: that was all */
static inline const struct skbtrace_block *
skbtrace_cut_block(const struct skbtrace_cut *cut)
{
	const struct skbtrace_block *b;
	u32 left = cut->h->used - cut->off;

	b = (const struct skbtrace_block *)((const u8 *)cut->h + cut->off);
	/* the core has written it: not checked against malice */
	if (cut->off >= cut->h->used || b->len < sizeof(struct skbtrace_pad) ||
	    b->len > left || b->event == SKBTRACE_PAD)
		return NULL;
	return b;
}

/* Go on to the block after @b. */
static inline void skbtrace_cut_skip(struct skbtrace_cut *cut,
				     const struct skbtrace_block *b)
{
	const struct skbtrace_lost *lost = (const struct skbtrace_lost *)b;

	cut->off += b->len;
	if (b->event == SKBTRACE_LOST) {
		cut->lost += lost->last_seq - lost->first_seq + 1;
		cut->seq = lost->last_seq + 1;
	} else if (b->event != SKBTRACE_HISTORY) {
		cut->seq++;
	}
}

/* May blocks of these two events be in one frame? */
static inline bool skbtrace_cut_joins(u8 batch, const struct skbtrace_slice *p,
				      u16 event, u8 prio)
{
	switch (batch) {
	case SKBTRACE_LINK_BATCH_EVENT:
		return event == p->event;
	case SKBTRACE_LINK_BATCH_ANY:
		return prio == p->prio;
	default:
		return false;
	}
}

/* The row of @event. Mostly it is that of the block before, which is @row. */
static inline struct skbtrace_kind_row *
skbtrace_cut_kind(struct skbtrace_kinds *kinds, struct skbtrace_kind_row *row,
		  u16 event)
{
	return row && row->event == event ? row : skbtrace_kind(kinds, event);
}

/**
 * skbtrace_cut_next() - cut off the blocks of one frame
 * @cut: the sub-buffer
 * @kinds: events; those that are cut off are counted
 * @batch: enum skbtrace_link_batch
 * @max: bytes that a frame has for blocks; a larger block has its own frame
 * @p: result
 *
 * Return: false if there are no more
 */
static inline bool skbtrace_cut_next(struct skbtrace_cut *cut,
				     struct skbtrace_kinds *kinds, u8 batch,
				     u32 max, struct skbtrace_slice *p)
{
	const struct skbtrace_block *b = skbtrace_cut_block(cut);
	struct skbtrace_kind_row *row = NULL;

	*p = (struct skbtrace_slice){
		.at = b, .seq = cut->seq, .lost = cut->lost,
	};
	for (; b; b = skbtrace_cut_block(cut)) {
		row = skbtrace_cut_kind(kinds, row, b->event);
		if (!p->nr) {
			p->event = b->event;
			p->prio = row ? row->prio : SKBTRACE_PRIO_REST;
		} else if (!row || p->len + b->len > max ||
			   !skbtrace_cut_joins(batch, p, b->event, row->prio)) {
			break;
		}
		if (row)
			row->sent++;
		p->len += b->len;
		p->nr++;
		skbtrace_cut_skip(cut, b);
	}
	return p->nr;
}

#endif /* _NET_SKBTRACE_LINK_CUT_H */
