/* SPDX-License-Identifier: GPL-2.0 */
/* Losses by event, for the line at the end. */
#ifndef SKBTRACE_LOSSES_H
#define SKBTRACE_LOSSES_H

#include "trace/decode.h"

enum { MAX_LOST_KINDS = 64 };

struct losses {
	u64 n;
	struct lost_kind {
		const struct event *ev;	/* NULL: not in the format */
		u64 count;
	} kinds[MAX_LOST_KINDS];
	u32 nkinds;
};

void losses_add(struct losses *l, const struct rec *r);
/* The line, if there is something to say: @seen were not lost. */
void losses_note(const struct losses *l, u64 seen);

#endif
