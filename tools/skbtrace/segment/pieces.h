/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes of one direction of a connection that are on their way, as pieces: all
 * bytes of a piece have passed the same places at the same times. In the order
 * of sequence numbers, which wrap: those held at a time span less than 2^31.
 */
#ifndef SKBTRACE_SEGMENT_PIECES_H
#define SKBTRACE_SEGMENT_PIECES_H

#include "lib/util.h"

/* In the order of the way. Those from QUEUE to DONE belong to an attempt. */
enum seg_place {
	SEG_NONE, SEG_WRITE, SEG_SEND, SEG_QUEUE, SEG_DEQUEUE, SEG_XMIT,
	SEG_DONE, SEG_SACKED, SEG_ACKED,
	SEG_RECEIVE, SEG_IP, SEG_OFO, SEG_QUEUED, SEG_READ,
	SEG_PLACES
};

struct piece {
	u32 seq, end;
	/* nanoseconds on the first trace's clock, 0: not seen */
	u64 at[SEG_PLACES];	/* of what is sent: of the last attempt */
	u64 before[SEG_DONE + 1];	/* of the attempt before */
	u64 first_send;
	u32 sends;
	u8 waited;		/* what held back the first one */
	bool gap;		/* something may have been lost */
	bool match;		/* the user asked for it */
};

enum { MAX_PIECES = 1 << 14 };	/* of a direction; more is damage, or no ACK */

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
 * The pieces that make up [@seq, @end), cut at both if need be; @make: new ones
 * where there are none.
 */
struct piece_span pieces_span(struct pieces *p, u32 seq, u32 end, bool make);

/* The first @n go. */
void pieces_drop(struct pieces *p, u32 n);
void pieces_free(struct pieces *p);

#endif
