// SPDX-License-Identifier: GPL-2.0
/*
 * Events of packets whose socket is not known: dropped on their way through a
 * router or before the socket look-up, or refused by a listener. They belong to
 * the sender's connection, if it is in the recording, else to the receiver's.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "conn/summary.h"

enum { MAX_TUPLES = 1 << 16 };

/*
 * From local to peer, @nat: on the other side of NAT, if that has ports; of as
 * many segments, the last one at @time.
 */
struct stray {
	struct addr_pair a, nat;
	u64 time, segs;
	struct facts facts;
	struct stray *next;
};

static int by_tuple(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct addr_pair));
}

struct facts *strays_add(struct strays *s, const struct addr_pair *from_to,
			 const struct addr_pair *nat, u64 segs, u64 now)
{
	struct stray *d = xcalloc(1, sizeof(*d)), **slot;

	d->a = *from_to;
	slot = s->n < MAX_TUPLES ? tsearch(d, &s->tree, by_tuple) :
				   tfind(d, &s->tree, by_tuple);
	if (!slot) {
		s->homeless += segs;
		free(d);
		return NULL;
	}
	if (*slot == d) {
		d->next = s->list;
		s->list = d;
		s->n++;
	} else {
		free(d);
	}
	if (nat)
		(*slot)->nat = *nat;
	(*slot)->segs += segs;
	(*slot)->time = now;
	return &(*slot)->facts;
}

static void keep(void *node)
{
	(void)node;	/* the list has it */
}

void strays_free(struct strays *s)
{
	struct stray *d;

	tdestroy(s->tree, keep);
	while ((d = s->list)) {
		s->list = d->next;
		facts_free(&d->facts);
		free(d);
	}
}

void strays_copy(struct strays *to, const struct strays *from)
{
	struct stray **end = &to->list;

	for (const struct stray *d = from->list; d; d = d->next) {
		*end = xmalloc(sizeof(*d));
		**end = *d;
		facts_copy(&(*end)->facts, &d->facts);
		end = &(*end)->next;
	}
	*end = NULL;
	to->homeless = from->homeless;
}

static int rows_by_tuple(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;

	return memcmp(&x->a, &y->a, sizeof(x->a));
}

/* The same where the peer's address is missing. */
static int rows_by_ports(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;
	int diff = memcmp(x->a.local, y->a.local, sizeof(x->a.local));

	if (!diff)
		diff = x->a.lport - y->a.lport;
	return diff ? diff : x->a.pport - y->a.pport;
}

static bool fits_better(const struct row *r, const struct row *than, u64 time)
{
	if (r->first > time)
		return false;
	return than->first > time || r->first > than->first;
}

typedef int (*order)(const void *, const void *);

/* The connection with these addresses at that time, or the first one */
static struct row *owner(struct row **rows, u32 n, order cmp,
			 const struct addr_pair *a, u64 time)
{
	struct row key = { .a = *a }, *k = &key, **r, *best = NULL;

	r = bsearch(&k, rows, n, sizeof(*rows), cmp);
	if (!r)
		return NULL;
	while (r > rows && !cmp(r - 1, &k))
		r--;
	for (; r < rows + n && !cmp(r, &k); r++)
		if (!best || fits_better(*r, best, time))
			best = *r;
	return best;
}

static bool lacks_peer(const struct stray *d)
{
	return addr_is_zero(d->a.peer);
}

/*
 * The sender's connection, else the receiver's, on whichever side of NAT.
 * @sent: it is the sender's.
 */
static struct row *end_of(struct row **rows, u32 n, const struct stray *d,
			  bool *sent)
{
	const struct addr_pair *from_to[] = { &d->a, &d->nat };
	const size_t sides = d->nat.lport ? 2 : 1;
	struct row *r = NULL;
	struct addr_pair back;

	for (size_t i = 0; i < sides && !r; i++)
		r = owner(rows, n, rows_by_tuple, from_to[i], d->time);
	*sent = r;
	for (size_t i = 0; i < sides && !r; i++) {
		addr_pair_swap(&back, from_to[i]);
		r = owner(rows, n, rows_by_tuple, &back, d->time);
	}
	return r;
}

/* Those whose peer is told, or is @lacking */
static void settle(struct summary *s, struct row **rows, u32 n, bool lacking)
{
	const order cmp = lacking ? rows_by_ports : rows_by_tuple;

	qsort(rows, n, sizeof(*rows), cmp);
	for (struct stray *d = s->strays.list; d; d = d->next) {
		bool sent = true;
		struct row *r;

		if (lacks_peer(d) != lacking)
			continue;
		r = lacking ? owner(rows, n, cmp, &d->a, d->time) :
			      end_of(rows, n, d, &sent);
		if (!r) {
			s->strays.homeless += d->segs;
			continue;
		}
		if (d->segs)
			row_enter(s, r);
		r->drops += d->segs;
		facts_move(&r->facts, &d->facts, sent);
	}
}

void strays_settle(struct summary *s)
{
	struct row **rows, *r;
	u32 n = 0;

	if (!s->strays.list)
		return;
	rows = xcalloc(s->rows.used + 1, sizeof(*rows));
	hash_each(&s->rows, i, r)
		if (r->a.lport && r->a.pport)
			rows[n++] = r;
	settle(s, rows, n, false);
	for (struct stray *d = s->strays.list; d; d = d->next)
		if (lacks_peer(d)) {
			settle(s, rows, n, true);
			break;
		}
	free(rows);
}
