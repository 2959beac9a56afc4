// SPDX-License-Identifier: GPL-2.0
/* The summary as a table, or as one JSON object per connection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "summary/by.h"
#include "summary/json.h"
#include "summary/print.h"
#include "summary/sort.h"
#include "summary/text.h"

/* ---- text ---- */

static void held_text(const struct sheet *c, const struct row *r)
{
	struct held_part p[MAX_PARTS];
	u32 n = row_parts(r, p);
	const char *outcome = outcome_word(r);

	if (r->overflows && !r->ended)
		return;
	if (!r->ended && c->s->lost_src[SRC_KEYFRAME]) {
		outf(c->pr->o, "?");
		return;
	}
	if (outcome)
		outf(c->pr->o, "%s", outcome);
	if (held_is_lost(c, r)) {
		outf(c->pr->o, "%s?", outcome ? "  " : "");
		return;
	}
	if (!n && !outcome)
		outf(c->pr->o, "-");
	for (u32 i = 0; i < n; i++)
		if (p[i].percent)
			outf(c->pr->o, "%s%s %u%%", i || outcome ? "  " : "",
			     p[i].word, p[i].percent);
}

/* The last column: outcome, reasons, verdict. */
static void notes_text(const struct sheet *c, const struct row *r)
{
	if (r->spurious)
		outf(c->pr->o, "  spurious %llu",
		     (unsigned long long)r->spurious);
	if (r->duplicates)
		outf(c->pr->o, "  duplicates %llu",
		     (unsigned long long)r->duplicates);
	if (r->overflows)
		outf(c->pr->o, "listen overflows %llu",
		     (unsigned long long)r->overflows);
}

static void text_row(const struct sheet *c, const struct row *r, int wconn,
		     int wsk)
{
	char sk[20], sent[32], retr[32], drop[32], min[32], last[32], life[32];
	u64 us = row_life(r);
	const char *verdict;
	char rtt[72];
	bool sure;

	snprintf(sk, sizeof(sk), "%llx", (unsigned long long)r->cookie);
	snprintf(life, sizeof(life), "%llu.%03llus",
		 (unsigned long long)(us / 1000000),
		 (unsigned long long)(us / 1000 % 1000));
	snprintf(rtt, sizeof(rtt), "%s/%s%s",
		 cell_ms(min, row_cell(c, r, COL_RTT_MIN)),
		 is_smoothed(c, r) ? "~" : "",
		 cell_ms(last, row_cell(c, r, COL_RTT_LAST)));
	outf(c->pr->o, "%-*s  %-*s  %8s  %8s  %4s %4s  %-15s  ",
	     wconn, r->name ? r->name : "-", wsk, sk, life,
	     cell_text(sent, row_cell(c, r, COL_SENT)),
	     cell_text(retr, row_cell(c, r, COL_RETR)),
	     cell_text(drop, row_cell(c, r, COL_DROP)), rtt);
	text_dists(c, r->dist);
	held_text(c, r);
	notes_text(c, r);
	verdict = verdict_name(c, r, &sure);
	if (verdict)
		outf(c->pr->o, "  => %s%s", verdict, sure ? "" : "?");
	outf(c->pr->o, "\n");
}

static bool is_shown(const struct row *r, const char *word)
{
	struct held_part p[MAX_PARTS];
	u32 n = row_parts(r, p);

	for (u32 i = 0; i < n; i++)
		if (p[i].percent && !strcmp(p[i].word, word))
			return true;
	return false;
}

/* Notes below the table, not in JSON. */
static void text_legend(const struct sheet *c, struct row **rows, u32 n)
{
	bool wanted = c->pr->color || c->pr->verbose;

	for (u32 i = 0; wanted && i < n; i++) {
		if (!is_smoothed(c, rows[i]))
			continue;
		outf(c->pr->o, "# ~: smoothed; record tcp_rttm for the last sample\n");
		break;
	}
	for (const struct held_word *w = held_words; wanted && w->word; w++) {
		u32 i = 0;

		while (i < n && (w->plain || held_is_lost(c, rows[i]) ||
				 !is_shown(rows[i], w->word)))
			i++;
		if (i < n)
			outf(c->pr->o, "# %s: %s\n", w->word, w->text);
	}
}

static void text_lost_foot(const struct sheet *c, u32 idle)
{
	u64 homeless = c->s->strays.homeless;

	if (idle)
		outf(c->pr->o, "# open, and nothing happened on them: %u, which -v shows\n",
		     idle);
	if (homeless)
		outf(c->pr->o, "# %llu segments were dropped of connections not in this trace: -e skb_drop\n",
		     (unsigned long long)homeless);
}

/* Without any activity; or a listener. */
static bool is_idle(const struct row *r)
{
	bool listens = r->has_port && !r->a.pport;

	return !r->ended && (listens || !r->others) && !row_harm(r) &&
	       !r->permille;
}

/*
 * Leaves out idle rows, unless they match explicitly, or there are no others.
 */
static u32 drop_idle(const struct sheet *c, struct row **rows, u32 n)
{
	u32 kept = 0;

	if (c->pr->verbose || c->s->match->conns.n ||
	    c->s->match->filter.expr)
		return n;
	for (u32 i = 0; i < n; i++)
		if (!is_idle(rows[i]))
			rows[kept++] = rows[i];
	return kept ? kept : n;
}

/* As many as --top says. */
static u32 first(u64 top, u32 n)
{
	return top && top < n ? top : n;
}

static void text_table(const struct sheet *c, struct row **rows, u32 all,
		       u64 top)
{
	u32 busy = drop_idle(c, rows, all), n = first(top, busy);
	int wconn = 27, wsk = 4;

	for (u32 i = 0; i < n; i++) {
		char sk[20];
		int w = rows[i]->name ? strlen(rows[i]->name) : 1;

		if (w > wconn)
			wconn = w;
		w = snprintf(sk, sizeof(sk), "%llx",
			     (unsigned long long)rows[i]->cookie);
		if (w > wsk)
			wsk = w;
	}
	text_lost_head(c);
	outf(c->pr->o, "%-*s  %-*s  %8s  %8s  %4s %4s  %-15s  ", wconn,
	     "CONNECTION (local>peer)", wsk, "SK", "LIFE", "SENT", "RETR",
	     "DROP", "RTT min/last ms");
	text_dist_titles(c);
	outf(c->pr->o, "HELD BACK BY => VERDICT\n");
	for (u32 i = 0; i < n; i++)
		text_row(c, rows[i], wconn, wsk);
	if (!all)
		outf(c->pr->o, "# no connection in this trace\n");
	text_more(c->pr->o, busy - n);
	text_legend(c, rows, n);
	text_lost_foot(c, all - busy);
}

/* ---- JSON ---- */

static void json_rows(const struct sheet *c, struct row *const *rows, u32 n)
{
	struct json j = { 0 };

	for (u32 i = 0; i < n; i++) {
		summary_json_row(c, &j, NULL, rows[i]);
		json_line(&j, c->pr->o);
	}
	json_free(&j);
}

/* ---- */

bool summary_how_dists(const struct summary_how *how, bool json, bool verbose)
{
	bool reverse;

	return json || verbose || how->by || (how->sort &&
	       column_dist(sort_column(sort_name(how->sort, &reverse))));
}

int summary_how_check(const struct summary_how *how)
{
	const struct by *by = how->by ? by_find(how->by) : NULL;

	if (how->by && !by)
		return EXIT_USAGE;
	if (!how->sort)
		return 0;
	return by ? groups_sort_check(how->sort, by) :
		    sort_rows_check(how->sort);
}

static void print_groups(const struct sheet *c, struct row *const *rows, u32 n,
			 const struct summary_how *how)
{
	struct groups g;

	groups_make(&g, c, by_find(how->by), rows, n);
	groups_sort(&g, how->sort);
	groups_print(&g, c, how->top);
	groups_free(&g);
}

static void print_rows(const struct sheet *c, struct row **rows, u32 n,
		       const struct summary_how *how)
{
	sort_rows(c, rows, n, how->sort);
	if (c->pr->json)
		json_rows(c, rows, first(how->top, n));
	else
		text_table(c, rows, n, how->top);
}

void summary_print(struct summary *s, struct printer *pr,
		   const struct trace *traces, u64 last, u64 to,
		   const struct summary_how *how)
{
	struct sheet c = { .s = s, .pr = pr };
	struct row **rows = xcalloc(s->rows.used, sizeof(*rows)), *r;
	u32 n = 0;

	summary_recorded(s, traces, c.recorded);
	summary_close(s, traces, last, to);
	why_open(&c.why, s, traces, c.recorded);
	hash_each(&s->rows, i, r)
		if (r->matched && r->seen)
			rows[n++] = r;
	if (pr->json && s->left_out)
		msg("%llu connections more than fit a summary, the least in"
		    " trouble: use --conn or --since",
		    (unsigned long long)s->left_out);
	if (how->by)
		print_groups(&c, rows, n, how);
	else
		print_rows(&c, rows, n, how);
	why_close(&c.why);
	free(rows);
}
