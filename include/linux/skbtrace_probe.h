/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: the definition of a probe, and beside it of the one that is
 * attached instead while a session measures what its probes cost.
 */
#ifndef _LINUX_SKBTRACE_PROBE_H
#define _LINUX_SKBTRACE_PROBE_H

#include <linux/skbtrace.h>
#include <linux/tracepoint.h>

/**
 * struct skbtrace_measure - a call that is measured
 * @flags: of interrupts, which are off meanwhile: their time is not the probe's
 * @before: the time
 * @begin: the time once more, to know what it takes to read it
 */
struct skbtrace_measure {
	unsigned long	flags;
	u64		before;
	u64		begin;
};

void skbtrace_measure_begin(struct skbtrace_measure *m);
void skbtrace_measure_end(struct skbtrace_session *s,
			  const struct skbtrace_measure *m);

/* Is this call to be measured? */
static __always_inline bool skbtrace_meter_due(const struct skbtrace_session *s)
{
	this_cpu_dec(s->gate->meter.left);
	return unlikely(this_cpu_read(s->gate->meter.left) <= 0);
}

/**
 * SKBTRACE_DEFINE_PROBE() - define a probe
 * @NAME: its name; metered_NAME is the one for sessions that measure
 * @PROTO: TP_PROTO() of the tracepoint
 * @ARGS: TP_ARGS()
 *
 * The body sees the session as @data.
 */
#define SKBTRACE_DEFINE_PROBE(NAME, PROTO, ARGS)			\
	static void NAME(void *data, PROTO);				\
	static noinline void measured_##NAME(void *data, PROTO)		\
	{								\
		struct skbtrace_measure m;				\
									\
		skbtrace_measure_begin(&m);				\
		NAME(data, ARGS);					\
		skbtrace_measure_end(data, &m);				\
	}								\
	static void __maybe_unused metered_##NAME(void *data, PROTO)	\
	{								\
		if (skbtrace_meter_due(data))				\
			measured_##NAME(data, ARGS);			\
		else							\
			NAME(data, ARGS);				\
	}								\
	static void NAME(void *data, PROTO)

#endif /* _LINUX_SKBTRACE_PROBE_H */
