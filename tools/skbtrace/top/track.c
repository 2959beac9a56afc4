// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "top/track.h"

void tracks_init(struct tracks *ts, u64 now)
{
	*ts = (struct tracks){ .h.key_len = ROW_KEY, .now = now };
}

void tracks_free(struct tracks *ts)
{
	hash_free(&ts->h, free);
}

void tracks_begin(struct tracks *ts, u64 now)
{
	ts->round++;
	ts->before = ts->now;
	ts->now = now;
}

struct track *track_of(const struct tracks *ts, const struct row *r)
{
	const struct {
		u64 cookie;
		u32 host, nth;
	} key = { r->cookie, r->host, r->nth };

	return hash_get(&ts->h, &key);
}

static struct track *get(struct tracks *ts, const struct row *r)
{
	struct track *t = track_of(ts, r);

	if (t)
		return t;
	t = xcalloc(1, sizeof(*t));
	t->cookie = r->cookie;
	t->host = r->host;
	t->nth = r->nth;
	t->since = ts->now;
	hash_put(&ts->h, t);
	return t;
}

static const char *held_now(const struct row *r)
{
	if (outcome_never(r))
		return HELD_HANDSHAKE;
	if (r->held.in_loss)
		return HELD_LOSS;
	return r->held.reason ? r->held.reason : HELD_APP;
}

static u64 grown(u64 now, s64 before)
{
	return (s64)now > before ? (s64)now - before : 0;
}

/* Bytes a second since the last refresh. */
static float rate(const struct tracks *ts, const struct track *t,
		  const struct row *r)
{
	if (!r->has_una || ts->now <= ts->before)
		return -1;
	return grown(r->acked, t->acked) * 1e9f / (ts->now - ts->before);
}

static void take_counts(struct track *t, const struct row *r)
{
	t->acked = r->acked;
	t->retrans = r->retrans;
	t->drops = r->drops;
}

static void take_verdict(struct track *t, const struct rule *rule, u64 now)
{
	if (t->n && t->rule == rule)
		return;
	if (t->n)
		t->was = t->rule;
	t->rule = rule;
	t->since = now;
}

struct track *tracks_add(struct tracks *ts, const struct found *f)
{
	const struct rule *rule = why_trouble(f) ? f->rule : NULL;
	const struct row *r = f->row;
	struct track *t = get(ts, r);

	take_verdict(t, rule, ts->now);
	t->beat[t->n++ % MAX_BEATS] = (struct beat){
		.rule = rule, .held = held_now(r), .rate = rate(ts, t, r),
		.rtt_us = r->has_rtt ? r->rtt_last : 0,
		.retrans = grown(r->retrans, t->retrans),
		.drops = grown(r->drops, t->drops),
	};
	take_counts(t, r);
	t->round = ts->round;
	return t;
}

void tracks_end(struct tracks *ts)
{
	struct hash gone = ts->h;
	struct track *t;

	ts->h = (struct hash){ .key_len = ROW_KEY };
	hash_each(&gone, i, t) {
		if (t->round == ts->round)
			hash_put(&ts->h, t);
		else
			free(t);
	}
	hash_free(&gone, NULL);
}

/* By as much as there was more, or less. */
static void rebase(struct track *t, const struct row *from,
		   const struct row *to)
{
	t->acked += (s64)(to->acked - from->acked);
	t->retrans += (s64)(to->retrans - from->retrans);
	t->drops += (s64)(to->drops - from->drops);
}

void tracks_rebase(struct tracks *ts, const struct summary *from,
		   const struct summary *to)
{
	const struct row *r, *next;
	struct track *t;

	hash_each(&from->rows, i, r) {
		t = track_of(ts, r);
		next = t ? hash_get(&to->rows, r) : NULL;
		if (next)
			rebase(t, r, next);
	}
}

const struct beat *track_beat(const struct track *t, u32 ago)
{
	if (ago >= t->n || ago >= MAX_BEATS)
		return NULL;
	return &t->beat[(t->n - 1 - ago) % MAX_BEATS];
}
