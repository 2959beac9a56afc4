// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filter/conns.h"
#include "lib/num.h"
#include "trace/evlist.h"

static bool parse_address(struct conn_end *e, const char *s)
{
	if (!*s || !strcmp(s, "*")) {
		e->any_addr = true;
		return true;
	}
	return addr_parse(e->addr, s);
}

/*
 * ADDR:PORT, [V6]:PORT; either may be "*". A lone "*" is a listener's peer, a
 * lone ADDR or [V6] has any port.
 */
static bool parse_end(struct conn_end *e, const char *s, size_t n)
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

/* As printed in text, JSON and the summary: sk=100b, 0x100b, 100b. */
static bool parse_cookie(const char *s, u64 *cookie)
{
	if (!strncmp(s, "sk=", 3) || !strncmp(s, "sk:", 3))
		s += 3;
	return parse_hex(s, cookie) && *cookie;
}

/* An unquoted "A:1>B:2" is "A:1" and a redirection to the file "B:2". */
static int shell_took_it(void)
{
	struct conn_end e;
	char path[256], *name;
	ssize_t n;

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

static int not_a_conn(const char *spec)
{
	msg("--conn \"%s\": not a connection", spec);
	hint("sk=100b, 0x100b, 10.0.0.1:443, [2001:db8::1]:443, LOCAL-PEER");
	hint("or LOCAL>PEER, quoted");
	return EXIT_USAGE;
}

static int parse_one(struct conn_name *c, const char *spec)
{
	const char *sep = strpbrk(spec, ">-");

	memset(c, 0, sizeof(*c));
	if (parse_cookie(spec, &c->cookie))
		return 0;
	c->cookie = 0;
	if (sep) {
		c->both_ends = true;
		if (parse_end(&c->end[0], spec, sep - spec) &&
		    parse_end(&c->end[1], sep + 1, strlen(sep + 1)))
			return 0;
	} else if (parse_end(&c->end[0], spec, strlen(spec))) {
		return shell_took_it();
	}
	return not_a_conn(spec);
}

int conns_parse(const char *list, void *conns)
{
	char *copy = xstrdup(list), *rest = copy, *item;
	struct conns *c = conns;
	int code = 0;

	while (!code && (item = strsep(&rest, ","))) {
		c->v = xrealloc(c->v, (c->n + 1) * sizeof(*c->v));
		code = parse_one(&c->v[c->n], item);
		c->n += !code;
	}
	free(copy);
	evlist_add(list, &c->text);
	return code;
}

void conns_free(struct conns *c)
{
	free(c->v);
	free(c->text);
	*c = (struct conns){};
}

static bool end_is(const struct conn_end *e, const u8 addr[16], u16 port)
{
	return (e->any_port || e->port == port) &&
	       (e->any_addr || !memcmp(e->addr, addr, 16));
}

static bool conn_is(const struct conn_name *c, const struct addr_pair *a)
{
	if (c->both_ends)
		return end_is(&c->end[0], a->local, a->lport) &&
		       end_is(&c->end[1], a->peer, a->pport);
	return end_is(&c->end[0], a->local, a->lport) ||
	       end_is(&c->end[0], a->peer, a->pport);
}

bool conns_have(const struct conns *c, u64 cookie, const struct addr_pair *a)
{
	for (u32 i = 0; i < c->n; i++) {
		const struct conn_name *n = &c->v[i];

		if (n->cookie ? n->cookie == cookie : a && conn_is(n, a))
			return true;
	}
	return false;
}

bool conns_by_address(const struct conns *c)
{
	for (u32 i = 0; i < c->n; i++)
		if (!c->v[i].cookie)
			return true;
	return false;
}
