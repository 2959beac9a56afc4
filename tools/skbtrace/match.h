/* SPDX-License-Identifier: GPL-2.0 */
/* Which records the user wants to see: -e, -S, --conn, --since, --until. */
#ifndef SKBTRACE_MATCH_H
#define SKBTRACE_MATCH_H

#include "filter.h"
#include "seqs.h"
#include "trace.h"

struct match {
	const char *events;	/* -e, NULL: all */
	const char *since, *until;
	bool by_conn;
	bool by_cookie;
	bool both_ends;		/* LOCAL>PEER, not one end */
	u64 cookie;
	struct match_end {
		u8 addr[16];
		u16 port;
		bool any_addr, any_port;
	} end[2];
	struct seqs seqs;	/* --seq; none: all */
	struct filter filter;	/* -S, freed by whoever compiled it */
	/* on the clock of the first trace */
	u64 from, to;
};

/* 0, or an exit code after a message. */
int match_conn_parse(struct match *m, const char *spec);
/* Once the clock of the first trace is known. */
int match_times(struct match *m, const struct clock *c);
/* Does -e want this event? All patterns must exist in the format. */
int match_events_check(const struct match *m, const struct format *f,
		       const char *file);
bool match_event(const struct match *m, const struct event *e);

/* Is it of the connections and packets that --conn and -S ask for? */
bool match_who(const struct match *m, struct trace *t, const struct rec *r);
/* It is not, but may turn out to be: its connection has no name or port yet. */
bool match_later(const struct match *m, struct trace *t, const struct rec *r);

/* Does --seq ask for it by number? */
static inline bool match_seq(const struct match *m, const struct trace *t,
			     const struct rec *r)
{
	return !m->seqs.n || seqs_have(&m->seqs, t->id, r);
}

static inline bool match_time(const struct match *m, u64 time)
{
	return time >= m->from && time < m->to;
}

#endif
