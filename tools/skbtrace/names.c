// SPDX-License-Identifier: GPL-2.0
/*
 * Name tables. A long trace of a busy server names millions of connections,
 * so each table is bounded: when it is full, connections that have ended are
 * forgotten, and if that is not enough, all are; then lines lose their names,
 * but memory stays what it is.
 */
#include <stdlib.h>

#include "json_put.h"
#include "names.h"

enum {
	MAX_CONNS	= 1 << 19,
	MAX_TASKS	= 1 << 17,
	MAX_SYMBOLS	= 1 << 16,
};

/* Open addressing; a value begins with its u64 key. */
struct map {
	u64 **slot;
	u32 size;		/* power of two */
	u32 used;
	u32 max;
};

struct names {
	struct map conns, tasks, symbols;
	struct map tuples;	/* of conns */
};

/* The latest connection of a tuple. */
struct tuple {
	u64 key;
	u64 cookie;
};

static u64 tuple_key(const struct addr_pair *a)
{
	u64 w[4], key = (u64)a->lport << 16 | a->pport;

	memcpy(w, a->local, 16);
	memcpy(w + 2, a->peer, 16);
	for (int i = 0; i < 4; i++)
		key = hash64(key ^ w[i]) + i;
	return key;
}

static u32 hash(u64 key, u32 size)
{
	return hash64(key) & (size - 1);
}

static u64 **map_slot(const struct map *m, u64 key)
{
	u32 i = hash(key, m->size);

	while (m->slot[i] && *m->slot[i] != key)
		i = (i + 1) & (m->size - 1);
	return &m->slot[i];
}

static void *map_get(const struct map *m, u64 key)
{
	return m->size ? *map_slot(m, key) : NULL;
}

/* Moves what @keep likes into a table of @size slots, frees the others. */
static void map_rebuild(struct map *m, u32 size, bool (*keep)(const void *v))
{
	u64 **old = m->slot;
	u32 n = m->size;

	m->slot = xcalloc(size, sizeof(*m->slot));
	m->size = size;
	m->used = 0;
	for (u32 i = 0; i < n; i++) {
		if (!old[i])
			continue;
		if (keep && !keep(old[i])) {
			free(old[i]);
			continue;
		}
		*map_slot(m, *old[i]) = old[i];
		m->used++;
	}
	free(old);
}

static bool keep_open(const void *v)
{
	return !((const struct conn *)v)->ended;
}

static bool keep_none(const void *v)
{
	(void)v;
	return false;
}

/* Takes @val over; what had its key before is freed. */
static void map_put(struct map *m, u64 *val, bool conns)
{
	u64 **slot;

	if (m->used >= m->max) {
		if (conns)
			map_rebuild(m, m->size, keep_open);
		if (m->used > m->max / 4 * 3)
			map_rebuild(m, m->size, keep_none);
	}
	if (2 * (m->used + 1) > m->size)
		map_rebuild(m, m->size ? 2 * m->size : 64, NULL);
	slot = map_slot(m, *val);
	if (*slot)
		free(*slot);
	else
		m->used++;
	*slot = val;
}

static void map_free(struct map *m)
{
	for (u32 i = 0; i < m->size; i++)
		free(m->slot[i]);
	free(m->slot);
}

struct names *names_new(void)
{
	struct names *n = xcalloc(1, sizeof(*n));

	n->conns.max = MAX_CONNS;
	n->tasks.max = MAX_TASKS;
	n->symbols.max = MAX_SYMBOLS;
	n->tuples.max = MAX_CONNS;
	return n;
}

void names_free(struct names *n)
{
	if (!n)
		return;
	map_free(&n->conns);
	map_free(&n->tasks);
	map_free(&n->symbols);
	map_free(&n->tuples);
	free(n);
}

bool rec_tuple(const struct rec *r, struct addr_pair *a)
{
	const struct event *e = r->ev;

	if (!e->local || !rec_has(r, e->local) || !rec_has(r, e->lport))
		return false;
	memset(a, 0, sizeof(*a));
	memcpy(a->local, r->p + e->local->off, 16);
	a->lport = rec_int(r, e->lport);
	if (e->peer && rec_has(r, e->peer) && rec_has(r, e->pport)) {
		memcpy(a->peer, r->p + e->peer->off, 16);
		a->pport = rec_int(r, e->pport);
	}
	return a->lport || a->pport || !addr_is_zero(a->local) ||
	       !addr_is_zero(a->peer);
}

u64 rec_cookie(const struct rec *r)
{
	if (r->ev->key == KEY_SK)
		return r->key;
	if (r->ev->sk && rec_has(r, r->ev->sk))
		return rec_int(r, r->ev->sk);
	return 0;
}

bool addr_pair_equal(const struct addr_pair *a, const struct addr_pair *b)
{
	return a->lport == b->lport && a->pport == b->pport &&
	       !memcmp(a->local, b->local, 16) && !memcmp(a->peer, b->peer, 16);
}

void addr_pair_swap(struct addr_pair *to, const struct addr_pair *from)
{
	memcpy(to->local, from->peer, 16);
	memcpy(to->peer, from->local, 16);
	to->lport = from->pport;
	to->pport = from->lport;
}

static char *json_address(char *p, const u8 *addr)
{
	char buf[48];

	if (addr_is_zero(addr))
		return jput_null(p);
	return jput_word(p, buf, addr_text(buf, addr));
}

char *put_conn_json(char *p, u64 cookie, const struct addr_pair *a)
{
	p = jput_key(p, "sk");
	p = cookie ? jput_hex(p, cookie) : jput_null(p);
	if (!a)
		return put_lit(p, "\"local\":null,\"lport\":null,\"peer\":null,\"pport\":null,");
	p = json_address(jput_key(p, "local"), a->local);
	p = jput_u64(jput_key(p, "lport"), a->lport);
	p = json_address(jput_key(p, "peer"), a->peer);
	p = jput_key(p, "pport");
	return a->pport || !addr_is_zero(a->peer) ? jput_u64(p, a->pport) :
						    jput_null(p);
}

static void learn_tuple(struct names *n, const struct conn *c)
{
	struct tuple *t;

	if (!c->a.lport || !c->a.pport)
		return;
	t = xmalloc(sizeof(*t));
	*t = (struct tuple){ tuple_key(&c->a), c->cookie };
	map_put(&n->tuples, &t->key, false);
}

static void learn_conn(struct names *n, const struct rec *r)
{
	const struct event *e = r->ev;
	char text[CONN_TEXT], json[CONN_JSON];
	struct addr_pair a;
	struct conn *c;
	int tlen, jlen;
	u64 v;

	if (!r->key || !rec_tuple(r, &a))
		return;
	tlen = tuple_text(text, &a);
	jlen = put_conn_json(json, r->key, &a) - json;
	c = xmalloc(sizeof(*c) + tlen + jlen + 1);
	*c = (struct conn){ .cookie = r->key, .a = a, .text_len = tlen,
			    .json_len = jlen };
	memcpy(c->chars, text, tlen);
	memcpy(c->chars + tlen, json, jlen);
	if (rec_get(r, event_field(e, "snd_base"), &v)) {
		c->snd_base = v;
		c->has_snd_base = true;
	}
	if (rec_get(r, event_field(e, "rcv_base"), &v)) {
		c->rcv_base = v;
		c->has_rcv_base = true;
	}
	c->ended = rec_get(r, event_field(e, "end"), &v) && v;
	map_put(&n->conns, &c->cookie, true);
	learn_tuple(n, c);
}

static void learn_task(struct names *n, const struct rec *r)
{
	const struct field *comm = event_field(r->ev, "comm");
	const struct field *id = event_field(r->ev, "tgid");
	struct task *t;
	u64 tgid;
	u32 max;

	if (!id)
		id = event_field(r->ev, "task_tgid");
	if (!rec_get(r, id, &tgid) || !tgid || !comm ||
	    comm->type != FT_STR || !rec_has(r, comm))
		return;
	max = comm->size < MAX_COMM ? comm->size : MAX_COMM;
	t = xmalloc(sizeof(*t));
	t->tgid = tgid;
	t->text_len = escape_text(t->text, r->p + comm->off, max);
	t->json_len = jput_escaped(t->json, r->p + comm->off, max) - t->json;
	map_put(&n->tasks, &t->tgid, false);
}

static void learn_symbol(struct names *n, const struct rec *r)
{
	const struct field *name = event_field(r->ev, "name");
	struct symbol *s;
	u64 id;
	u32 len;

	if (!rec_get(r, event_field(r->ev, "id"), &id) || !name ||
	    name->type != FT_STR || !rec_has(r, name))
		return;
	len = strnlen((const char *)r->p + name->off,
		      name->size < MAX_SYMBOL ? name->size : MAX_SYMBOL);
	s = xmalloc(sizeof(*s) + len + 1);
	s->id = id;
	s->len = len;
	for (u32 i = 0; i < len; i++) {
		u8 c = r->p[name->off + i];

		s->name[i] = c <= ' ' || c >= 0x7f || c == '"' || c == '\\' ?
			     '?' : c;
	}
	s->name[len] = '\0';
	map_put(&n->symbols, &s->id, false);
}

void names_learn(struct names *n, const struct rec *r)
{
	switch (r->ev->role) {
	case ROLE_CONN:
		learn_conn(n, r);
		break;
	case ROLE_TASK:
		learn_task(n, r);
		break;
	case ROLE_SYMBOL:
		learn_symbol(n, r);
		break;
	}
}

struct conn *names_conn(struct names *n, u64 cookie)
{
	return map_get(&n->conns, cookie);
}

static struct conn *conn_of(struct names *n, const struct addr_pair *a)
{
	struct tuple *t = map_get(&n->tuples, tuple_key(a));
	struct conn *c = t ? names_conn(n, t->cookie) : NULL;

	return c && addr_pair_equal(&c->a, a) ? c : NULL;
}

struct conn *names_tuple(struct names *n, const struct addr_pair *a,
			 bool *swapped)
{
	struct addr_pair other;
	struct conn *c;

	*swapped = false;
	if (!a->lport || !a->pport)
		return NULL;
	c = conn_of(n, a);
	if (c)
		return c;
	*swapped = true;
	addr_pair_swap(&other, a);
	return conn_of(n, &other);
}

const struct task *names_task(struct names *n, u32 tgid)
{
	return map_get(&n->tasks, tgid);
}

const struct symbol *names_symbol(struct names *n, u64 id)
{
	return map_get(&n->symbols, id);
}
