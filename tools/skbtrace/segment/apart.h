/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Explains why recordings of several hosts have no byte in common. Printed when
 * the user gave several and no connection was joined.
 */
#ifndef SKBTRACE_SEGMENT_APART_H
#define SKBTRACE_SEGMENT_APART_H

#include "segment/pieces.h"
#include "trace/trace.h"

/* What a recording tells of bytes */
struct told_by {
	u64 first, last;	/* on the first trace's clock; 0: none */
	bool sent, received;
};

enum { MAX_TOLD_BY = 64 };	/* more recordings are not compared */

/* All 0 to begin with. */
struct apart { struct told_by by[MAX_TOLD_BY]; };

/* A byte is at @place, at @time. */
void apart_note(struct apart *a, const struct trace *t, u64 time, u8 place);
/* No byte was seen at both ends: say why, if they are of several hosts. */
void apart_tell(const struct apart *a, const struct trace *traces);

#endif
