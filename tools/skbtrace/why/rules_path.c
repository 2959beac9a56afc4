// SPDX-License-Identifier: GPL-2.0
/* A queue on the path, which its own load or that of others fills. */
#include "why/why.h"

/* The part of its life held back by that word, and the events that show it. */
static u64 held_us(const struct view *c, struct verdict *v, const char *word)
{
	u64 us = part_us(c, word);

	if (us)
		prove_all(v, &c->r->facts, FACT_STOP, word);
	return us;
}

/*
 * The time that it kept the queue full. A buffer that is ample at the least RTT
 * may hold it back: a larger one would only make the queue longer.
 */
static u64 loading_us(const struct view *c, struct verdict *v)
{
	const struct facts *f = &c->r->facts;
	u64 us = held_us(c, v, HELD_CWND);

	if (fills_queue(c, facts_max(f, FACT_STOP, "sndbuf", V_SNDBUF)))
		us += held_us(c, v, "sndbuf");
	if (!peer_is_slow(c) &&
	    fills_queue(c, facts_max(f, FACT_STOP, "swnd", V_WND)))
		us += held_us(c, v, "swnd");
	return us;
}

/* A queue on the path grows while it sends. */
bool path_queue(const struct view *c, struct verdict *v)
{
	const struct seen *r = longer_rtts(c);
	u64 others = queued_us(c);

	if (!r || ring_us(c) || (!others && !can_queue(c)))
		return false;
	v->us = others + loading_us(c, v);
	if (!v->us)
		return false;
	v->sure = SURE_CERTAIN;
	prove(v, r);
	if (2 * others <= v->us)
		say(v, "a queue on the path grows with its load");
	else if (c->peer)
		say(v, "a queue on the path grows with the load");
	else
		say(v, "its ACKs come as late as the answers: a queue on the path, which others fill, or answers that got lost and were sent again");
	say(v, ": round trips of %s at least, %s on average, %s at most",
	    say_us(r->v[V_RTT].min), say_us(mean_rtt(c)),
	    say_us(r->v[V_RTT].max));
	if (2 * others > v->us && !c->peer)
		say_likely(v, "the other end is not in this recording");
	else if (facts_count(&c->r->facts, FACT_CONG, "undo"))
		say_likely(v, "a segment was sent again though its ACK was only late: a route that has become longer looks the same");
	return true;
}

/* Routers mark packets instead of dropping them (RFC 3168). */
bool path_marks(const struct view *c, struct verdict *v)
{
	u64 marked = row_grown(c->r, C_MARKED);

	v->us = held_us(c, v, HELD_CWND);
	if (!marked || !v->us)
		return false;
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_CONG, "cwr");
	say(v, "a router on the path is congested and marks packets (ECN): %s; the window was cut %s",
	    say_n(marked, "segment"),
	    say_n(facts_count(&c->r->facts, FACT_CONG, "cwr"), "time"));
	return true;
}
