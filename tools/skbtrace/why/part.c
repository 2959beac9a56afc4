// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "why/why.h"

u64 part_us(const struct view *c, const char *word)
{
	for (u32 i = 0; i < c->nparts; i++)
		if (!strcmp(c->part[i].word, word))
			return c->part[i].us;
	return 0;
}

u64 peer_part_us(const struct view *c, const char *word)
{
	struct view p = { .w = c->w, .r = c->peer };

	if (!c->peer)
		return 0;
	p.nparts = row_parts(c->peer, p.part);
	return part_us(&p, word);
}

u64 mean_rtt(const struct view *c)
{
	const struct seen *r = facts_next(&c->r->facts, NULL, FACT_RTT, NULL);

	return r && r->v[V_RTT].n ? r->v[V_RTT].sum / r->v[V_RTT].n : 0;
}

bool is_asking(const struct view *c)
{
	const struct row *r = c->r;

	if (r->connecting || (c->peer && c->peer->connecting))
		return r->connecting;
	if (c->listener || facts_next(&r->facts, NULL, FACT_STATE,
				      "ESTABLISHED"))
		return false;
	return row_asks(r);
}

u64 ring_us(const struct view *c)
{
	u64 mean = mean_rtt(c), least = c->r->rtt_min, us;
	struct seg_ring ring;
	enum { PIECES = 10 };

	if (!c->w->segments || mean <= least)
		return 0;
	ring = segments_ring(c->w->segments, c->r->host, c->r->cookie);
	if (ring.n < PIECES)
		return 0;
	us = ring.sum / ring.n / 1000;
	return 2 * (us - ring.least / 1000) < mean - least ? 0 : us;
}

const struct seen *longer_rtts(const struct view *c)
{
	const struct seen *r = facts_next(&c->r->facts, NULL, FACT_RTT, NULL);
	enum { LEAST_US = 10000, SAMPLES = 10 };
	u64 mean = mean_rtt(c);

	if (!r || r->v[V_RTT].n < SAMPLES ||
	    10 * both_again(c) > r->v[V_RTT].n ||
	    mean < 2 * r->v[V_RTT].min ||
	    mean < r->v[V_RTT].min + LEAST_US)
		return NULL;
	return r;
}

bool can_queue(const struct view *c)
{
	enum { SEGMENTS = 4 };

	return facts_max(&c->r->facts, FACT_STOP, NULL, V_INFLIGHT) >= SEGMENTS;
}

bool fills_queue(const struct view *c, u64 bytes)
{
	u64 acked = c->r->acked ? c->r->acked : row_grown(c->r, C_BYTES_ACKED);
	/* Delayed ACKs take 40ms */
	enum { LEAST_US = 60000 };

	return acked && longer_rtts(c) && !ring_us(c) && can_queue(c) &&
	       mean_rtt(c) >= c->r->rtt_min + LEAST_US &&
	       bytes * c->life >= 2 * acked * c->r->rtt_min;
}

/* Time from the other end's data to @f's answer. */
static u64 gaps(const struct facts *f, const char *now)
{
	return facts_sum(f, FACT_TURN, now, V_GAP);
}

u64 segs_again(const struct row *r)
{
	u64 n = row_retrans(r);
	u64 syn = facts_sum(&r->facts, FACT_RETRANS, "syn", V_SEGS);

	return n > syn ? n - syn : 0;
}

u64 both_again(const struct view *c)
{
	return segs_again(c->r) + (c->peer ? segs_again(c->peer) : 0);
}

/* Retransmissions take long, too: round trips then prove nothing. */
static bool is_lossy(const struct view *c, u64 answers)
{
	return 4 * both_again(c) > answers;
}

/*
 * If the other end is recorded, it says how long its program took. If not, RTT
 * samples do; a delayed ACK lengthens them, too, but by less.
 */
static u64 queued(const struct view *c, u64 answers)
{
	u64 mean = mean_rtt(c), least = c->r->rtt_min, took;
	enum { LEAST_US = 60000 };

	if (mean < 2 * least)
		return 0;
	if (c->peer) {
		took = gaps(&c->peer->facts, "self") + answers * least;
		return gaps(&c->r->facts, "peer") > took ?
		       gaps(&c->r->facts, "peer") - took : 0;
	}
	return mean < 3 * least || mean < least + LEAST_US ? 0 :
	       answers * (mean - least);
}

u64 queued_us(const struct view *c)
{
	const struct seen *t = facts_next(&c->r->facts, NULL, FACT_TURN,
					  "peer");
	u64 us = t && is_asking(c) && !is_lossy(c, t->v[V_GAP].n) ?
		 queued(c, t->v[V_GAP].n) : 0;
	u64 peer = part_us(c, HELD_PEER);

	return us < peer ? us : peer;
}

/* Waits that end with no answer, or with the last part of one */
static u64 waited_us(const struct view *c)
{
	u64 parts = c->r->parts_ns / 1000, lost = peer_part_us(c, HELD_LOSS);
	u64 none = turns_awaits(c->r) ? c->r->no_answer_ns / 1000 : 0;

	return none + (parts > lost ? parts - lost : 0);
}

u64 thinking_us(const struct view *c)
{
	u64 us = part_us(c, HELD_PEER) - queued_us(c), own;

	if (!c->peer || !facts_count(&c->peer->facts, FACT_TURN, NULL))
		return us;
	own = gaps(&c->peer->facts, "self") + waited_us(c);
	return us < own ? us : own;
}
