// SPDX-License-Identifier: GPL-2.0
/* This end's program, socket, host or path makes it wait. */
#include <string.h>

#include "why/why.h"

/* The part of its life held back by that word, and the events that show it. */
static bool held(const struct view *c, struct verdict *v, const char *word)
{
	v->us = part_us(c, word);
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_STOP, word);
	return v->us;
}

/*
 * Nagle waits for an ACK; a wait with nothing in flight is TCP_CORK or
 * MSG_MORE.
 */
static bool is_corked(const struct view *c)
{
	const struct facts *f = &c->r->facts;

	return 2 * facts_sum(f, FACT_STOP, "nagle", V_INFLIGHT) <
	       facts_count(f, FACT_STOP, "nagle");
}

bool own_corked(const struct view *c, struct verdict *v)
{
	if (!is_corked(c) || !held(c, v, "nagle"))
		return false;
	say(v, "its program has small writes held back, though nothing is on the way: TCP_CORK or MSG_MORE, which wait for a full segment, for 200ms at most: %s",
	    say_n(facts_count(&c->r->facts, FACT_STOP, "nagle"), "wait"));
	return true;
}

bool own_nagle(const struct view *c, struct verdict *v)
{
	enum { LATE_US = 10000 };
	u64 n;

	if (is_corked(c) || !held(c, v, "nagle"))
		return false;
	n = facts_count(&c->r->facts, FACT_STOP, "nagle");
	say(v, "small writes wait for the ACK of the one before (Nagle's algorithm)%s: %s",
	    n && v->us / n > c->r->rtt_min + LATE_US ?
	    ", and the peer delays its ACKs" : "", say_n(n, "wait"));
	return true;
}

/* In flight is far less than the buffer, though it waits for buffer space. */
static bool has_space(const struct view *c)
{
	const struct facts *f = &c->r->facts;
	enum { SEGMENT = 1460 };

	return 4 * SEGMENT * facts_max(f, FACT_STOP, "sndbuf", V_INFLIGHT) <
	       facts_max(f, FACT_STOP, "sndbuf", V_SNDBUF);
}

bool own_starved(const struct view *c, struct verdict *v)
{
	if (!has_space(c) || !held(c, v, "sndbuf"))
		return false;
	say(v, "its writes wait for memory, though its send buffer (%s) has room: all of TCP's memory is used up (tcp_mem), or that of its cgroup",
	    say_bytes(facts_max(&c->r->facts, FACT_STOP, "sndbuf", V_SNDBUF)));
	say_likely(v, "no event tells of that memory itself");
	return true;
}

bool own_sndbuf(const struct view *c, struct verdict *v)
{
	u64 buf = facts_max(&c->r->facts, FACT_STOP, "sndbuf", V_SNDBUF);

	if (has_space(c) || fills_queue(c, buf) || !held(c, v, "sndbuf"))
		return false;
	say(v, "its send buffer is too small for this path");
	if (buf)
		say(v, " (%s)", say_bytes(buf));
	say(v, ": all of it is on the way, and the program waits for room");
	return true;
}

/* fq holds early packets, so the own qdisc fills up with them. */
enum { FQ_TIMES = 3 };

/*
 * The rate if at least @times stops for @word had the same one, else 0. A rate
 * that follows the congestion window or the path varies.
 */
static u64 set_rate(const struct view *c, const char *word, u64 times)
{
	const struct facts *f = &c->r->facts;
	const struct seen *s = NULL;
	u64 rate = 0;

	if (facts_count(f, FACT_STOP, word) < times)
		return 0;
	while ((s = facts_next(f, s, FACT_STOP, word))) {
		const struct fact_range *v = &s->v[V_RATE];

		if (!v->n || v->min != v->max || (rate && v->min != rate))
			return 0;
		rate = v->min;
	}
	return rate;
}

bool own_queue(const struct view *c, struct verdict *v)
{
	if (c->r->own_pace || set_rate(c, "tsq", FQ_TIMES) ||
	    !held(c, v, "tsq"))
		return false;
	say(v, "the device of this host, or its queue, is the bottleneck: the socket's share of the queues is used up (TCP small queues)");
	return true;
}

bool own_pacing(const struct view *c, struct verdict *v)
{
	u64 rate = set_rate(c, "pacing", 1);
	const char *word = rate ? "pacing" : "tsq";

	if (!rate)
		rate = set_rate(c, word, FQ_TIMES);
	if (!rate || !held(c, v, word))
		return false;
	say(v, "it is paced at a rate that was set, %s/s: SO_MAX_PACING_RATE",
	    say_bytes(rate));
	return true;
}

bool own_refused_all(const struct view *c)
{
	return !facts_count(&c->r->facts, FACT_RETRANS, "loss") &&
	       2 * part_us(c, "other") > c->life;
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

/* The first of @words among the drops of incoming segments. */
static const struct seen *dropped_in(const struct view *c,
				     const char *const *words)
{
	const struct seen *d = NULL;

	for (; !d && *words; words++) {
		d = facts_next(&c->r->facts, NULL, FACT_DROP, *words);
		while (d && d->way == WAY_TX)
			d = facts_next(&c->r->facts, d, FACT_DROP, *words);
	}
	return d;
}

/* Of all @words the one that was dropped last on its way in. */
static const struct seen *dropped_last(const struct view *c,
				       const char *const *words)
{
	const struct seen *last = NULL;

	for (; words && *words; words++) {
		const struct seen *d = NULL;

		while ((d = facts_next(&c->r->facts, d, FACT_DROP, *words)))
			if (d->way != WAY_TX &&
			    (!last || d->until > last->until))
				last = d;
	}
	return last;
}

/* The window shuts at once then, though it was larger before. */
static const char *const beyond_window[] = {
	"TCP_INVALID_SEQUENCE", "TCP_ZEROWINDOW", NULL
};

/*
 * Drops of data for one of @words, from the first to the last of those that
 * follow for one of @after (NULL: none). Or the wait is the sender's timer.
 */
static const struct seen *not_taken(const struct view *c, struct verdict *v,
				    const char *const *words,
				    const char *const *after)
{
	const struct seen *d = dropped_in(c, words);
	const struct seen *more = d ? dropped_last(c, after) : NULL;
	u64 until, lost = peer_part_us(c, HELD_LOSS);

	if (!d)
		return NULL;
	until = more && more->until > d->until ? more->until : d->until;
	v->us = (until - d->since) / 1000;
	if (lost > v->us)
		v->us = lost;	/* the wait is the sender's timer */
	v->sure = SURE_CERTAIN;
	prove(v, d);
	prove(v, more);
	return d;
}

bool own_memory(const struct view *c, struct verdict *v)
{
	static const char *const words[] = {
		"SOCKET_RCVBUFF", "PROTO_MEM", "TCP_OFO_QUEUE_PRUNE", NULL
	};
	const struct seen *d = not_taken(c, v, words, beyond_window);

	if (!d)
		return false;
	say(v, "this end can't take in what arrives: %s dropped by %s",
	    say_n(d->v[V_SEGS].sum, "segment"), say_reason(d));
	say_next(v, "%s", next_of_drop(d));
	return true;
}

/* Who has the socket locked finds the backlog when he unlocks it. */
bool own_backlog(const struct view *c, struct verdict *v)
{
	static const char *const words[] = { "SOCKET_BACKLOG", NULL };
	const struct seen *d = not_taken(c, v, words, NULL);

	if (!d)
		return false;
	say(v, "its program keeps the socket locked, in a system call that takes long (page faults while it copies, no CPU): what arrives meanwhile fills the backlog; %s dropped (SOCKET_BACKLOG)",
	    say_n(d->v[V_SEGS].sum, "segment"));
	return true;
}

/*
 * Where data come twice, what is refused for an old timestamp (PAWS) is a copy:
 * it was overtaken, and was sent again meanwhile.
 */
static bool is_late_copy(const struct view *c, const struct seen *d)
{
	return c->r->duplicates && !strcmp(d->word, "TCP_RFC7323_PAWS");
}

/*
 * Data that arrives, and that this host drops. If both ends are recorded, the
 * sender's verdict says it.
 */
bool own_input(const struct view *c, struct verdict *v)
{
	static const char *const words[] = {
		"NETFILTER_DROP", "TC_INGRESS", "NETFILTER_INGRESS", "XDP",
		"CPU_BACKLOG", "IP_RPFILTER", "IP_INNOROUTES", "IP_CSUM",
		"TCP_CSUM", "XFRM_POLICY", "SOCKET_FILTER", "TCP_RFC7323_PAWS",
		"TCP_MD5NOTFOUND", "TCP_MD5UNEXPECTED", "TCP_MD5FAILURE", NULL
	};
	const struct seen *d;

	if (c->peer)
		return false;
	d = not_taken(c, v, words, NULL);
	if (!d || !d->v[V_LEN].max || is_late_copy(c, d))
		return false;
	say(v, "this host drops what arrives: %s, by %s",
	    say_n(drop_segs(d), "segment"), say_reason(d));
	say_next(v, "%s", next_of_drop(d));
	return true;
}

bool own_restart(const struct view *c, struct verdict *v)
{
	enum { OFTEN = 2 };

	if (c->r->restarts < OFTEN || !held(c, v, HELD_CWND))
		return false;
	say(v, "a pause makes its congestion window small again, which had grown to %llu segments: %s",
	    (unsigned long long)c->r->widest,
	    say_n(c->r->restarts, "time"));
	return true;
}

/* Minimum and maximum of @x over its stops. */
static struct fact_range stops(const struct view *c, enum fact_value x)
{
	struct fact_range all = { .min = UINT64_MAX };
	const struct seen *s = NULL;

	while ((s = facts_next(&c->r->facts, s, FACT_STOP, NULL))) {
		if (!s->v[x].n)
			continue;
		all.min = s->v[x].min < all.min ? s->v[x].min : all.min;
		all.max = s->v[x].max > all.max ? s->v[x].max : all.max;
		all.n += s->v[x].n;
	}
	return all;
}

/*
 * The congestion window holds it, nothing reduces that, and yet it does not
 * grow, as it would each round trip.
 */
bool own_clamped(const struct view *c, struct verdict *v)
{
	struct fact_range cwnd = stops(c, V_CWND);
	enum { ROUNDS = 20 };

	if (c->r->own_pace || cwnd.n < 2 || cwnd.min != cwnd.max ||
	    facts_count(&c->r->facts, FACT_CONG, NULL) || both_again(c) ||
	    !held(c, v, HELD_CWND) || v->us < ROUNDS * c->r->rtt_min)
		return false;
	say(v, "its congestion window stays at %s all the time, though nothing was lost: it is clamped (a route's cwnd, which ip tcp_metrics remembers, or a BPF program)",
	    say_n(cwnd.max, "segment"));
	return true;
}

/*
 * TCP small queues do not count packets that the driver has orphaned
 * (skb_orphan): round trips grow as if the path were slow.
 */
bool own_ring(const struct view *c, struct verdict *v)
{
	const struct seen *r = longer_rtts(c);
	u64 us = ring_us(c);

	if (!r || !us || !held(c, v, HELD_CWND))
		return false;
	prove(v, r);
	say(v, "the driver of this host's device is late: bytes wait %s in its transmit ring on average, of round trips of %s",
	    say_us(us), say_us(mean_rtt(c)));
	return true;
}
