// SPDX-License-Identifier: GPL-2.0
/* The latencies as a table, or as one JSON object per stage. */
#include <stdio.h>

#include "lib/json.h"
#include "show/latency.h"

enum { PLACE = 96 };

static const char *place(const struct latency *l, u8 where, char buf[PLACE])
{
	if (l->word[where])
		snprintf(buf, PLACE, "%s", l->word[where]);
	else
		snprintf(buf, PLACE, "#%u", where);
	return buf;
}

static int stage_name(const struct latency *l, const struct stage *s,
		      char buf[2 * PLACE])
{
	char from[PLACE], to[PLACE];

	return snprintf(buf, 2 * PLACE, "%s>%s", place(l, s->from, from),
			place(l, s->to, to));
}

static void text_us(struct printer *pr, u64 ns)
{
	ns = (ns + 50) / 100;
	outf(pr->o, "  %8llu.%llu", (unsigned long long)(ns / 10),
	     (unsigned long long)(ns % 10));
}

static void text_stages(const struct latency *l, const struct stages *s,
			struct printer *pr, int width)
{
	for (u32 i = 0; i < s->n; i++) {
		const struct hist *h = &s->v[i]->h;
		char name[2 * PLACE];

		stage_name(l, s->v[i], name);
		outf(pr->o, "%-*s  %9llu", width, name,
		     (unsigned long long)h->n);
		text_us(pr, h->min);
		text_us(pr, hist_percentile(h, 50));
		text_us(pr, hist_percentile(h, 99));
		text_us(pr, h->max);
		outf(pr->o, "\n");
	}
}

static int widest(const struct latency *l, const struct stages *s, int width)
{
	for (u32 i = 0; i < s->n; i++) {
		char name[2 * PLACE];
		int n = stage_name(l, s->v[i], name);

		if (n > width)
			width = n;
	}
	return width;
}

static void text_table(const struct latency *l, struct printer *pr)
{
	int width = widest(l, &l->totals, widest(l, &l->stages, 24));

	if (l->lost)
		outf(pr->o, "# LOST %llu of %llu events: packets under way then are incomplete\n",
		     (unsigned long long)l->lost,
		     (unsigned long long)(l->lost + l->events));
	if (l->left_out)
		outf(pr->o, "# more stages than fit: %llu steps are left out\n",
		     (unsigned long long)l->left_out);
	outf(pr->o, "%-*s  %9s  %10s  %10s  %10s  %10s\n", width,
	     "STAGE (from>to)", "COUNT", "MIN us", "P50 us", "P99 us",
	     "MAX us");
	text_stages(l, &l->stages, pr, width);
	outf(pr->o, "TOTAL (first>last)\n");
	text_stages(l, &l->totals, pr, width);
	outf(pr->o, "# packets: %llu complete, %llu incomplete, %llu still open\n",
	     (unsigned long long)l->complete,
	     (unsigned long long)l->incomplete, (unsigned long long)l->open);
}

static void json_stage(const struct latency *l, const struct stage *s,
		       struct json *j, const char *event)
{
	const struct hist *h = &s->h;
	char from[PLACE], to[PLACE];

	json_object(j, NULL);
	json_str(j, "event", event);
	json_str(j, "from", place(l, s->from, from));
	json_str(j, "to", place(l, s->to, to));
	json_u64(j, "count", h->n);
	json_fixed(j, "min_us", h->min, 3);
	json_fixed(j, "p50_us", hist_percentile(h, 50), 3);
	json_fixed(j, "p99_us", hist_percentile(h, 99), 3);
	json_fixed(j, "max_us", h->max, 3);
	json_object_end(j);
}

static void json_stages(const struct latency *l, const struct stages *s,
			struct json *j, const char *event, struct out *o)
{
	for (u32 i = 0; i < s->n; i++) {
		json_stage(l, s->v[i], j, event);
		json_line(j, o);
	}
}

static void json_packets(const struct latency *l, struct json *j)
{
	json_object(j, NULL);
	json_str(j, "event", "latency");
	json_u64(j, "complete", l->complete);
	json_u64(j, "incomplete", l->incomplete);
	json_u64(j, "still_open", l->open);
	json_u64(j, "lost", l->lost);
	json_object_end(j);
}

static void json_all(const struct latency *l, struct out *o)
{
	struct json j = { 0 };

	json_stages(l, &l->stages, &j, "latency_stage", o);
	json_stages(l, &l->totals, &j, "latency_total", o);
	json_packets(l, &j);
	json_line(&j, o);
	json_free(&j);
}

void latency_print(struct latency *l, struct printer *pr)
{
	latency_close(l);
	if (pr->json)
		json_all(l, pr->o);
	else if (l->events)
		text_table(l, pr);
	else
		outf(pr->o, "# no places of packets in this trace: skbtrace record -e skb_delay, or tcp_segment\n");
}
