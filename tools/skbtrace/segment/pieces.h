/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes in flight of one direction, as pieces. All bytes of a piece have passed
 * the same places at the same times. Pieces are in the order of sequence
 * numbers, which wrap: together they span less than 2^31.
 */
#ifndef SKBTRACE_SEGMENT_PIECES_H
#define SKBTRACE_SEGMENT_PIECES_H

#include "lib/util.h"

/* In the order of the path. QUEUE to DONE belong to one transmission. */
enum seg_place {
	SEG_NONE, SEG_WRITE, SEG_SEND, SEG_QUEUE, SEG_DEQUEUE, SEG_XMIT,
	SEG_DONE, SEG_SACKED, SEG_ACKED,
	SEG_RECEIVE, SEG_IP, SEG_OFO, SEG_QUEUED, SEG_READ,
	SEG_PLACES
};

struct piece {
	u32 seq, end;
	/* ns on the first trace's clock; 0: not seen */
	u64 at[SEG_PLACES];	/* sent: by the last transmission */
	u64 before[SEG_DONE + 1];	/* by the transmission before */
	u64 first_send;
	u32 sends;
	u8 waited;		/* what held back the first transmission */
	bool gap;		/* something may have been lost */
	bool match;		/* the user asked for it */
};

enum { MAX_PIECES = 1 << 14 };	/* of a direction; more: ACKs are missing */

/* All 0 to begin with. */
struct pieces {
	struct piece *v;
	u32 first, n, size;	/* in use: v[first] to v[first + n - 1] */
};

struct piece_span { u32 from, to; };	/* v[from] to v[to - 1] */

static inline bool seq_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

/*
 * The pieces of [@seq, @end), cut at both ends if needed. @make: fills gaps
 * with new pieces.
 */
struct piece_span pieces_span(struct pieces *p, u32 seq, u32 end, bool make);

/* The first @n go. */
void pieces_drop(struct pieces *p, u32 n);
void pieces_free(struct pieces *p);

#endif
