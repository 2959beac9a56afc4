// SPDX-License-Identifier: GPL-2.0
/* Groups of connections as a table, or as one JSON object for each. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "summary/by.h"
#include "summary/json.h"
#include "summary/text.h"

static void text_verdicts(const struct group *g, struct out *o)
{
	if (!g->nverdicts)
		outf(o, "-");
	for (u32 i = 0; i < g->nverdicts; i++)
		outf(o, "%s%s %llu", i ? "  " : "", g->verdicts[i].name,
		     (unsigned long long)g->verdicts[i].conns);
	outf(o, "\n");
}

static void text_group(const struct group *g, const struct sheet *c, int width)
{
	struct out *o = c->pr->o;
	char sent[CELL_TEXT], retr[CELL_TEXT], drop[CELL_TEXT];
	char min[CELL_TEXT];

	outf(o, "%-*s  %6llu  %7llu  %12s  %6s %6s  %10s  ", width,
	     g->name ? g->name : "-", (unsigned long long)g->conns,
	     (unsigned long long)g->trouble,
	     cell_text(sent, g->v[COL_SENT]), cell_text(retr, g->v[COL_RETR]),
	     cell_text(drop, g->v[COL_DROP]),
	     cell_ms(min, g->v[COL_RTT_MIN]));
	text_dists(c, g->dist);
	text_verdicts(g, o);
}

static void text_unknown(const struct groups *g, struct out *o)
{
	if (!g->unknown || !by_advice(g->by))
		return;
	outf(o, "# -: no event tells the %s of %llu of %llu connections; %s\n",
	     by_word(g->by), (unsigned long long)g->unknown,
	     (unsigned long long)g->conns, by_advice(g->by));
}

static void text_groups(const struct groups *g, const struct sheet *c,
			u64 shown)
{
	struct printer *pr = c->pr;
	char title[16] = "";
	int width = 15;

	for (u32 i = 0; by_word(g->by)[i] && i < sizeof(title) - 1; i++)
		title[i] = toupper((unsigned char)by_word(g->by)[i]);
	for (u32 i = 0; i < shown; i++)
		if (g->v[i].name && (int)strlen(g->v[i].name) > width)
			width = strlen(g->v[i].name);
	text_lost_head(c);
	outf(pr->o, "%-*s  %6s  %7s  %12s  %6s %6s  %10s  ", width, title,
	     "CONNS", "TROUBLE", "SENT", "RETR", "DROP", "RTT min ms");
	text_dist_titles(c);
	outf(pr->o, "VERDICTS\n");
	for (u32 i = 0; i < shown; i++)
		text_group(&g->v[i], c, width);
	if (!g->n)
		outf(pr->o, "# no connection in this trace\n");
	text_more(pr->o, g->n - shown);
	text_unknown(g, pr->o);
}

/* ---- JSON ---- */

static void json_verdicts(struct json *j, const struct group *g)
{
	json_array(j, "verdicts");
	for (u32 i = 0; i < g->nverdicts; i++) {
		json_object(j, NULL);
		json_str(j, "name", g->verdicts[i].name);
		json_u64(j, "conns", g->verdicts[i].conns);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_group(struct json *j, const struct groups *all,
		       const struct group *g, u64 lost)
{
	json_object(j, NULL);
	json_str(j, "event", "summary_group");
	json_str(j, "by", by_word(all->by));
	json_str(j, "group", g->name);
	json_u64(j, "conns", g->conns);
	json_u64(j, "trouble", g->trouble);
	for (u32 i = 0; i < COL_NR; i++)
		if (columns[i].join != JOIN_NONE)
			json_cell(j, columns[i].json, g->v[i]);
	json_verdicts(j, g);
	json_u64(j, "lost", lost);
	json_object_end(j);
}

static void json_groups(const struct groups *g, const struct sheet *c,
			u64 shown)
{
	struct json j = { 0 };

	for (u32 i = 0; i < shown; i++) {
		json_group(&j, g, &g->v[i], c->s->lost);
		json_line(&j, c->pr->o);
	}
	json_free(&j);
	if (g->unknown && by_advice(g->by))
		msg("no event tells the %s of %llu of %llu connections; %s",
		    by_word(g->by), (unsigned long long)g->unknown,
		    (unsigned long long)g->conns, by_advice(g->by));
}

/* ---- */

void groups_print(const struct groups *g, const struct sheet *c, u64 top)
{
	u64 shown = top && top < g->n ? top : g->n;

	if (c->pr->json)
		json_groups(g, c, shown);
	else
		text_groups(g, c, shown);
}
