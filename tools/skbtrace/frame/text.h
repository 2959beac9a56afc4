/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A text that comes in parts (FORMAT, INFO), in any order, some of them twice.
 * A part that is missing comes with the next repetition.
 */
#ifndef SKBTRACE_FRAME_TEXT_H
#define SKBTRACE_FRAME_TEXT_H

#include "frame/decode.h"

struct text {
	char *s;		/* with a NUL */
	u8 *seen;		/* a bit for each byte */
	u32 total, got, epoch;
	u64 first_seq;		/* lowest number of its frames */
	bool whole, end;
};

/* True: it is whole now, and was not before. */
bool text_add(struct text *t, const struct frame *f);
void text_free(struct text *t);

#endif
