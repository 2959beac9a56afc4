// SPDX-License-Identifier: GPL-2.0
/*
 * One relay channel per run. Relay provides the memory, buffers for CPUs that
 * come up later, the files, their lifetime, and the wake-up. relay's read() is
 * not used: it loses sub-buffers under load and strips the padding. The read()
 * here delivers closed sub-buffers, whole, exactly once.
 */
#include <linux/cpu.h>
#include <linux/debugfs.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/relay.h>
#include <linux/uaccess.h>
#include "channel.h"
#include "race.h"
#include "reserve.h"

#define SKBTRACE_FLUSH_MS	100

static struct skbtrace_cpu *skbtrace_buf_cpu(const struct rchan_buf *buf)
{
	struct skbtrace_run *run = buf->chan->private_data;

	return per_cpu_ptr(run->cpu, buf->cpu);
}

static bool skbtrace_finished(const struct skbtrace_run *run)
{
	/* pairs with skbtrace_channel_finish() */
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

/* Between open(), which starts a timer, and the end of tracing */
static DEFINE_SPINLOCK(skbtrace_flush_lock);

static int skbtrace_trace_open(struct inode *inode, struct file *file)
{
	struct rchan_buf *buf = inode->i_private;
	struct skbtrace_cpu *c = skbtrace_buf_cpu(buf);
	int err;

	/* relay makes the file visible before it sets the buffer's CPU */
	if (smp_load_acquire(&c->buf) != buf)
		return -EAGAIN;
	if (test_and_set_bit(0, &c->reader))
		return -EBUSY;
	/* takes a reference to the buffer */
	err = relay_file_operations.open(inode, file);
	if (err) {
		clear_bit(0, &c->reader);
		return err;
	}
	kref_get(&c->run->ref);
	/* a sub-buffer that was read in part is delivered again, whole */
	c->pos = 0;
	spin_lock(&skbtrace_flush_lock);
	if (!c->run->closing && !timer_pending(&c->flush)) {
		c->flush.expires = jiffies + 1;
		add_timer_on(&c->flush, c->cpu);
	}
	spin_unlock(&skbtrace_flush_lock);
	return 0;
}

static int skbtrace_trace_release(struct inode *inode, struct file *file)
{
	struct rchan_buf *buf = file->private_data;
	struct skbtrace_cpu *c = skbtrace_buf_cpu(buf);
	struct skbtrace_run *run = c->run;

	timer_delete_sync(&c->flush);
	clear_bit(0, &c->reader);
	relay_file_operations.release(inode, file);
	skbtrace_run_put(run);
	return 0;
}

/*
 * The next sub-buffer of the reader. When tracing has finished there is no
 * writer any more: then the reader writes a pending LOST block.
 */
static const u8 *skbtrace_trace_next(struct skbtrace_cpu *c)
{
	const u8 *p = skbtrace_ring_peek(&c->gate.ring);

	if (p || !skbtrace_finished(c->run))
		return p;
	timer_delete_sync(&c->flush);
	skbtrace_flush_cpu(c->run, c, false);
	return skbtrace_ring_peek(&c->gate.ring);
}

static int skbtrace_trace_wait(struct skbtrace_cpu *c, struct file *file)
{
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(c->buf->read_wait,
					skbtrace_ring_ready(&c->gate.ring) ||
					skbtrace_finished(c->run));
}

/* Copy what is available. Context: @c->read_lock. Return: bytes or -EFAULT */
static ssize_t skbtrace_trace_copy(struct skbtrace_cpu *c, char __user *to,
				   size_t count)
{
	const struct skbtrace_subbuf *h;
	size_t n, done = 0;
	const u8 *p;

	while (done < count) {
		p = skbtrace_trace_next(c);
		if (!p)
			break;
		n = min_t(size_t, count - done, c->gate.ring.size - c->pos);
		if (copy_to_user(to + done, p + c->pos, n))
			return done ? done : -EFAULT;
		done += n;
		c->pos += n;
		if (c->pos < c->gate.ring.size)
			break;
		h = (const struct skbtrace_subbuf *)p;
		c->read += h->nr_events;
		c->pos = 0;
		skbtrace_race();
		skbtrace_ring_consume(&c->gate.ring);
	}
	return done;
}

static ssize_t skbtrace_trace_read(struct file *file, char __user *to,
				   size_t count, loff_t *ppos)
{
	struct rchan_buf *buf = file->private_data;
	struct skbtrace_cpu *c = skbtrace_buf_cpu(buf);
	bool finished;
	ssize_t done;
	int err;

	for (;;) {
		if (mutex_lock_interruptible(&c->read_lock))
			return -ERESTARTSYS;
		finished = skbtrace_finished(c->run);
		done = skbtrace_trace_copy(c, to, count);
		mutex_unlock(&c->read_lock);
		if (done || finished || !count)
			return done;
		err = skbtrace_trace_wait(c, file);
		if (err)
			return err;
	}
}

static __poll_t skbtrace_trace_poll(struct file *file, poll_table *wait)
{
	struct rchan_buf *buf = file->private_data;
	struct skbtrace_cpu *c = skbtrace_buf_cpu(buf);
	bool finished;

	poll_wait(file, &buf->read_wait, wait);
	finished = skbtrace_finished(c->run);
	if (skbtrace_ring_ready(&c->gate.ring))
		return EPOLLIN | EPOLLRDNORM;
	return finished ? EPOLLIN | EPOLLRDNORM | EPOLLHUP : 0;
}

static const struct file_operations skbtrace_trace_fops = {
	.owner		= THIS_MODULE,
	.open		= skbtrace_trace_open,
	.read		= skbtrace_trace_read,
	.poll		= skbtrace_trace_poll,
	.release	= skbtrace_trace_release,
};

static struct dentry *skbtrace_create_buf_file(const char *name,
					       struct dentry *dir, umode_t mode,
					       struct rchan_buf *buf,
					       int *is_global)
{
	/* whoever has it open when it is removed reads on to the end */
	return debugfs_create_file_unsafe(name, mode, dir, buf,
					  &skbtrace_trace_fops);
}

static int skbtrace_remove_buf_file(struct dentry *dentry)
{
	debugfs_remove(dentry);
	return 0;
}

/*
 * Relay calls this for a new buffer; of a CPU that comes up, on another CPU and
 * before it runs. Later calls would come from relay functions that are not
 * used here.
 */
static int skbtrace_buf_ready(struct rchan_buf *buf, void *subbuf,
			      void *prev_subbuf, size_t prev_padding)
{
	struct skbtrace_cpu *c = skbtrace_buf_cpu(buf);

	c->gate.ring.size = buf->chan->subbuf_size;
	c->gate.ring.nr = buf->chan->n_subbufs;
	c->gate.ring.spare = max_t(u32, c->gate.ring.nr / 8, 1);
	c->gate.ring.base = buf->start;
	/* pairs with readers of @c->buf */
	smp_store_release(&c->buf, buf);
	return 1;
}

static const struct rchan_callbacks skbtrace_relay = {
	.create_buf_file	= skbtrace_create_buf_file,
	.remove_buf_file	= skbtrace_remove_buf_file,
	.subbuf_start		= skbtrace_buf_ready,
};

/**
 * skbtrace_channel_open() - make the buffers and their files
 * @run: idle run, its settings final
 * @dir: where the files go
 *
 * Context: skbtrace_lock.
 * Return: 0 or -ENOMEM
 */
int skbtrace_channel_open(struct skbtrace_run *run, struct dentry *dir)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_cpu *c;
	int cpu;

	lockdep_assert_held(&skbtrace_lock);
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		c->run = run;
		c->cpu = cpu;
		c->gate.epoch = run->epoch;
		c->complete = skbtrace_now();
		timer_setup(&c->flush, skbtrace_flush_timer, TIMER_PINNED);
		mutex_init(&c->read_lock);
	}
	run->chan = relay_open("trace.cpu", dir, run->config.subbuf_size,
			       run->config.subbuf_nr, &skbtrace_relay, run);
	if (!run->chan)
		return -ENOMEM;
	skbtrace_run_charge(run, (u64)run->config.subbuf_size *
				 run->config.subbuf_nr * num_online_cpus());
	return 0;
}

/* No probe runs any more: close all sub-buffers. */
void skbtrace_channel_finish(struct skbtrace_run *run)
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
	/* from now on the reader may write, see skbtrace_trace_next() */
	smp_store_release(&run->finished, true);
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		if (c->buf)
			wake_up_interruptible(&c->buf->read_wait);
	}
}

/* Remove the files. The last reader frees the memory. */
void skbtrace_channel_close(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	if (run->chan)
		relay_close(run->chan);
	run->chan = NULL;
}
