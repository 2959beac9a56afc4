// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rewrite/before.h"
#include "trace/names.h"

enum {
	MAX_CONNS	= 1 << 19,	/* then they are forgotten */
	MAX_LAST	= 64,		/* of a connection */
};

/* Of one connection. */
struct before {
	u64 cookie;
	u32 n;
	struct last {
		u16 no;
		u64 word;
		struct spot spot;
	} *v;
};

static void free_before(void *before)
{
	free(((struct before *)before)->v);
	free(before);
}

static struct before *before_get(struct hash *h, u64 cookie)
{
	struct before *b = hash_get_u64(h, cookie);

	if (b)
		return b;
	h->key_len = sizeof(cookie);
	if (h->used == MAX_CONNS)
		hash_free(h, free_before);
	b = xcalloc(1, sizeof(*b));
	b->cookie = cookie;
	hash_put(h, b);
	return b;
}

/* The value of the first field that its kind is chosen by. */
static u64 word_of(const struct rec *r)
{
	char name[64];
	u64 v;

	snprintf(name, sizeof(name), "%.*s",
		 (int)strcspn(r->ev->selector, ":"), r->ev->selector);
	return rec_get(r, event_field(r->ev, name), &v) ? v : 0;
}

static struct last *last_get(struct before *b, u16 no, u64 word)
{
	for (u32 i = 0; i < b->n; i++)
		if (b->v[i].no == no && b->v[i].word == word)
			return &b->v[i];
	if (b->n == MAX_LAST)
		return NULL;
	if (!(b->n & (b->n - 1)))
		b->v = xrealloc(b->v, sizeof(*b->v) * (b->n ? 2 * b->n : 1));
	b->v[b->n] = (struct last){ .no = no, .word = word };
	return &b->v[b->n++];
}

void before_learn(struct hash *h, const struct rec *r, struct spot s)
{
	u64 cookie = rec_cookie(r);
	struct last *l;

	/* A held event is out of order. */
	if (!cookie || rec_held(r))
		return;
	l = last_get(before_get(h, cookie), r->no, word_of(r));
	if (l)
		l->spot = s;
}

void before_need(const struct hash *h, u64 cookie)
{
	const struct before *b = hash_get_u64(h, cookie);

	for (u32 i = 0; b && i < b->n; i++)
		spot_need(b->v[i].spot);
}

void before_free(struct hash *h)
{
	hash_free(h, free_before);
}
