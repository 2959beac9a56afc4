// SPDX-License-Identifier: GPL-2.0
/*
 * Opens and closes the gates of a session: which contexts and CPUs are traced,
 * and shutdown on an inconsistency. Probes see it at their next event.
 */
#include <linux/cpumask.h>
#include <linux/smp.h>
#include "gate.h"
#include "run.h"

/* Stop all probes: an inconsistency. Context: any. The reader ends the run. */
void skbtrace_die(struct skbtrace_run *run, const char *why)
{
	int cpu;

	cmpxchg(&run->dead, NULL, why);
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu_ptr(run->cpu, cpu)->gate.ctx_mask, 0);
}

/* Open the gates of the CPUs and contexts that are set. */
void skbtrace_set_contexts(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	bool wanted;
	int cpu;

	lockdep_assert_held(&skbtrace_lock);
	for_each_possible_cpu(cpu) {
		wanted = !READ_ONCE(run->dead) &&
			 cpumask_test_cpu(cpu, run->config.cpus);
		WRITE_ONCE(per_cpu_ptr(run->cpu, cpu)->gate.ctx_mask,
			   wanted ? run->config.ctx_mask : 0);
	}
}

/* On the CPU itself: no probe of it is under way. */
static void skbtrace_forget_tasks_here(void *run)
{
	struct skbtrace_run *r = run;
	struct skbtrace_gate *gate = this_cpu_ptr(r->pub.gate);

	memset(gate->tasks, 0, sizeof(gate->tasks));
}

/* Processes are named anew: some may have to be hidden from now on. */
void skbtrace_forget_tasks(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	on_each_cpu(skbtrace_forget_tasks_here, run, true);
}
