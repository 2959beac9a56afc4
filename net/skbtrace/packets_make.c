// SPDX-License-Identifier: GPL-2.0
/* Captured packets of a run: from the first event that captures to the end. */
#include "cpu_file.h"
#include "error.h"
#include "packets.h"
#include "run.h"
#include "tables.h"

static void skbtrace_packets_remove(struct skbtrace_run *run)
{
	struct skbtrace_packets *p;
	int cpu;

	for_each_possible_cpu(cpu) {
		p = *per_cpu_ptr(run->packets, cpu);
		if (!p->file)
			continue;
		skbtrace_cpu_file_withdraw(p->file, p);
		skbtrace_cpu_file_remove(p->file);
		p->file = NULL;
	}
	run->packets_files = false;
}

/* All files or none. They deliver nothing of @run yet. */
static int skbtrace_packets_files(struct skbtrace_run *run, struct dentry *dir)
	__must_hold(&skbtrace_lock)
{
	char name[sizeof("packets.cpu") + 10];
	struct skbtrace_packets *p;
	struct dentry *file;
	int cpu;

	lockdep_assert_held(&skbtrace_lock);
	for_each_possible_cpu(cpu) {
		p = *per_cpu_ptr(run->packets, cpu);
		snprintf(name, sizeof(name), "packets.cpu%d", cpu);
		file = skbtrace_cpu_file_make(name, 0400, dir,
					      &skbtrace_packets_fops);
		if (IS_ERR(file)) {
			skbtrace_packets_remove(run);
			return skbtrace_err(PTR_ERR(file), "%s: %pe", name,
					    file);
		}
		p->file = file;
	}
	run->packets_files = true;
	return 0;
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
 * skbtrace_packets_offer() - the files deliver what a run has, from now on
 * @run: it may have no packets
 *
 * They may have been those of the run before it. Context: skbtrace_lock.
 */
void skbtrace_packets_offer(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_packets *p;
	int cpu;

	lockdep_assert_held(&skbtrace_lock);
	if (!run->packets_files)
		return;
	spin_lock(&skbtrace_cpu_file_lock);
	for_each_possible_cpu(cpu) {
		p = *per_cpu_ptr(run->packets, cpu);
		skbtrace_cpu_file_deliver(p->file, p);
	}
	spin_unlock(&skbtrace_cpu_file_lock);
}

/**
 * skbtrace_packets_make() - see that packets can be captured
 * @run: run
 * @dir: where the files go, and those of the run before it are
 *
 * The files deliver nothing before skbtrace_packets_offer().
 *
 * Context: skbtrace_lock.
 * Return: 0 or a negative errno, told in "error"
 */
int skbtrace_packets_make(struct skbtrace_run *run, struct dentry *dir)
	__must_hold(&skbtrace_lock)
{
	int err = run->packets ? 0 : skbtrace_packets_memory(run);

	lockdep_assert_held(&skbtrace_lock);
	if (err || run->packets_files)
		return err;
	return skbtrace_packets_files(run, dir);
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

/*
 * Remove the files, but for those that have gone over to another run. The last
 * reader frees the memory.
 */
void skbtrace_packets_close(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	if (run->packets_files)
		skbtrace_packets_remove(run);
}
