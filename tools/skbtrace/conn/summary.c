// SPDX-License-Identifier: GPL-2.0
/* Collects the data of the summary. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/cols.h"
#include "conn/summary.h"

enum { MAX_ROWS = 1 << 19 };

struct summary *summary_new(const struct match *m, bool dists)
{
	struct summary *s = xcalloc(1, sizeof(*s));

	s->match = m;
	s->max_rows = MAX_ROWS;
	s->dists = dists;
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

/* BBR, of whichever version, sends at the rate that it finds the path has. */
static bool paces(const struct rec *r, const struct field *ca)
{
	return ca && ca->size >= 3 && rec_has(r, ca) &&
	       !memcmp(r->p + ca->off, "bbr", 3);
}

/*
 * The keyframe before the SYN has the options that it will ask for. Without any
 * they are not known, except at the end: an old kernel, or a request.
 */
static void add_options(struct row *row, const char *state, u64 options,
			bool end)
{
	if (!options && !end)
		return;
	options |= OPTIONS_TOLD;
	if (!end && state && !strcmp(state, "CLOSE"))
		row->asked = options;
	else
		row->options = options;
}

static void add_keyframe(struct summary *s, struct row *row,
			 const struct col *c, const struct rec *r, u64 now)
{
	struct keyframe *k;
	u64 end = 0, options;

	if (c->end)
		rec_get(r, c->end, &end);
	outcome_state(row, NULL, word(s, r, c->state), now);
	outcome_err(row, word(s, r, c->err));
	rec_get(r, c->cgroup, &row->cgroup);
	row->own_pace = row->own_pace || paces(r, c->ca);
	if (rec_get(r, c->f[C_OPTIONS], &options))
		add_options(row, word(s, r, c->state), options, end);
	if (!end && row->begin.time)
		return;		/* repeated; the first one counts */
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

/* "end" is no reason to wait. */
static const char *reason(struct summary *s, const struct rec *r,
			  const struct field *f)
{
	const char *w = word(s, r, f);

	return w && strcmp(w, "end") ? w : NULL;
}

/*
 * Events at the end of a connection may follow its last keyframe; those after
 * the range may describe time within it.
 */
static u64 not_after_end(const struct summary *s, const struct row *row,
			 u64 now)
{
	u64 to = match_to(s->match, row->trace);

	if (row->ended && now > row->end.time)
		now = row->end.time;
	return now < to ? now : to;
}

/* tcp_cwnd_restart() halves snd_cwnd for each RTO of a pause, 200 ms or more */
static void add_restart(struct row *row, const char *reason, const char *was,
			u64 us, u64 cwnd)
{
	enum { PAUSE_US = 200000 };

	if (was && !strcmp(was, HELD_APP) && us >= PAUSE_US)
		row->paused = true;
	if (reason && !strcmp(reason, HELD_CWND)) {
		if (row->paused && cwnd <= row->widest / 2)
			row->restarts++;
		row->paused = false;
	}
	if (cwnd > row->widest)
		row->widest = cwnd;
}

static void add_limit(struct summary *s, struct row *row, const struct col *c,
		      const struct rec *r, u64 now)
{
	const char *why = reason(s, r, c->f[0]), *was = reason(s, r, c->f[1]);
	u64 us = 0, cwnd, at = not_after_end(s, row, now);
	s64 for_ns = HELD_NA;

	if (c->part || !c->f[0] || !c->f[0]->syms)
		return;
	if (rec_get(r, c->f[2], &us) && us < INT64_MAX / 1000) {
		for_ns = us * 1000;
		for_ns -= now - at < (u64)for_ns ? (s64)(now - at) : for_ns;
	}
	if (rec_get(r, c->f[3], &cwnd)) {
		held_window(&row->held, at, cwnd);
		add_restart(row, why, was, us, cwnd);
	}
	held_limit(&row->held, at, why, was, for_ns);
}

/* In nanoseconds a field in microseconds; if it is not known, @other */
static u64 ns_or(const struct rec *r, const struct field *f, u64 other)
{
	u64 us;

	return rec_get(r, f, &us) && us <= INT64_MAX / 1000 ? us * 1000 : other;
}

static void add_turn(struct summary *s, struct row *row, const struct col *c,
		     const struct rec *r, u64 now)
{
	struct turn turn = { .now = word(s, r, c->f[0]),
			     .was = word(s, r, c->f[1]) };

	if (c->part || !turn.now)
		return;
	turn.gap = ns_or(r, c->f[2], UINT64_MAX);
	turn.rtt = ns_or(r, c->f[3], turn.gap);
	turn.took = ns_or(r, c->f[4], 0);
	rec_get(r, c->f[5], &turn.bytes);
	turns_add(row, &turn, not_after_end(s, row, now));
}

/* Recovery begins or ends; the wait for a timeout belongs to it. */
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
	else if (!strcmp(w, "cwr"))
		held_probe_lost(&row->held);
}

/*
 * Sent again. The wait for a probe began with the event before, or an RTO ago,
 * which is not shorter.
 */
static void add_again(struct summary *s, struct row *row, const struct col *c,
		      const struct rec *r, u64 now)
{
	const char *kind = word(s, r, c->f[1]);
	u64 us, ago = now > row->before ? now - row->before : 0;

	row->again_at = now;
	if (!kind || strcmp(kind, "tlp") || !row->before)
		return;
	if (rec_get(r, c->f[2], &us) && ago / 1000 > us)
		ago = us * 1000;
	held_probe(&row->held, not_after_end(s, row, now), ago);
}

static void add_ca_state(struct summary *s, struct row *row,
			 const struct col *c, const struct rec *r, u64 now)
{
	static const char *const states[] = { "recovery", "loss", NULL };
	const char *w = c->loss && !s->seen_src[SRC_CONG] ?
			word(s, r, c->f[0]) : NULL;

	if (!w)
		return;
	if (!strcmp(w, "cwr"))
		held_probe_lost(&row->held);
	add_loss(s, row, c, r, now, one_of(w, states), !strcmp(w, "loss"));
}

/* ---- the range ---- */

/* Acknowledged bytes have been sent; the first keyframe may lack the number. */
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

/* Before the range: only states (reason, recovery) are updated, no counters. */
static void add_lasting(struct summary *s, struct row *row,
			const struct col *c, const struct rec *r, u64 now)
{
	switch (c->source) {
	case SRC_KEYFRAME:
		add_keyframe(s, row, c, r, now);
		break;
	case SRC_RTTM:
		outcome_established(row, now);
		row->acked_at = now;
		break;
	case SRC_LIMIT:
		outcome_established(row, now);
		add_limit(s, row, c, r, now);
		break;
	case SRC_TURN:
		add_turn(s, row, c, r, now);
		break;
	case SRC_RETRANS:
		add_again(s, row, c, r, now);
		break;
	case SRC_STATE:
		outcome_state(row, word(s, r, c->f[0]), word(s, r, c->state),
			      now);
		outcome_err(row, word(s, r, c->err));
		break;
	case SRC_RESET:
		outcome_reset(row, word(s, r, c->f[0]), word(s, r, c->f[1]),
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
 * Segments that the receiver had already are no losses: retransmissions, or
 * window probes.
 */
static void add_drop(struct summary *s, struct row *row, const struct col *c,
		     const struct rec *r)
{
	static const char *const had[] = {
		"TCP_OLD_DATA", "TCP_OLD_SEQUENCE", "TCP_OFOMERGE",
		"TCP_OFO_DROP", "TCP_OLD_ACK", NULL
	};
	const char *why = word(s, r, c->f[1]);

	if (why && !strcmp(why, "TCP_RESET"))
		return;		/* it has done its work */
	if (why && one_of(why, had))
		row->duplicates += segments(r, c->f[0]);
	else
		row->drops += segments(r, c->f[0]);
}

/*
 * An undo shows that there was no loss: all retransmissions were spurious, of
 * each timeout since the first, tcp_init_undo().
 */
static void add_spurious(struct row *row, const char *why)
{
	static const char *const begin[] = { "fastrtx", "loss", "frto", NULL };

	if (!why)
		return;
	if (one_of(why, begin)) {
		if (!row->held.in_loss)
			row->retrans_now = 0;
	} else if (!strcmp(why, "undo")) {
		row->spurious += row->retrans_now;
		row->retrans_now = 0;
	}
}

/* The time that each side took to answer; the first turn does not count. */
static void add_gap(struct row *row, const char *now, const char *was, u64 us)
{
	if (!now || !was)
		return;
	if (!strcmp(now, "peer") && !strcmp(was, "self"))
		dist_add(row, DIST_ANSWER, us);
	else if (!strcmp(now, "self") && !strcmp(was, "peer"))
		dist_add(row, DIST_OWN, us);
}

static void add_dists(struct summary *s, struct row *row, const struct col *c,
		      const struct rec *r)
{
	u64 us;

	if (c->source == SRC_RTTM && rec_get(r, c->f[0], &us))
		dist_add(row, DIST_RTT, us);
	else if (c->source == SRC_TURN && rec_get(r, c->f[2], &us))
		add_gap(row, word(s, r, c->f[0]), word(s, r, c->f[1]), us);
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

/* The first send limit after the range has the reason at its end. */
static void add_after(struct summary *s, struct row *row, const struct col *c,
		      const struct rec *r, u64 now)
{
	u64 us, to;

	if (!row || row->over || row->ended || c->source != SRC_LIMIT)
		return;
	to = match_to(s->match, row->trace);
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

/*
 * A packet whose socket is not known; a reset goes to the sender of the packet.
 */
static void add_stray(struct summary *s, struct trace *t, const struct col *c,
		      const struct rec *r, u64 now)
{
	bool drop = c->source == SRC_DROP, sent, nat;
	struct addr_pair a, b;
	struct facts *f;
	s64 dir;

	if ((!drop && c->source != SRC_RESET) || !rec_tuple(r, &a) ||
	    !a.lport || !a.pport)
		return;
	dir = r->ev->dir ? (s64)rec_int_or_0(r, r->ev->dir) : 0;
	sent = dir == r->ev->dir_tx || dir == r->ev->dir_fwd;
	nat = rec_nat(r, &b);
	if (!sent)
		addr_pair_turn(&a);
	if (!sent && nat)
		addr_pair_turn(&b);
	f = strays_add(&s->strays, &a, nat ? &b : NULL,
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
	f = strays_add(&s->strays, &a, NULL, 0, now);
	if (f)
		facts_add(s->facts, f, t, r, now);
}

/* Collect the facts for verdicts. */
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
		summary_lost(s, t, r);
		return;
	}
	if (r->no == SKBTRACE_SHED) {
		summary_shed(s, t, r);
		return;
	}
	s->events += part == RANGE_IN;
	c = summary_col(s, t, r);
	if (rec_inferred(r) && c->exact)
		return;
	c->exact = !rec_inferred(r);
	/* Events after the last primary have not been written. */
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
	row = row_again(s, t, row, r);
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
		if (s->dists)
			add_dists(s, row, c, r);
		add_facts(s, t, row, c, r, now);
	} else {
		facts_owner(&row->facts, r);
	}
	add_lasting(s, row, c, r, now);
	add_una(row, c, r, part == RANGE_IN);
	/* What is dropped arms no timer: a copy, or a segment on its way */
	if (c->source != SRC_DROP)
		row->before = now;
}
