// SPDX-License-Identifier: GPL-2.0
/* Nobody's fault: what a connection without trouble did with its time. */
#include "why/why.h"

static bool fine(struct verdict *v, u64 us)
{
	v->us = us;
	v->sure = SURE_CERTAIN;
	return us;
}

bool fine_program(const struct view *c, struct verdict *v)
{
	say(v, "had nothing more to send");
	return fine(v, part_us(c, HELD_APP) + part_us(c, HELD_RTT) +
		    part_us(c, HELD_PEER));
}

bool fine_start(const struct view *c, struct verdict *v)
{
	enum { ROUNDS = 20 };

	if (!c->r->rtt_min || c->life > ROUNDS * c->r->rtt_min)
		return false;
	say(v, "are short: their windows were still growing");
	return fine(v, part_us(c, HELD_CWND) + part_us(c, "swnd") +
		    part_us(c, HELD_CONNECT));
}

bool fine_path(const struct view *c, struct verdict *v)
{
	say(v, "go as fast as the path's bandwidth and round trip allow");
	return fine(v, part_us(c, HELD_CWND));
}

bool fine_short(const struct view *c, struct verdict *v)
{
	say(v, "did little");
	return fine(v, 1 + 0 * c->life);
}
