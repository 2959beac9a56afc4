// SPDX-License-Identifier: GPL-2.0
/* The other end, or its program, makes this one wait. */
#include <string.h>

#include "why/why.h"

/* The window grew: the receiver sizes its buffer to the path, as it should. */
static bool window_grew(const struct view *c)
{
	const struct facts *f = &c->r->facts;
	u64 max = facts_max(f, FACT_STOP, NULL, V_WND);
	const struct seen *s = NULL;
	u64 min = UINT64_MAX;

	while ((s = facts_next(f, s, FACT_STOP, "swnd")))
		if (s->v[V_WND].n && s->v[V_WND].min < min)
			min = s->v[V_WND].min;
	return min <= max / 2;
}

/* A window that is still shut counts up to the last event. */
static u64 shut_us(const struct view *c)
{
	const struct facts *f = &c->r->facts;
	u64 end = c->r->ended ? c->r->end.time : c->r->until;

	return (f->shut_ns + (f->shut_since && end > f->shut_since ?
			      end - f->shut_since : 0)) / 1000;
}

/*
 * The window never shuts, and yet the rate is far below a window per round
 * trip: data waits in the receiver's buffer. A window below a segment proves
 * nothing: each piece of it waits for a timer.
 */
static bool reads_slowly(const struct view *c, u64 swnd)
{
	u64 wnd = facts_max(&c->r->facts, FACT_STOP, "swnd", V_WND);
	enum { SEGMENT = 1460 };

	return mean_rtt(c) && wnd > SEGMENT &&
	       2 * c->r->acked * mean_rtt(c) < wnd * swnd;
}

/* It opens a little between the times when it is shut. */
static bool is_shut(const struct view *c, u64 swnd)
{
	u64 us = shut_us(c);

	return us && 2 * us >= swnd;
}

bool peer_is_slow(const struct view *c)
{
	u64 swnd = part_us(c, "swnd");

	return swnd && (is_shut(c, swnd) || reads_slowly(c, swnd));
}

bool peer_shut(const struct view *c, struct verdict *v)
{
	u64 us = shut_us(c), swnd = part_us(c, "swnd");

	if (!peer_is_slow(c))
		return false;
	v->us = swnd;
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_STOP, "swnd");
	if (is_shut(c, swnd))
		say(v, "its program does not read: the peer's window was shut for %s",
		    say_us(us));
	else
		say(v, "its program reads slowly: it took %s in %s, where its window lets %s pass each round trip of %s",
		    say_bytes(c->r->acked), say_us(swnd),
		    say_bytes(facts_max(&c->r->facts, FACT_STOP, "swnd",
					V_WND)),
		    say_us(mean_rtt(c)));
	return true;
}

bool peer_small(const struct view *c, struct verdict *v)
{
	u64 us = part_us(c, "swnd"), max, rtt = c->r->rtt_min;

	if (!us || !facts_count(&c->r->facts, FACT_STOP, "swnd"))
		return false;
	max = facts_max(&c->r->facts, FACT_STOP, "swnd", V_WND);
	if (fills_queue(c, max))
		return false;
	if (window_grew(c) && us * 2 < c->life)
		return false;
	v->us = us;
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_STOP, "swnd");
	say(v, "its receive buffer is too small for this path: a window of %s, never shut",
	    say_bytes(max));
	if (rtt)
		say(v, ", allows %s/s at a round trip of %s",
		    say_bytes(max * 1000000 / rtt), say_us(rtt));
	return true;
}

static const struct seen *answers(const struct view *c)
{
	return facts_next(&c->r->facts, NULL, FACT_TURN, "peer");
}

/*
 * Do its ACKs come about as late as its answers? If it answers at once they are
 * one segment, which the path may have delayed.
 */
static bool acks_late(const struct view *c, u64 us, u64 answers)
{
	u64 mean = mean_rtt(c), least = c->r->rtt_min;

	return !c->peer && mean > least && 2 * (mean - least) * answers >= us;
}

static void say_answers(const struct view *c, struct verdict *v,
			const struct seen *t)
{
	say(v, "%s answered after %s on average, %s at most, of which the path takes %s",
	    say_n(t->v[V_GAP].n, "question"),
	    say_us(t->v[V_GAP].sum / t->v[V_GAP].n),
	    say_us(t->v[V_GAP].max),
	    say_us(t->v[V_MIN_RTT].n ? t->v[V_MIN_RTT].min : 0));
	if (c->r->parts_ns)
		say(v, "; answers came in parts, with pauses of %s in all",
		    say_us(c->r->parts_ns / 1000));
}

/* The last question has no answer */
static void say_none(const struct view *c, struct verdict *v)
{
	u64 us = c->r->no_answer_ns / 1000;

	prove(v, facts_next(&c->r->facts, NULL, FACT_TURN, "self"));
	say(v, "no answer for %s to what it was sent last; before, ",
	    say_us(us));
	if (2 * us >= v->us)
		say_likely(v, "perhaps nobody expects an answer to that");
}

bool peer_thinks(const struct view *c, struct verdict *v)
{
	const struct seen *t = answers(c);
	u64 us = thinking_us(c), again = segs_again(c->r);
	bool late;

	if (!t || !us || !t->v[V_GAP].n || !is_asking(c))
		return false;
	/* A lost question or answer takes as long. */
	if (!c->peer && 2 * again >= t->v[V_GAP].n)
		return false;
	late = acks_late(c, us, t->v[V_GAP].n);
	v->us = us;
	v->sure = SURE_CERTAIN;
	v->nproofs = 0;
	prove(v, t);
	say(v, "its program thinks%s: ",
	    late && t->v[V_GAP].min < 2 * c->r->rtt_min ?
	    ", or the path is slow at times" : "");
	if (turns_awaits(c->r))
		say_none(c, v);
	say_answers(c, v, t);
	if (late) {
		say_likely(v, "its ACKs come with the answers, so that a queue on the path looks the same");
		say_next(v, "ping PEER: do round trips vary? on the peer: what does its program do?");
	} else if (!c->peer && again) {
		say_likely(v, "some segments were sent again, and a lost answer takes as long");
	}
	return true;
}

/* A round trip for each small piece: neither end is slow, the dialogue is. */
bool peer_ping_pong(const struct view *c, struct verdict *v)
{
	const struct seen *t = answers(c), *own;
	u64 us = part_us(c, HELD_RTT), out;
	enum { TIMES = 4 };

	/* If both ends are recorded, one of them says it. */
	if (!t || t->v[V_GAP].n < TIMES || !is_asking(c))
		return false;
	own = facts_next(&c->r->facts, NULL, FACT_TURN, "self");
	out = t->v[V_BYTES].sum / t->n;
	v->us = us;
	v->sure = SURE_CERTAIN;
	prove(v, t);
	prove(v, own);
	say(v, "a dialogue of small steps: its program sends %s, then waits for an answer of %s; each step costs a round trip of %s",
	    say_bytes(out),
	    say_bytes(own && own->n ? own->v[V_BYTES].sum / own->n : 0),
	    say_us(c->r->rtt_min));
	return true;
}
