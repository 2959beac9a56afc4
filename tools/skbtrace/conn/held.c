// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "conn/bands.h"
#include "conn/held.h"

/* ---- the timeline ---- */

static void credit(struct held *h, const char *word, u64 ns)
{
	u32 i;

	if (!ns)
		return;
	for (i = 0; i < h->n; i++)
		if (!strcmp(h->v[i].word, word))
			break;
	if (i == h->n) {
		/* Too many words: the last entry takes the rest. */
		if (i == MAX_HELD - 1)
			word = "other";
		if (i == MAX_HELD)
			i--;
		else
			h->v[h->n++] = (struct held_time){ word, 0 };
	}
	h->v[i].ns += ns;
}

static u64 overlap(u64 a, u64 b, u64 c, u64 d)
{
	u64 from = a > c ? a : c, to = b < d ? b : d;

	return to > from ? to - from : 0;
}

/* Add the time of a small window up to now, or @part / @whole of it. */
static void small_until(struct held *h, u64 now, u64 part, u64 whole)
{
	if (h->full && !h->in_loss && now > h->small_since) {
		u64 ns = (long double)(now - h->small_since) * part / whole;

		h->small_in += ns;
		if (h->bands)
			bands_over(h->bands, h->small_since,
				   h->small_since + ns, true);
	}
	if (now > h->small_since)
		h->small_since = now;
}

/* Of the time of @word, @small is due to losses. */
static void credit_run(struct held *h, const char *word, u64 ns, u64 *small)
{
	u64 loss = 0;

	if (!strcmp(word, HELD_CWND))
		loss = *small < ns ? *small : ns;
	*small -= loss;
	credit(h, HELD_LOSS, loss);
	credit(h, word, ns - loss);
}

/* The same to be drawn: @was holds from @from on. */
static void draw_run(struct held *h, const char *reason, const char *was,
		     u64 from, u64 now)
{
	if (!h->bands)
		return;
	if (h->in_loss)
		bands_over(h->bands, h->loss_since, now, false);
	bands_run(h->bands, reason, h->since, from);
	if (from < now)
		bands_run(h->bands, was, from, now);
}

/*
 * The run of a reason ends. The event has the previous reason, @was, and its
 * time, which is needed if its beginning was not seen: before the first event,
 * or with skip=app. A recovery within it does not count for it; of several
 * recoveries only the last one is considered.
 */
static void run_end(struct held *h, u64 now, const char *was, s64 for_ns)
{
	const char *reason = h->reason ? h->reason : HELD_APP;
	u64 span, loss, from, small, tail = 0;

	if (now < h->since)
		now = h->since;
	from = now;
	small_until(h, now, 1, 1);
	small = h->small_in;
	h->small_ns += small;
	span = now - h->since;
	loss = h->loss_in;
	if (h->in_loss && now > h->loss_since)
		loss += now - h->loss_since;
	if (loss > span)
		loss = span;
	credit(h, HELD_LOSS, loss);
	if (was && strcmp(was, reason)) {
		tail = for_ns < 0 || (u64)for_ns > span ? span : (u64)for_ns;
		from = now - tail;
		if (h->in_loss)
			tail -= overlap(from, now, h->loss_since, now);
		else
			tail -= overlap(from, now, h->loss_from, h->loss_to);
		if (tail > span - loss)
			tail = span - loss;
		credit_run(h, was, tail, &small);
	}
	credit_run(h, reason, span - loss - tail, &small);
	draw_run(h, reason, was, from, now);
	h->since = now;
	h->loss_in = 0;
	h->small_in = 0;
	if (h->in_loss && h->loss_since < now)
		h->loss_since = now;
}

static bool is_app(const char *reason)
{
	return !reason || !strcmp(reason, HELD_APP);
}

void held_limit(struct held *h, u64 now, const char *reason, const char *was,
		s64 for_ns)
{
	h->told = true;
	/* The end: perhaps of a wait for an answer, which finds its time */
	if (is_app(h->reason) && is_app(was) && is_app(reason))
		return;
	run_end(h, now, was, for_ns);
	h->reason = reason;
}

void held_loss_end(struct held *h, u64 now)
{
	if (!h->in_loss)
		return;
	if (now < h->loss_since)
		now = h->loss_since;
	h->in_loss = false;
	if (h->bands)
		bands_over(h->bands, h->loss_since, now, false);
	h->loss_from = h->loss_since;
	h->loss_to = now;
	h->loss_in += now - h->loss_since;
	h->small_since = now;
}

void held_undo(struct held *h)
{
	h->full = 0;
}

/* Between two known values the window is assumed to grow linearly. */
void held_window(struct held *h, u64 now, u64 cwnd)
{
	if (h->full && !h->in_loss && cwnd >= h->full) {
		if (h->cwnd < h->full)
			small_until(h, now, h->full - h->cwnd, cwnd - h->cwnd);
		h->full = 0;
	}
	h->cwnd = cwnd;
}

/* Time that counted for @word was due to a loss; returns what is left. */
static u64 was_loss(struct held *h, const char *word, u64 ns)
{
	for (u32 i = 0; i < h->n; i++) {
		u64 part = h->v[i].ns < ns ? h->v[i].ns : ns;

		if (strcmp(h->v[i].word, word))
			continue;
		h->v[i].ns -= part;
		credit(h, HELD_LOSS, part);
		return ns - part;
	}
	return ns;
}

void held_probe(struct held *h, u64 now, u64 ago)
{
	if (h->in_loss)
		return;
	h->probe_from = now > ago ? now - ago : 0;
	h->probe_to = now;
}

void held_probe_lost(struct held *h)
{
	u64 from = h->probe_from, to = h->probe_to, before;

	if (from < h->loss_to)
		from = h->loss_to;	/* a recovery took over */
	if (h->in_loss || from >= to)
		return;
	if (h->bands)
		bands_over(h->bands, from, to, false);
	before = from < h->since ? (to < h->since ? to : h->since) - from : 0;
	was_loss(h, HELD_APP, was_loss(h, HELD_PEER, before));
	if (to > h->since) {
		h->loss_from = from + before;
		h->loss_to = to;
		h->loss_in += h->loss_to - h->loss_from;
	}
	h->probe_to = 0;
}

/* The probe was the first try to repair it. */
static u64 or_probe(const struct held *h, u64 begin)
{
	u64 wait = h->probe_to - h->probe_from;

	if (h->probe_to && begin > h->probe_from && begin < h->probe_to + wait)
		return h->probe_from;
	return begin;
}

void held_loss_begin(struct held *h, u64 now, u64 ago, u64 full)
{
	if (!h->in_loss) {
		now = or_probe(h, now > ago ? now - ago : 0);
		h->probe_to = 0;
		if (now < h->loss_to)
			now = h->loss_to;
		if (now < h->since)
			now = h->since;
		if (full)
			held_window(h, now, full);
		small_until(h, now, 1, 1);
		h->in_loss = true;
		h->loss_since = now;
	}
	if (full > h->full)
		h->full = full;
}

void held_connect(struct held *h, u64 now)
{
	if (now <= h->since)
		return;
	credit(h, HELD_HANDSHAKE, now - h->since);
	if (h->bands)
		bands_run(h->bands, HELD_HANDSHAKE, h->since, now);
	h->since = now;
	h->loss_in = 0;
	h->small_in = 0;
	h->small_since = now;
	if (h->in_loss)
		h->loss_since = now;
}

/* As run_end(), at a time that has passed: keep the recovery that came then. */
static void run_ended(struct held *h, u64 then, u64 now, const char *was)
{
	u64 late = 0;

	if (!h->in_loss)
		late = overlap(then, now, h->loss_from, h->loss_to);
	if (late > h->loss_in)
		late = h->loss_in;
	h->loss_in -= late;
	run_end(h, then, was, HELD_NA);
	h->loss_in = late;
}

void held_answer(struct held *h, u64 now, u64 gap, u64 rtt)
{
	u64 asked = now - gap;

	if (!is_app(h->reason))
		return;
	run_ended(h, asked, now, NULL);
	/* What was lost at once has made its way later */
	if (!h->in_loss && h->loss_in && h->loss_from < asked + rtt) {
		run_ended(h, now - rtt, now, HELD_PEER);
		run_end(h, now, HELD_RTT, HELD_NA);
	} else {
		run_ended(h, asked + rtt, now, HELD_RTT);
		run_end(h, now, HELD_PEER, HELD_NA);
	}
}

void held_peer(struct held *h, u64 now, u64 ns)
{
	if (!is_app(h->reason))
		return;
	run_ended(h, now - ns, now, NULL);
	run_end(h, now, HELD_PEER, HELD_NA);
}

void held_cut(struct held *h, u64 now)
{
	run_end(h, now, NULL, HELD_NA);
	if (h->bands)
		bands_clear(h->bands);
	h->n = 0;
	h->small_ns = 0;
}

void held_close(struct held *h, u64 end)
{
	run_end(h, end, NULL, HELD_NA);
}

u64 held_ns(const struct held *h, const char *word)
{
	for (u32 i = 0; i < h->n; i++)
		if (!strcmp(h->v[i].word, word))
			return h->v[i].ns;
	return 0;
}

/* ---- parts ---- */

static int larger(const void *a, const void *b)
{
	const struct held_part *x = a, *y = b;

	if (x->us != y->us)
		return x->us < y->us ? 1 : -1;
	return strcmp(x->word, y->word);
}

/* Errors of rounding, and of steps back in time, go to the largest part. */
static void add_up(struct held_part *p, u32 n, u64 life)
{
	u64 sum = 0;

	for (u32 i = 0; i < n; i++)
		sum += p[i].us;
	if (sum <= life) {
		p[0].us += life - sum;
		return;
	}
	sum -= life;
	for (u32 i = 0; i < n && sum; i++) {
		u64 cut = p[i].us < sum ? p[i].us : sum;

		p[i].us -= cut;
		sum -= cut;
	}
}

/* Largest remainder: whole percents that add up to 100. */
static void percents(struct held_part *p, u32 n, u64 life)
{
	u32 sum = 0;

	for (u32 i = 0; i < n; i++) {
		long double exact = 100.0L * p[i].us / life;

		p[i].percent = exact;
		p[i].rest = (exact - p[i].percent) * 1e9L;
		sum += p[i].percent;
	}
	while (sum < 100) {
		u32 best = 0;

		for (u32 i = 1; i < n; i++)
			if (p[i].rest > p[best].rest)
				best = i;
		p[best].percent++;
		p[best].rest = 0;
		sum++;
	}
}

u32 held_tidy(struct held_part *p, u32 n, u64 life)
{
	if (!n || !life)
		return 0;
	qsort(p, n, sizeof(*p), larger);
	add_up(p, n, life);
	qsort(p, n, sizeof(*p), larger);
	while (n > 1 && !p[n - 1].us)
		n--;
	percents(p, n, life);
	return n;
}
