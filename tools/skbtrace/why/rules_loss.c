// SPDX-License-Identifier: GPL-2.0
/* Segments that were sent again: whether they were lost, and where. */
#include <netinet/tcp.h>
#include <string.h>

#include "why/why.h"

static u64 loss_us(const struct view *c)
{
	return part_us(c, HELD_LOSS);
}

/* "16 segments were sent again" */
static void say_again(const struct view *c, struct verdict *v)
{
	say(v, "%s sent again", say_n(segs_again(c->r), "segment"));
}

static void lost(const struct view *c, struct verdict *v)
{
	v->us = loss_us(c);
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_CONG, "fastrtx");
	prove_all(v, &c->r->facts, FACT_CONG, "frto");
	prove_all(v, &c->r->facts, FACT_RETRANS, "loss");
	prove_all(v, &c->r->facts, FACT_RETRANS, "fast");
}

/*
 * Spurious retransmissions: by an undo, or the receiver had the data already.
 * If it had far more of them than were sent again, the network duplicates
 * packets. Those tell nothing then, and the undo goes by them, too.
 */
static u64 in_vain(const struct view *c)
{
	u64 told = row_grown(c->r, C_DSACKS), n = c->r->spurious;

	if (c->peer && c->peer->duplicates > n)
		n = c->peer->duplicates;
	n = n > told ? n : told;
	return n > 2 * segs_again(c->r) ? 0 : n;
}

/* Most of what was sent again */
static bool is_in_vain(const struct view *c)
{
	u64 again = segs_again(c->r);

	return again && 2 * in_vain(c) >= again;
}

/*
 * The listener refuses the ACK that ends the handshake, so only this end is
 * established. Its data is dropped until the accept queue has space.
 */
bool loss_half_open(const struct view *c, struct verdict *v)
{
	const struct seen *o = facts_next(&c->r->facts, NULL, FACT_OVERFLOW,
					  "acceptq_ack");

	if (!c->r->established || !o || !segs_again(c->r))
		return false;
	lost(c, v);
	prove(v, o);
	say(v, "connected at this end only: over there the accept queue was full (backlog %llu) when the handshake's ACK came, %s; ",
	    (unsigned long long)o->v[V_BACKLOG].max, say_n(o->n, "time"));
	say_again(c, v);
	return true;
}

/* Of ACKs that the other end has sent, the drops that @told knows */
static u64 find_lost_acks(const struct view *c, const struct row *told,
			  const struct seen **worst)
{
	const struct seen *d = NULL;
	u64 n = 0;

	while ((d = facts_next(&told->facts, d, FACT_DROP, NULL))) {
		if (!is_answer_drop(c, told, d) || d->v[V_LEN].max)
			continue;
		n += drop_segs(d);
		*worst = d;
	}
	return n;
}

/*
 * Did @n ACKs that were dropped make it send data again? It was in vain then,
 * as the receiver tells if it can. A path loses data as well.
 */
static bool is_by_acks(const struct view *c, u64 n)
{
	int options = row_options(c->r);

	if (options >= 0 && options & TCPI_OPT_SACK)
		return is_in_vain(c);
	return is_in_vain(c) || n >= segs_again(c->r);
}

/* ACKs were dropped, so data seemed to be lost. */
bool loss_acks(const struct view *c, struct verdict *v)
{
	const struct seen *worst = NULL;
	u64 here, there = 0;
	struct lost_at l;

	here = find_lost_acks(c, c->r, &worst);
	if (c->peer)
		there = find_lost_acks(c, c->peer, &worst);
	/* Only these were dropped */
	find_drops(c, &l);
	if (!segs_again(c->r) || !worst || l.segs != here ||
	    !is_by_acks(c, here + there))
		return false;
	lost(c, v);
	prove(v, worst);
	say(v, "%s dropped, by %s; no data were: ",
	    say_n(here + there, "ACK"), say_reason(worst));
	say_again(c, v);
	say_next(v, "%s", next_of_drop(worst));
	return true;
}

/* Sent again by the peer, and not in vain */
static u64 again_there(const struct view *c)
{
	const struct view there = { .w = c->w, .r = c->peer, .peer = c->r };
	u64 again = segs_again(c->peer), vain = in_vain(&there);

	return again > vain ? again - vain : 0;
}

static u64 most(u64 a, u64 b)
{
	return a > b ? a : b;
}

/*
 * Its questions had arrived, for they were sent again in vain, but the answers,
 * with the ACKs, came late.
 */
static bool answers_late(const struct view *c, struct verdict *v)
{
	u64 n = c->r->late_answers;

	if (!n || !is_in_vain(c))
		return false;
	v->us = part_us(c, HELD_LOSS);
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_TURN, "peer");
	prove_all(v, &c->r->facts, FACT_RETRANS, NULL);
	say(v, "answers got lost: %s came only after the question had been sent again, in vain",
	    say_n(n, "answer"));
	say_likely(v, "the other end is not in this recording");
	return true;
}

/*
 * The peer's data was lost; this end could only wait for it to be sent again.
 */
bool loss_answers(const struct view *c, struct verdict *v)
{
	u64 us = part_us(c, HELD_PEER), thinks = thinking_us(c), again;
	struct lost_at l;

	/* Of one answer the sender's verdict speaks */
	if (!is_asking(c) ||
	    facts_count(&c->r->facts, FACT_TURN, "peer") < 2)
		return false;
	if (!c->peer)
		return answers_late(c, v);
	again = again_there(c);
	if (!again || again < segs_again(c->r))
		return false;
	/* A part of an answer may come in time */
	v->us = most(us > thinks ? us - thinks : 0,
		     most(peer_part_us(c, HELD_LOSS), part_us(c, HELD_LOSS)));
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_TURN, "peer");
	prove_all(v, &c->peer->facts, FACT_RETRANS, NULL);
	say(v, "answers got lost, and came late: the peer sent %s again",
	    say_n(segs_again(c->peer), "segment"));
	find_answer_drops(c, &l);
	if (!l.worst)
		return true;
	prove(v, l.worst);
	say(v, "; %s dropped %s by %s", say_n(l.segs, "segment"),
	    say_place(&l), say_reason(l.worst));
	say_next(v, "%s", next_of_drop(l.worst));
	return true;
}

/*
 * Was something lost each time that TCP took it for lost? Then much may have
 * been sent again in vain, too: without SACK, all that followed.
 */
static bool is_lost_each_time(const struct view *c, const struct lost_at *l)
{
	const struct facts *f = &c->r->facts;
	u64 times = facts_count(f, FACT_CONG, "fastrtx") +
		    facts_count(f, FACT_CONG, "frto") +
		    facts_count(f, FACT_CONG, "loss");
	u64 again = segs_again(c->r), vain = in_vain(c);
	/* A few may be missing from what the receiver tells */
	enum { FEW = 3, PART = 10 };

	if (!times)
		return false;
	if (l->worst && l->segs >= times)
		return true;
	/* What others have overtaken came after all, each time */
	if (row_grown(c->r, C_REORD) >= times)
		return false;
	return is_in_vain(c) && again >= vain + FEW && again - vain >= times &&
	       PART * (again - vain) >= again;
}

/* What was done for nothing: segments sent again, or @cuts of the window */
static void say_in_vain(const struct view *c, struct verdict *v, u64 cuts)
{
	u64 again = segs_again(c->r), vain = in_vain(c);
	/* A few may be missing from what the receiver tells */
	enum { FEW = 3, PART = 10 };

	if (vain + FEW + again / PART >= again)
		say(v, "nothing was lost: ");
	if (again) {
		say_again(c, v);
		say(v, ", %llu in vain: ", (unsigned long long)vain);
	} else {
		say(v, "the congestion window was cut %s in vain: ",
		    say_n(cuts, "time"));
	}
}

bool loss_reordered(const struct view *c, struct verdict *v)
{
	u64 again = segs_again(c->r), seen = row_grown(c->r, C_REORD);
	u64 cuts = facts_count(&c->r->facts, FACT_CONG, "fastrtx");
	const struct seen *late = find_late(c);
	struct lost_at l;

	find_drops(c, &l);
	if ((!again && !cuts) || (l.worst && 2 * l.segs > again) ||
	    is_lost_each_time(c, &l))
		return false;
	if (!is_in_vain(c) && (!seen || 2 * seen < cuts))
		return false;
	v->us = loss_us(c) + part_us(c, HELD_CWND);
	v->sure = c->r->spurious || seen ? SURE_CERTAIN : SURE_LIKELY;
	if (again && !is_in_vain(c))
		say_likely(v, "the receiver does not tell that it had what was sent again");
	prove_all(v, &c->r->facts, FACT_CONG, "undo");
	prove_all(v, &c->r->facts, FACT_CONG, "fastrtx");
	say_in_vain(c, v, cuts);
	if (seen)
		say(v, "packets overtake each other on the path, %s",
		    say_n(seen, "time"));
	else
		say(v, "packets overtake each other on the path, or ACKs were late or lost");
	if (late) {
		prove(v, late);
		say(v, "; %s refused as late, by %s",
		    say_n(drop_segs(late), "segment"), say_reason(late));
	}
	return true;
}

/* Whether earlier messages all fitted in a segment shorter than @len. */
static bool only_short(const struct view *c, u64 len)
{
	u64 most = facts_max(&c->r->facts, FACT_TURN, "peer", V_BYTES);

	return c->r->acked && (c->r->acked < len || (most && most < len));
}

/*
 * The same long segment is sent again and again after short ones had passed:
 * packets of its size do not fit somewhere on the path, and no ICMP says so.
 */
bool loss_mtu(const struct view *c, struct verdict *v)
{
	const struct facts *f = &c->r->facts;
	const struct seen *big = facts_next(f, NULL, FACT_DROP, "PKT_TOO_BIG");
	const struct seen *r = facts_next(f, NULL, FACT_RETRANS, "loss");
	struct lost_at l;
	/*
	 * IPv6 carries 1208 bytes anywhere; shorter segments are rarely too
	 * long.
	 */
	enum { LONG = 1200, TIMES = 3 };

	if (!r)
		return false;
	if (!big && (r->n < TIMES || r->v[V_SEQ].min != r->v[V_SEQ].max ||
		     r->v[V_LEN].min < LONG ||
		     !only_short(c, r->v[V_LEN].min)))
		return false;
	find_drops(c, &l);
	if (!big && l.worst)
		return false;	/* by something else, at a known place */
	lost(c, v);
	prove(v, big);
	if (r->v[V_LEN].min == r->v[V_LEN].max)
		say(v, "segments of %llu bytes do not arrive, shorter ones do",
		    (unsigned long long)r->v[V_LEN].max);
	else
		say(v, "long segments do not arrive, shorter ones do");
	say(v, ": the path's MTU is smaller, and no ICMP message about that arrives");
	if (big)
		say(v, "; %s dropped as PKT_TOO_BIG in this recording",
		    say_n(big->v[V_SEGS].sum, "segment"));
	else
		say_likely(v, "a path that died just before the first long segment looks the same");
	say_next(v, "tracepath -n PEER; sysctl net.ipv4.tcp_mtu_probing=1");
	return true;
}

/* Nothing is acknowledged any more, despite retransmissions. */
bool loss_blackout(const struct view *c, struct verdict *v)
{
	const struct facts *f = &c->r->facts;
	const struct seen *r = facts_next(f, NULL, FACT_RETRANS, "loss");
	struct lost_at l;
	u64 us;

	if (facts_max(f, FACT_RETRANS, "loss", V_RETRANSMITS) < 3)
		return false;
	/* The data arrives, and not all ACKs do: loss_reordered() */
	if (facts_count(f, FACT_CONG, "undo") > 1 && is_in_vain(c))
		return false;
	find_drops(c, &l);
	lost(c, v);
	/* A host that can't send has the timeouts, but no retransmission */
	us = (r->until - r->since) / 1000;
	say(v, "nothing came back for %s: %llu timeouts in a row",
	    say_us(us ? us : v->us),
	    (unsigned long long)r->v[V_RETRANSMITS].max);
	if (l.worst) {
		prove(v, l.worst);
		say(v, "; %s dropped %s by %s", say_n(l.segs, "segment"),
		    say_place(&l), say_reason(l.worst));
		say_next(v, "%s", next_of_drop(l.worst));
	} else {
		say(v, "; nothing was dropped in what was recorded");
		say_next(v, "tcpdump on the peer: does anything arrive?");
	}
	return true;
}

/*
 * A drop in the own qdisc is no loss for TCP: it is told at once, keeps the
 * segment, and reduces its congestion window, tcp_enter_cwr().
 */
static bool dropped_below(const struct view *c, const struct lost_at *l)
{
	return l->place == PLACE_OWN &&
	       facts_count(&c->r->facts, FACT_CONG, "cwr");
}

static void say_below(const struct view *c, struct verdict *v)
{
	v->us += part_us(c, HELD_CWND) + part_us(c, "other");
	prove_all(v, &c->r->facts, FACT_CONG, "cwr");
	say(v, "%sTCP was told, and cut its congestion window %s",
	    segs_again(c->r) ? "; " : "",
	    say_n(facts_count(&c->r->facts, FACT_CONG, "cwr"), "time"));
}

bool loss_dropped(const struct view *c, struct verdict *v)
{
	const struct seen *ack;
	struct lost_at l;

	find_drops(c, &l);
	/* ACKs alone are the business of loss_acks() */
	if (!l.worst || l.segs == find_lost_acks(c, c->r, &ack))
		return false;
	lost(c, v);
	v->nproofs = 0;
	prove(v, l.worst);
	prove_all(v, &c->r->facts, FACT_CONG, "fastrtx");
	say(v, "%s dropped %s by %s; ", say_n(l.segs, "segment"),
	    say_place(&l), say_reason(l.worst));
	if (segs_again(c->r) || !dropped_below(c, &l))
		say_again(c, v);
	if (dropped_below(c, &l))
		say_below(c, v);
	say_next(v, "%s", next_of_drop(l.worst));
	if (2 * l.segs < segs_again(c->r))
		say_likely(v, "fewer were dropped here than were sent again");
	return true;
}

/*
 * The own device's queue is full at times. fq_codel, codel, cake drop what they
 * have queued, and free it without a reason, so that no event tells of it.
 */
static bool is_own_queue_full(const struct view *c)
{
	enum { PART = 10 };

	return PART * part_us(c, "tsq") >= c->life;
}

bool loss_path(const struct view *c, struct verdict *v)
{
	if (!segs_again(c->r))
		return false;
	lost(c, v);
	say_again(c, v);
	if (c->r->end.has & 1u << C_BYTES_SENT)
		say(v, " of %s", say_bytes(c->r->end.v[C_BYTES_SENT]));
	say(v, "; none of them was dropped in what was recorded: they were lost on the path");
	if (is_own_queue_full(c)) {
		say(v, ", or in the queue of this host's device, which is full at times (TCP small queues)");
		say_likely(v, "fq_codel and its like tell no reason when they drop");
		say_next(v, "tc -s qdisc: dropped; mtr -T PEER");
	}
	if (c->w->s->lost_src[SRC_DROP] || !c->w->recorded[SRC_DROP])
		say_likely(v, "skb_drop was not recorded, or some were lost");
	return true;
}
