// SPDX-License-Identifier: GPL-2.0
/* Options of the SYN that the other end did not get, or refused. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "why/why.h"

enum { ALL = TCPI_OPT_WSCALE | TCPI_OPT_SACK | TCPI_OPT_TIMESTAMPS };

/* "window scaling, SACK", in a buffer that the next sentence reuses. */
static const char *say_options(int options)
{
	static const struct {
		int bit;
		const char *name;
	} names[] = {
		{ TCPI_OPT_WSCALE, "window scaling" },
		{ TCPI_OPT_SACK, "SACK" },
		{ TCPI_OPT_TIMESTAMPS, "timestamps" },
	};
	static char buf[64];

	*buf = 0;
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (options & names[i].bit)
			snprintf(buf + strlen(buf), sizeof(buf) - strlen(buf),
				 "%s%s", *buf ? ", " : "", names[i].name);
	return buf;
}

/* The time held by the window: missing options explain at most that. */
static bool held_by_window(const struct view *c, struct verdict *v)
{
	v->us = part_us(c, "swnd");
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_STOP, "swnd");
	return v->us;
}

/* Both ends are recorded, and they disagree. */
static int differ(const struct view *c, int agreed)
{
	int other = c->peer ? row_options(c->peer) : -1;

	return agreed < 0 || other < 0 ? 0 : (agreed ^ other) & ALL;
}

/* The peer has none of the options: that is rarely its own choice. */
static int none_came(const struct view *c, int agreed)
{
	int asked = row_asked(c->r);

	if (asked < 0 && c->peer)
		asked = row_asked(c->peer);
	return asked >= 0 && (asked & ALL) == ALL && !(agreed & ALL) ? ALL : 0;
}

bool options_stripped(const struct view *c, struct verdict *v)
{
	int agreed = row_options(c->r), gone;

	if (agreed < 0 || !held_by_window(c, v))
		return false;
	gone = differ(c, agreed);
	if (gone & TCPI_OPT_WSCALE) {
		say(v, "something in between takes options out of the SYN or of its answer (%s): the ends do not agree, so that one takes a window for %s than the other means",
		    say_options(gone),
		    agreed & TCPI_OPT_WSCALE ? "larger" : "smaller");
		return true;
	}
	if (!none_came(c, agreed) || peer_is_slow(c))
		return false;
	say(v, "something in between takes options out of the SYN or of its answer: all were asked for, none was agreed on (%s), so that the window can't be more than 65535 bytes",
	    say_options(ALL));
	say_likely(v, "it may be a peer that knows none of them");
	return true;
}

/*
 * A retransmitted SYN does not ask for ECN (RFC 3168, 6.1.1.1). If only that
 * one is answered, the ECN SYNs were dropped.
 */
bool options_ecn(const struct view *c, struct verdict *v)
{
	int asked = row_asked(c->r), agreed = row_options(c->r);
	struct lost_at l;

	if (!c->r->established || asked < 0 || agreed < 0 ||
	    !(asked & ~agreed & TCPI_OPT_ECN) ||
	    facts_count(&c->r->facts, FACT_RETRANS, "syn") != 1)
		return false;
	v->us = part_us(c, HELD_HANDSHAKE);
	v->sure = SURE_CERTAIN;
	prove_all(v, &c->r->facts, FACT_RETRANS, "syn");
	say(v, "established only after %s: the SYN that asked for ECN had no answer, the next one, which did not, had one",
	    say_us(c->r->connect_ns / 1000));
	find_drops(c, &l);
	if (l.worst)
		say(v, "; dropped %s by %s", say_place(&l),
		    say_reason(l.worst));
	prove(v, l.worst);
	say_likely(v, "a SYN that gets lost looks the same");
	return true;
}

/* The window field has 16 bits (RFC 7323). */
bool options_unscaled(const struct view *c, struct verdict *v)
{
	int options = row_options(c->r);

	if (options < 0 || options & TCPI_OPT_WSCALE || !held_by_window(c, v))
		return false;
	say(v, "its window can't be more than 65535 bytes, as both ends did not agree on window scaling: one of them is set so, or something in between takes the option out of the SYN");
	if (c->r->rtt_min)
		say(v, "; that allows %s/s at a round trip of %s",
		    say_bytes(65535 * 1000000ull / c->r->rtt_min),
		    say_us(c->r->rtt_min));
	return true;
}
