// SPDX-License-Identifier: GPL-2.0
/*
 * Name tables. A long trace of a busy server names millions of connections, so
 * each table is limited: when it is full, connections that have ended are
 * removed, and if that is not enough, all are; then lines lose their names.
 */
#include <stdlib.h>

#include "lib/hash.h"
#include "lib/json_put.h"
#include "trace/names.h"

enum {
	MAX_CONNS	= 1 << 19,
	MAX_TASKS	= 1 << 17,
	MAX_SYMBOLS	= 1 << 16,
};

/* Values are malloc()ed, and begin with their key. */
struct names {
	struct hash conns, tasks, symbols;
	struct hash tuples;	/* of conns */
};

/* The latest connection of a tuple. */
struct tuple {
	struct addr_pair a;
	u64 cookie;
};

static bool keep_open(const void *v)
{
	return !((const struct conn *)v)->ended;
}

/* Takes ownership of @val; a previous value of its key is freed. */
static void put(struct hash *h, void *val, u32 max)
{
	if (h->used >= max)
		hash_free(h, free);
	free(hash_put(h, val));
}

static void put_conn(struct hash *h, struct conn *c)
{
	if (h->used >= MAX_CONNS) {
		hash_keep(h, keep_open, free);
		/* Too many are left: each insertion would scan them. */
		if (h->used > MAX_CONNS / 4 * 3)
			hash_free(h, free);
	}
	put(h, c, MAX_CONNS);
}

struct names *names_new(void)
{
	struct names *n = xcalloc(1, sizeof(*n));

	n->conns.key_len = sizeof(u64);
	n->tasks.key_len = sizeof(u64);
	n->symbols.key_len = sizeof(u64);
	n->tuples.key_len = sizeof(struct addr_pair);
	return n;
}

void names_free(struct names *n)
{
	if (!n)
		return;
	hash_free(&n->conns, free);
	hash_free(&n->tasks, free);
	hash_free(&n->symbols, free);
	hash_free(&n->tuples, free);
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

bool rec_nat(const struct rec *r, struct addr_pair *a)
{
	const struct event *e = r->ev;

	if (!e->nat_pport || !rec_has(r, e->nat_local) ||
	    !rec_has(r, e->nat_peer) || !rec_has(r, e->nat_lport) ||
	    !rec_has(r, e->nat_pport))
		return false;
	memset(a, 0, sizeof(*a));
	memcpy(a->local, r->p + e->nat_local->off, 16);
	memcpy(a->peer, r->p + e->nat_peer->off, 16);
	a->lport = rec_int(r, e->nat_lport);
	a->pport = rec_int(r, e->nat_pport);
	return a->lport && a->pport;
}

u64 rec_cookie(const struct rec *r)
{
	if (r->ev->key == KEY_SK)
		return r->key;
	if (r->ev->sk && rec_has(r, r->ev->sk))
		return rec_int(r, r->ev->sk);
	return 0;
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
	*t = (struct tuple){ c->a, c->cookie };
	put(&n->tuples, t, MAX_CONNS);
}

static void learn_conn(struct names *n, const struct rec *r)
{
	const struct event *e = r->ev;
	char text[CONN_TEXT + CONN_PAD], json[CONN_JSON];
	struct addr_pair a;
	struct conn *c;
	int tlen, llen, jlen;
	u64 v;

	if (!r->key || !rec_tuple(r, &a))
		return;
	tlen = tuple_text(text, &a);
	llen = put_cookie(put_pad(text + tlen, text, CONN_PAD), r->key) - text;
	jlen = put_conn_json(json, r->key, &a) - json;
	c = xmalloc(sizeof(*c) + llen + jlen + PUT_PIECE);
	*c = (struct conn){ .cookie = r->key, .a = a, .text_len = tlen,
			    .line_len = llen, .json_len = jlen };
	memcpy(c->chars, text, llen);
	memcpy(c->chars + llen, json, jlen);
	if (rec_get(r, event_field(e, "snd_base"), &v)) {
		c->snd_base = v;
		c->has_snd_base = true;
	}
	if (rec_get(r, event_field(e, "rcv_base"), &v)) {
		c->rcv_base = v;
		c->has_rcv_base = true;
	}
	c->ended = rec_get(r, event_field(e, "end"), &v) && v;
	put_conn(&n->conns, c);
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
	put(&n->tasks, t, MAX_TASKS);
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
	put(&n->symbols, s, MAX_SYMBOLS);
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
	return hash_get_u64(&n->conns, cookie);
}

static struct conn *conn_of(struct names *n, const struct addr_pair *a)
{
	struct tuple *t = hash_get(&n->tuples, a);
	struct conn *c = t ? names_conn(n, t->cookie) : NULL;

	/* It may have got another address since. */
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

static u32 add_ends(struct names *n, const struct addr_pair *a,
		    struct packet_end *e)
{
	struct addr_pair other;
	u32 nr = 0;

	if (!a->lport || !a->pport)
		return 0;
	addr_pair_swap(&other, a);
	e[0] = (struct packet_end){ conn_of(n, a), false };
	nr += !!e[0].conn;
	e[nr] = (struct packet_end){ conn_of(n, &other), true };
	return nr + !!e[nr].conn;
}

u32 names_ends(struct names *n, const struct rec *r,
	       struct packet_end e[PACKET_ENDS])
{
	struct addr_pair a;
	u32 nr = 0;

	if (rec_tuple(r, &a))
		nr = add_ends(n, &a, e);
	if (rec_nat(r, &a))
		nr += add_ends(n, &a, e + nr);
	return nr;
}

struct conn *names_packet(struct names *n, const struct rec *r, bool *swapped)
{
	struct packet_end e[PACKET_ENDS];

	if (!names_ends(n, r, e))
		return NULL;
	*swapped = e[0].swapped;
	return e[0].conn;
}

bool names_tuple_of(struct names *n, const struct rec *r, struct addr_pair *a)
{
	const struct conn *c;
	u64 cookie;

	if (rec_tuple(r, a))
		return true;
	cookie = rec_cookie(r);
	c = cookie ? names_conn(n, cookie) : NULL;
	if (c)
		*a = c->a;
	return c;
}

const struct task *names_task(struct names *n, u32 tgid)
{
	return hash_get_u64(&n->tasks, tgid);
}

const struct symbol *names_symbol(struct names *n, u64 id)
{
	return hash_get_u64(&n->symbols, id);
}
