// SPDX-License-Identifier: GPL-2.0
/* Collecting what the summary shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "summary.h"
#include "summary_cols.h"

struct summary *summary_new(const struct match *m)
{
	struct summary *s = xcalloc(1, sizeof(*s));

	s->match = m;
	s->rows.key_len = ROW_KEY;
	summary_cols_init(&s->cols);
	s->facts = fact_fields_new();
	return s;
}

void summary_free(struct summary *s)
{
	if (!s)
		return;
	rows_free(s);
	strays_free(&s->strays);
	for (u32 i = 0; i < s->nwords; i++)
		free(s->words[i]);
	free(s->words);
	per_event_free(&s->cols);
	fact_fields_free(s->facts);
	free(s);
}

/* ---- records ---- */

/* A value without a word stands as itself. */
static const char *intern(struct summary *s, u64 v)
{
	enum { MAX_WORDS = 64 };
	char buf[24];

	snprintf(buf, sizeof(buf), "#%llu", (unsigned long long)v);
	for (u32 i = 0; i < s->nwords; i++)
		if (!strcmp(s->words[i], buf))
			return s->words[i];
	if (s->nwords == MAX_WORDS)
		return "other";
	s->words = xrealloc(s->words, (s->nwords + 1) * sizeof(*s->words));
	return s->words[s->nwords++] = xstrdup(buf);
}

/* The word of an enum; NULL if there is none, or it says that. */
static const char *word(struct summary *s, const struct rec *r,
			const struct field *f)
{
	const struct sym *sym;
	u64 v;

	if (!f || !f->syms || !rec_get(r, f, &v))
		return NULL;
	sym = symtab_find(f->syms, v);
	if (!sym)
		return intern(s, v);
	return strcmp(sym->word, "-") ? sym->word : NULL;
}

static bool one_of(const char *w, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(w, *list))
			return true;
	return false;
}

static u64 segments(const struct rec *r, const struct field *f)
{
	u64 n;

	return rec_get(r, f, &n) && n ? n : 1;
}

static void add_keyframe(struct summary *s, struct row *row,
			 const struct col *c, const struct rec *r, u64 now)
{
	struct keyframe *k;
	u64 end = 0;

	if (c->end)
		rec_get(r, c->end, &end);
	fate_state(row, NULL, word(s, r, c->state), now);
	fate_err(row, word(s, r, c->err));
	if (!end && row->begin.time)
		return;		/* told again; the first is the beginning */
	k = end ? &row->end : &row->begin;
	row->ended = row->ended || end;
	k->time = now;
	k->has = 0;
	for (int i = 0; i < C_NR; i++)
		if (rec_get(r, c->f[i], &k->v[i]))
			k->has |= 1u << i;
}

static void add_rtt(struct row *row, u64 us)
{
	if (!row->has_rtt || us < row->rtt_min)
		row->rtt_min = us;
	row->rtt_last = us;
	row->has_rtt = true;
}

/* That a connection ends is no reason to wait. */
static const char *reason(struct summary *s, const struct rec *r,
			  const struct field *f)
{
	const char *w = word(s, r, f);

	return w && strcmp(w, "end") ? w : NULL;
}

/*
 * The events around the last keyframe may come a moment after it; what comes
 * after the range tells of what was in it.
 */
static u64 not_after_end(const struct summary *s, const struct row *row,
			 u64 now)
{
	if (row->ended && now > row->end.time)
		now = row->end.time;
	return now < s->match->to ? now : s->match->to;
}

static void add_limit(struct summary *s, struct row *row, const struct col *c,
		      const struct rec *r, u64 now)
{
	u64 us, cwnd, at = not_after_end(s, row, now);
	s64 for_ns = HELD_NA;

	if (c->part || !c->f[0] || !c->f[0]->syms)
		return;
	if (rec_get(r, c->f[2], &us) && us < INT64_MAX / 1000) {
		for_ns = us * 1000;
		for_ns -= now - at < (u64)for_ns ? (s64)(now - at) : for_ns;
	}
	if (rec_get(r, c->f[3], &cwnd))
		held_window(&row->held, at, cwnd);
	held_limit(&row->held, at, reason(s, r, c->f[0]),
		   reason(s, r, c->f[1]), for_ns);
}

/* Until now we have waited for an answer, if the peer sends and we had sent. */
static void add_turn(struct summary *s, struct row *row, const struct col *c,
		     const struct rec *r, u64 now)
{
	const char *turn = word(s, r, c->f[0]), *was = word(s, r, c->f[1]);
	u64 gap, rtt;

	now = not_after_end(s, row, now);
	if (c->part || !turn || strcmp(turn, "peer") || !was ||
	    strcmp(was, "self") || !rec_get(r, c->f[2], &gap) ||
	    gap > now / 1000)
		return;
	gap *= 1000;
	if (!rec_get(r, c->f[3], &rtt) || rtt > gap / 1000)
		rtt = gap / 1000;
	rtt *= 1000;
	row->peer_ns += gap - rtt;
	held_answer(&row->held, now, gap, rtt);
}

/* Losses, or their end; after a timeout, that has been waited for, too. */
static void add_loss(const struct summary *s, struct row *row,
		     const struct col *c, const struct rec *r, u64 now,
		     bool begin, bool timeout)
{
	u64 full = 0, us = 0, cwnd;

	now = not_after_end(s, row, now);
	if (begin) {
		rec_get(r, c->f[1], &full);
		if (timeout && (!rec_get(r, c->f[2], &us) || us > UINT32_MAX))
			us = 0;
		held_loss_begin(&row->held, now, us * 1000, full);
		return;
	}
	held_loss_end(&row->held, now);
	if (rec_get(r, c->f[3], &cwnd))
		held_window(&row->held, now, cwnd);
}

static void add_congestion(struct summary *s, struct row *row,
			   const struct col *c, const struct rec *r, u64 now)
{
	static const char *const begin[] = { "fastrtx", "frto-loss", NULL };
	static const char *const timeout[] = { "loss", "frto", NULL };
	const char *w = c->loss ? word(s, r, c->f[0]) : NULL;

	if (!w)
		return;
	if (one_of(w, begin) || one_of(w, timeout))
		add_loss(s, row, c, r, now, true, one_of(w, timeout));
	else if (!strcmp(w, "leave"))
		add_loss(s, row, c, r, now, false, false);
	else if (!strcmp(w, "undo"))
		held_undo(&row->held);
}

static void add_ca_state(struct summary *s, struct row *row,
			 const struct col *c, const struct rec *r, u64 now)
{
	static const char *const states[] = { "recovery", "loss", NULL };
	const char *w = c->loss && !s->seen_src[SRC_CONG] ?
			word(s, r, c->f[0]) : NULL;

	if (w)
		add_loss(s, row, c, r, now, one_of(w, states),
			 !strcmp(w, "loss"));
}

static void add_lost(struct summary *s, const struct rec *r)
{
	s->lost += r->last_seq - r->seq + 1;
	for (u32 i = 0; i < r->nr_kinds; i++) {
		const struct event *e;
		struct col c;
		u32 count;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		e = format_event(r->fmt, no);
		if (!e)
			continue;
		col_fields(&c, s->match, e);
		if (c.source >= 0)
			s->lost_src[c.source] = true;
	}
	/* Nobody knows what they were: nothing is certain. */
	for (int i = 0; !r->nr_kinds && i < SRC_NR; i++)
		s->lost_src[i] = true;
}

/* ---- the range ---- */

/* What is acknowledged is sent; the first keyframe may not know a number. */
static void add_una(struct row *row, const struct col *c, const struct rec *r,
		    bool counts)
{
	u64 una;

	if (!rec_get(r, c->una, &una) || !una)
		return;
	row->una_at_end = row->ended;
	if (!row->has_una) {
		row->has_una = true;
		row->una = una;
	} else if ((s32)((u32)una - row->una) > 0) {
		if (counts)
			row->acked += (u32)una - row->una;
		row->una = una;
	}
}

/* What lasts: a reason to wait, losses under repair. What counts is left out */
static void add_lasting(struct summary *s, struct row *row,
			const struct col *c, const struct rec *r, u64 now)
{
	switch (c->source) {
	case SRC_KEYFRAME:
		add_keyframe(s, row, c, r, now);
		break;
	case SRC_RTTM:
		fate_established(row, now);
		break;
	case SRC_LIMIT:
		fate_established(row, now);
		add_limit(s, row, c, r, now);
		break;
	case SRC_TURN:
		add_turn(s, row, c, r, now);
		break;
	case SRC_STATE:
		fate_state(row, word(s, r, c->f[0]), word(s, r, c->state), now);
		fate_err(row, word(s, r, c->err));
		break;
	case SRC_RESET:
		fate_reset(row, word(s, r, c->f[0]), word(s, r, c->f[1]),
			   word(s, r, c->state), now);
		break;
	case SRC_CONG:
		add_congestion(s, row, c, r, now);
		break;
	case SRC_CA:
		add_ca_state(s, row, c, r, now);
		break;
	}
}

/*
 * What the receiver had already, or needs no more, is no loss: its sender sent
 * it again, or asked whether the window is open.
 */
static void add_drop(struct summary *s, struct row *row, const struct col *c,
		     const struct rec *r)
{
	static const char *const had[] = {
		"TCP_OLD_DATA", "TCP_OLD_SEQUENCE", "TCP_OFOMERGE",
		"TCP_OLD_ACK", NULL
	};
	const char *why = word(s, r, c->f[1]);

	if (why && !strcmp(why, "TCP_RESET"))
		return;		/* it has done its work */
	if (why && one_of(why, had))
		row->duplicates += segments(r, c->f[0]);
	else
		row->drops += segments(r, c->f[0]);
}

/* When an undo says that there was no loss, all of it was sent in vain. */
static void add_spurious(struct row *row, const char *why)
{
	static const char *const begin[] = { "fastrtx", "loss", "frto", NULL };

	if (!why)
		return;
	if (one_of(why, begin)) {
		row->retrans_now = 0;
	} else if (!strcmp(why, "undo")) {
		row->spurious += row->retrans_now;
		row->retrans_now = 0;
	}
}

static void add_counts(struct summary *s, struct row *row, const struct col *c,
		       const struct rec *r)
{
	u64 us;

	row->others += r->ev->role != ROLE_CONN;

	switch (c->source) {
	case SRC_RTTM:
		if (rec_get(r, c->f[0], &us))
			add_rtt(row, us);
		break;
	case SRC_RETRANS:
		row->retrans += segments(r, c->f[0]);
		row->retrans_now += segments(r, c->f[0]);
		break;
	case SRC_CONG:
		add_spurious(row, word(s, r, c->f[0]));
		break;
	case SRC_DROP:
		add_drop(s, row, c, r);
		break;
	case SRC_OVERFLOW:
		row->overflows++;
		break;
	}
}

/* The first send limit after the range says what was at the end of it. */
static void add_after(struct summary *s, struct row *row, const struct col *c,
		      const struct rec *r, u64 now)
{
	u64 us, to = s->match->to;

	if (!row || row->over || row->ended || c->source != SRC_LIMIT)
		return;
	row->over = true;
	row_enter(s, row);
	if (row->held.told || (rec_get(r, c->f[2], &us) &&
			       us > (now - to) / 1000))
		add_limit(s, row, c, r, now);
}

/* The connection it is about; 0: none, as for the kernel's socket of ICMP */
static u64 conn_cookie(const struct rec *r)
{
	struct addr_pair a;

	if (r->ev->key != KEY_SK && rec_tuple(r, &a) && !a.lport && !a.pport)
		return 0;
	return rec_cookie(r);
}

/* A packet of which no socket was known; a reset answers what came. */
static void add_stray(struct summary *s, struct trace *t, const struct col *c,
		      const struct rec *r, u64 now)
{
	bool drop = c->source == SRC_DROP;
	struct addr_pair a, back;
	struct facts *f;
	s64 dir;

	if ((!drop && c->source != SRC_RESET) || !rec_tuple(r, &a) ||
	    !a.lport || !a.pport)
		return;
	addr_pair_swap(&back, &a);
	dir = r->ev->dir ? (s64)rec_int_or_0(r, r->ev->dir) : 0;
	f = strays_add(&s->strays, dir == r->ev->dir_tx ||
		       dir == r->ev->dir_fwd ? &a : &back,
		       drop ? segments(r, c->f[0]) : 0, now);
	if (f)
		facts_add(s->facts, f, t, r, now);
}

/* The listener @row refuses a packet of a client, which may be known here. */
static void add_refused(struct summary *s, struct trace *t,
			const struct row *row, const struct col *c,
			const struct rec *r, u64 now)
{
	struct addr_pair a = {};
	struct facts *f;
	u64 port;

	if (!c->f[0] || c->f[0]->type != FT_ADDR || !rec_has(r, c->f[0]) ||
	    !rec_get(r, c->f[1], &port) || !row->has_port)
		return;
	memcpy(a.local, r->p + c->f[0]->off, sizeof(a.local));
	memcpy(a.peer, row->a.local, sizeof(a.peer));
	a.lport = port;
	a.pport = row->a.lport;
	f = strays_add(&s->strays, &a, 0, now);
	if (f)
		facts_add(s->facts, f, t, r, now);
}

/* What a verdict is built on. */
static void add_facts(struct summary *s, struct trace *t, struct row *row,
		      const struct col *c, const struct rec *r, u64 now)
{
	facts_add(s->facts, &row->facts, t, r, now);
	if (c->source == SRC_OVERFLOW)
		add_refused(s, t, row, c, r, now);
}

void summary_add(struct summary *s, struct trace *t, const struct rec *r,
		 enum range_part part, bool who)
{
	u64 now = r->time + t->shift, cookie;
	struct row *row = NULL;
	struct col *c;

	if (r->no == SKBTRACE_LOST) {
		add_lost(s, r);
		return;
	}
	s->events += part == RANGE_IN;
	c = summary_col(s, t, r);
	if (rec_inferred(r) && c->exact)
		return;
	c->exact = !rec_inferred(r);
	/* What comes after the last primary nobody has written. */
	c->part = c->part || rec_held(r);
	c->loss = c->loss && !c->part;
	if (c->source >= 0)
		s->seen_src[c->source] = true;
	cookie = conn_cookie(r);
	if (part == RANGE_AFTER) {
		add_after(s, row_find(s, t, cookie), c, r, now);
		return;
	}
	if (cookie)
		row = row_get(s, t, cookie);
	if (!cookie && part == RANGE_IN)
		add_stray(s, t, c, r, now);
	if (!row)
		return;
	row->matched = row->matched || who;
	if (!row->has_port)
		row_name(row, t, r);
	if (!row->trace) {
		row->first = now;
		row->held.since = now;
	}
	row->trace = t;
	row->is_conn = row->is_conn || r->ev->key == KEY_SK;
	if (part == RANGE_IN) {
		row_enter(s, row);
		row->last = now > row->last ? now : row->last;
		add_counts(s, row, c, r);
		add_facts(s, t, row, c, r, now);
	}
	add_lasting(s, row, c, r, now);
	add_una(row, c, r, part == RANGE_IN);
}
