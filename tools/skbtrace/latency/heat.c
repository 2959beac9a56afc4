// SPDX-License-Identifier: GPL-2.0
/*
 * Rows are time, columns latency: eight cells per power of ten, from 1 us on. A
 * darker cell holds more of its row's bytes.
 */
#include <math.h>
#include <string.h>

#include "latency/latency.h"
#include "lib/num.h"
#include "lib/out.h"

enum { PER_DECADE = 8, SCALE_LINES = 20 };

static u32 cell_of(const struct lat_bucket *b)
{
	double us = (b->from + b->width / 2) / 1000.0;
	double cell = us > 1 ? log10(us) * PER_DECADE : 0;

	return cell < HEAT_CELLS - 1 ? cell : HEAT_CELLS - 1;
}

static const struct lat_stage *find(const struct lat *l, const char *stage)
{
	for (u32 i = 0; i < l->n; i++)
		if (!strcmp(l->stage[i].name, stage))
			return &l->stage[i];
	return NULL;
}

static void put_scale(const char *stage, struct out *o)
{
	static const char *const decades[] = {
		"1us", "10us", "100us", "1ms", "10ms", "100ms", "1s",
	};

	outf(o, "# %s: a line is what has come since the one before\n", stage);
	outf(o, "%8s %8s  ", "TIME", "COUNT");
	for (size_t i = 0; i < ARRAY_SIZE(decades); i++)
		outf(o, "|%-*s", PER_DECADE - 1, decades[i]);
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
	const struct lat_stage *s = find(l, stage);
	u64 cells[HEAT_CELLS] = { 0 }, all = 0;
	char age[NUM_LEN], line[HEAT_CELLS + 1];
	int end = 0;

	for (u32 i = 0; s && i < s->n; i++)
		cells[cell_of(&s->v[i])] += s->v[i].count;
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
