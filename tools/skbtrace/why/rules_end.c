// SPDX-License-Identifier: GPL-2.0
/* Connections that did not end in order. */
#include <string.h>

#include "why/why.h"

static bool ended_by(const struct row *r, const char *word)
{
	const char *w = r->ended ? outcome_word(r) : NULL;

	return w && !strcmp(w, word);
}

static void ended(const struct view *c, struct verdict *v)
{
	v->us = c->life;
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_RESET, NULL);
	prove_all(v, &c->r->facts, FACT_STATE, "CLOSE");
}

/* Why an end sent a reset, by the kernel's reason; "": nothing to add. */
static const char *say_reset(const char *reason)
{
	static const struct {
		const char *reason, *text;
	} texts[] = {
		{ "TCP_ABORT_ON_CLOSE", "its program closed with data unread" },
		{ "TCP_ABORT_ON_LINGER",
		  "its program closed with SO_LINGER 0" },
		{ "TCP_ABORT_ON_DATA",
		  "data came after its program had closed" },
		{ "TCP_TIMEWAIT_SOCKET",
		  "data came after its program had closed" },
		{ "TCP_STATE", "its program aborted it, as SO_LINGER 0 does" },
		{ "TCP_DISCONNECT_WITH_DATA", "its program disconnected it" },
		{ "TCP_KEEPALIVE_TIMEOUT", "keepalive had no answer" },
		{ "NO_SOCKET", "no socket has these addresses and ports" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		if (!strcmp(reason, texts[i].reason))
			return texts[i].text;
	return "";
}

/* ": its program aborted it, as SO_LINGER 0 does (TCP_STATE)" */
static void say_why_reset(struct verdict *v, const char *reason)
{
	const char *text = say_reset(reason);

	say(v, "%s%s (%s)", *text ? ": " : "", text, reason);
}

bool end_unread(const struct view *c, struct verdict *v)
{
	if (!c->r->reset_sent ||
	    strcmp(c->r->reset_sent, "TCP_ABORT_ON_CLOSE") || !c->r->ended)
		return false;
	ended(c, v);
	say(v, "closed by its own program with data unread: that sends a reset");
	if (c->r->end.has & 1u << C_BYTES_SENT &&
	    c->r->end.v[C_BYTES_SENT] > c->r->end.v[C_BYTES_ACKED])
		say(v, ", and what was on its way to the peer is lost (%s of %s were acknowledged)",
		    say_bytes(c->r->end.v[C_BYTES_ACKED]),
		    say_bytes(c->r->end.v[C_BYTES_SENT]));
	return true;
}

/* Had the other end ended or sent a reset before this end received one? */
static bool ended_before(const struct view *c)
{
	const struct row *p = c->peer;
	u64 now = c->r->reset_time;

	return (p->ended && p->end.time <= now) ||
	       (p->reset_sent && p->reset_time <= now);
}

/* Why the other end sent it. */
static void reset_of_peer(const struct view *c, struct verdict *v)
{
	bool before = c->peer && ended_before(c);
	const char *why = before ? c->peer->reset_sent : NULL;
	const struct seen *stray = facts_next(&c->r->facts, NULL, FACT_RESET,
					      "NO_SOCKET");

	if (why)
		say_why_reset(v, why);
	else if (before && c->peer->err && outcome_word(c->peer))
		say(v, ": the other end had been given up before (%s)",
		    outcome_word(c->peer));
	else if (stray)
		say(v, ": a segment of it found no socket under these addresses and ports (NO_SOCKET): a NAT, or conntrack called it invalid, or the peer had forgotten the connection");
	else if (c->peer && !before)
		say(v, ": the other end sent none and goes on, so something in between did: a firewall, or a load balancer");
	else if (c->peer)
		say_likely(v, "what the other end did is not in this recording");
	else
		say_likely(v, "the other end is not in this recording");
	if (stray && !why)
		prove(v, stray);
	else if (c->peer)
		prove_all(v, &c->peer->facts, FACT_RESET, NULL);
	if (stray && !why)
		say_next(v, "conntrack -E; sysctl net.netfilter.nf_conntrack_tcp_be_liberal");
}

bool end_reset_received(const struct view *c, struct verdict *v)
{
	if (outcome_never(c->r) || !ended_by(c->r, "reset by peer"))
		return false;
	ended(c, v);
	say(v, "the peer sent a reset after %s", say_us(c->life));
	reset_of_peer(c, v);
	return true;
}

/* Did the listener close first? Not if the program aborts it by itself. */
static bool listener_closed(const struct view *c)
{
	const struct seen *s = c->listener ?
		facts_next(&c->listener->facts, NULL, FACT_LISTEN, "CLOSE") :
		NULL;

	return s && s->until <= c->r->end.time;
}

bool end_unaccepted(const struct view *c, struct verdict *v)
{
	if (!ended_by(c->r, "aborted") || !listener_closed(c))
		return false;
	ended(c, v);
	say(v, "the listener closed before its program had accepted this connection");
	return true;
}

bool end_reset_sent(const struct view *c, struct verdict *v)
{
	if (!c->r->ended || !c->r->reset_sent || !outcome_word(c->r) ||
	    c->r->err || outcome_never(c->r))
		return false;
	ended(c, v);
	say(v, "this end sent a reset");
	say_why_reset(v, c->r->reset_sent);
	return true;
}

/* If it took most of the life, the end was such a wait, too. */
static bool was_shut(const struct view *c)
{
	const struct facts *f = &c->r->facts;

	return f->shut_since || 2 * f->shut_ns / 1000 > c->life;
}

/* The last keyframe says that data was unacknowledged, or there is none. */
static bool was_waiting(const struct row *r)
{
	const u32 need = 1u << C_BYTES_SENT | 1u << C_BYTES_ACKED |
			 1u << C_BYTES_RETRANS;
	const struct keyframe *k = &r->end;

	return (k->has & need) != need ||
	       k->v[C_BYTES_SENT] > k->v[C_BYTES_RETRANS] +
				    k->v[C_BYTES_ACKED];
}

/* Which timer gave it up. */
static void say_timer(const struct view *c, struct verdict *v)
{
	const struct facts *f = &c->r->facts;
	u64 again = facts_count(f, FACT_RETRANS, "loss");

	if (again) {
		say(v, "timed out: %s without an answer (tcp_retries2, or TCP_USER_TIMEOUT)",
		    say_n(again, "retransmission"));
	} else if (was_shut(c)) {
		say(v, "timed out: the peer's window stayed shut, and it answered no probe of it any more");
	} else if (facts_count(f, FACT_TIMER, "keepalive")) {
		say(v, "timed out with nothing to retransmit: keepalive had no answer");
	} else if (was_waiting(c->r)) {
		say(v, "timed out: what was sent had no answer");
		say_likely(v, "no retransmission is in this recording");
	} else {
		say(v, "timed out with nothing to retransmit: keepalive had no answer");
		say_likely(v, "sk_timer,only=fire was not recorded");
	}
}

bool end_timeout(const struct view *c, struct verdict *v)
{
	struct lost_at l;

	if (outcome_never(c->r) || !ended_by(c->r, "timed out"))
		return false;
	/* The timeout at the end was not the trouble itself. */
	if (loss_mtu(c, v) || own_refused_all(c))
		return false;
	ended(c, v);
	prove_all(v, &c->r->facts, FACT_RETRANS, "loss");
	prove_all(v, &c->r->facts, FACT_TIMER, NULL);
	say_timer(c, v);
	find_drops(c, &l);
	if (l.worst) {
		prove(v, l.worst);
		say(v, "; %s dropped %s by %s", say_n(l.segs, "segment"),
		    say_place(&l), say_reason(l.worst));
		say_next(v, "%s", next_of_drop(l.worst));
	}
	return true;
}

bool end_other(const struct view *c, struct verdict *v)
{
	if (!c->r->ended || !c->r->err || outcome_never(c->r) ||
	    ended_by(c->r, "aborted") || ended_by(c->r, "timed out"))
		return false;
	ended(c, v);
	say(v, "ended by the error %s", c->r->err);
	return true;
}
