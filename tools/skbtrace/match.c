// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evlist.h"
#include "match.h"

/* ---- connections ---- */

static bool parse_hex(const char *s, u64 *v)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	if (!n || n > 16 || s[n])
		return false;
	*v = strtoull(s, NULL, 16);
	return true;
}

static bool parse_address(struct match_end *e, const char *s)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!*s || !strcmp(s, "*")) {
		e->any_addr = true;
		return true;
	}
	memcpy(e->addr, mapped, 12);
	return inet_pton(AF_INET, s, e->addr + 12) == 1 ||
	       inet_pton(AF_INET6, s, e->addr) == 1;
}

/*
 * ADDR:PORT, [V6]:PORT; either may be "*". A lone "*" is a listener's peer, a
 * lone ADDR or [V6] has any port.
 */
static bool parse_end(struct match_end *e, const char *s, size_t n)
{
	char buf[64], *colon, *addr = buf;
	u64 port;

	memset(e, 0, sizeof(*e));
	if (!n || n >= sizeof(buf))
		return false;
	memcpy(buf, s, n);
	buf[n] = '\0';
	if (!strcmp(buf, "*")) {
		e->any_addr = e->any_port = true;
		return true;
	}
	colon = buf[n - 1] == ']' ? NULL : strrchr(buf, ':');
	if (!colon && (*buf == '[' || strchr(buf, '.'))) {
		e->any_port = true;
		if (*buf == '[')
			buf[n - 1] = '\0';
		return parse_address(e, buf + (*buf == '['));
	}
	if (!colon)
		return false;
	*colon = '\0';
	if (*addr == '[') {
		if (colon[-1] != ']')
			return false;
		colon[-1] = '\0';
		addr++;
	} else if (strchr(addr, ':')) {
		return false;		/* v6 without brackets: which port? */
	}
	e->any_port = !strcmp(colon + 1, "*");
	if (!e->any_port) {
		if (!parse_u64(colon + 1, &port) || port > 65535)
			return false;
		e->port = port;
	}
	return parse_address(e, addr);
}

/* As text, JSON and the summary print it: sk=100b, 0x100b, 100b. */
static bool parse_cookie(const char *s, u64 *cookie)
{
	if (!strncmp(s, "sk=", 3) || !strncmp(s, "sk:", 3))
		s += 3;
	if (!strncmp(s, "0x", 2))
		s += 2;
	return parse_hex(s, cookie) && *cookie;
}

/* Of "A:1>B:2" a shell leaves "A:1", and writes into a file "B:2". */
static int shell_took_it(const struct match *m)
{
	struct match_end e;
	char path[256], *name;
	ssize_t n;

	if (m->by_cookie || m->both_ends)
		return 0;
	n = readlink("/proc/self/fd/1", path, sizeof(path) - 1);
	if (n <= 0)
		return 0;
	path[n] = '\0';
	name = strrchr(path, '/');
	if (!name || *path != '/' || !strchr(name, ':') ||
	    !parse_end(&e, name + 1, strlen(name + 1)))
		return 0;
	msg("--conn: did the shell take the >? It has made a file %s",
	    name + 1);
	hint("quote LOCAL>PEER, or write LOCAL-PEER");
	return EXIT_USAGE;
}

int match_conn_parse(struct match *m, const char *spec)
{
	const char *sep = strpbrk(spec, ">-");

	m->by_conn = true;
	m->by_cookie = parse_cookie(spec, &m->cookie);
	if (m->by_cookie)
		return 0;
	if (sep) {
		m->both_ends = true;
		if (parse_end(&m->end[0], spec, sep - spec) &&
		    parse_end(&m->end[1], sep + 1, strlen(sep + 1)))
			return 0;
	} else if (parse_end(&m->end[0], spec, strlen(spec))) {
		return shell_took_it(m);
	}
	msg("--conn \"%s\": not a connection", spec);
	hint("sk=100b, 0x100b, 10.0.0.1:443, [2001:db8::1]:443 or LOCAL>PEER (quoted; or LOCAL-PEER)");
	return EXIT_USAGE;
}

static bool end_is(const struct match_end *e, const u8 addr[16], u16 port)
{
	return (e->any_port || e->port == port) &&
	       (e->any_addr || !memcmp(e->addr, addr, 16));
}

static bool conn_is(const struct match *m, const struct addr_pair *a)
{
	if (m->both_ends)
		return end_is(&m->end[0], a->local, a->lport) &&
		       end_is(&m->end[1], a->peer, a->pport);
	return end_is(&m->end[0], a->local, a->lport) ||
	       end_is(&m->end[0], a->peer, a->pport);
}

/*
 * What a line is about: the tuple that stands on it, and the protocol. One
 * without a protocol is an event of a connection, and those are of TCP.
 */
static bool tuple_of(struct trace *t, const struct rec *r, u64 cookie,
		     struct addr_pair *a, u8 *proto)
{
	const struct conn *c;

	*proto = IPPROTO_TCP;
	if (rec_tuple(r, a)) {
		if (r->ev->proto && rec_has(r, r->ev->proto))
			*proto = rec_int(r, r->ev->proto);
		return true;
	}
	c = cookie ? names_conn(t->names, cookie) : NULL;
	if (c)
		*a = c->a;
	return c;
}

/*
 * --conn names a connection: its lines are all of it, whatever stands on them.
 * -S judges lines by what stands on them.
 */
static bool is_conn(const struct match *m, struct trace *t, u64 cookie,
		    const struct addr_pair *a)
{
	const struct conn *c = cookie ? names_conn(t->names, cookie) : NULL;

	return (a && conn_is(m, a)) || (c && conn_is(m, &c->a));
}

bool match_who(const struct match *m, struct trace *t, const struct rec *r)
{
	struct addr_pair a;
	u64 cookie;
	bool told;
	u8 proto;

	if (!m->by_conn && !m->filter.expr)
		return true;
	cookie = rec_cookie(r);
	if (m->by_cookie && cookie != m->cookie)
		return false;
	if (m->by_cookie && !m->filter.expr)
		return true;
	told = tuple_of(t, r, cookie, &a, &proto);
	if (m->by_conn && !m->by_cookie &&
	    !is_conn(m, t, cookie, told ? &a : NULL))
		return false;
	return !m->filter.expr ||
	       (told && filter_judge(&m->filter, &a, proto));
}

bool match_later(const struct match *m, struct trace *t, const struct rec *r)
{
	u64 cookie = rec_cookie(r);
	const struct conn *c;

	if (!cookie || (m->by_cookie && cookie != m->cookie))
		return false;
	c = names_conn(t->names, cookie);
	return !c || !c->a.lport;
}

/* ---- events ---- */

bool match_event(const struct match *m, const struct event *e)
{
	bool wanted = false;
	struct evlist l;
	const char *item;

	if (!m->events)
		return true;
	evlist_open(&l, m->events);
	while (!wanted && (item = evlist_next(&l)))
		wanted = *item && evlist_has(item, e);
	evlist_close(&l);
	return wanted;
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
		if (evlist_has(item, &f->events[i]))
			return true;
	return false;
}

int match_events_check(const struct match *m, const struct format *f,
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

/* ---- time ---- */

static int one_time(const char *opt, const char *s, const struct clock *c,
		    u64 *t)
{
	if (!s || time_parse(c, s, t))
		return 0;
	msg("%s \"%s\": not a time", opt, s);
	hint("since the start (1.5, 500ms), a time (14:03:07.2) or a date (2026-11-21T14:03:07Z, or +01:00)");
	return EXIT_USAGE;
}

int match_times(struct match *m, const struct clock *c)
{
	int err;

	m->from = 0;
	m->to = UINT64_MAX;
	err = one_time("--since", m->since, c, &m->from);
	return err ? err : one_time("--until", m->until, c, &m->to);
}
