// SPDX-License-Identifier: GPL-2.0
/*
 * Rows are time, columns latency: eight cells per power of ten, from 1 us on. A
 * darker cell holds more of its row's bytes.
 */
#include <string.h>

#include "latency/latency.h"
#include "lib/num.h"
#include "lib/out.h"

enum { SCALE_LINES = 20 };

static void put_scale(const char *stage, struct out *o)
{
	static const char *const decades[] = {
		"1us", "10us", "100us", "1ms", "10ms", "100ms", "1s",
	};

	outf(o, "# %s: a line is what has come since the one before\n", stage);
	outf(o, "%8s %8s  ", "TIME", "COUNT");
	for (size_t i = 0; i < ARRAY_SIZE(decades); i++)
		outf(o, "|%-*s", HEAT_PER_DECADE - 1, decades[i]);
	outf(o, "|10s\n");
}

static char shade(u64 n, u64 all)
{
	static const char shades[] = ".:-=+*#%@";
	const u64 last = sizeof(shades) - 2;

	return n ? shades[n * last / all] : ' ';
}

void heat_line(struct heat *h, const struct lat *l, const char *stage,
	       struct out *o)
{
	u64 cells[HEAT_CELLS] = { 0 }, all = 0;
	char age[NUM_LEN], line[HEAT_CELLS + 1];
	int end = 0;

	for (u32 i = 0; i < l->n; i++) {
		const struct lat_stage *s = &l->stage[i];

		/* of all keys together; a stage may have parts */
		for (u32 k = 0; k < s->n && !*s->key &&
		     !strcmp(s->name, stage); k++)
			cells[heat_cell(s->v[k].from + s->v[k].width / 2)] +=
				s->v[k].count;
	}
	for (u32 i = 0; i < HEAT_CELLS; i++)
		all += cells[i] - h->before[i];
	for (u32 i = 0; i < HEAT_CELLS; i++) {
		line[i] = shade(cells[i] - h->before[i], all);
		if (line[i] != ' ')
			end = i + 1;
	}
	memcpy(h->before, cells, sizeof(cells));
	if (!(h->lines++ % SCALE_LINES))
		put_scale(stage, o);
	outf(o, "%8s %8llu%s%.*s\n", fmt_age(age, l->now_ns - l->started_ns),
	     (unsigned long long)all, end ? "  " : "", end, line);
}
