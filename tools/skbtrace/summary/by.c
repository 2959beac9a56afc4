// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"
#include "summary/by.h"
#include "summary/sort.h"

/* ---- keys ---- */

enum { NAME = 160 };

struct by {
	const char *word;
	bool of_host;		/* the same on another host is another one */
	/* The name of its group; false: nobody knows */
	bool (*name)(const struct sheet *c, const struct row *r,
		     char buf[NAME]);
	const char *advice;
};

#define NAME_OF(what)							\
	static bool name_##what(const struct sheet *c			\
				__attribute__((unused)),		\
				const struct row *r, char buf[NAME])

NAME_OF(peer)
{
	if (!r->name)
		return false;
	if (addr_is_zero(r->a.peer))
		strcpy(buf, "*");
	else
		addr_text(buf, r->a.peer);
	return true;
}

/* The port of the service: the lower one. */
NAME_OF(port)
{
	u16 port = r->a.lport;

	if (r->a.pport && (!port || r->a.pport < port))
		port = r->a.pport;
	sprintf(buf, "%u", port);
	return port;
}

NAME_OF(pid)
{
	sprintf(buf, "%u", r->facts.tgid);
	return r->facts.tgid;
}

NAME_OF(comm)
{
	const struct task *t = NULL;

	if (r->facts.tgid)
		t = names_task(r->trace->names, r->facts.tgid);
	if (t)
		strcpy(buf, t->text);
	return t;
}

NAME_OF(cgroup)
{
	sprintf(buf, "0x%llx", (unsigned long long)r->cgroup);
	return r->cgroup;
}

NAME_OF(netns)
{
	sprintf(buf, "%u", r->facts.netns);
	return r->facts.netns;
}

NAME_OF(verdict)
{
	bool sure;
	const char *v = verdict_name(c, r, &sure);

	strcpy(buf, v ? v : "");
	return v;
}

#define TASK	"record -e @conn: connect() and close() tell it"

static const struct by bys[] = {
	{ "peer", false, name_peer, "record -e @conn" },
	{ "port", false, name_port, "record -e @conn" },
	{ "pid", true, name_pid, TASK },
	{ "comm", false, name_comm, TASK },
	{ "cgroup", true, name_cgroup,
	  "record -e @conn, on a kernel with CONFIG_SOCK_CGROUP_DATA" },
	{ "netns", true, name_netns, "record -e @conn" },
	{ "verdict", false, name_verdict, NULL },
};

const struct by *by_find(const char *word)
{
	const char *names[ARRAY_SIZE(bys) + 1] = {}, *near;

	for (size_t i = 0; i < ARRAY_SIZE(bys); i++) {
		names[i] = bys[i].word;
		if (!strcmp(bys[i].word, word))
			return &bys[i];
	}
	near = nearest(word, names);
	msg("--by %s: there is nothing of that name", word);
	if (near)
		hint("did you mean %s?", near);
	else
		hint("peer port pid comm cgroup netns verdict");
	return NULL;
}

const char *by_word(const struct by *b)
{
	return b->word;
}

const char *by_advice(const struct by *b)
{
	return b->advice;
}

/* ---- groups ---- */

static bool several_hosts(const struct sheet *c)
{
	const struct trace *t = c->why.traces;

	for (const struct trace *o = t; o; o = o->next)
		if (o->host != t->host)
			return true;
	return false;
}

/* NULL: not known. A host is named as in --seq, by its first recording. */
static char *name_of(const struct by *by, const struct sheet *c,
		     const struct row *r, bool hosts)
{
	char buf[NAME];

	if (!by->name(c, r, buf))
		return NULL;
	if (!hosts || !by->of_host)
		return xstrdup(buf);
	return xasprintf("%u/%s", r->trace->host + 1, buf);
}

static void add_verdict(struct group *g, const char *name)
{
	u32 i = 0;

	while (i < g->nverdicts && g->verdicts[i].name != name)
		i++;
	if (i == g->nverdicts) {
		g->verdicts = xrealloc(g->verdicts, (i + 1) *
				       sizeof(*g->verdicts));
		g->verdicts[i] = (struct group_verdict){ name, 0 };
		g->nverdicts++;
	}
	g->verdicts[i].conns++;
}

/* Join a cell: known if one is known, doubtful if one is doubtful. */
static void join(struct cell *to, struct cell from, enum column_join how)
{
	if (how == JOIN_NONE || how == JOIN_DIST || from.state == CELL_NONE)
		return;
	if (to->state == CELL_NONE)
		*to = (struct cell){ from.state, from.v };
	else if (how == JOIN_SUM)
		to->v += from.v;
	else if (from.v < to->v)
		to->v = from.v;
	if (from.state == CELL_LOST)
		to->state = CELL_LOST;
}

static void add_row(struct group *g, const struct sheet *c,
		    const struct row *r)
{
	bool sure;
	const char *verdict = verdict_name(c, r, &sure);

	g->conns++;
	for (int i = 0; r->dist && i < DIST_NR; i++)
		hist_join(&g->dist[i], &r->dist[i]);
	for (u32 i = 0; i < COL_NR; i++)
		join(&g->v[i], row_cell(c, r, i), columns[i].join);
	if (!verdict)
		return;
	g->trouble++;
	add_verdict(g, verdict);
}

static int more_conns(const void *a, const void *b)
{
	const struct group_verdict *x = a, *y = b;

	if (x->conns != y->conns)
		return x->conns < y->conns ? 1 : -1;
	return strcmp(x->name, y->name);
}

static struct group *new_group(struct groups *g, char *name)
{
	struct group *v = &g->v[g->n++];

	v->name = name;
	for (u32 i = 0; i < COL_NR; i++)
		v->v[i].state = CELL_NONE;
	return v;
}

/* All of its rows are in it. */
static void finish(struct group *g, const struct sheet *c)
{
	for (u32 i = COL_DISTS; i < COL_NR; i++)
		g->v[i] = dist_cell(c, g->dist, i);
	if (g->nverdicts)
		qsort(g->verdicts, g->nverdicts, sizeof(*g->verdicts),
		      more_conns);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

void groups_make(struct groups *g, const struct sheet *c, const struct by *by,
		 struct row *const *rows, u32 n)
{
	struct sort_key *k = xcalloc(n + 1, sizeof(*k));
	bool hosts = several_hosts(c);
	struct group *v = NULL;

	*g = (struct groups){ .by = by, .conns = n };
	g->v = xcalloc(n + 1, sizeof(*g->v));
	for (u32 i = 0; i < n; i++)
		k[i] = (struct sort_key){ rows[i], i, { CELL_NONE, 0 },
					  name_of(by, c, rows[i], hosts) };
	sort_keys(k, n, false);
	for (u32 i = 0; i < n; i++) {
		char *name = (char *)k[i].text;

		g->unknown += !name;
		if (!v || !same(v->name, name))
			v = new_group(g, name);
		else
			free(name);
		add_row(v, c, k[i].item);
	}
	for (u32 i = 0; i < g->n; i++)
		finish(&g->v[i], c);
	free(k);
}

void groups_free(struct groups *g)
{
	for (u32 i = 0; i < g->n; i++) {
		free(g->v[i].name);
		free(g->v[i].verdicts);
		for (int d = 0; d < DIST_NR; d++)
			hist_free(&g->v[i].dist[d]);
	}
	free(g->v);
}

/* ---- order ---- */

int groups_sort_check(const char *sort, const struct by *by)
{
	const char *const words[] = { by->word, "conns", "trouble", NULL };

	return sort_check(sort, words, true);
}

static int group_worse(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	u64 p = x->v[COL_RETR].v + x->v[COL_DROP].v;
	u64 q = y->v[COL_RETR].v + y->v[COL_DROP].v;

	if (x->trouble != y->trouble)
		return x->trouble < y->trouble ? 1 : -1;
	if (p != q)
		return p < q ? 1 : -1;
	if (x->conns != y->conns)
		return x->conns < y->conns ? 1 : -1;
	/* there is one without a name */
	return x->name && y->name ? strcmp(x->name, y->name) : x->name ? -1 : 1;
}

static void group_key(const struct group *g, const char *name,
		      struct sort_key *k)
{
	enum column_no i = sort_column(name);

	if (i < COL_NR)
		k->c = g->v[i];
	else if (!strcmp(name, "conns"))
		k->c = (struct cell){ CELL_VALUE, g->conns };
	else if (!strcmp(name, "trouble"))
		k->c = (struct cell){ CELL_VALUE, g->trouble };
	else
		k->text = g->name;
}

void groups_sort(struct groups *g, const char *sort)
{
	struct group *sorted;
	struct sort_key *k;
	bool reverse;

	if (g->n)
		qsort(g->v, g->n, sizeof(*g->v), group_worse);
	if (!sort)
		return;
	sort = sort_name(sort, &reverse);
	k = xcalloc(g->n + 1, sizeof(*k));
	sorted = xcalloc(g->n + 1, sizeof(*sorted));
	for (u32 i = 0; i < g->n; i++) {
		k[i] = (struct sort_key){ &g->v[i], i, { CELL_NONE, 0 }, NULL };
		group_key(&g->v[i], sort, &k[i]);
	}
	sort_keys(k, g->n, reverse);
	for (u32 i = 0; i < g->n; i++)
		sorted[i] = *(struct group *)k[i].item;
	free(k);
	free(g->v);
	g->v = sorted;
}
