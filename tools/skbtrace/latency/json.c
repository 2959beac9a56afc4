// SPDX-License-Identifier: GPL-2.0
/* The stages as JSON: an object a stage, as "parse --latency" has it. */
#include <string.h>

#include "latency/latency.h"
#include "lib/json.h"

static void put_stage(struct json *j, const struct lat_stage *s)
{
	json_object(j, NULL);
	json_str(j, "event", "segment_stage");
	json_str(j, "side", s->sent ? "sent" : "received");
	json_str(j, "stage", s->name);
	json_u64(j, "count", s->count);
	json_fixed(j, "p50_us", lat_percentile(s, 50), 3);
	json_fixed(j, "p90_us", lat_percentile(s, 90), 3);
	json_fixed(j, "p99_us", lat_percentile(s, 99), 3);
	json_fixed(j, "max_us", lat_max(s), 3);
	json_fixed(j, "sum_us", s->sum_ns, 3);
	json_object_end(j);
}

static void put_end(struct json *j, const struct lat *l)
{
	json_object(j, NULL);
	json_str(j, "event", "segment_marks");
	json_u64(j, "every", l->every);
	json_u64(j, "for_ns", l->now_ns - l->started_ns);
	json_object(j, "missed");
	for (u32 i = 0; i < l->nmissed; i++)
		json_u64(j, l->missed[i].why, l->missed[i].count);
	json_object_end(j);
	json_object_end(j);
}

void lat_json(const struct lat *l, const char *only, struct out *o)
{
	struct json j = { 0 };

	for (u32 i = 0; i < l->n; i++) {
		if (only && strcmp(only, l->stage[i].name))
			continue;
		put_stage(&j, &l->stage[i]);
		json_line(&j, o);
	}
	put_end(&j, l);
	json_line(&j, o);
	json_free(&j);
}
