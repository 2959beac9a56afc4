// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "show/losses.h"

void losses_add(struct losses *l, const struct rec *r)
{
	l->n += r->last_seq - r->seq + 1;
	for (u32 i = 0; i < r->nr_kinds; i++) {
		const struct event *e;
		u32 count, j;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		e = format_event(r->fmt, no);
		for (j = 0; j < l->nkinds && l->kinds[j].ev != e; j++)
			;
		if (j == MAX_LOST_KINDS)
			continue;
		if (j == l->nkinds)
			l->kinds[l->nkinds++] = (struct lost_kind){ e, 0 };
		l->kinds[j].count += count;
	}
}

void losses_note(const struct losses *l, u64 seen)
{
	char list[512];
	size_t n = 0;

	if (!l->n)
		return;
	list[0] = '\0';
	for (u32 i = 0; i < l->nkinds && n < sizeof(list) - 1; i++)
		n += snprintf(list + n, sizeof(list) - n, "%s%s %llu",
			      i ? ", " : ": ",
			      l->kinds[i].ev ? l->kinds[i].ev->name : "unknown",
			      (unsigned long long)l->kinds[i].count);
	msg("LOST %llu of %llu events (%.1f%%)%s", (unsigned long long)l->n,
	    (unsigned long long)(l->n + seen),
	    100.0 * l->n / ((double)l->n + seen), list);
}
