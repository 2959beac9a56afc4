// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "rewrite/before.h"
#include "rewrite/choose.h"

enum {
	MAX_NAMES	= 1 << 20,	/* of each trace; then forgotten */
	MAX_LATER	= 1 << 20,
	AFTER		= 1 << 16,	/* kinds of name_key, with an event */
};

/* The place of the last block that names something */
struct name {
	struct name_key {
		u64 id;
		u32 kind;		/* enum event_role, or as below */
		u32 pad;
	} key;
	struct spot spot;
};

/* A record whose connection may match later. */
struct later {
	u64 cookie;
	u32 reel;
	struct spot rec, conn, task;	/* and the names that it needs */
};

struct wanted {
	u64 key;			/* the cookie */
};

/* A recording. */
struct reel {
	struct hash names;
	struct hash wanted;		/* connections */
	struct hash before;		/* by before.h */
	u64 from, to;			/* the range, on its clock */
	char range[64];
};

struct choose {
	struct lanes lanes;
	struct reel *reels;		/* by number */
	u32 nreels;
	struct later *later;
	u32 nlater;
};

struct choose *choose_new(void)
{
	return xcalloc(1, sizeof(struct choose));
}

/* ---- recordings ---- */

/* Recordings of one host and boot have their names in common. */
static struct reel *reel_get(struct choose *c, const struct match *m,
			     const struct trace *t)
{
	struct reel *r;

	for (; c->nreels <= t->id; c->nreels++) {
		c->reels = xrealloc(c->reels, (c->nreels + 1) * sizeof(*r));
		r = &c->reels[c->nreels];
		*r = (struct reel){ .to = UINT64_MAX };
		r->names.key_len = sizeof(struct name_key);
		r->wanted.key_len = sizeof(u64);
	}
	r = &c->reels[t->id];
	r->from = match_from(m, t);
	r->from -= r->from ? t->shift : 0;
	r->to = match_to(m, t);
	r->to -= r->to < UINT64_MAX ? t->shift : 0;
	return &c->reels[t->host];
}

/* ---- names ---- */

static void learn(struct reel *c, u32 kind, u64 key, struct spot s)
{
	struct hash *h = &c->names;
	struct name *n = xmalloc(sizeof(*n));

	*n = (struct name){ .key = { key, kind, 0 }, .spot = s };
	if (h->used == MAX_NAMES)
		hash_free(h, free);
	free(hash_put(h, n));
}

static void learn_rec(struct reel *c, const struct rec *r, struct spot s)
{
	const struct field *f;
	u64 v;

	switch (r->ev->role) {
	case ROLE_CONN:
		learn(c, ROLE_CONN, r->key, s);
		break;
	case ROLE_TASK:
		f = event_field(r->ev, "tgid");
		if (!f)
			f = event_field(r->ev, "task_tgid");
		if (rec_get(r, f, &v))
			learn(c, ROLE_TASK, v, s);
		break;
	case ROLE_SYMBOL:
		if (rec_get(r, event_field(r->ev, "id"), &v))
			learn(c, ROLE_SYMBOL, v, s);
		break;
	}
}

static struct spot named(const struct reel *c, u32 kind, u64 key)
{
	const struct name_key k = { key, kind, 0 };
	const struct name *n = key ? hash_get(&c->names, &k) : NULL;

	return n ? n->spot : (struct spot){};
}

static void need_name(const struct reel *c, u32 kind, u64 key)
{
	spot_need(named(c, kind, key));
}

/* Sequence numbers of a packet count from those of its connection. */
static void need_tuple(const struct reel *c, struct trace *t,
		       const struct rec *r)
{
	struct packet_end ends[PACKET_ENDS];
	u32 nr = names_ends(t->names, r, ends);

	for (u32 i = 0; i < nr; i++)
		need_name(c, ROLE_CONN, ends[i].conn->cookie);
}

static void need_names(const struct reel *c, struct trace *t,
		       const struct rec *r)
{
	need_name(c, ROLE_CONN, rec_cookie(r));
	need_tuple(c, t, r);
	need_name(c, ROLE_TASK, r->tgid);
	for (u32 i = 0; i < r->ev->nfields; i++) {
		const struct field *f = &r->ev->fields[i];

		if (f->unit == UNIT_SYM)
			need_name(c, ROLE_SYMBOL, rec_int_or_0(r, f));
	}
	for (u32 i = 0; r->has_stack && i < r->depth; i++)
		need_name(c, ROLE_SYMBOL, rec_stack(r, i));
}

/* ---- what was held back ---- */

/* A held event needs its primary, which follows. */
static void need_primary(struct spot s, const struct rec *r, bool kept)
{
	struct lane *l = s.lane;

	if (rec_held(r)) {
		l->open = l->open || kept;
		l->at = r->at;
	} else if (!r->ev || r->ev->role == ROLE_EVENT) {
		if (l->open && r->at == l->at)
			spot_need(s);
		l->open = false;
	}
}

/* ---- before and after the range ---- */

/* After the range: the first event of each kind, which describes its end. */
static void need_after(struct reel *c, const struct rec *r, struct spot s)
{
	u64 cookie = rec_cookie(r);

	if (!cookie || rec_held(r) || !hash_get_u64(&c->wanted, cookie) ||
	    named(c, AFTER + r->no, cookie).lane)
		return;
	learn(c, AFTER + r->no, cookie, s);
	spot_need(s);
}

static void take_outside(struct reel *c, const struct rec *r, struct spot s)
{
	if (r->time < c->from)
		before_learn(&c->before, r, s);
	else
		need_after(c, r, s);
}

/* ---- whole connections ---- */

static void want_conn(struct reel *c, const struct rec *r)
{
	u64 cookie = rec_cookie(r);
	struct wanted *w;

	if (!cookie || hash_get_u64(&c->wanted, cookie))
		return;
	w = xmalloc(sizeof(*w));
	w->key = cookie;
	hash_put(&c->wanted, w);
	before_need(&c->before, cookie);
}

/*
 * The first events of a connection may precede its port, or its name: if the
 * connection matches later, they are kept, too.
 */
static void maybe_later(struct choose *c, const struct reel *reel,
			const struct match *m, struct trace *t,
			const struct rec *r, struct spot s)
{
	u64 cookie = rec_cookie(r);

	if (m->seqs.n || !match_later(m, t, r) || c->nlater == MAX_LATER)
		return;
	if (!(c->nlater & (c->nlater - 1)))
		c->later = xrealloc(c->later, sizeof(*c->later) *
				    (c->nlater ? 2 * c->nlater : 1));
	c->later[c->nlater++] = (struct later){
		cookie, reel - c->reels, s, named(reel, ROLE_CONN, cookie),
		named(reel, ROLE_TASK, r->tgid),
	};
}

void choose_end(struct choose *c)
{
	for (u32 i = 0; i < c->nlater; i++) {
		const struct later *x = &c->later[i];
		const struct reel *reel = &c->reels[x->reel];

		if (!hash_get_u64(&reel->wanted, x->cookie))
			continue;
		spot_set(x->rec, ACTION_KEEP);
		spot_need(x->conn);
		spot_need(x->task);
	}
}

/* ---- records ---- */

static void take_event(struct choose *c, struct reel *reel,
		       const struct match *m, struct trace *t,
		       const struct rec *r, enum matched w, struct spot s)
{
	if (r->ev->role != ROLE_EVENT)
		learn_rec(reel, r, s);
	switch (w) {
	case MATCHED_YES:
		need_names(reel, t, r);
		want_conn(reel, r);
		break;
	case MATCHED_OTHER_CONN:
		maybe_later(c, reel, m, t, r, s);
		break;
	case MATCHED_OTHER_TIME:
		take_outside(reel, r, s);
		break;
	case MATCHED_OTHER_KIND:
		break;
	}
}

void choose_rec(void *choose, const struct match *m, struct trace *t,
		const struct rec *r, enum matched matched)
{
	struct choose *c = choose;
	struct reel *reel = reel_get(c, m, t);
	struct spot s = lanes_add(&c->lanes, t->id, r->cpu,
				  matched == MATCHED_YES ? ACTION_KEEP :
						     ACTION_OMIT);

	if (rec_gap(r))
		return;
	if (r->ev)
		take_event(c, reel, m, t, r, matched, s);
	need_primary(s, r, matched == MATCHED_YES);
}

enum action choose_action(struct choose *c, u32 id, u32 cpu)
{
	return lanes_next(&c->lanes, id, cpu);
}

u64 choose_until(const struct choose *c, u32 id, u64 mono_ns)
{
	return id < c->nreels && c->reels[id].to < mono_ns ? c->reels[id].to :
							     mono_ns;
}

const char *choose_range(struct choose *c, u32 id)
{
	struct reel *r = id < c->nreels ? &c->reels[id] : NULL;
	int n = 0;

	if (!r || (!r->from && r->to == UINT64_MAX))
		return NULL;
	if (r->from)
		n = snprintf(r->range, sizeof(r->range), "from_ns %llu ",
			     (unsigned long long)r->from);
	if (r->to < UINT64_MAX)
		n += snprintf(r->range + n, sizeof(r->range) - n, "to_ns %llu ",
			      (unsigned long long)r->to);
	r->range[n - 1] = '\n';
	return r->range;
}

void choose_free(struct choose *c)
{
	if (!c)
		return;
	for (u32 i = 0; i < c->nreels; i++) {
		hash_free(&c->reels[i].names, free);
		hash_free(&c->reels[i].wanted, free);
		before_free(&c->reels[i].before);
	}
	lanes_free(&c->lanes);
	free(c->reels);
	free(c->later);
	free(c);
}
