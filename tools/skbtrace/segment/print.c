// SPDX-License-Identifier: GPL-2.0
/* The stages as a table, or as one JSON object per stage. */
#include <stdio.h>

#include "lib/json.h"
#include "segment/state.h"

/* ---- text ---- */

static void text_us(struct out *o, u64 ns)
{
	ns = (ns + 50) / 100;
	outf(o, " %9llu.%llu", (unsigned long long)(ns / 10),
	     (unsigned long long)(ns % 10));
}

static void text_row(struct out *o, const char *name, const char *way,
		     const struct hist *h)
{
	static const u32 percent[] = { 50, 90, 99 };

	if (!h->n)
		return;
	outf(o, "%-13s %-14s %8llu", name, way, (unsigned long long)h->n);
	for (u32 i = 0; i < sizeof(percent) / sizeof(*percent); i++)
		text_us(o, hist_percentile(h, percent[i]));
	text_us(o, h->max);
	outf(o, "\n");
}

/* What held bytes back in the buffer; 0: nothing, they were sent at once */
static void text_waited(const struct segments *s, struct out *o)
{
	char name[32];

	for (u32 i = 1; i < SEG_MAX_WAITED; i++) {
		snprintf(name, sizeof(name), "  %s",
			 s->word[i] ? s->word[i] : "?");
		text_row(o, name, "", &s->times.waited[i]);
	}
}

static void text_way(const struct segments *s, struct out *o, int first,
		     int last)
{
	for (int i = first; i <= last; i++) {
		text_row(o, seg_stages[i].name, seg_stages[i].way,
			 &s->times.stage[i]);
		if (i == STAGE_BUFFER)
			text_waited(s, o);
	}
}

static void text_clocks(const struct segments *s, struct out *o)
{
	for (u32 i = 0; i < s->between.nclocks; i++) {
		const struct seg_clock *c = &s->between.clock[i];

		if (c->a == c->b || !c->samples)
			continue;
		outf(o, "# clocks: recording %u is %+.1f us ahead of recording %u, give or take %.1f us, and drifts by %+.2f ppm\n",
		     c->b + 1, c->offset_ns / 1000, c->a + 1,
		     c->error_ns / 1000, c->drift * 1e6);
	}
}

static void text_end(const struct segments *s, struct out *o)
{
	const struct seg_times *t = &s->times;

	outf(o, "# pieces: %llu complete, %llu in part",
	     (unsigned long long)t->complete, (unsigned long long)t->partial);
	if (s->passing)
		outf(o, ", %llu passed through",
		     (unsigned long long)s->passing);
	if (t->again)
		outf(o, "; %llu sent again, %llu of them needlessly",
		     (unsigned long long)t->again,
		     (unsigned long long)t->spurious);
	outf(o, "\n");
	if (s->lost)
		outf(o, "# LOST %llu events: what was under way then is left out\n",
		     (unsigned long long)s->lost);
}

static void text_table(const struct segments *s, struct out *o)
{
	outf(o, "%-13s %-14s %8s %11s %11s %11s %11s\n", "STAGE", "WAY",
	     "COUNT", "P50 us", "P90 us", "P99 us", "MAX us");
	text_row(o, "sndbuf", "begin>end", &s->space.waits);
	text_way(s, o, 0, STAGE_SENT_TOTAL);
	text_way(s, o, STAGE_SENT_TOTAL + 1, STAGE_RECEIVED_TOTAL);
	text_row(o, "network", "xmit>receive", &s->between.network);
	text_row(o, "back", "queued>acked", &s->between.back);
	text_end(s, o);
	text_clocks(s, o);
}

/* ---- JSON ---- */

static void json_hist(struct json *j, const struct hist *h)
{
	json_u64(j, "count", h->n);
	json_fixed(j, "min_us", h->min, 3);
	json_fixed(j, "p50_us", hist_percentile(h, 50), 3);
	json_fixed(j, "p90_us", hist_percentile(h, 90), 3);
	json_fixed(j, "p99_us", hist_percentile(h, 99), 3);
	json_fixed(j, "max_us", h->max, 3);
}

static void json_stage(const struct segments *s, int i, struct json *j)
{
	json_object(j, NULL);
	json_str(j, "event", "segment_stage");
	json_str(j, "side", i > STAGE_SENT_TOTAL ? "received" : "sent");
	json_str(j, "stage", seg_stages[i].name);
	json_hist(j, &s->times.stage[i]);
	json_fixed(j, "complete_us", s->times.sum[i], 3);
	json_object_end(j);
}

static void json_waited(const struct segments *s, u32 i, struct json *j)
{
	json_object(j, NULL);
	json_str(j, "event", "segment_waited");
	json_str(j, "reason", s->word[i] ? s->word[i] : "?");
	json_hist(j, &s->times.waited[i]);
	json_object_end(j);
}

/* Not of a byte's stages: the program's waits, and times between both ends */
static void json_way(struct out *o, const char *side, const char *stage,
		     const struct hist *h, struct json *j)
{
	if (!h->n)
		return;
	json_object(j, NULL);
	json_str(j, "event", "segment_stage");
	json_str(j, "side", side);
	json_str(j, "stage", stage);
	json_hist(j, h);
	json_object_end(j);
	json_line(j, o);
}

static void json_between(const struct segments *s, struct json *j,
			 struct out *o)
{
	const struct seg_between *b = &s->between;

	if (!b->joined)
		return;
	json_way(o, "between", "network", &b->network, j);
	json_way(o, "between", "back", &b->back, j);
	for (u32 i = 0; i < b->nclocks; i++) {
		const struct seg_clock *c = &b->clock[i];

		if (c->a == c->b || !c->samples)
			continue;
		json_object(j, NULL);
		json_str(j, "event", "segment_clock");
		json_u64(j, "recording", c->b + 1);
		json_u64(j, "than", c->a + 1);
		json_s64(j, "ahead_ns", (s64)c->offset_ns);
		json_s64(j, "error_ns", (s64)c->error_ns);
		json_s64(j, "drift_ppb", (s64)(c->drift * 1e9));
		json_object_end(j);
		json_line(j, o);
	}
}

static void json_end(const struct segments *s, struct json *j)
{
	json_object(j, NULL);
	json_str(j, "event", "segments");
	json_u64(j, "complete", s->times.complete);
	json_u64(j, "partial", s->times.partial);
	json_u64(j, "passing", s->passing);
	json_u64(j, "again", s->times.again);
	json_u64(j, "spurious", s->times.spurious);
	json_u64(j, "lost", s->lost);
	json_object_end(j);
}

static void json_all(const struct segments *s, struct out *o)
{
	struct json j = { 0 };

	json_way(o, "program", "sndbuf", &s->space.waits, &j);
	for (int i = 0; i < SEG_NR_STAGES; i++) {
		if (!s->times.stage[i].n)
			continue;
		json_stage(s, i, &j);
		json_line(&j, o);
	}
	for (u32 i = 0; i < SEG_MAX_WAITED; i++) {
		if (!s->times.waited[i].n)
			continue;
		json_waited(s, i, &j);
		json_line(&j, o);
	}
	json_between(s, &j, o);
	json_end(s, &j);
	json_line(&j, o);
	json_free(&j);
}

void segments_print(struct segments *s, struct printer *pr,
		    const struct trace *traces)
{
	segments_close(s);
	if (pr->json)
		json_all(s, pr->o);
	else
		text_table(s, pr->o);
	if (!s->between.joined)
		apart_tell(&s->apart, traces);
}
