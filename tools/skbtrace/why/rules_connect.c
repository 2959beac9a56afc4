// SPDX-License-Identifier: GPL-2.0
/* Connections that were never established, or late; listeners that refuse. */
#include <string.h>

#include "why/why.h"

/* SYNs that were sent: the first is no retransmission. */
static u64 syns(const struct view *c)
{
	u64 again = facts_count(&c->r->facts, FACT_RETRANS, "syn");

	/* A SYN that could not be sent again shows only as a timeout. */
	if (!again)
		again = facts_count(&c->r->facts, FACT_CONG, "frto");
	return again + 1;
}

static bool is_err(const struct row *r, const char *err)
{
	return r->err && !strcmp(r->err, err);
}

/* It took the whole life; the SYNs are the evidence. */
static void never(const struct view *c, struct verdict *v)
{
	v->us = c->life;
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_STATE, "SYN_SENT");
	prove_all(v, &c->r->facts, FACT_RETRANS, "syn");
}

/* No reset was seen, though it would have been. */
static bool by_icmp(const struct view *c)
{
	return !c->r->reset && c->w->recorded[SRC_RESET] &&
	       !c->w->s->lost_src[SRC_RESET] &&
	       is_err(c->r, "ECONNREFUSED");
}

bool never_refused(const struct view *c, struct verdict *v)
{
	const struct seen *rst = facts_next(&c->r->facts, NULL, FACT_RESET,
					    "NO_SOCKET");

	if (!outcome_never(c->r) ||
	    (!is_err(c->r, "ECONNREFUSED") && !is_err(c->r, "ECONNRESET") &&
	     !c->r->reset))
		return false;
	never(c, v);
	prove_all(v, &c->r->facts, FACT_RESET, NULL);
	say(v, "refused: the SYN was answered by %s after %s",
	    by_icmp(c) ? "an ICMP message (a firewall that rejects)" : "a reset",
	    say_us(c->life));
	if (rst)
		say(v, "; nothing listens on that port there (NO_SOCKET)");
	say_next(v, by_icmp(c) ? "nft list ruleset, on the peer and before it" :
				 "ss -tln, on the peer");
	return true;
}

bool never_unreachable(const struct view *c, struct verdict *v)
{
	if (!outcome_never(c->r) || (!is_err(c->r, "ENETUNREACH") &&
				     !is_err(c->r, "EHOSTUNREACH")))
		return false;
	never(c, v);
	say(v, "unreachable (%s): no route, no neighbour, or an ICMP message said so",
	    c->r->err);
	prove_all(v, &c->r->facts, FACT_DROP, NULL);
	return true;
}

/* Established at this end only: its next segment was answered by a reset. */
static bool refused_later(const struct view *c)
{
	return c->r->connecting && c->r->reset &&
	       facts_count(&c->r->facts, FACT_OVERFLOW, "acceptq_ack");
}

bool never_queue_full(const struct view *c, struct verdict *v)
{
	const struct seen *o = facts_next(&c->r->facts, NULL, FACT_OVERFLOW,
					  NULL);

	if (!o || (!outcome_never(c->r) && !refused_later(c)))
		return false;
	never(c, v);
	prove(v, o);
	say(v, "the listener's %s was full: it refused %s (backlog %llu)",
	    o->word && !strcmp(o->word, "synq") ? "SYN queue" : "accept queue",
	    say_n(facts_count(&c->r->facts, FACT_OVERFLOW, NULL), "time"),
	    (unsigned long long)o->v[V_BACKLOG].max);
	if (refused_later(c))
		say(v, ", the ACK that ends the handshake, too: what was sent then was answered by a reset");
	return true;
}

static bool refused_by_old(const struct lost_at *l)
{
	return l->worst && l->worst->word &&
	       (!strcmp(l->worst->word, "NOT_SPECIFIED_SYN") ||
		!strcmp(l->worst->word, "TCP_RFC7323_PAWS"));
}

/*
 * The peer refuses its SYN, or answers with an ACK that does not fit. This end
 * resets that (RFC 9293, 3.10.7.3), which should end the old connection.
 */
bool never_old_socket(const struct view *c, struct verdict *v)
{
	struct lost_at l;

	find_drops(c, &l);
	if (!outcome_never(c->r) || (!refused_by_old(&l) && !c->r->reset_sent))
		return false;
	never(c, v);
	say(v, "an old connection with the same addresses and ports is in the way over there: it ");
	if (refused_by_old(&l)) {
		prove(v, l.worst);
		say(v, "refused %s", say_n(l.here, "SYN"));
	} else {
		prove_all(v, &c->r->facts, FACT_RESET, NULL);
		say(v, "answered %s, and no reset from here ended it",
		    say_n(facts_count(&c->r->facts, FACT_RESET, NULL), "SYN"));
	}
	return true;
}

/* Each SYN may have an answer; only SYNs are counted. */
bool never_dropped(const struct view *c, struct verdict *v)
{
	struct lost_at l, answer;

	find_drops(c, &l);
	find_answer_drops(c, &answer);
	if (!outcome_never(c->r) || (!l.worst && !answer.worst))
		return false;
	never(c, v);
	say(v, "%s, no answer: ", say_n(syns(c), "SYN"));
	if (l.worst)
		say(v, "%s dropped %s by %s", say_n(l.segs, "segment"),
		    say_place(&l), say_reason(l.worst));
	else
		say(v, "the answers were dropped %s by %s", say_place(&answer),
		    say_reason(answer.worst));
	l = l.worst ? l : answer;
	prove(v, l.worst);
	say_next(v, "%s", next_of_drop(l.worst));
	return true;
}

bool never_silent(const struct view *c, struct verdict *v)
{
	u64 n = syns(c);

	/* A new one may still be answered. */
	if (!outcome_never(c->r) ||
	    (!c->r->ended && n == 1 && c->life < 1000000))
		return false;
	never(c, v);
	say(v, "%s in %s, no answer", say_n(n, "SYN"), say_us(c->life));
	if (peer_is_request(c))
		say(v, ": the other end has got it and answered, but that did not come back");
	say(v, ", nothing was dropped in what was recorded");
	if (peer_is_request(c))
		say_next(v, "tcpdump at both ends, and in between: where does the SYN-ACK end?");
	else
		say_next(v, "tcpdump on the peer: do the SYNs arrive, does an answer leave?");
	if (c->w->s->lost_src[SRC_DROP] || !c->w->recorded[SRC_DROP])
		say_likely(v, "skb_drop was not recorded, or some were lost");
	return true;
}

/* An ACK that fits no SYN: this end has reset its sender. */
static bool answered_by_old(const struct view *c)
{
	const struct seen *r = NULL;

	while ((r = facts_next(&c->r->facts, r, FACT_RESET, NULL)))
		if (r->way == WAY_TX && r->since < c->r->first +
						    c->r->connect_ns)
			return true;
	return false;
}

/* Segments dropped before it was established; @l is empty if none were. */
static void before_answer(const struct view *c, struct lost_at *l)
{
	u64 until = c->r->first + c->r->connect_ns;

	find_drops(c, l);
	if (!l->worst || l->worst->since > until)
		find_answer_drops(c, l);
	if (l->worst && l->worst->since > until)
		l->worst = NULL;
}

bool late_answer(const struct view *c, struct verdict *v)
{
	u64 again = facts_count(&c->r->facts, FACT_RETRANS, "syn");
	const struct seen *o = facts_next(&c->r->facts, NULL, FACT_OVERFLOW,
					  NULL);
	struct lost_at l;

	if (!c->r->established || !again)
		return false;
	v->us = part_us(c, HELD_HANDSHAKE);
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_RETRANS, "syn");
	prove(v, o);
	before_answer(c, &l);
	say(v, "established only after %s: %s had no answer",
	    say_us(c->r->connect_ns / 1000), say_n(again, "SYN"));
	if (o)
		say(v, "; a queue of the listener was full");
	else if (answered_by_old(c))
		say(v, "; an old connection with the same ports answered, and was reset");
	else if (l.worst)
		say(v, "; dropped %s by %s", say_place(&l),
		    say_reason(l.worst));
	prove(v, l.worst);
	say_next(v, "%s", o ? "ss -tln: Recv-Q against Send-Q of the listener" :
		 l.worst ? next_of_drop(l.worst) :
		 "tcpdump on the peer: do the SYNs arrive?");
	return true;
}

bool listener_full(const struct view *c, struct verdict *v)
{
	const struct seen *o = NULL;
	u64 n = facts_count(&c->r->facts, FACT_OVERFLOW, NULL);
	bool accept = false;

	if (!n || c->r->a.pport)
		return false;
	while ((o = facts_next(&c->r->facts, o, FACT_OVERFLOW, NULL))) {
		accept = accept || (o->word && strcmp(o->word, "synq"));
		prove(v, o);
	}
	v->us = c->life;
	v->sure = SURE_CERTAIN;
	say(v, "%s of this listener was full: %s refused, backlog %llu",
	    accept ? "the accept queue" : "a queue",
	    say_n(n, "packet"),
	    (unsigned long long)facts_max(&c->r->facts, FACT_OVERFLOW, NULL,
					  V_BACKLOG));
	return true;
}
