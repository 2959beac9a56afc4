// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "frame/text.h"

void text_free(struct text *t)
{
	free(t->s);
	free(t->seen);
	memset(t, 0, sizeof(*t));
}

static void begin(struct text *t, const struct frame *f)
{
	text_free(t);
	/* untouched pages cost nothing, whatever length is claimed */
	t->s = xcalloc(1, f->total + 1);
	t->seen = xcalloc(1, f->total / 8 + 1);
	t->total = f->total;
	t->epoch = f->epoch;
	t->end = f->end;
	t->first_seq = f->frame_seq;
}

bool text_add(struct text *t, const struct frame *f)
{
	/* An older one that comes late is not to replace a newer one. */
	if (t->s && (s32)(f->epoch - t->epoch) < 0 &&
	    f->frame_seq < t->first_seq)
		return false;
	if (!t->s || f->epoch != t->epoch || f->total != t->total)
		begin(t, f);
	if (t->whole)
		return false;
	for (u32 i = 0; i < f->len; i++) {
		u32 at = f->seq + i;

		if (t->seen[at / 8] & 1 << at % 8)
			continue;
		t->seen[at / 8] |= 1 << at % 8;
		/* a NUL would hide what follows */
		t->s[at] = f->data[i] ? f->data[i] : '?';
		t->got++;
	}
	if (f->frame_seq < t->first_seq)
		t->first_seq = f->frame_seq;
	t->whole = t->got == t->total;
	return t->whole;
}
