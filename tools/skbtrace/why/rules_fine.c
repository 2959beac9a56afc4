// SPDX-License-Identifier: GPL-2.0
/*
 * No trouble: what a healthy connection did with its time, as far as known. The
 * texts follow a number.
 */
#include "why/why.h"

static bool fine(struct verdict *v, u64 us)
{
	v->us = us;
	v->sure = SURE_CERTAIN;
	return us;
}

/* Events are missing that would say what held it back. */
bool unknown_held(const struct view *c, struct verdict *v)
{
	const struct why *w = c->w;
	enum { LONG_US = 200000 };

	if (c->nparts || c->life < LONG_US ||
	    (w->recorded[SRC_LIMIT] && !w->s->lost_src[SRC_LIMIT]))
		return false;
	say(v, "cannot be judged: tcp_sendlimit was not recorded, or some were lost");
	v->us = c->life;
	return true;
}

/* It sends little, so its own sending says little. */
bool fine_receiver(const struct view *c, struct verdict *v)
{
	const struct keyframe *k = &c->r->end;
	const u32 need = 1u << C_BYTES_RECEIVED | 1u << C_BYTES_ACKED;
	enum { MANY = 10, MUCH = 10000 };

	if (c->peer || (k->has & need) != need ||
	    k->v[C_BYTES_RECEIVED] < MUCH + MANY * k->v[C_BYTES_ACKED])
		return false;
	say(v, "that received (what held the sender back is seen at its end)");
	return fine(v, c->life);
}

/* Time in which its program had nothing to send */
static u64 idle_us(const struct view *c)
{
	return part_us(c, HELD_APP) + part_us(c, HELD_RTT) +
	       part_us(c, HELD_PEER);
}

/* For most of its life; whether its program expects one nobody knows. */
bool fine_unanswered(const struct view *c, struct verdict *v)
{
	u64 us = c->r->no_answer_ns / 1000;
	enum { LONG_US = 1000000 };

	if (c->r->answers || us < LONG_US || 10 * us < 9 * c->life)
		return false;
	say(v, "that got no answer, if their programs expect one");
	return fine(v, idle_us(c));
}

/* Or its program has sent what it had to: fine_unanswered() comes first. */
bool fine_program(const struct view *c, struct verdict *v)
{
	say(v, "with nothing more to send");
	return fine(v, idle_us(c));
}

bool fine_start(const struct view *c, struct verdict *v)
{
	enum { ROUNDS = 20 };

	if (!c->r->rtt_min || c->life > ROUNDS * c->r->rtt_min)
		return false;
	say(v, "short, their windows still growing");
	return fine(v, part_us(c, HELD_CWND) + part_us(c, "swnd") +
		    part_us(c, HELD_HANDSHAKE));
}

bool fine_path(const struct view *c, struct verdict *v)
{
	say(v, "as fast as the path allows");
	return fine(v, part_us(c, HELD_CWND) + part_us(c, "pacing") +
		    (c->r->own_pace ? part_us(c, "tsq") : 0));
}

bool fine_short(const struct view *c, struct verdict *v)
{
	say(v, "that did little");
	(void)c;
	return fine(v, 1);
}
