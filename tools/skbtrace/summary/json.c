// SPDX-License-Identifier: GPL-2.0
/* A row of the summary as JSON. */
#include "summary/json.h"

void json_cell(struct json *j, const char *key, struct cell c)
{
	if (c.state == CELL_VALUE)
		json_u64(j, key, c.v);
	else
		json_null(j, key);
}

static void json_held(const struct sheet *c, struct json *j,
		      const struct row *r)
{
	struct held_part p[MAX_PARTS];
	u32 n = held_is_lost(c, r) ? 0 : row_parts(r, p);

	json_array(j, "held");
	for (u32 i = 0; i < n; i++) {
		json_object(j, NULL);
		json_str(j, "by", p[i].word);
		json_u64(j, "us", p[i].us);
		json_object_end(j);
	}
	json_array_end(j);
}

/* Percentiles are left out where nobody collected them. */
static void json_cells(const struct sheet *c, struct json *j,
		       const struct row *r)
{
	u32 n = c->s->dists ? COL_NR : COL_DISTS;

	for (u32 i = 0; i < n; i++) {
		json_cell(j, columns[i].json, row_cell(c, r, i));
		if (i == COL_RTT_LAST)
			json_bool(j, "rtt_last_smoothed", is_smoothed(c, r));
	}
}

void summary_json_row(const struct sheet *c, struct json *j, const char *key,
		      const struct row *r)
{
	bool sure;
	const char *verdict = verdict_name(c, r, &sure);

	json_object(j, key);
	json_str(j, "event", "summary");
	json_hex(j, "sk", r->cookie);
	json_str(j, "conn", r->name);
	json_bool(j, "open", !r->ended && !r->nth);
	json_str(j, "end", outcome_word(r) ? outcome_word(r) : "closed");
	json_str(j, "err", r->err);
	json_cells(c, j, r);
	json_held(c, j, r);
	json_str(j, "verdict", verdict);
	json_bool(j, "certain", sure);
	json_u64(j, "lost", c->s->lost);
	json_object_end(j);
}
