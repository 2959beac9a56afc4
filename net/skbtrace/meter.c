// SPDX-License-Identifier: GPL-2.0
/*
 * Measures calls of probes. The clock is that of the events. Interrupts are off
 * meanwhile: what they take is not the probe's.
 */
#include <linux/irqflags.h>
#include <linux/skbtrace_probe.h>

/**
 * skbtrace_measure_begin() - before a call that is measured
 * @m: result
 *
 * Context: probe; interrupts are off from here on.
 */
void skbtrace_measure_begin(struct skbtrace_measure *m)
{
	local_irq_save(m->flags);
	m->before = skbtrace_now();
	m->begin = skbtrace_now();
}
EXPORT_SYMBOL_GPL(skbtrace_measure_begin);

/**
 * skbtrace_measure_end() - after it
 * @s: session whose probe it was
 * @m: as skbtrace_measure_begin() filled it in
 *
 * Context: as skbtrace_measure_begin() left it: interrupts off; restored here.
 */
void skbtrace_measure_end(struct skbtrace_session *s,
			  const struct skbtrace_measure *m)
{
	u64 ns = skbtrace_now() - m->begin, read = m->begin - m->before;

	skbtrace_meter_add(&this_cpu_ptr(s->gate)->meter, ns - min(ns, read));
	local_irq_restore(m->flags);
}
EXPORT_SYMBOL_GPL(skbtrace_measure_end);
