// SPDX-License-Identifier: GPL-2.0
/*
 * A summary with a moving start. What is in progress keeps its history: a
 * connection that is being established, and one without acknowledgments, which
 * may last longer than the range.
 */
#include <stdlib.h>

#include "conn/summary.h"

/* Losses that are repaired take less; events around an end come sooner. */
enum { LASTING_NS = 1000000000 };

static struct row *copy_row(const struct row *r)
{
	struct row *c = xmalloc(sizeof(*c));

	*c = *r;
	c->name = r->name ? xstrdup(r->name) : NULL;
	c->dist = NULL;
	c->held.bands = NULL;
	facts_copy(&c->facts, &r->facts);
	return c;
}

struct summary *summary_copy(const struct summary *s)
{
	struct summary *c = xmalloc(sizeof(*c));
	struct row *r;

	*c = *s;
	c->rows = (struct hash){ .key_len = s->rows.key_len };
	c->cols = (struct per_event){};
	c->strays = (struct strays){};
	c->facts = NULL;
	c->words = NULL;	/* owned by the original */
	c->nwords = 0;
	hash_each(&s->rows, i, r)
		hash_put(&c->rows, copy_row(r));
	strays_copy(&c->strays, &s->strays);
	return c;
}

static bool is_lasting(const struct row *r, u64 from)
{
	if (r->ended)
		return false;
	return (r->connecting && !r->established) ||
	       (r->held.in_loss && r->held.loss_since + LASTING_NS <= from);
}

/* What row_enter() leaves to us, as nothing has been counted when it cuts. */
static void roll_row(struct row *r, u64 from)
{
	facts_forget(&r->facts, from, r->held.reason);
	r->seen = false;
	r->acked = 0;
	r->drops = 0;
	r->retrans = 0;
	r->duplicates = 0;
	r->spurious = 0;
	r->late_answers = 0;
	r->others = 0;
	r->connect_ns = 0;
	r->peer_ns = 0;
	r->parts_ns = 0;
	r->overflows = 0;
	r->restarts = 0;
}

/* It has ended, or has no events of its own. */
static bool is_gone(const struct row *r, u64 from)
{
	return (r->ended || !r->is_conn) && r->last + LASTING_NS <= from;
}

static bool stays(const void *row)
{
	return !((const struct row *)row)->gone;
}

void summary_roll(struct summary *s)
{
	const u64 from = s->match->from;
	struct row *r;

	hash_each(&s->rows, i, r) {
		/* Their last event may be among the lost ones. */
		if (s->lost)
			held_loss_end(&r->held, from);
		if (!is_lasting(r, from))
			roll_row(r, from);
		r->gone = is_gone(r, from);
	}
	if (s->rows.used)
		hash_keep(&s->rows, stays, row_free);
	strays_free(&s->strays);
	s->strays = (struct strays){};
	s->events = 0;
	s->lost = 0;
	if (s->shed && sheds_factor(&s->shed->sheds) == 1)
		s->shed = NULL;
	for (int i = 0; i < SRC_NR; i++)
		s->lost_src[i] = s->shed;
}
