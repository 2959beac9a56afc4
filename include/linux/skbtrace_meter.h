/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: what probes cost. The time of one call in about 64 is measured, and
 * counted for all since the one before.
 */
#ifndef _LINUX_SKBTRACE_METER_H
#define _LINUX_SKBTRACE_METER_H

#include <linux/minmax.h>
#include <linux/types.h>

/* skbtrace_session.shed: nothing is recorded */
#define SKBTRACE_SHED_ALL	U32_MAX

/* Calls from one that is measured to the next: 33 to 96 */
#define SKBTRACE_METER_LEAST	33
#define SKBTRACE_METER_BITS	6
/* Connections that a CPU knows to be left out; a power of two */
#define SKBTRACE_NR_SHED	256

/**
 * struct skbtrace_meter - what the probes of a session cost on one CPU
 * @left: calls until one is measured
 * @weight: calls that it will stand for
 * @random: makes the distance vary, since calls may follow each other in a
 *	pattern
 * @mean: nanoseconds, of those measured lately
 * @cost_ns: of all calls, estimated
 * @measured: calls that were measured
 * @shed: events refused because of skbtrace_session.shed
 * @known: connections that it leaves out: skbtrace_shed_word(), by cookie
 *
 * Written by the CPU itself; @left of an interrupted probe may be one call off.
 */
struct skbtrace_meter {
	s32	left;
	u32	weight;
	u32	random;
	u32	mean;
	u64	cost_ns;
	u64	measured;
	u64	shed;
	u64	known[SKBTRACE_NR_SHED];
};

/**
 * skbtrace_shed_word() - says that a connection is left out
 * @mix: skbtrace_sk_mix() of it
 * @shed: skbtrace_session.shed
 *
 * Return: the word; with another factor, or other addresses, it is another one
 */
static inline u64 skbtrace_shed_word(u64 mix, u32 shed)
{
	return mix ^ (u64)shed << 40;
}

/**
 * skbtrace_meter_add() - a call has been measured
 * @m: the meter
 * @ns: how long it took
 *
 * What took eight times as long as usual is not counted in full: a hypervisor
 * may have run something else, and it would count for 64.
 */
static inline void skbtrace_meter_add(struct skbtrace_meter *m, u64 ns)
{
	u64 most = 8ULL * m->mean + 1000;

	ns = min(ns, most);
	m->mean += ((s64)ns - m->mean) / 16;
	m->cost_ns += ns * max(m->weight, 1U);
	m->measured++;
	m->random = m->random * 1664525 + 1013904223;
	m->weight = SKBTRACE_METER_LEAST +
		    (m->random >> (32 - SKBTRACE_METER_BITS));
	m->left = m->weight;
}

#endif /* _LINUX_SKBTRACE_METER_H */
