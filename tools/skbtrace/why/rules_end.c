// SPDX-License-Identifier: GPL-2.0
/* Connections that did not end in order. */
#include <string.h>

#include "why/why.h"

static bool ended_by(const struct row *r, const char *word)
{
	const char *w = r->ended ? fate_word(r) : NULL;

	return w && !strcmp(w, word);
}

static void ended(const struct view *c, struct verdict *v)
{
	v->us = c->life;
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_RESET, NULL);
	prove_all(v, &c->r->facts, FACT_STATE, "CLOSE");
}

bool end_unread(const struct view *c, struct verdict *v)
{
	if (!c->r->reset_sent ||
	    strcmp(c->r->reset_sent, "TCP_ABORT_ON_CLOSE") || !c->r->ended)
		return false;
	ended(c, v);
	say(v, "closed by its own program with data unread: that sends a reset, and what was on its way to the peer is lost");
	if (c->r->end.has & 1u << C_BYTES_SENT)
		say(v, " (%s of %s were acknowledged)",
		    say_bytes(c->r->end.v[C_BYTES_ACKED]),
		    say_bytes(c->r->end.v[C_BYTES_SENT]));
	return true;
}

/* Why the other end sent it. */
static void reset_of_peer(const struct view *c, struct verdict *v)
{
	const char *why = c->peer ? c->peer->reset_sent : NULL;
	const struct seen *stray = facts_next(&c->r->facts, NULL, FACT_RESET,
					      "NO_SOCKET");

	if (why && !strcmp(why, "TCP_ABORT_ON_CLOSE"))
		say(v, ": its program closed with data unread (TCP_ABORT_ON_CLOSE)");
	else if (why && !strcmp(why, "TCP_ABORT_ON_LINGER"))
		say(v, ": its program closed with SO_LINGER 0");
	else if (why && !strcmp(why, "TCP_ABORT_ON_DATA"))
		say(v, ": data came after its program had closed");
	else if (why)
		say(v, " (%s)", why);
	else if (stray)
		say(v, ": a segment of it found no socket under these addresses and ports (NO_SOCKET): a NAT, or conntrack called it invalid, or the peer had forgotten the connection");
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
	if (fate_never(c->r) || !ended_by(c->r, "reset by peer"))
		return false;
	ended(c, v);
	say(v, "the peer sent a reset after %s", say_us(c->life));
	reset_of_peer(c, v);
	return true;
}

bool end_unaccepted(const struct view *c, struct verdict *v)
{
	if (!ended_by(c->r, "aborted") || c->r->connecting)
		return false;
	ended(c, v);
	say(v, "the listener closed before its program had accepted this connection");
	return true;
}

bool end_reset_sent(const struct view *c, struct verdict *v)
{
	if (!c->r->ended || !c->r->reset_sent || !fate_word(c->r) ||
	    c->r->err || fate_never(c->r))
		return false;
	ended(c, v);
	say(v, "this end sent a reset (%s)", c->r->reset_sent);
	return true;
}

bool end_timeout(const struct view *c, struct verdict *v)
{
	const struct facts *f = &c->r->facts;
	u64 again = facts_count(f, FACT_RETRANS, "loss");
	u64 probes = facts_count(f, FACT_TIMER, "keepalive");
	u64 window = facts_count(f, FACT_TIMER, "probe");

	if (fate_never(c->r) || !ended_by(c->r, "timed out"))
		return false;
	/* That it was given up at last is not what it suffered from. */
	if (loss_mtu(c, v))
		return false;
	ended(c, v);
	prove_all(v, f, FACT_RETRANS, "loss");
	prove_all(v, f, FACT_TIMER, NULL);
	if (again) {
		say(v, "timed out: %s without an answer (tcp_retries2, or TCP_USER_TIMEOUT)",
		    say_n(again, "retransmission"));
		return true;
	}
	if (window && f->shut_ns) {
		say(v, "timed out: the peer's window stayed shut, and it answered no probe");
		return true;
	}
	say(v, "timed out with nothing to retransmit: keepalive had no answer");
	if (!probes)
		say_likely(v, "sk_timer,only=fire was not recorded");
	return true;
}

bool end_other(const struct view *c, struct verdict *v)
{
	if (!c->r->ended || !c->r->err || fate_never(c->r) ||
	    ended_by(c->r, "aborted") || ended_by(c->r, "timed out"))
		return false;
	ended(c, v);
	say(v, "ended by the error %s", c->r->err);
	return true;
}
