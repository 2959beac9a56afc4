// SPDX-License-Identifier: GPL-2.0
/*
 * What all readers of a CPU's buffer share: there is one at a time; while there
 * is one a timer closes the open sub-buffer now and then; sub-buffers come out
 * whole, each once.
 */
#include <linux/cpu.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/relay.h>
#include <linux/sched.h>
#include "changes.h"
#include "race.h"
#include "read.h"
#include "reserve.h"

#define SKBTRACE_FLUSH_MS	100

bool skbtrace_finished(const struct skbtrace_run *run)
{
	/* pairs with skbtrace_cpus_finish() */
	return smp_load_acquire(&run->finished);
}

/*
 * Close the open sub-buffer, so that the reader sees it soon. Not if unread
 * ones are waiting: then each tick would use up a nearly empty sub-buffer while
 * the reader does not run.
 */
static void skbtrace_flush_tick(struct skbtrace_cpu *c)
{
	if (!skbtrace_ring_ready(&c->gate.ring))
		skbtrace_flush_cpu(c->run, c, true);
}

/* Only the CPU itself may touch its open sub-buffer, hence a timer on it. */
static void skbtrace_flush_timer(struct timer_list *t)
{
	struct skbtrace_cpu *c = from_timer(c, t, flush);
	unsigned int cpu = c->cpu;

	if (!READ_ONCE(c->reader) || skbtrace_finished(c->run))
		return;
	c->flush.expires = jiffies + msecs_to_jiffies(SKBTRACE_FLUSH_MS);
	if (smp_processor_id() == cpu) {
		skbtrace_flush_tick(c);
		add_timer_on(&c->flush, cpu);
	} else if (!cpus_read_trylock()) {
		add_timer(&c->flush);	/* CPU hotplug in progress: retry */
	} else if (cpu_online(cpu)) {
		cpus_read_unlock();
		add_timer_on(&c->flush, cpu);	/* the CPU is back online */
	} else {
		/* the timer has migrated: its CPU is offline, and kept so */
		skbtrace_flush_tick(c);
		cpus_read_unlock();
		add_timer(&c->flush);
	}
}

/* Between skbtrace_cpu_claim(), which starts a timer, and the end of tracing */
static DEFINE_SPINLOCK(skbtrace_flush_lock);

/*
 * Timers of a CPU that is offline do not run, nor as they should when it is
 * back: then skbtrace_flush_timer() begins on another CPU, and moves. So it
 * does if a CPU is coming up or going, which is not waited for: it may wait for
 * relay_close(), that for the file to be removed, and that for open().
 */
static void skbtrace_flush_start(struct skbtrace_cpu *c)
{
	bool stays = cpus_read_trylock();

	spin_lock(&skbtrace_flush_lock);
	if (!c->run->closing && !timer_pending(&c->flush)) {
		c->flush.expires = jiffies + 1;
		if (stays && cpu_online(c->cpu))
			add_timer_on(&c->flush, c->cpu);
		else
			add_timer(&c->flush);
	}
	spin_unlock(&skbtrace_flush_lock);
	if (stays)
		cpus_read_unlock();
}

/* Nobody reads yet. */
void skbtrace_cpu_init(struct skbtrace_run *run, struct skbtrace_cpu *c,
		       int cpu)
{
	c->run = run;
	c->cpu = cpu;
	c->gate.epoch = run->epoch;
	c->complete = skbtrace_now();
	timer_setup(&c->flush, skbtrace_flush_timer, TIMER_PINNED);
	mutex_init(&c->read_lock);
}

/* No probe runs any more: close all sub-buffers. */
void skbtrace_cpus_finish(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_cpu *c;
	int cpu;

	lockdep_assert_held(&skbtrace_lock);
	spin_lock(&skbtrace_flush_lock);
	run->closing = true;
	spin_unlock(&skbtrace_flush_lock);
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		timer_delete_sync(&c->flush);
		skbtrace_flush_cpu(run, c, false);
	}
	/* from now on the reader may write, see skbtrace_cpu_next() */
	smp_store_release(&run->finished, true);
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		if (c->buf)
			wake_up_interruptible(&c->buf->read_wait);
	}
}

/**
 * skbtrace_cpu_take() - become the reader, and call skbtrace_cpu_begin() next
 * @c: whose buffer
 *
 * The buffer and its run stay until skbtrace_cpu_release(), whatever becomes of
 * the session. Context: the buffer can't go away meanwhile.
 * Return: 0; -EAGAIN: there is no buffer; -EBUSY: there is a reader
 */
int skbtrace_cpu_take(struct skbtrace_cpu *c)
{
	/* relay makes the file visible before it sets the buffer's CPU */
	struct rchan_buf *buf = smp_load_acquire(&c->buf);

	if (!buf)
		return -EAGAIN;
	if (test_and_set_bit(0, &c->reader))
		return -EBUSY;
	kref_get(&buf->kref);
	kref_get(&c->run->ref);
	return 0;
}

/* Context: the reader, may sleep. */
void skbtrace_cpu_begin(struct skbtrace_cpu *c)
{
	/* a sub-buffer that was read in part is delivered again, whole */
	c->pos = 0;
	skbtrace_flush_start(c);
}

/* Both of it. Context: may sleep; the buffer can't go away meanwhile. */
int skbtrace_cpu_claim(struct skbtrace_cpu *c)
{
	int err = skbtrace_cpu_take(c);

	if (!err)
		skbtrace_cpu_begin(c);
	return err;
}

/* Relay takes a buffer back only by way of a file. */
static void skbtrace_buf_put(struct rchan_buf *buf)
{
	struct file file = { .private_data = buf };

	relay_file_operations.release(NULL, &file);
}

/*
 * skbtrace_cpu_next() may have queued the wake-up of the buffer. Not by
 * irq_work_sync(): relay_close() may be in it, and where an irq_work has no
 * interrupt (PREEMPT_RT, user mode Linux) it wakes one waiter only.
 */
static void skbtrace_wakeup_end(struct rchan_buf *buf)
{
	while (irq_work_is_busy(&buf->wakeup_work))
		schedule_timeout_uninterruptible(1);
}

/* Who waits on the buffer's queue must have left it. Context: may sleep. */
void skbtrace_cpu_release(struct skbtrace_cpu *c)
{
	struct skbtrace_run *run = c->run;
	struct rchan_buf *buf = c->buf;

	timer_delete_sync(&c->flush);
	clear_bit(0, &c->reader);
	skbtrace_wakeup_end(buf);
	skbtrace_buf_put(buf);
	skbtrace_run_put(run);
	skbtrace_changed();
}

/**
 * skbtrace_cpu_next() - the next sub-buffer of the reader
 * @c: whose buffer
 *
 * When tracing has finished there is no writer any more: then the reader writes
 * a pending LOST block. Context: the reader, may sleep.
 * Return: the sub-buffer, %NULL: there is none now
 */
const u8 *skbtrace_cpu_next(struct skbtrace_cpu *c)
{
	const u8 *p = skbtrace_ring_peek(&c->gate.ring);

	if (p || !skbtrace_finished(c->run))
		return p;
	timer_delete_sync(&c->flush);
	skbtrace_flush_cpu(c->run, c, false);
	return skbtrace_ring_peek(&c->gate.ring);
}

/* What skbtrace_cpu_next() gave has been read. Context: the reader. */
void skbtrace_cpu_done(struct skbtrace_cpu *c, const u8 *subbuf)
{
	const struct skbtrace_subbuf *h = (const void *)subbuf;

	c->read += h->nr_events;
	c->pos = 0;
	skbtrace_race();
	skbtrace_ring_consume(&c->gate.ring);
}
