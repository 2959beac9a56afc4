// SPDX-License-Identifier: GPL-2.0
/* Segments that were sent again: whether they were lost, and where. */
#include <string.h>

#include "why/why.h"

static u64 segs_again(const struct view *c)
{
	u64 n = row_retrans(c->r);
	u64 syn = facts_sum(&c->r->facts, FACT_RETRANS, "syn", V_SEGS);

	return n > syn ? n - syn : 0;
}

static u64 loss_us(const struct view *c)
{
	return part_us(c, HELD_LOSS);
}

/* "16 segments were sent again" */
static void say_again(const struct view *c, struct verdict *v)
{
	say(v, "%s sent again", say_n(segs_again(c), "segment"));
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

/* What was sent in vain: an undo says so, or the receiver had it already. */
static u64 in_vain(const struct view *c)
{
	u64 n = c->r->spurious;

	if (c->peer && c->peer->duplicates > n)
		n = c->peer->duplicates;
	return n;
}

/* What came back was dropped, so that data seemed to be lost. */
bool loss_acks(const struct view *c, struct verdict *v)
{
	const struct seen *d = NULL, *worst = NULL;
	u64 acks = 0;
	struct lost_at l;

	find_drops(c, &l);
	if (!c->peer || !segs_again(c) || l.worst)
		return false;
	while ((d = facts_next(&c->peer->facts, d, FACT_DROP, NULL))) {
		if (drop_is_harmless(d->word) || d->way == WAY_RX ||
		    d->v[V_LEN].max)
			continue;
		acks += d->v[V_SEGS].sum;
		worst = d;
	}
	if (!worst)
		return false;
	lost(c, v);
	prove(v, worst);
	say(v, "%s dropped, by %s; no data were: ", say_n(acks, "ACK"),
	    say_reason(worst));
	say_again(c, v);
	say_next(v, "%s", next_of_drop(worst));
	return true;
}

bool loss_reordered(const struct view *c, struct verdict *v)
{
	u64 again = segs_again(c), vain = in_vain(c);
	u64 us = loss_us(c) + part_us(c, HELD_CWND);
	struct lost_at l;

	find_drops(c, &l);
	if (!again || 2 * vain < again || (l.worst && 2 * l.segs > again))
		return false;
	v->us = us;
	v->sure = c->r->spurious ? SURE_CERTAIN : SURE_LIKELY;
	prove_all(v, &c->r->facts, FACT_CONG, "undo");
	prove_all(v, &c->r->facts, FACT_CONG, "fastrtx");
	say(v, "nothing was lost: ");
	say_again(c, v);
	say(v, ", %llu in vain: packets overtake each other on the path, or ACKs were late or lost",
	    (unsigned long long)vain);
	return true;
}

/*
 * The same long segment again and again, after short ones had passed: its kind
 * of packet does not fit somewhere, and nobody says so.
 */
bool loss_mtu(const struct view *c, struct verdict *v)
{
	const struct facts *f = &c->r->facts;
	const struct seen *big = facts_next(f, NULL, FACT_DROP, "PKT_TOO_BIG");
	const struct seen *r = facts_next(f, NULL, FACT_RETRANS, "loss");
	enum { LONG = 1000, TIMES = 3 };

	if (!r)
		return false;
	if (!big && (r->n < TIMES || r->v[V_SEQ].min != r->v[V_SEQ].max ||
		     r->v[V_LEN].min < LONG || !c->r->acked ||
		     c->r->acked >= r->v[V_LEN].min))
		return false;
	lost(c, v);
	prove(v, big);
	say(v, "segments of %llu bytes do not arrive, shorter ones do: the path's MTU is smaller, and no ICMP message about that arrives",
	    (unsigned long long)r->v[V_LEN].max);
	if (big)
		say(v, "; %s dropped as PKT_TOO_BIG in this recording",
		    say_n(big->v[V_SEGS].sum, "segment"));
	else
		say_likely(v, "the place is not in this recording");
	say_next(v, "tracepath -n PEER; sysctl net.ipv4.tcp_mtu_probing=1");
	return true;
}

/* Nothing is acknowledged any more, whatever is tried. */
bool loss_blackout(const struct view *c, struct verdict *v)
{
	const struct facts *f = &c->r->facts;
	const struct seen *r = facts_next(f, NULL, FACT_RETRANS, "loss");
	struct lost_at l;

	if (facts_max(f, FACT_RETRANS, "loss", V_RETRANSMITS) < 3)
		return false;
	find_drops(c, &l);
	lost(c, v);
	say(v, "nothing came back for %s: %llu timeouts in a row",
	    say_us((r->until - r->since) / 1000),
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

bool loss_dropped(const struct view *c, struct verdict *v)
{
	struct lost_at l;

	find_drops(c, &l);
	if (!l.worst)
		return false;
	lost(c, v);
	v->nproofs = 0;
	prove(v, l.worst);
	prove_all(v, &c->r->facts, FACT_CONG, "fastrtx");
	say(v, "%s dropped %s by %s; ", say_n(l.segs, "segment"),
	    say_place(&l), say_reason(l.worst));
	say_again(c, v);
	say_next(v, "%s", next_of_drop(l.worst));
	if (2 * l.segs < segs_again(c))
		say_likely(v, "fewer were dropped here than were sent again");
	return true;
}

bool loss_path(const struct view *c, struct verdict *v)
{
	if (!segs_again(c))
		return false;
	lost(c, v);
	say_again(c, v);
	if (c->r->end.has & 1u << C_BYTES_SENT)
		say(v, " of %s", say_bytes(c->r->end.v[C_BYTES_SENT]));
	say(v, "; nothing was dropped in what was recorded: they were lost on the path");
	if (c->w->s->lost_src[SRC_DROP] || !c->w->recorded[SRC_DROP])
		say_likely(v, "skb_drop was not recorded, or some were lost");
	return true;
}
