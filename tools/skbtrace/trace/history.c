// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "trace/history.h"
#include "trace/names.h"

static u64 later(u64 a, u64 b)
{
	return a > b ? a : b;
}

void history_subbuf(struct history *h, u64 mono_ns, bool gap)
{
	h->opened = mono_ns;
	if (gap)
		h->open = h->told = false;
}

static void begin(struct history *h, const struct rec *r)
{
	h->at = later(h->now, r->time);
	h->now = h->at;
	h->key = r->key;
	h->left = r->nr;
	h->open = h->told = h->first = true;
}

/*
 * A held block without a HISTORY block, which is in an earlier file or lost: it
 * was written after all before it, and before this sub-buffer was opened.
 */
static void begin_untold(struct history *h)
{
	h->at = later(h->now, h->opened);
	h->now = h->at;
	h->open = h->first = true;
	h->told = false;
}

static int take_held(struct history *h, struct rec *r, char *err)
{
	if (!h->open)
		begin_untold(h);
	r->at = h->at;
	r->first = h->first;
	h->first = false;
	if (!h->told || h->left--)
		return 1;
	h->told = false;
	snprintf(err, DECODE_ERRLEN,
		 "more held blocks on cpu %u than HISTORY says", r->cpu);
	return -1;
}

/* Lost events may be held blocks, so their number is not known any more. */
static void take_lost(struct history *h, struct rec *r)
{
	r->at = h->open ? h->at : r->time;
	h->now = later(h->now, later(r->time, r->last_time));
	h->told = false;
}

/* A packet belongs by its flow; its socket may not be known. */
/* A sub-buffer may begin with it in the midst of a history. */
static void take_shed(struct history *h, struct rec *r)
{
	r->at = h->open ? h->at : r->time;
	h->now = later(h->now, r->time);
}

static bool is_about(const struct rec *r, u64 key)
{
	return !key || r->key == key || (r->ev && rec_cookie(r) == key);
}

static bool is_primary(const struct history *h, const struct rec *r)
{
	if (r->time >= h->at + HISTORY_NS)
		return false;
	return !h->told || (r->time >= h->at && is_about(r, h->key));
}

static void take_event(struct history *h, struct rec *r)
{
	const bool names = r->ev && r->ev->role != ROLE_EVENT;

	r->at = r->time;
	h->now = later(h->now, r->time);
	if (!h->open)
		return;
	if (names ? r->time < h->at + HISTORY_NS : is_primary(h, r))
		r->at = h->at;
	h->open = names;
}

int history_take(struct history *h, struct rec *r, char err[DECODE_ERRLEN])
{
	if (r->no == SKBTRACE_HISTORY) {
		begin(h, r);
		return 0;
	}
	if (r->no == SKBTRACE_LOST) {
		take_lost(h, r);
		return 1;
	}
	if (r->no == SKBTRACE_SHED) {
		take_shed(h, r);
		return 1;
	}
	if (r->flags & SKBTRACE_BLOCK_HELD)
		return take_held(h, r, err);
	take_event(h, r);
	return 1;
}

/*
 * The mark may be from within a history that continues in the next sub-buffer.
 * The primary may be lost: do not wait long.
 */
u64 history_bound(const struct history *h, u64 bound)
{
	if (!h->open || bound < h->at || bound - h->at >= HISTORY_NS)
		return bound;
	return h->at;
}
