// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "frame/offset.h"

/* Crystals differ by less; and so the line's slope is limited. */
#define MAX_DRIFT_PPB	200000
/* What a clock may stray from the line within a second: it is steered. */
#define STRAY_PPB	1000
/* No machine has been up for 36 years. */
#define MAX_MONO	(36 * 366 * 86400 * NSEC_PER_SEC)
/* A second without an answer, and later ones that are slower, count, too. */
#define SECOND_NS	NSEC_PER_SEC

void offset_local(struct offset *o)
{
	o->version += !o->set || !o->local;
	o->set = o->local = true;
	o->offset_ns = o->drift_ppb = 0;
	o->error_ns = 0;
}

void offset_round(struct offset *o, u64 sent, u64 came, u64 mono)
{
	const u64 half = (came - sent + 1) / 2 + 1;

	if (o->local || came < sent || mono > MAX_MONO ||
	    (o->best.half && o->best.half <= half))
		return;
	if (!o->second_ns)
		o->second_ns = came;
	o->best = (struct offset_round){
		.at = mono, .offset = (s64)(sent + (came - sent) / 2 - mono),
		.half = half,
	};
}

static u32 kept(const struct offset *o)
{
	return o->n < OFFSET_ROUNDS ? o->n : OFFSET_ROUNDS;
}

/*
 * Slow rounds were held up somewhere, on one way mostly: the line goes through
 * those that took no more than twice the time of the fastest.
 */
static bool fast(const struct offset_round *r, u64 least)
{
	return r->half <= 2 * least;
}

struct sums {
	double n, t, y, tt, ty;
};

/* Without a line: what one round says of now, as the drift may be any. */
static void take_round(struct offset *o)
{
	double least = INFINITY;

	o->drift_ppb = 0;
	for (u32 i = 0; i < kept(o); i++) {
		const struct offset_round *r = &o->rounds[i];
		double age = fabs((double)(s64)(r->at - o->mono_ns));
		double e = (double)r->half + age * MAX_DRIFT_PPB / 1e9;

		if (e >= least)
			continue;
		least = e;
		o->offset_ns = r->offset;
		o->error_ns = (u64)ceil(e);
	}
}

/*
 * Each round says in which range the offset was then. At best as far from the
 * line as that range reaches, and what the clock may have strayed since.
 */
static u64 error_of(const struct offset *o)
{
	double best = INFINITY;

	for (u32 i = 0; i < kept(o); i++) {
		const struct offset_round *r = &o->rounds[i];
		double t = (double)(s64)(r->at - o->mono_ns);
		double line = (double)o->offset_ns + o->drift_ppb * t / 1e9;
		double e = fabs(line - (double)r->offset) + r->half +
			   fabs(t) * STRAY_PPB / 1e9;

		best = e < best ? e : best;
	}
	return (u64)ceil(best);
}

static void fit(struct offset *o, const struct offset_round *now, u64 least)
{
	struct sums s = {};
	double slope = 0, below;

	for (u32 i = 0; i < kept(o); i++) {
		const struct offset_round *r = &o->rounds[i];
		double t = (double)(s64)(r->at - now->at);
		double y = (double)(r->offset - now->offset);

		if (!fast(r, least))
			continue;
		s.n++;
		s.t += t;
		s.y += y;
		s.tt += t * t;
		s.ty += t * y;
	}
	below = s.n * s.tt - s.t * s.t;
	/* A slope from a few seconds would be that of the noise. */
	if (s.n >= 8 && below > 0)
		slope = (s.n * s.ty - s.t * s.y) / below;
	if (fabs(slope) > MAX_DRIFT_PPB / 1e9)
		slope = 0;
	o->mono_ns = now->at;
	o->drift_ppb = llround(slope * 1e9);
	if (!o->drift_ppb) {
		take_round(o);
		return;
	}
	o->offset_ns = now->offset + llround((s.y - slope * s.t) / s.n);
	o->error_ns = error_of(o);
}

void offset_tick(struct offset *o, u64 now)
{
	u64 least = UINT64_MAX;

	if (o->local || !o->best.half || now < o->second_ns + SECOND_NS)
		return;
	/* A clock that was stepped, or suspended: what was before is void. */
	if (o->set && llabs(o->best.offset - o->offset_ns) >
	    (s64)(o->error_ns + o->best.half + NSEC_PER_SEC))
		o->n = 0;
	o->rounds[o->n++ % OFFSET_ROUNDS] = o->best;
	for (u32 i = 0; i < kept(o); i++)
		if (o->rounds[i].half < least)
			least = o->rounds[i].half;
	fit(o, &o->best, least);
	o->set = true;
	o->version++;
	o->best.half = 0;
	o->second_ns = now;
}

char *offset_text(const struct offset *o, char buf[OFFSET_TEXT])
{
	if (!o->set)
		snprintf(buf, OFFSET_TEXT, "not known");
	else if (o->local)
		snprintf(buf, OFFSET_TEXT, "ours");
	else
		snprintf(buf, OFFSET_TEXT, "%+.6fs ±%.1fus",
			 o->offset_ns / 1e9, o->error_ns / 1e3);
	return buf;
}
