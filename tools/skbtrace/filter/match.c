// SPDX-License-Identifier: GPL-2.0
#include <netinet/in.h>
#include <string.h>

#include "filter/match.h"
#include "trace/evlist.h"

/* ---- connections ---- */

/*
 * What a line is about: the tuple that stands on it, and the protocol. One
 * without a protocol is an event of a connection, and those are of TCP.
 */
static bool tuple_of(struct trace *t, const struct rec *r, struct addr_pair *a,
		     u8 *proto)
{
	*proto = IPPROTO_TCP;
	if (!rec_tuple(r, a))
		return names_tuple_of(t->names, r, a);
	if (r->ev->proto && rec_has(r, r->ev->proto))
		*proto = rec_int(r, r->ev->proto);
	return true;
}

/*
 * --conn names a connection: its lines are all of it, whatever stands on them,
 * and packets whose socket is not known, but the connection of their addresses.
 * -S judges lines by what stands on them.
 */
static bool is_conn(const struct match *m, struct trace *t,
		    const struct rec *r, u64 cookie, const struct addr_pair *a)
{
	struct packet_end ends[PACKET_ENDS];
	const struct conn *c;
	u32 nr;

	if (conns_have(&m->conns, cookie, a))
		return true;
	if (cookie) {
		c = names_conn(t->names, cookie);
		return c && conns_have(&m->conns, 0, &c->a);
	}
	nr = names_ends(t->names, r, ends);
	for (u32 i = 0; i < nr; i++) {
		c = ends[i].conn;
		if (conns_have(&m->conns, c->cookie, &c->a))
			return true;
	}
	return false;
}

bool match_asked(const struct match *m, struct trace *t, const struct rec *r)
{
	struct addr_pair a;
	u64 cookie;
	bool told;
	u8 proto;

	cookie = rec_cookie(r);
	if (!m->filter.expr && conns_have(&m->conns, cookie, NULL))
		return true;
	told = tuple_of(t, r, &a, &proto);
	if (m->conns.n && !is_conn(m, t, r, cookie, told ? &a : NULL))
		return false;
	return !m->filter.expr ||
	       (told && filter_passes(&m->filter, &a, proto));
}

bool match_later(const struct match *m, struct trace *t, const struct rec *r)
{
	u64 cookie = rec_cookie(r);
	const struct conn *c;

	if (!cookie || (m->conns.n && !conns_by_address(&m->conns) &&
			!conns_have(&m->conns, cookie, NULL)))
		return false;
	c = names_conn(t->names, cookie);
	return !c || !c->a.lport;
}

void match_free(struct match *m)
{
	filter_free(&m->filter);
	where_free(m->where);
	fires_close(m->fires);
	conns_free(&m->conns);
	seqs_free(&m->seqs);
}

bool match_any(const struct match *m)
{
	return m->conns.n || m->filter.expr || m->events || m->seqs.n ||
	       m->where;
}

/* ---- events ---- */

/* An event, a set, a glob, or probes */
static bool stands_for(const char *item, const struct event *e)
{
	return is_probe(item) ? fires_made_of(item, e) : evlist_has(item, e);
}

/* By -e alone */
static bool is_chosen(const void *match, const struct event *e)
{
	const struct match *m = match;
	bool wanted = false;
	struct evlist l;
	const char *item;

	if (!m->events)
		return true;
	evlist_open(&l, m->events);
	while (!wanted && (item = evlist_next(&l)))
		wanted = *item && stands_for(item, e);
	evlist_close(&l);
	return wanted;
}

bool match_event(const struct match *m, const struct event *e)
{
	return is_chosen(m, e) && (!m->where || where_may(m->where, e));
}

static int no_such_event(const struct format *f, const char *item,
			 const char *file)
{
	const char *near = evlist_nearest(f, item, true);

	if (strchr(item, '='))
		msg("-e \"%s\": parse takes events, not their options", item);
	else
		msg("-e \"%s\": no such event in %s", item, file);
	if (near)
		hint("did you mean %s?", near);
	else
		hint("skbtrace list -i %s shows them", file);
	return EXIT_USAGE;
}

static bool any_is(const struct format *f, const char *item)
{
	for (u32 i = 0; i < f->nevents; i++)
		if (stands_for(item, &f->events[i]))
			return true;
	return false;
}

static int check_events(const struct match *m, const struct format *f,
			const char *file)
{
	struct evlist l;
	const char *item;
	int code = 0;

	if (!m->events)
		return 0;
	evlist_open(&l, m->events);
	while (!code && (item = evlist_next(&l)))
		if (*item && !any_is(f, item))
			code = no_such_event(f, item, file);
	evlist_close(&l);
	return code;
}

int match_format(const struct match *m, const struct format *f,
		 const char *file)
{
	int code = check_events(m, f, file);

	if (code || !m->where)
		return code;
	return where_format(m->where, f, file, is_chosen, m);
}

/* ---- time ---- */

static int one_time(const char *opt, const char *s, const struct clock *c,
		    u64 *t)
{
	if (!s || time_parse(c, s, t))
		return 0;
	msg("%s \"%s\": not a time", opt, s);
	hint("since the start (1.5, 500ms), a time (14:03:07.2)");
	hint("or a date (2026-11-21T14:03:07Z, or +01:00)");
	return EXIT_USAGE;
}

int match_times(struct match *m, const struct clock *c)
{
	int err;

	m->from = 0;
	m->to = UINT64_MAX;
	m->ranged = m->since || m->until;
	err = one_time("--since", m->since, c, &m->from);
	return err ? err : one_time("--until", m->until, c, &m->to);
}
