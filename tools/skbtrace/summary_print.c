// SPDX-License-Identifier: GPL-2.0
/* The summary as a table, or as one JSON object per connection. */
#include <stdio.h>
#include <stdlib.h>

#include "put.h"
#include "summary.h"

struct ctx {
	const struct summary *s;
	struct printer *pr;
	bool recorded[SRC_NR];
};

/* ---- cells ---- */

enum cell_state { CELL_VALUE, CELL_NONE, CELL_LOST };

struct cell {
	enum cell_state state;
	u64 v;
};

/* A count of events: doubtful if some were lost, nothing if none were asked. */
static struct cell count_cell(const struct ctx *c, enum source src, u64 n)
{
	if (c->s->lost_src[src])
		return (struct cell){ CELL_LOST, n };
	return (struct cell){ c->recorded[src] ? CELL_VALUE : CELL_NONE, n };
}

/* What only the last keyframe tells. */
static struct cell end_cell(const struct ctx *c, const struct row *r,
			    enum counter i)
{
	if (r->cut)
		return (struct cell){ CELL_NONE, 0 };
	if (r->ended && r->end.has & 1u << i)
		return (struct cell){ CELL_VALUE, r->end.v[i] };
	return (struct cell){ c->s->lost_src[SRC_KEYFRAME] && !r->ended ?
			      CELL_LOST : CELL_NONE, 0 };
}

/* Of one that is open, or began before the range: what was acknowledged. */
static struct cell acked_cell(const struct ctx *c, const struct row *r)
{
	const struct keyframe *k = &r->end;
	const u32 need = 1u << C_BYTES_SENT | 1u << C_BYTES_ACKED |
			 1u << C_BYTES_RETRANS;
	u64 n = r->acked;

	if (!r->has_una)
		return end_cell(c, r, C_BYTES_ACKED);
	/* So are the SYN, before, and the FIN. */
	if (r->una_at_end && (k->has & need) == need && n &&
	    k->v[C_BYTES_ACKED] == k->v[C_BYTES_SENT] -
				   k->v[C_BYTES_RETRANS] + 2)
		n--;
	return (struct cell){ c->s->lost ? CELL_LOST : CELL_VALUE, n };
}

/* Payload, each byte once. */
static struct cell sent_cell(const struct ctx *c, const struct row *r)
{
	struct cell sent = end_cell(c, r, C_BYTES_SENT);
	struct cell again = end_cell(c, r, C_BYTES_RETRANS);

	if (r->cut || !r->ended)
		return acked_cell(c, r);
	if (sent.state || again.state || again.v > sent.v)
		return end_cell(c, r, C_BYTES_ACKED);
	sent.v -= again.v;
	return sent;
}

static struct cell retrans_cell(const struct ctx *c, const struct row *r)
{
	struct cell end = end_cell(c, r, C_RETRANS);

	if (end.state != CELL_VALUE)
		return count_cell(c, SRC_RETRANS, r->retrans);
	end.v = row_retrans(r);
	return end;
}

static struct cell rtt_min_cell(const struct ctx *c, const struct row *r)
{
	struct cell end = end_cell(c, r, C_MIN_RTT);

	/* The kernel's is of minutes, perhaps of those before the range. */
	if (end.state != CELL_VALUE && r->has_rtt)
		return (struct cell){ c->s->lost_src[SRC_RTTM] ? CELL_LOST :
				      CELL_VALUE, r->rtt_min };
	return end;
}

static struct cell rtt_last_cell(const struct ctx *c, const struct row *r)
{
	const struct keyframe *k = &r->end;

	if (r->has_rtt)
		return (struct cell){ c->s->lost_src[SRC_RTTM] && !r->ended ?
				      CELL_LOST : CELL_VALUE, r->rtt_last };
	if (r->cut && r->ended && r->seen && k->has & 1u << C_SRTT)
		return (struct cell){ CELL_VALUE, k->v[C_SRTT] };
	return end_cell(c, r, C_SRTT);
}

/* ---- order ---- */

/* Worst first: what was lost on the way, then who waited longest. */
static int worse(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;
	u64 p, q;

	p = row_harm(x);
	q = row_harm(y);
	if (p != q)
		return p < q ? 1 : -1;
	p = x->permille;
	q = y->permille;
	if (p != q)
		return p < q ? 1 : -1;
	p = row_life(x);
	q = row_life(y);
	if (p != q)
		return p < q ? 1 : -1;
	return row_order(x, y);
}

/* ---- text ---- */

static const char *cell_text(char buf[32], struct cell c)
{
	if (c.state == CELL_LOST)
		return "?";
	if (c.state == CELL_NONE)
		return "-";
	snprintf(buf, 32, "%llu", (unsigned long long)c.v);
	return buf;
}

static const char *ms_text(char buf[32], struct cell c)
{
	if (c.state != CELL_VALUE)
		return cell_text(buf, c);
	c.v = (c.v + 50) / 100;
	snprintf(buf, 32, "%llu.%llu", (unsigned long long)(c.v / 10),
		 (unsigned long long)(c.v % 10));
	return buf;
}

/* Is something lost that the parts come from? */
static bool held_lost(const struct ctx *c, const struct row *r)
{
	const bool *lost = c->s->lost_src;

	if (lost[SRC_CONG] || (lost[SRC_CA] && !c->recorded[SRC_CONG]))
		return true;
	return lost[SRC_LIMIT] && (r->held.told || !r->ended);
}

static void held_text(const struct ctx *c, const struct row *r)
{
	struct held_part p[MAX_PARTS];
	u32 n = row_parts(r, p);

	if (r->overflows && !r->ended)
		return;
	if (!r->ended && c->s->lost_src[SRC_KEYFRAME]) {
		outf(c->pr->o, "?");
		return;
	}
	if (!r->ended)
		outf(c->pr->o, "open");
	if (held_lost(c, r)) {
		outf(c->pr->o, "%s?", r->ended ? "" : "  ");
		return;
	}
	if (!n && r->ended)
		outf(c->pr->o, "-");
	for (u32 i = 0; i < n; i++)
		if (p[i].percent)
			outf(c->pr->o, "%s%s %u%%", i || !r->ended ? "  " : "",
			     p[i].word, p[i].percent);
}

static void text_row(const struct ctx *c, const struct row *r, int wconn,
		     int wsk)
{
	char sk[20], sent[32], retr[32], drop[32], min[32], last[32], life[32];
	char rtt[72];
	u64 us = row_life(r);

	snprintf(sk, sizeof(sk), "%llx", (unsigned long long)r->cookie);
	snprintf(life, sizeof(life), "%llu.%03llus",
		 (unsigned long long)(us / 1000000),
		 (unsigned long long)(us / 1000 % 1000));
	snprintf(rtt, sizeof(rtt), "%s/%s", ms_text(min, rtt_min_cell(c, r)),
		 ms_text(last, rtt_last_cell(c, r)));
	outf(c->pr->o, "%-*s  %-*s  %8s  %8s  %4s %4s  %-15s  ",
	     wconn, r->name ? r->name : "-", wsk, sk, life,
	     cell_text(sent, sent_cell(c, r)),
	     cell_text(retr, retrans_cell(c, r)),
	     cell_text(drop, count_cell(c, SRC_DROP, r->drops)), rtt);
	held_text(c, r);
	if (r->overflows)
		outf(c->pr->o, "listen overflows %llu",
		     (unsigned long long)r->overflows);
	outf(c->pr->o, "\n");
}

static void text_lost_head(const struct ctx *c)
{
	const struct summary *s = c->s;

	if (s->lost)
		outf(c->pr->o, "# LOST %llu of %llu events: what a ? stands for is not known\n",
		     (unsigned long long)s->lost,
		     (unsigned long long)(s->lost + s->events));
	if (s->left_out)
		outf(c->pr->o, "# %llu connections more than fit a summary, the least in trouble: use --conn or --since\n",
		     (unsigned long long)s->left_out);
}

static void text_table(const struct ctx *c, struct row **rows, u32 n)
{
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
	outf(c->pr->o, "%-*s  %-*s  %8s  %8s  %4s %4s  %-15s  %s\n", wconn,
	     "CONNECTION (local>peer)", wsk, "SK", "LIFE", "SENT", "RETR",
	     "DROP", "RTT min/last ms", "HELD BACK BY");
	for (u32 i = 0; i < n; i++)
		text_row(c, rows[i], wconn, wsk);
	if (!n)
		outf(c->pr->o, "# no connection in this trace\n");
}

/* ---- JSON ---- */

static void json_cell(const struct ctx *c, const char *key, struct cell v)
{
	if (v.state == CELL_VALUE)
		outf(c->pr->o, ",\"%s\":%llu", key, (unsigned long long)v.v);
	else
		outf(c->pr->o, ",\"%s\":null", key);
}

static void json_row(const struct ctx *c, const struct row *r)
{
	struct held_part p[MAX_PARTS];
	u32 n = held_lost(c, r) ? 0 : row_parts(r, p);

	outf(c->pr->o, "{\"event\":\"summary\",\"sk\":\"%llx\",\"conn\":",
	     (unsigned long long)r->cookie);
	if (r->name)
		outf(c->pr->o, "\"%s\"", r->name);
	else
		outf(c->pr->o, "null");
	outf(c->pr->o, ",\"open\":%s,\"life_us\":%llu",
	     r->ended ? "false" : "true", (unsigned long long)row_life(r));
	json_cell(c, "sent_bytes", sent_cell(c, r));
	json_cell(c, "retrans_segs", retrans_cell(c, r));
	json_cell(c, "drop_segs", count_cell(c, SRC_DROP, r->drops));
	json_cell(c, "rtt_min_us", rtt_min_cell(c, r));
	json_cell(c, "rtt_last_us", rtt_last_cell(c, r));
	json_cell(c, "listen_overflows",
		  count_cell(c, SRC_OVERFLOW, r->overflows));
	outf(c->pr->o, ",\"held_by\":[");
	for (u32 i = 0; i < n; i++)
		outf(c->pr->o, "%s\"%s\"", i ? "," : "", p[i].word);
	outf(c->pr->o, "],\"held_us\":[");
	for (u32 i = 0; i < n; i++)
		outf(c->pr->o, "%s%llu", i ? "," : "",
		     (unsigned long long)p[i].us);
	outf(c->pr->o, "],\"lost\":%llu}\n", (unsigned long long)c->s->lost);
}

/* ---- */

/* Nothing of it came, but it was asked for: there was none. */
static bool is_recorded(const struct summary *s, const struct trace *t,
			enum source src)
{
	const struct event *e = t->fmt ? format_find(t->fmt,
						     source_events[src]) : NULL;

	return e && match_event(s->match, e) &&
	       trace_spec(t, source_events[src]);
}

void summary_print(struct summary *s, struct printer *pr,
		   const struct trace *traces, u64 last, u64 to)
{
	struct ctx c = { .s = s, .pr = pr };
	struct row **rows = xcalloc(s->used, sizeof(*rows));
	u32 n = 0;

	for (int i = 0; i < SRC_NR; i++)
		c.recorded[i] = s->seen_src[i] || s->lost_src[i] ||
				is_recorded(s, traces, i);
	summary_close(s, traces, last, to);
	for (u32 i = 0; i < s->size; i++)
		if (s->slot[i] && s->slot[i]->matched && s->slot[i]->seen)
			rows[n++] = s->slot[i];
	if (n)
		qsort(rows, n, sizeof(*rows), worse);
	if (pr->json && s->left_out)
		msg("%llu connections more than fit a summary, the least in trouble: use --conn or --since",
		    (unsigned long long)s->left_out);
	if (pr->json)
		for (u32 i = 0; i < n; i++)
			json_row(&c, rows[i]);
	else
		text_table(&c, rows, n);
	free(rows);
}
