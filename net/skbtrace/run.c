// SPDX-License-Identifier: GPL-2.0
/*
 * Allocation and release of a run. Its last reference may be that of a reader.
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "hold.h"
#include "verdict.h"
#include "marks.h"
#include "packets.h"
#include "run.h"
#include "state.h"
#include "tables.h"

#define SKBTRACE_SUBBUF_SIZE_DEFAULT	(128U << 10)
#define SKBTRACE_SUBBUF_NR_DEFAULT	8U

/* Of the buffers of all runs, those that only a reader still has too. */
static atomic64_t skbtrace_buffer_memory;

/* @run has buffers of @bytes, until it is freed. */
void skbtrace_run_charge(struct skbtrace_run *run, u64 bytes)
{
	run->bytes = bytes;
	atomic64_add(bytes, &skbtrace_buffer_memory);
}

u64 skbtrace_buffer_bytes(void)
{
	return atomic64_read(&skbtrace_buffer_memory);
}

static void skbtrace_run_free(struct kref *ref)
{
	struct skbtrace_run *run = container_of(ref, struct skbtrace_run, ref);

	atomic64_sub(run->bytes, &skbtrace_buffer_memory);
	skbtrace_tables_add(-(s64)run->tables);
	vfree(run->pub.named.tab);
	skbtrace_states_free(run);
	skbtrace_marks_free(run);
	skbtrace_filters_free(rcu_access_pointer(run->pub.filters));
	skbtrace_hold_free(run);
	skbtrace_packets_free_all(run->packets);
	free_cpumask_var(run->config.cpus);
	free_percpu(run->cpu);
	kvfree(run);
}

void skbtrace_run_put(struct skbtrace_run *run)
{
	kref_put(&run->ref, skbtrace_run_free);
}

/* Each has memory for its own cpumask. */
void skbtrace_config_copy(struct skbtrace_config *to,
			  const struct skbtrace_config *from)
{
	to->subbuf_size = from->subbuf_size;
	to->subbuf_nr = from->subbuf_nr;
	to->ctx_mask = from->ctx_mask;
	to->hold = from->hold;
	to->max_cost = from->max_cost;
	cpumask_copy(to->cpus, from->cpus);
}

/**
 * skbtrace_run_new() - an idle run
 * @config: its settings, %NULL: the defaults
 *
 * Return: the run or %NULL: no memory
 */
struct skbtrace_run *skbtrace_run_new(const struct skbtrace_config *config)
{
	struct skbtrace_run *run = kvzalloc(sizeof(*run), GFP_KERNEL);

	if (!run)
		return NULL;
	kref_init(&run->ref);
	run->epoch = 1;
	skbtrace_shed_init(&run->govern.state);
	run->govern.told.factor = 1;
	run->cpu = alloc_percpu(struct skbtrace_cpu);
	if (!zalloc_cpumask_var(&run->config.cpus, GFP_KERNEL) || !run->cpu) {
		skbtrace_run_put(run);
		return NULL;
	}
	run->pub.gate = &run->cpu->gate;
	if (config) {
		skbtrace_config_copy(&run->config, config);
	} else {
		run->config.subbuf_size = SKBTRACE_SUBBUF_SIZE_DEFAULT;
		run->config.subbuf_nr = SKBTRACE_SUBBUF_NR_DEFAULT;
		run->config.ctx_mask = BIT(SKBTRACE_CTX_TASK) |
				       BIT(SKBTRACE_CTX_SOFTIRQ) |
				       BIT(SKBTRACE_CTX_HARDIRQ);
		run->config.hold = skbtrace_hold_default();
		cpumask_copy(run->config.cpus, cpu_possible_mask);
	}
	return run;
}
