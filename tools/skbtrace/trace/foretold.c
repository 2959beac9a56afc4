// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "trace/foretold.h"

/* A SYN without an answer is sent again after a second: that has the port. */
#define WAIT_NS	(2 * NSEC_PER_SEC)

void foretold_init(struct foretold *f, rec_sink *sink, void *arg)
{
	*f = (struct foretold){
		.sink = sink, .arg = arg,
		.waiting.key_len = sizeof(struct kept_key),
	};
}

void foretold_free(struct foretold *f)
{
	hash_free(&f->waiting, NULL);
	kept_free(&f->q);
}

static bool is_last(const struct rec *r)
{
	u64 v;

	return rec_get(r, event_field(r->ev, "end"), &v) && v;
}

/* Does it name a connection that has a peer, but no port of its own yet? */
static bool portless(const struct rec *r)
{
	const struct event *e = r->ev;

	if (!e || e->role != ROLE_CONN || !r->key || !e->local || !e->peer ||
	    e->lport->type != FT_U16 || !rec_has(r, e->local) ||
	    !rec_has(r, e->lport) || !rec_has(r, e->peer) ||
	    !rec_has(r, e->pport))
		return false;
	return !rec_int(r, e->lport) && rec_int(r, e->pport) && !is_last(r);
}

static struct kept_key key_of(const struct trace *t, const struct rec *r)
{
	return (struct kept_key){ r->key, t->id };
}

/* ---- those that wait ---- */

static void wait_for(struct foretold *f, struct kept *k, u64 at)
{
	struct kept *first;

	k->key = key_of(k->t, &k->r);
	k->waits = true;
	k->at = at;
	first = hash_get(&f->waiting, &k->key);
	if (!first) {
		hash_put(&f->waiting, k);
		first = k;
	} else {
		first->last->next = k;
	}
	first->last = k;
}

/* Stop waiting for the port of the oldest record. */
static void give_up(struct foretold *f, struct kept *k)
{
	k->waits = false;
	if (!k->next) {
		hash_del(&f->waiting, &k->key);
		return;
	}
	k->next->last = k->last;
	hash_put(&f->waiting, k->next);
}

static void give_port(struct kept *k, const struct addr_pair *a)
{
	const struct event *e = k->r.ev;
	u16 port = k->r.swap ? bswap_16(a->lport) : a->lport;

	memcpy(k->block + e->local->off, a->local, sizeof(a->local));
	memcpy(k->block + e->lport->off, &port, sizeof(port));
}

/* Is it the connection that waits? Its own address may have been unset. */
static bool same_conn(const struct kept *k, const struct addr_pair *a)
{
	struct addr_pair b;

	return rec_tuple(&k->r, &b) && b.pport == a->pport &&
	       !memcmp(b.peer, a->peer, sizeof(b.peer)) &&
	       (addr_is_zero(b.local) ||
		!memcmp(b.local, a->local, sizeof(b.local)));
}

/* ---- the queue ---- */

static void pass_on(struct foretold *f)
{
	struct kept *k;

	while ((k = kept_first(&f->q)) && !k->waits) {
		f->sink(f->arg, k->t, &k->r);
		kept_drop(&f->q);
	}
}

/* A name: does a connection with the same cookie wait for its port? */
static void hear(struct foretold *f, const struct trace *t, const struct rec *r)
{
	struct kept_key key;
	struct addr_pair a;
	struct kept *k;

	if (!r->ev || r->ev->role != ROLE_CONN || !rec_tuple(r, &a))
		return;
	key = key_of(t, r);
	k = hash_get(&f->waiting, &key);
	if (!k || (portless(r) && same_conn(k, &a)))
		return;
	hash_del(&f->waiting, &key);
	for (; k; k = k->next) {
		k->waits = false;
		if (a.lport && same_conn(k, &a))
			give_port(k, &a);
	}
	pass_on(f);
}

static void skip_first(struct foretold *f)
{
	give_up(f, kept_first(&f->q));
	pass_on(f);
}

static void expire(struct foretold *f, u64 at)
{
	const struct kept *k;

	while ((k = kept_first(&f->q)) && at > k->at && at - k->at > WAIT_NS)
		skip_first(f);
}

/* Append a record; the oldest may have to leave. */
static void keep(struct foretold *f, struct trace *t, const struct rec *r,
		 u64 at)
{
	struct kept *k;

	while (!(k = kept_add(&f->q, t, r)))
		skip_first(f);
	if (portless(r))
		wait_for(f, k, at);
	else
		pass_on(f);
}

void foretold_add(struct foretold *f, struct trace *t, const struct rec *r,
		  u64 at)
{
	if (f->q.n) {
		expire(f, at);
		hear(f, t, r);
	}
	if (f->q.n || portless(r))
		keep(f, t, r, at);
	else
		f->sink(f->arg, t, r);
}

void foretold_flush(struct foretold *f)
{
	while (kept_first(&f->q))
		skip_first(f);
}
