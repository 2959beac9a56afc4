// SPDX-License-Identifier: GPL-2.0
/* This end's program, its socket, its host, or its path keeps it waiting. */
#include <string.h>

#include "why/why.h"

/* A part of its life with that word, which the events about it show. */
static bool held(const struct view *c, struct verdict *v, const char *word)
{
	v->us = part_us(c, word);
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_STOP, word);
	return v->us;
}

bool own_nagle(const struct view *c, struct verdict *v)
{
	if (!held(c, v, "nagle"))
		return false;
	say(v, "small writes wait for the ACK of the one before (Nagle's algorithm), and the peer delays its ACKs: %s",
	    say_n(facts_count(&c->r->facts, FACT_STOP, "nagle"), "wait"));
	return true;
}

bool own_sndbuf(const struct view *c, struct verdict *v)
{
	u64 buf = facts_max(&c->r->facts, FACT_STOP, "sndbuf", V_SNDBUF);

	if (!held(c, v, "sndbuf"))
		return false;
	say(v, "its send buffer is too small for this path");
	if (buf)
		say(v, " (%s)", say_bytes(buf));
	say(v, ": all of it is on the way, and the program waits for room");
	return true;
}

bool own_queue(const struct view *c, struct verdict *v)
{
	if (!held(c, v, "tsq"))
		return false;
	say(v, "the device of this host, or its queue, is the bottleneck: the socket's share of the queues is used up (TCP small queues)");
	return true;
}

bool own_pacing(const struct view *c, struct verdict *v)
{
	if (!held(c, v, "pacing"))
		return false;
	say(v, "it is paced: SO_MAX_PACING_RATE, fq's maxrate, or BBR's estimate of the path");
	return true;
}

bool own_refused(const struct view *c, struct verdict *v)
{
	const struct seen *d = facts_next(&c->r->facts, NULL, FACT_DROP, NULL);

	if (!held(c, v, "other"))
		return false;
	prove(v, d);
	say(v, "IP, or a layer below, refuses its packets");
	if (d)
		say(v, ": %s", say_reason(d));
	say_next(v, "%s", d ? next_of_drop(d) : "skbtrace record -e skb_drop,stack");
	return true;
}

/* What this end can't take in, from the first such drop to the last. */
bool own_memory(const struct view *c, struct verdict *v)
{
	static const char *const words[] = {
		"SOCKET_RCVBUFF", "PROTO_MEM", "TCP_OFO_QUEUE_PRUNE",
		"SOCKET_BACKLOG",
	};
	const struct seen *d = NULL;

	for (u32 i = 0; !d && i < ARRAY_SIZE(words); i++)
		d = facts_next(&c->r->facts, NULL, FACT_DROP, words[i]);
	if (!d || d->way == WAY_TX)
		return false;
	v->us = (d->until - d->since) / 1000;
	v->sure = SURE_CERTAIN;
	prove(v, d);
	say(v, "this end can't take in what arrives: %s dropped, %s",
	    say_n(d->v[V_SEGS].sum, "segment"), say_reason(d));
	say_next(v, "%s", next_of_drop(d));
	return true;
}

/* A queue on the path grows as it sends: RTTs far above the least one. */
bool path_queue(const struct view *c, struct verdict *v)
{
	const struct seen *r = facts_next(&c->r->facts, NULL, FACT_RTT, NULL);
	enum { LEAST_US = 10000, SAMPLES = 10 };
	u64 mean;

	if (!r || r->v[V_RTT].n < SAMPLES)
		return false;
	mean = r->v[V_RTT].sum / r->v[V_RTT].n;
	if (mean < 2 * r->v[V_RTT].min ||
	    mean < r->v[V_RTT].min + LEAST_US)
		return false;
	if (!held(c, v, HELD_CWND))
		return false;
	prove(v, r);
	say(v, "a queue on the path grows with its load: round trips of %s at least, %s on average, %s at most",
	    say_us(r->v[V_RTT].min), say_us(mean), say_us(r->v[V_RTT].max));
	return true;
}
