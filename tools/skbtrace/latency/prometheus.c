// SPDX-License-Identifier: GPL-2.0
/*
 * The stages in the text form of Prometheus. Labels are bounded: a stage, a
 * direction, a reason, one of few ports or cgroups, never an address. Parts of
 * a stage are its series, so that their sum is the stage.
 */
#include "latency/latency.h"
#include "lib/out.h"

#define STAGE	"skbtrace_tcp_stage_seconds"
#define MISSED	"skbtrace_tcp_marks_missed_total"

static const struct {
	const char *text;	/* seconds */
	u64 ns;
} bounds[] = {
	{ "1e-06", 1000 }, { "2.5e-06", 2500 }, { "5e-06", 5000 },
	{ "1e-05", 10000 }, { "2.5e-05", 25000 }, { "5e-05", 50000 },
	{ "0.0001", 100000 }, { "0.00025", 250000 }, { "0.0005", 500000 },
	{ "0.001", 1000000 }, { "0.0025", 2500000 }, { "0.005", 5000000 },
	{ "0.01", 10000000 }, { "0.025", 25000000 }, { "0.05", 50000000 },
	{ "0.1", 100000000 }, { "0.25", 250000000 }, { "0.5", 500000000 },
	{ "1", 1000000000 }, { "2.5", 2500000000 }, { "5", 5000000000 },
	{ "10", 10000000000 },
};

static void put_name(struct out *o, const char *suffix, const struct lat *l,
		     const struct lat_stage *s)
{
	outf(o, STAGE "%s{stage=\"%s\",direction=\"%s\"", suffix, s->name,
	     s->sent ? "tx" : "rx");
	if (*s->why)
		outf(o, ",reason=\"%s\"", s->why);
	if (*l->by)
		outf(o, ",%s=\"%s\"", l->by, s->key);
}

/* A bucket across a bound counts as above it. */
static void put_stage(struct out *o, const struct lat *l,
		      const struct lat_stage *s)
{
	u64 sum = 0;
	u32 next = 0;

	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		while (next < s->n && s->v[next].from + s->v[next].width <=
		       bounds[i].ns + 1)
			sum += s->v[next++].count;
		put_name(o, "_bucket", l, s);
		outf(o, ",le=\"%s\"} %llu\n", bounds[i].text,
		     (unsigned long long)sum);
	}
	put_name(o, "_bucket", l, s);
	outf(o, ",le=\"+Inf\"} %llu\n", (unsigned long long)s->count);
	put_name(o, "_sum", l, s);
	outf(o, "} %llu.%09llu\n", (unsigned long long)(s->sum_ns / 1000000000),
	     (unsigned long long)(s->sum_ns % 1000000000));
	put_name(o, "_count", l, s);
	outf(o, "} %llu\n", (unsigned long long)s->count);
}

void lat_prometheus(const struct lat *l, const char *only, struct out *o)
{
	outf(o, "# HELP " STAGE " How long bytes of TCP took, by stage of their way\n");
	outf(o, "# TYPE " STAGE " histogram\n");
	for (u32 i = 0; i < l->n; i++)
		if (lat_shown(l, i, only))
			put_stage(o, l, &l->stage[i]);
	outf(o, "# HELP " MISSED " Marks of which a stage was not measured\n");
	outf(o, "# TYPE " MISSED " counter\n");
	for (u32 i = 0; i < l->nmissed; i++)
		outf(o, MISSED "{reason=\"%s\"} %llu\n", l->missed[i].why,
		     (unsigned long long)l->missed[i].count);
}
