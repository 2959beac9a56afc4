// SPDX-License-Identifier: GPL-2.0
/* Captured packets of a run: from the first event that captures to the end. */
#include <linux/debugfs.h>
#include "error.h"
#include "packets.h"
#include "run.h"
#include "tables.h"

static void skbtrace_packets_files(struct skbtrace_packets * __percpu *all,
				   struct dentry *dir)
{
	char name[sizeof("packets.cpu") + 10];
	int cpu;

	for_each_possible_cpu(cpu) {
		snprintf(name, sizeof(name), "packets.cpu%d", cpu);
		debugfs_create_file_unsafe(name, 0400, dir,
					   *per_cpu_ptr(all, cpu),
					   &skbtrace_packets_fops);
	}
}

static void skbtrace_packets_tick_all(struct skbtrace_packets * __percpu *all)
{
	struct delayed_work *tick;
	int cpu;

	for_each_possible_cpu(cpu) {
		tick = &(*per_cpu_ptr(all, cpu))->tick;
		INIT_DELAYED_WORK(tick, skbtrace_packets_tick);
		queue_delayed_work(system_wq, tick, 0);
	}
}

static int skbtrace_packets_memory(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_packets * __percpu *all;

	lockdep_assert_held(&skbtrace_lock);
	all = skbtrace_packets_new_all(run);
	if (!all)
		return skbtrace_err(-ENOMEM,
				    "no memory to capture packets: %llu bytes",
				    skbtrace_packets_bytes());
	skbtrace_tables_charge(run, skbtrace_packets_bytes());
	skbtrace_packets_tick_all(all);
	/* seen by probes that are attached, or told to capture, after this */
	smp_store_release(&run->packets, all);
	return 0;
}

/**
 * skbtrace_packets_make() - see that packets can be captured
 * @run: run
 * @dir: where the files go; %NULL: later, as those of another run are there
 *
 * Context: skbtrace_lock.
 * Return: 0, or -ENOMEM, told in "error"
 */
int skbtrace_packets_make(struct skbtrace_run *run, struct dentry *dir)
	__must_hold(&skbtrace_lock)
{
	int err = run->packets ? 0 : skbtrace_packets_memory(run);

	lockdep_assert_held(&skbtrace_lock);
	if (err || !dir || run->packets_dir)
		return err;
	skbtrace_packets_files(run->packets, dir);
	run->packets_dir = dir;
	return 0;
}

/* No probe runs any more, and run->finished is set: readers read to the end. */
void skbtrace_packets_finish(struct skbtrace_run *run)
{
	int cpu;

	if (!run->packets)
		return;
	for_each_possible_cpu(cpu)
		wake_up_interruptible(&(*per_cpu_ptr(run->packets, cpu))->wait);
}

/* Remove the files. The last reader frees the memory. */
void skbtrace_packets_close(struct skbtrace_run *run)
{
	char name[sizeof("packets.cpu") + 10];
	int cpu;

	if (!run->packets_dir)
		return;
	for_each_possible_cpu(cpu) {
		snprintf(name, sizeof(name), "packets.cpu%d", cpu);
		debugfs_lookup_and_remove(name, run->packets_dir);
	}
	run->packets_dir = NULL;
}
