/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much a session records, so that its probes take no more than their share
 * of the CPUs' time: the arithmetic, without clocks and locks.
 *
 * Interval by interval, what took too much doubles the factor: one in so many
 * connections is recorded. A refused event costs something, too: when no factor
 * helps, nothing is recorded until what was taken too much has been saved. The
 * factor is halved after some calm intervals: so few took so little that twice
 * as many will not take half of the limit.
 */
#ifndef _NET_SKBTRACE_SHED_H
#define _NET_SKBTRACE_SHED_H

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/skbtrace_meter.h>
#include <linux/types.h>

#define SKBTRACE_PPM		1000000U

#define SKBTRACE_FACTOR_MAX	256U
/* calm intervals before the factor is halved: at first, at most */
#define SKBTRACE_CALM_MIN	5U
#define SKBTRACE_CALM_MAX	80U
/* intervals that a debt is at most saved for */
#define SKBTRACE_DEBT_MAX	64U

/**
 * struct skbtrace_shed_state - what is recorded of a session now, and why
 * @factor: one in so many connections, when not @shut; a power of two
 * @shut: nothing
 * @calm: calm intervals in a row
 * @patience: calm intervals that are needed: more if halving was wrong before
 * @halved: the last change was to halve
 * @share: what probes took in the last interval, in parts per million
 * @debt: nanoseconds that probes took too much while no factor helped
 */
struct skbtrace_shed_state {
	u32	factor;
	bool	shut;
	u32	calm;
	u32	patience;
	bool	halved;
	u32	share;
	u64	debt;
};

static inline void skbtrace_shed_init(struct skbtrace_shed_state *st)
{
	*st = (struct skbtrace_shed_state){
		.factor = 1,
		.patience = SKBTRACE_CALM_MIN,
	};
}

/* As skbtrace_shed.factor tells it: 0 nothing, 1 all */
static inline u32 skbtrace_shed_factor(const struct skbtrace_shed_state *st)
{
	return st->shut ? 0 : st->factor;
}

/* As skbtrace_session.shed has it */
static inline u32 skbtrace_shed_value(const struct skbtrace_shed_state *st)
{
	if (st->shut)
		return SKBTRACE_SHED_ALL;
	return st->factor == 1 ? 0 : st->factor;
}

/* Halving was wrong if this follows it. */
static inline void skbtrace_shed_more(struct skbtrace_shed_state *st)
{
	if (st->halved)
		st->patience = min(2 * st->patience, SKBTRACE_CALM_MAX);
	st->halved = false;
	st->calm = 0;
	if (st->factor < SKBTRACE_FACTOR_MAX)
		st->factor *= 2;
	else
		st->shut = true;
}

static inline void skbtrace_shed_less(struct skbtrace_shed_state *st)
{
	if (st->halved)
		st->patience = max(st->patience / 2, SKBTRACE_CALM_MIN);
	st->halved = true;
	st->calm = 0;
	st->factor /= 2;
}

static inline void skbtrace_shed_owe(struct skbtrace_shed_state *st, u64 cost,
				     u64 allowed)
{
	st->debt += cost;
	st->debt -= min(st->debt, allowed);
	st->debt = min(st->debt, SKBTRACE_DEBT_MAX * allowed);
}

/*
 * Calm intervals before the factor is halved. What is left out costs some part
 * of what it would if it were not: if all is next to nothing, there is no
 * load.
 */
static inline u32 skbtrace_shed_wait(const struct skbtrace_shed_state *st,
				     u64 cost, u64 allowed)
{
	return cost < allowed / 16 ? SKBTRACE_CALM_MIN : st->patience;
}

/**
 * skbtrace_shed_step() - an interval is over
 * @st: the state
 * @limit: the share that probes may take, in parts per million, not 0
 * @cost: what they took, nanoseconds
 * @time: how long the interval was, nanoseconds, times the number of CPUs; not
 *	0
 *
 * Return: true if from now on another part is recorded
 */
static inline bool skbtrace_shed_step(struct skbtrace_shed_state *st, u32 limit,
				      u64 cost, u64 time)
{
	u64 allowed = mul_u64_u32_div(time, limit, SKBTRACE_PPM);
	const struct skbtrace_shed_state old = *st;

	st->share = min_t(u64, div64_u64(cost * 1000, max(time / 1000, 1ULL)),
			  SKBTRACE_PPM);
	if (st->shut || st->factor == SKBTRACE_FACTOR_MAX)
		skbtrace_shed_owe(st, cost, allowed);
	if (st->shut)
		st->shut = st->debt;
	else if (cost > allowed)
		skbtrace_shed_more(st);
	else if (cost > allowed / 4 || st->factor == 1)
		st->calm = 0;
	else if (++st->calm >= skbtrace_shed_wait(st, cost, allowed))
		skbtrace_shed_less(st);
	return st->factor != old.factor || st->shut != old.shut;
}

#endif /* _NET_SKBTRACE_SHED_H */
