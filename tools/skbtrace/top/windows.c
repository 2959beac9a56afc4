// SPDX-License-Identifier: GPL-2.0
#include "top/windows.h"

void windows_init(struct windows *w, u64 now, u64 span, u32 max)
{
	*w = (struct windows){ .half = span / 2, .turn = now };
	for (u32 i = 0; i < NR_WINDOWS; i++) {
		w->match[i].to = UINT64_MAX;
		w->s[i] = summary_new(&w->match[i], false);
		w->s[i]->max_rows = max;
	}
}

void windows_free(struct windows *w)
{
	for (u32 i = 0; i < NR_WINDOWS; i++)
		summary_free(w->s[i]);
}

/* Late events belong to the window before. */
void windows_add(struct windows *w, struct trace *t, const struct rec *r,
		 bool who)
{
	const u64 now = r->time + t->shift;

	for (u32 i = 0; i < NR_WINDOWS; i++)
		summary_add(w->s[i], t, r, now < w->match[i].from ?
			    RANGE_BEFORE : RANGE_IN, who);
}

void windows_turn(struct windows *w, u64 now)
{
	w->turn += w->half;
	if (now > w->turn + NR_WINDOWS * w->half)
		w->turn = now - NR_WINDOWS * w->half;
	w->match[w->shows].from = w->turn;
	summary_roll(w->s[w->shows]);
	w->shows = (w->shows + 1) % NR_WINDOWS;
}

void windows_match(struct windows *w, bool all)
{
	struct row *r;

	for (u32 n = 0; n < NR_WINDOWS; n++)
		hash_each(&w->s[n]->rows, i, r)
			r->matched = all;
}
