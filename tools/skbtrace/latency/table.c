// SPDX-License-Identifier: GPL-2.0
/* The stages as a table for people. */
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

static void put_row(struct out *o, const struct lat_stage *s)
{
	static const u32 percent[] = { 50, 90, 99 };

	outf(o, "%-13s %8llu", s->name, (unsigned long long)s->count);
	for (size_t i = 0; i < ARRAY_SIZE(percent); i++)
		put_us(o, lat_percentile(s, percent[i]));
	put_us(o, lat_max(s));
	outf(o, "\n");
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

	outf(o, "# a byte in %s, for %s\n", fmt_size(every, l->every),
	     fmt_age(age, l->now_ns - l->started_ns));
	outf(o, "%-13s %8s %11s %11s %11s %11s\n", "STAGE", "COUNT", "P50 us",
	     "P90 us", "P99 us", "MAX us");
	for (u32 i = 0; i < l->n; i++)
		if (!only || !strcmp(only, l->stage[i].name))
			put_row(o, &l->stage[i]);
	put_missed(o, l);
}
