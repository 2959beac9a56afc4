// SPDX-License-Identifier: GPL-2.0
/* The summary as a table, or as one JSON object per connection. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "put.h"
#include "summary.h"
#include "why/why.h"

struct ctx {
	const struct summary *s;
	struct printer *pr;
	struct why why;
	bool recorded[SRC_NR];
};

/* What it suffers from, NULL: nothing; *@sure: no event is missing for it. */
static const char *verdict_name(const struct ctx *c, const struct row *r,
				bool *sure)
{
	struct case_file f;

	why_judge(&c->why, r, &f);
	*sure = f.n && f.v[0].sure == SURE_CERTAIN;
	return f.n && f.v[0].rule->kind < RULE_UNKNOWN ? f.v[0].rule->name :
							 NULL;
}

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

/* No sample was recorded: the last RTT is the smoothed one of the kernel. */
static bool is_smoothed(const struct ctx *c, const struct row *r)
{
	return !r->has_rtt && rtt_last_cell(c, r).state == CELL_VALUE;
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
	return (lost[SRC_LIMIT] || lost[SRC_TURN]) &&
	       (r->held.told || !r->ended);
}

static void held_text(const struct ctx *c, const struct row *r)
{
	struct held_part p[MAX_PARTS];
	u32 n = row_parts(r, p);
	const char *fate = fate_word(r);

	if (r->overflows && !r->ended)
		return;
	if (!r->ended && c->s->lost_src[SRC_KEYFRAME]) {
		outf(c->pr->o, "?");
		return;
	}
	if (fate)
		outf(c->pr->o, "%s", fate);
	if (held_lost(c, r)) {
		outf(c->pr->o, "%s?", fate ? "  " : "");
		return;
	}
	if (!n && !fate)
		outf(c->pr->o, "-");
	for (u32 i = 0; i < n; i++)
		if (p[i].percent)
			outf(c->pr->o, "%s%s %u%%", i || fate ? "  " : "",
			     p[i].word, p[i].percent);
}

/* What the columns of numbers do not tell. */
static void notes_text(const struct ctx *c, const struct row *r)
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

static void text_row(const struct ctx *c, const struct row *r, int wconn,
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
	snprintf(rtt, sizeof(rtt), "%s/%s%s", ms_text(min, rtt_min_cell(c, r)),
		 is_smoothed(c, r) ? "~" : "",
		 ms_text(last, rtt_last_cell(c, r)));
	outf(c->pr->o, "%-*s  %-*s  %8s  %8s  %4s %4s  %-15s  ",
	     wconn, r->name ? r->name : "-", wsk, sk, life,
	     cell_text(sent, sent_cell(c, r)),
	     cell_text(retr, retrans_cell(c, r)),
	     cell_text(drop, count_cell(c, SRC_DROP, r->drops)), rtt);
	held_text(c, r);
	notes_text(c, r);
	verdict = verdict_name(c, r, &sure);
	if (verdict)
		outf(c->pr->o, "  => %s%s", verdict, sure ? "" : "?");
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

/* What the words mean that do not speak for themselves. */
static const struct {
	const char *word, *text;
} legend[] = {
	{ "app", "this program had nothing to send" },
	{ "peer", "asked, and waited for the answer of the peer's program" },
	{ "rtt", "the round trips of these answers" },
	{ "swnd", "the peer's window was full: slow reader, or small buffer" },
	{ "sndbuf", "the send buffer of this end was full" },
	{ "nagle", "small writes waited for ACKs: TCP_NODELAY" },
	{ "tsq", "waited in a queue of this host: a qdisc's or a device's" },
	{ "pacing", "sent at a rate of fq, BBR or SO_MAX_PACING_RATE" },
	{ "tso", "waited for an ACK, to send a larger packet" },
	{ "pushone", "the first packet of a large write was on its way" },
	{ "frag", "there was no memory to split a packet" },
	{ "other", "refused by IP or below: a full queue, no route" },
};

static bool is_shown(const struct row *r, const char *word)
{
	struct held_part p[MAX_PARTS];
	u32 n = row_parts(r, p);

	for (u32 i = 0; i < n; i++)
		if (p[i].percent && !strcmp(p[i].word, word))
			return true;
	return false;
}

/* For who reads it; a program wants rows alone. */
static void text_legend(const struct ctx *c, struct row **rows, u32 n)
{
	bool wanted = c->pr->color || c->pr->verbose;

	for (u32 i = 0; wanted && i < n; i++) {
		if (!is_smoothed(c, rows[i]))
			continue;
		outf(c->pr->o, "# ~: smoothed; record tcp_rttm for the last sample\n");
		break;
	}
	for (u32 w = 0; wanted && w < ARRAY_SIZE(legend); w++) {
		u32 i = 0;

		while (i < n && (held_lost(c, rows[i]) ||
				 !is_shown(rows[i], legend[w].word)))
			i++;
		if (i < n)
			outf(c->pr->o, "# %s: %s\n", legend[w].word,
			     legend[w].text);
	}
}

static void text_lost_foot(const struct ctx *c, u32 idle)
{
	u64 homeless = c->s->strays.homeless;

	if (idle)
		outf(c->pr->o, "# open, and nothing happened on them: %u, which -v shows\n",
		     idle);
	if (homeless)
		outf(c->pr->o, "# %llu segments were dropped of connections that are not in this trace, see -e skb_drop\n",
		     (unsigned long long)homeless);
}

/* Nothing but its name was told, and nothing held it; or it only listens. */
static bool is_idle(const struct row *r)
{
	bool listens = r->has_port && !r->a.pport;

	return !r->ended && (listens || !r->others) && !row_harm(r) &&
	       !r->permille;
}

/* Leaves out what nobody looks for, unless it is asked for, or all there is. */
static u32 drop_idle(const struct ctx *c, struct row **rows, u32 n)
{
	u32 kept = 0;

	if (c->pr->verbose || c->s->match->by_conn || c->s->match->filter.expr)
		return n;
	for (u32 i = 0; i < n; i++)
		if (!is_idle(rows[i]))
			rows[kept++] = rows[i];
	return kept ? kept : n;
}

static void text_table(const struct ctx *c, struct row **rows, u32 all)
{
	int wconn = 27, wsk = 4;
	u32 n = drop_idle(c, rows, all);

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
	     "DROP", "RTT min/last ms", "HELD BACK BY => VERDICT");
	for (u32 i = 0; i < n; i++)
		text_row(c, rows[i], wconn, wsk);
	if (!all)
		outf(c->pr->o, "# no connection in this trace\n");
	text_legend(c, rows, n);
	text_lost_foot(c, all - n);
}

/* ---- JSON ---- */

static void json_cell(struct json *j, const char *key, struct cell v)
{
	if (v.state == CELL_VALUE)
		json_u64(j, key, v.v);
	else
		json_null(j, key);
}

static void json_events(const struct ctx *c, struct json *j, const char *key,
			enum source src, u64 n)
{
	json_cell(j, key, count_cell(c, src, n));
}

static void json_held(const struct ctx *c, struct json *j, const struct row *r)
{
	struct held_part p[MAX_PARTS];
	u32 n = held_lost(c, r) ? 0 : row_parts(r, p);

	json_array(j, "held");
	for (u32 i = 0; i < n; i++) {
		json_object(j, NULL);
		json_str(j, "by", p[i].word);
		json_u64(j, "us", p[i].us);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_row(const struct ctx *c, struct json *j, const struct row *r)
{
	bool sure;
	const char *verdict = verdict_name(c, r, &sure);

	json_object(j, NULL);
	json_str(j, "event", "summary");
	json_hex(j, "sk", r->cookie);
	json_str(j, "conn", r->name);
	json_bool(j, "open", !r->ended);
	json_str(j, "end", fate_word(r) ? fate_word(r) : "closed");
	json_str(j, "err", r->err);
	json_u64(j, "life_us", row_life(r));
	json_cell(j, "sent_bytes", sent_cell(c, r));
	json_cell(j, "retrans_segs", retrans_cell(c, r));
	json_events(c, j, "spurious_segs", SRC_CONG, r->spurious);
	json_events(c, j, "drop_segs", SRC_DROP, r->drops);
	json_events(c, j, "duplicate_segs", SRC_DROP, r->duplicates);
	json_cell(j, "rtt_min_us", rtt_min_cell(c, r));
	json_cell(j, "rtt_last_us", rtt_last_cell(c, r));
	json_bool(j, "rtt_last_smoothed", is_smoothed(c, r));
	json_events(c, j, "listen_overflows", SRC_OVERFLOW, r->overflows);
	json_held(c, j, r);
	json_str(j, "verdict", verdict);
	json_bool(j, "certain", sure);
	json_u64(j, "lost", c->s->lost);
	json_object_end(j);
}

static void json_rows(const struct ctx *c, struct row *const *rows, u32 n)
{
	struct json j = { 0 };

	for (u32 i = 0; i < n; i++) {
		json_row(c, &j, rows[i]);
		json_line(&j, c->pr->o);
	}
	json_free(&j);
}

/* ---- */

void summary_print(struct summary *s, struct printer *pr,
		   const struct trace *traces, u64 last, u64 to)
{
	struct ctx c = { .s = s, .pr = pr };
	struct row **rows = xcalloc(s->rows.used, sizeof(*rows)), *r;
	u32 n = 0;

	summary_recorded(s, traces, c.recorded);
	summary_close(s, traces, last, to);
	why_open(&c.why, s, traces, c.recorded);
	hash_each(&s->rows, i, r)
		if (r->matched && r->seen)
			rows[n++] = r;
	if (n)
		qsort(rows, n, sizeof(*rows), worse);
	if (pr->json && s->left_out)
		msg("%llu connections more than fit a summary, the least in trouble: use --conn or --since",
		    (unsigned long long)s->left_out);
	if (pr->json)
		json_rows(&c, rows, n);
	else
		text_table(&c, rows, n);
	why_close(&c.why);
	free(rows);
}
