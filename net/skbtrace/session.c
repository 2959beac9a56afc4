// SPDX-License-Identifier: GPL-2.0
/*
 * A session: which run is its current one, its life from the first event on to
 * the last byte read, and whose it is.
 *
 * Control files act on the current run; there always is one. At first it is
 * idle, and holds settings only. The first event starts another one, which
 * takes its place when nothing can be refused any more. When that has been
 * stopped, its buffers can be read until the next start, likewise. A process
 * that opens "owner" gets a run of its own, which ends with the last reference
 * to that file; then the previous settings are restored.
 */
#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/tracepoint.h>
#include <linux/user_namespace.h>
#include <linux/vmalloc.h>
#include "changes.h"
#include "channel.h"
#include "error.h"
#include "gate.h"
#include "govern.h"
#include "hold.h"
#include "packets.h"
#include "read.h"
#include "session.h"
#include "slot.h"
#include "source.h"
#include "tables.h"
#include "verdict.h"

/* Of all runs that there have been. Under skbtrace_lock. */
static u32 skbtrace_runs;

/**
 * skbtrace_start() - the first event is about to be on
 * @run: idle run, its settings final
 * @dir: where its files go
 *
 * Context: skbtrace_lock.
 * Return: 0 or -ENOMEM, told in "error"
 */
int skbtrace_start(struct skbtrace_run *run, struct dentry *dir)
	__must_hold(&skbtrace_lock)
{
	int err;

	lockdep_assert_held(&skbtrace_lock);
	run->pub.named.tab = vzalloc(SKBTRACE_NAMED_BYTES);
	if (!run->pub.named.tab)
		return skbtrace_err(-ENOMEM, "no memory for names");
	skbtrace_tables_charge(run, SKBTRACE_NAMED_BYTES);
	run->pub.named.mask = SKBTRACE_NR_NAMED - 1;
	get_random_bytes(run->pub.packet_key, sizeof(run->pub.packet_key));
	run->pub.packet_key[0] |= 1;
	run->pub.packet_key[1] |= 1;
	get_random_bytes(&run->location_key, sizeof(run->location_key));
	/* filters that are set already apply to the first event */
	skbtrace_set_special(run);
	skbtrace_set_contexts(run);

	err = skbtrace_channel_open(run, dir);
	if (err)
		return skbtrace_err(err, "no memory for %u x %u bytes per CPU",
				    run->config.subbuf_nr,
				    run->config.subbuf_size);
	skbtrace_clock_get();
	run->started = ktime_get_ns();
	run->state = SKBTRACE_TRACING;
	skbtrace_govern_start(run);
	return 0;
}

/* Take the filters of a run that has no probe attached. */
static struct skbtrace_filters *skbtrace_take_filters(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	RCU_INIT_POINTER(run->pub.verdicts, NULL);
	RCU_INIT_POINTER(run->pub.direct, NULL);
	return rcu_replace_pointer(run->pub.filters, NULL,
				   lockdep_is_held(&skbtrace_lock));
}

/**
 * skbtrace_stop() - stop tracing; the buffers can still be read
 * @run: the run
 *
 * Does nothing unless it is tracing. Context: skbtrace_lock.
 */
void skbtrace_stop(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	unsigned int i;

	lockdep_assert_held(&skbtrace_lock);
	if (run->state != SKBTRACE_TRACING)
		return;
	skbtrace_govern_stop(run);
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (skbtrace_events[i] && run->pub.slot[i].on)
			skbtrace_event_off(run, skbtrace_events[i]);
	tracepoint_synchronize_unregister();
	/* none of it can be written any more, and the next run has its own */
	skbtrace_hold_free(run);
	skbtrace_cpus_finish(run);
	skbtrace_packets_finish(run);
	skbtrace_clock_put();
	run->state = SKBTRACE_STOPPED;
	skbtrace_changed();
}

/**
 * skbtrace_next() - a run that may take the place of the current one
 * @in: the session, which is not tracing
 *
 * It has the settings of that one, and shares its filters: skbtrace_replace()
 * or skbtrace_discard() must follow before they can be changed.
 *
 * Context: skbtrace_lock.
 * Return: the run, idle; %NULL: no memory
 */
struct skbtrace_run *skbtrace_next(struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_run *run = skbtrace_run_new(&in->run->config);

	lockdep_assert_held(&skbtrace_lock);
	if (run)
		rcu_assign_pointer(run->pub.filters,
				   skbtrace_filters_locked(&in->run->pub));
	return run;
}

/**
 * skbtrace_replace() - the next run takes the place of the current one
 * @in: the session
 * @run: of skbtrace_next(), tracing
 *
 * Unread data of the current one is lost, unless somebody has its files open.
 * So nothing of it can fail. Context: skbtrace_lock.
 */
void skbtrace_replace(struct skbtrace_instance *in, struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_run *old = in->run;

	lockdep_assert_held(&skbtrace_lock);
	run->number = ++skbtrace_runs;
	skbtrace_channel_offer(run, old);
	skbtrace_packets_offer(run);
	in->run = run;
	skbtrace_take_filters(old);	/* @run has them */
	skbtrace_packets_close(old);
	skbtrace_channel_close(old);
	skbtrace_run_put(old);
	skbtrace_changed();
}

/* @run is of skbtrace_next(), and the current one stays as it is. */
void skbtrace_discard(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	skbtrace_stop(run);
	skbtrace_take_filters(run);	/* the current one has them */
	skbtrace_packets_close(run);
	skbtrace_channel_close(run);
	skbtrace_run_put(run);
}

/* No run is the current one any more. A reader may read it to its end. */
void skbtrace_end(struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_run *run = in->run;

	lockdep_assert_held(&skbtrace_lock);
	in->run = NULL;
	skbtrace_stop(run);
	skbtrace_packets_close(run);
	skbtrace_channel_close(run);
	skbtrace_run_put(run);
}

/* It is the caller's. */
void skbtrace_own(struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	in->owner.pid = task_tgid_nr(current);
	in->owner.uid = from_kuid(&init_user_ns, current_uid());
	in->owner.since = ktime_get_ns();
	get_task_comm(in->owner.comm, current);
}

/**
 * skbtrace_take() - a run of its own for the caller
 * @in: the session
 *
 * Context: skbtrace_lock.
 * Return: 0, -EBUSY if there is tracing or another owner, or -ENOMEM
 */
int skbtrace_take(struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_run *old = in->run, *run;

	lockdep_assert_held(&skbtrace_lock);
	if (in->owner.pid)
		return skbtrace_err(-EBUSY, "pid %d owns the session",
				    in->owner.pid);
	if (old->state == SKBTRACE_TRACING)
		return skbtrace_err(-EBUSY,
				    "tracing is on; -* to \"enabled\" stops it");
	run = skbtrace_run_new(NULL);
	if (!run)
		return skbtrace_err(-ENOMEM, "no memory");
	skbtrace_config_copy(&in->saved, &old->config);
	in->saved_filters = skbtrace_take_filters(old);
	skbtrace_end(in);
	in->run = run;
	skbtrace_own(in);
	return 0;
}

/* The owner is gone. */
void skbtrace_release(struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_run *run = skbtrace_run_new(&in->saved);

	lockdep_assert_held(&skbtrace_lock);
	in->owner.pid = 0;
	if (!run) {
		/* no memory for a fresh one: go on with this one, disowned */
		skbtrace_stop(in->run);
		skbtrace_filters_free(in->saved_filters);
	} else {
		rcu_assign_pointer(run->pub.filters, in->saved_filters);
		skbtrace_end(in);
		in->run = run;
	}
	in->saved_filters = NULL;
	skbtrace_changed();
}
