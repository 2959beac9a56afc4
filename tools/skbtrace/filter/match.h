/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which records the user wants to see: -e, -S, --conn, --seq, --where, --since,
 * --until.
 */
#ifndef SKBTRACE_MATCH_H
#define SKBTRACE_MATCH_H

#include "filter/conns.h"
#include "filter/filter.h"
#include "filter/fires.h"
#include "filter/seqs.h"
#include "trace/trace.h"
#include "where/where.h"

struct match {
	const char *events;	/* -e, NULL: all */
	struct fires *fires;	/* probes in it, NULL: none */
	const char *since, *until;
	struct conns conns;	/* --conn; none: all */
	struct seqs seqs;	/* --seq; none: all */
	struct filter filter;	/* -S */
	struct where *where;	/* NULL: all */
	/* on the clock of the first trace */
	u64 from, to;
	bool ranged;		/* some of --since, --until is given */
};

/* What was parsed and compiled for it. */
void match_free(struct match *m);
/* Is anything chosen but times? */
bool match_any(const struct match *m);
/* Once the clock of the first trace is known; 0, or an exit code. */
int match_times(struct match *m, const struct clock *c);
/*
 * A new format, of @file: all patterns of -e and fields of --where must exist
 * in it. 0, or an exit code after a message.
 */
int match_format(const struct match *m, const struct format *f,
		 const char *file);
/* Does -e want this event, and could --where be true of it? */
bool match_event(const struct match *m, const struct event *e);

/* Is it of the connections and packets that --conn and -S ask for? */
bool match_asked(const struct match *m, struct trace *t, const struct rec *r);

static inline bool match_who(const struct match *m, struct trace *t,
			     const struct rec *r)
{
	return (!m->conns.n && !m->filter.expr) || match_asked(m, t, r);
}

/* And what --where asks for, and the probes of -e? */
static inline bool match_where(const struct match *m, struct trace *t,
			       const struct rec *r)
{
	return (!m->where || where_true(m->where, t, r)) &&
	       (!m->fires || !r->ev || fires_rec(m->fires, t, r));
}

/* It is not, but may turn out to be: its connection has no name or port yet. */
bool match_later(const struct match *m, struct trace *t, const struct rec *r);

/* Does --seq ask for it by number? */
static inline bool match_seq(const struct match *m, const struct trace *t,
			     const struct rec *r)
{
	return !m->seqs.n || seqs_have(&m->seqs, t->id, r);
}

/*
 * The range: what the user wants of what @t was cut to. All of it is on the
 * clock of the first trace.
 */
static inline u64 match_from(const struct match *m, const struct trace *t)
{
	u64 from = t->from ? t->from + t->shift : 0;

	return from > m->from ? from : m->from;
}

static inline u64 match_to(const struct match *m, const struct trace *t)
{
	u64 to = t->to == UINT64_MAX ? t->to : t->to + t->shift;

	return to < m->to ? to : m->to;
}

static inline bool match_time(const struct match *m, const struct trace *t,
			      u64 time)
{
	if (!m->ranged && !t->ranged)
		return true;
	return time >= match_from(m, t) && time < match_to(m, t);
}

#endif
