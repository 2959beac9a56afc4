// SPDX-License-Identifier: GPL-2.0
/* Memory of captured packets. It lives as long as their run. */
#include <linux/gfp.h>
#include <linux/vmalloc.h>
#include "packets.h"
#include "run.h"

static void skbtrace_packets_wake(struct irq_work *work)
{
	wake_up_interruptible(&container_of(work, struct skbtrace_packets,
					    wake)->wait);
}

static void skbtrace_packets_free_one(struct skbtrace_packets *p)
{
	unsigned int i;

	if (!p)
		return;
	if (p->tick.work.func)
		cancel_delayed_work_sync(&p->tick);
	irq_work_sync(&p->wake);
	while (p->piece && skbtrace_packets_unread(p))
		skbtrace_packets_drop(p);
	/* a pipe may still have references to a chunk */
	for (i = 0; i < SKBTRACE_NR_CHUNKS; i++)
		if (p->chunk[i])
			put_page(p->chunk[i]);
	vfree(p->piece);
	kvfree(p);
}

static struct skbtrace_packets *skbtrace_packets_new(struct skbtrace_run *run,
						     int node)
{
	struct skbtrace_packets *p;
	unsigned int i;

	p = kvzalloc_node(sizeof(*p), GFP_KERNEL, node);
	if (!p)
		return NULL;
	p->run = run;
	mutex_init(&p->lock);
	init_waitqueue_head(&p->wait);
	init_irq_work(&p->wake, skbtrace_packets_wake);
	p->piece = vzalloc_node(array_size(SKBTRACE_NR_PIECES,
					   sizeof(*p->piece)), node);
	if (!p->piece)
		goto err;
	for (i = 0; i < SKBTRACE_NR_CHUNKS; i++) {
		p->chunk[i] = alloc_pages_node(node, GFP_KERNEL | __GFP_COMP |
					       __GFP_NOWARN |
					       __GFP_RETRY_MAYFAIL,
					       SKBTRACE_CHUNK_ORDER);
		if (!p->chunk[i])
			goto err;
		skbtrace_own_page(p->chunk[i]);
	}
	p->base = page_address(p->chunk[p->cur]);
	return p;
err:
	skbtrace_packets_free_one(p);
	return NULL;
}

void
skbtrace_packets_free_all(struct skbtrace_packets * __percpu *all)
{
	int cpu;

	if (!all)
		return;
	for_each_possible_cpu(cpu)
		skbtrace_packets_free_one(*per_cpu_ptr(all, cpu));
	free_percpu(all);
}

/* Of all possible CPUs. Return: %NULL: no memory */
struct skbtrace_packets * __percpu *
skbtrace_packets_new_all(struct skbtrace_run *run)
{
	struct skbtrace_packets * __percpu *all;
	struct skbtrace_packets *one;
	int cpu;

	all = alloc_percpu(struct skbtrace_packets *);
	if (!all)
		return NULL;
	for_each_possible_cpu(cpu) {
		one = skbtrace_packets_new(run, cpu_to_node(cpu));
		if (!one) {
			skbtrace_packets_free_all(all);
			return NULL;
		}
		*per_cpu_ptr(all, cpu) = one;
	}
	return all;
}

/* What skbtrace_packets_new_all() takes. */
u64 skbtrace_packets_bytes(void)
{
	return num_possible_cpus() *
	       ((u64)SKBTRACE_NR_PIECES * sizeof(struct skbtrace_piece) +
		SKBTRACE_NR_CHUNKS * SKBTRACE_CHUNK_SIZE);
}
