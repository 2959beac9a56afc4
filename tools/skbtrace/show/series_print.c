// SPDX-License-Identifier: GPL-2.0
/* The intervals of a connection as a table, or one JSON object for each. */
#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/put.h"
#include "show/series_print.h"

enum { CELL = 32, TIME = 40 };

struct page {
	const struct series *sr;
	struct printer *pr;
	const struct clock *clock;
	const struct row *row;
	bool sent, retrans, drops;	/* could be told */
};

/*
 * Without send limits only the reasons known from other events can be shown.
 */
static bool is_told(const struct row *r, const char *word)
{
	return r->held.told || !strcmp(word, HELD_LOSS) ||
	       !strcmp(word, HELD_HANDSHAKE) || !strcmp(word, HELD_PEER) ||
	       !strcmp(word, HELD_RTT);
}

/* Hide columns of unknown values. */
static const char unknown[] = "-";

/* Sort the parts, largest first; returns their number. */
static u32 parts(const struct page *pg, const struct sample *s,
		 struct held_part p[MAX_PARTS])
{
	u64 us = (s->to - s->from) / 1000;
	u32 n = 0;
	u64 sum = 0;

	if (outcome_never(pg->row)) {
		p[0] = (struct held_part){ .word = HELD_HANDSHAKE, .us = us };
		return held_tidy(p, 1, us);
	}
	for (u32 i = 0; i < s->nparts && n < MAX_PARTS - 1; i++) {
		if (!s->parts[i].ns || !is_told(pg->row, s->parts[i].word))
			continue;
		p[n] = (struct held_part){ .word = s->parts[i].word,
					   .us = s->parts[i].ns / 1000 };
		sum += p[n++].us;
	}
	if (n && !pg->row->held.told && sum < us)
		p[n++] = (struct held_part){ .word = unknown, .us = us - sum };
	return held_tidy(p, n, us);
}

/* ---- text ---- */

static const char *count_text(char buf[CELL], u64 v, bool known)
{
	if (!known)
		return "-";
	snprintf(buf, CELL, "%llu", (unsigned long long)v);
	return buf;
}

static const char *gauge_text(char buf[CELL], struct gauge_value g)
{
	if (g.state == GAUGE_UNKNOWN)
		return "-";
	if (g.state == GAUGE_INF)
		return "inf";
	snprintf(buf, CELL, "%llu", (unsigned long long)g.v);
	return buf;
}

static const char *ms_text(char buf[CELL], struct gauge_value g)
{
	if (g.state != GAUGE_VALUE)
		return gauge_text(buf, g);
	snprintf(buf, CELL, "%llu.%03llu", (unsigned long long)(g.v / 1000),
		 (unsigned long long)(g.v % 1000));
	return buf;
}

static void held_text(const struct page *pg, const struct sample *s)
{
	struct held_part p[MAX_PARTS];
	u32 n = parts(pg, s, p), shown = 0;

	for (u32 i = 0; i < n; i++)
		if (p[i].percent && p[i].word != unknown)
			outf(pg->pr->o, "%s%s %u%%", shown++ ? "  " : "",
			     p[i].word, p[i].percent);
	outf(pg->pr->o, "%s%s\n", shown ? "" : "-", s->lost ? "  LOST" : "");
}

static void text_sample(const struct page *pg, const struct sample *s)
{
	char c[4][CELL], g[GAUGE_NR][CELL], time[TIME];
	struct printer *pr = pg->pr;

	*put_time(time, pg->clock, &pr->day, pr->time, s->from, &pr->last) =
		'\0';
	outf(pr->o, "%12s  %9s %9s  %4s %4s  %6s %8s %8s %9s  %8s  ", time,
	     count_text(c[0], s->sent, pg->sent),
	     count_text(c[1], s->acked, pg->row->has_una),
	     count_text(c[2], s->retrans, pg->retrans),
	     count_text(c[3], s->drops, pg->drops),
	     gauge_text(g[0], s->g[GAUGE_CWND]),
	     gauge_text(g[1], s->g[GAUGE_SSTHRESH]),
	     gauge_text(g[2], s->g[GAUGE_INFLIGHT]),
	     gauge_text(g[3], s->g[GAUGE_WND]),
	     ms_text(g[4], s->g[GAUGE_SRTT]));
	held_text(pg, s);
}

static void text_series(const struct page *pg, const struct sample *v, u32 n)
{
	const char *outcome = outcome_word(pg->row);
	u64 dropped = pg->row->drops;

	outf(pg->pr->o, "# %s sk=%llx, every %llu.%03llums, %s\n",
	     pg->row->name ? pg->row->name : "-",
	     (unsigned long long)pg->row->cookie,
	     (unsigned long long)(series_every(pg->sr) / 1000000),
	     (unsigned long long)(series_every(pg->sr) / 1000 % 1000),
	     outcome ? outcome : "closed");
	outf(pg->pr->o, "%12s  %9s %9s  %4s %4s  %6s %8s %8s %9s  %8s  %s\n",
	     "TIME", "SENT", "ACKED", "RETR", "DROP", "CWND", "SSTHRESH",
	     "INFLIGHT", "SND_WND", "SRTT ms", "HELD BACK BY");
	for (u32 i = 0; i < n; i++) {
		text_sample(pg, &v[i]);
		dropped -= v[i].drops;
	}
	if (dropped)
		outf(pg->pr->o, "# segments more that were dropped where no socket was known: %llu\n",
		     (unsigned long long)dropped);
}

/* ---- JSON ---- */

static void json_count(struct json *j, const char *key, u64 v, bool known)
{
	if (known)
		json_u64(j, key, v);
	else
		json_null(j, key);
}

static void json_held(const struct page *pg, struct json *j,
		      const struct sample *s)
{
	struct held_part p[MAX_PARTS];
	u32 n = parts(pg, s, p);

	json_array(j, "held");
	for (u32 i = 0; i < n; i++) {
		if (p[i].word == unknown)
			continue;
		json_object(j, NULL);
		json_str(j, "by", p[i].word);
		json_u64(j, "us", p[i].us);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_sample(const struct page *pg, struct json *j,
			const struct sample *s)
{
	char time[TIME];

	*put_iso(time, &pg->pr->day, clock_real(pg->clock, s->from)) = '\0';
	json_object(j, NULL);
	json_str(j, "event", "interval");
	json_str(j, "time", time);
	json_s64(j, "t_ns", s->from - pg->clock->t0);
	json_u64(j, "for_us", (s->to - s->from) / 1000);
	json_hex(j, "sk", pg->row->cookie);
	json_str(j, "conn", pg->row->name);
	json_count(j, "sent_bytes", s->sent, pg->sent);
	json_count(j, "acked_bytes", s->acked, pg->row->has_una);
	json_count(j, "retrans_segs", s->retrans, pg->retrans);
	json_count(j, "drop_segs", s->drops, pg->drops);
	for (int i = 0; i < GAUGE_NR; i++) {
		if (s->g[i].state == GAUGE_VALUE)
			json_u64(j, gauge_names[i], s->g[i].v);
		else
			json_null(j, gauge_names[i]);
	}
	json_held(pg, j, s);
	json_bool(j, "lost", s->lost);
	json_object_end(j);
}

static void json_series(const struct page *pg, const struct sample *v, u32 n)
{
	struct json j = { 0 };

	for (u32 i = 0; i < n; i++) {
		json_sample(pg, &j, &v[i]);
		json_line(&j, pg->pr->o);
	}
	json_free(&j);
}

/* ---- */

void series_print(const struct series *sr, struct printer *pr,
		  const struct clock *clock)
{
	struct page pg = {
		.sr = sr, .pr = pr, .clock = clock, .row = series_row(sr),
		.sent = series_has_sent(sr),
		.retrans = series_recorded(sr, SRC_RETRANS),
		.drops = series_recorded(sr, SRC_DROP),
	};
	const struct sample *v;
	u32 n;

	v = series_samples(sr, &n);
	if (!n || !pg.row)
		msg("--every: no event of this connection");
	else if (pr->json)
		json_series(&pg, v, n);
	else
		text_series(&pg, v, n);
}
