// SPDX-License-Identifier: GPL-2.0
/* The stages as a table for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "latency/latency.h"
#include "lib/num.h"
#include "lib/out.h"

static void put_us(struct out *o, u64 ns)
{
	ns = (ns + 50) / 100;
	outf(o, " %9llu.%llu", (unsigned long long)(ns / 10),
	     (unsigned long long)(ns % 10));
}

static void put_row(struct out *o, const char *name, const struct lat_stage *s)
{
	static const u32 percent[] = { 50, 90, 99 };

	outf(o, "%-13s %8llu", name, (unsigned long long)s->count);
	for (size_t i = 0; i < ARRAY_SIZE(percent); i++)
		put_us(o, lat_percentile(s, percent[i]));
	put_us(o, lat_max(s));
	outf(o, "\n");
}

/* A stage, or a part of one: what its bytes waited for, below the whole */
static void put_rows(struct out *o, const struct lat *l, u32 i)
{
	const struct lat_stage *s = &l->stage[i];
	struct lat_stage whole;
	char part[24];

	if (lat_begins_parts(l, i)) {
		lat_whole(&whole, l, i);
		put_row(o, s->name, &whole);
		free(whole.v);
	} else if (!*s->why) {
		put_row(o, s->name, s);
		return;
	}
	if (!*s->why)
		return;	/* waited for nothing: no row, as in "parse" */
	snprintf(part, sizeof(part), "  %s", s->why);
	put_row(o, part, s);
}

static void put_head(struct out *o, const struct lat *l)
{
	outf(o, "%-13s %8s %11s %11s %11s %11s\n", "STAGE", "COUNT", "P50 us",
	     "P90 us", "P99 us", "MAX us");
	if (*l->by)
		outf(o, "# by %s, the one whose bytes took most time first\n",
		     l->by);
}

static void put_missed(struct out *o, const struct lat *l)
{
	const char *sep = "# missed: ";

	for (u32 i = 0; i < l->nmissed; i++) {
		if (!l->missed[i].count)
			continue;
		outf(o, "%s%llu %s", sep,
		     (unsigned long long)l->missed[i].count, l->missed[i].why);
		sep = ", ";
	}
	if (*sep == ',')
		outf(o, "\n");
}

void lat_table(const struct lat *l, const char *only, struct out *o)
{
	char every[NUM_LEN], age[NUM_LEN];
	u32 n, *order = lat_order(l, only, &n);

	outf(o, "# a byte in %s, for %s\n", fmt_size(every, l->every),
	     fmt_age(age, l->now_ns - l->started_ns));
	put_head(o, l);
	for (u32 k = 0; k < n; k++) {
		const char *key = l->stage[order[k]].key;

		if (*key && (!k || strcmp(key, l->stage[order[k - 1]].key)))
			outf(o, "%s %s\n", l->by, key);
		put_rows(o, l, order[k]);
	}
	free(order);
	put_missed(o, l);
}
