// SPDX-License-Identifier: GPL-2.0
/* The stages as JSON: an object a stage, as "parse --latency" has it. */
#include <stdlib.h>
#include <string.h>

#include "latency/latency.h"
#include "lib/json.h"

static void put_hist(struct json *j, const struct lat_stage *s)
{
	json_u64(j, "count", s->count);
	json_fixed(j, "p50_us", lat_percentile(s, 50), 3);
	json_fixed(j, "p90_us", lat_percentile(s, 90), 3);
	json_fixed(j, "p99_us", lat_percentile(s, 99), 3);
	json_fixed(j, "max_us", lat_max(s), 3);
	json_fixed(j, "sum_us", s->sum_ns, 3);
}

static void put_stage(struct json *j, const struct lat *l,
		      const struct lat_stage *s)
{
	json_object(j, NULL);
	json_str(j, "event", "segment_stage");
	if (*l->by)
		json_str(j, l->by, s->key);
	json_str(j, "side", s->sent ? "sent" : "received");
	json_str(j, "stage", s->name);
	put_hist(j, s);
	json_object_end(j);
}

static void put_waited(struct json *j, const struct lat_stage *s)
{
	json_object(j, NULL);
	json_str(j, "event", "segment_waited");
	json_str(j, "reason", *s->why ? s->why : "-");
	put_hist(j, s);
	json_object_end(j);
}

/* A stage; of parts the whole first */
static void put_rows(struct json *j, const struct lat *l, u32 i, struct out *o)
{
	const struct lat_stage *s = &l->stage[i];
	bool begins = lat_begins_parts(l, i);
	struct lat_stage whole;

	if (begins) {
		lat_whole(&whole, l, i);
		put_stage(j, l, &whole);
		json_line(j, o);
		free(whole.v);
	}
	if (begins || *s->why)
		put_waited(j, s);
	else
		put_stage(j, l, s);
	json_line(j, o);
}

static void put_end(struct json *j, const struct lat *l)
{
	json_object(j, NULL);
	json_str(j, "event", "segment_marks");
	json_u64(j, "every", l->every);
	json_str(j, "by", *l->by ? l->by : NULL);
	json_u64(j, "for_ns", l->now_ns - l->started_ns);
	json_object(j, "missed");
	for (u32 i = 0; i < l->nmissed; i++)
		json_u64(j, l->missed[i].why, l->missed[i].count);
	json_object_end(j);
	json_object_end(j);
}

void lat_json(const struct lat *l, const char *only, struct out *o)
{
	u32 n, *order = lat_order(l, only, &n);
	struct json j = { 0 };

	for (u32 k = 0; k < n; k++)
		put_rows(&j, l, order[k], o);
	free(order);
	put_end(&j, l);
	json_line(&j, o);
	json_free(&j);
}
