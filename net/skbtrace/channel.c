// SPDX-License-Identifier: GPL-2.0
/*
 * One relay channel a run. From relay come the memory, the buffers of CPUs
 * that come up later, the files and their lifetime, and the wake-up. Not
 * relay's read(): it loses sub-buffers under load and strips the padding. Ours
 * delivers closed sub-buffers, whole, exactly once.
 */
#include <linux/cpu.h>
#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include "internal.h"

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
 * What is open is closed, so that the reader sees it soon. A reader that is
 * behind has enough to read: to close a few events for it each time would use
 * up all sub-buffers, nearly empty, while it does not run.
 */
static void skbtrace_flush_tick(struct skbtrace_cpu *c)
{
	if (!skbtrace_ring_ready(&c->ring))
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
		add_timer(&c->flush);	/* hotplug under way: look again */
	} else if (cpu_online(cpu)) {
		cpus_read_unlock();
		add_timer_on(&c->flush, cpu);	/* it is back: go home */
	} else {
		/* migrated here: nothing runs there, and it stays so */
		skbtrace_flush_tick(c);
		cpus_read_unlock();
		add_timer(&c->flush);
	}
}

/* Whoever opens starts a timer, or tracing ends and none is started any more */
static DEFINE_SPINLOCK(skbtrace_flush_lock);

static int skbtrace_trace_open(struct inode *inode, struct file *file)
{
	struct rchan_buf *buf = inode->i_private;
	struct skbtrace_cpu *c = skbtrace_buf_cpu(buf);
	int err;

	/* relay shows the file before it has told the buffer its CPU */
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
	/* what the reader before has got in part is delivered again, whole */
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
 * The reader's next sub-buffer. Once all is finished the reader is alone, and
 * tells of the losses that found no room before.
 */
static const u8 *skbtrace_trace_next(struct skbtrace_cpu *c)
{
	const u8 *p = skbtrace_ring_peek(&c->ring);

	if (p || !skbtrace_finished(c->run))
		return p;
	timer_delete_sync(&c->flush);
	skbtrace_flush_cpu(c->run, c, false);
	return skbtrace_ring_peek(&c->ring);
}

static int skbtrace_trace_wait(struct skbtrace_cpu *c, struct file *file)
{
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(c->buf->read_wait,
					skbtrace_ring_ready(&c->ring) ||
					skbtrace_finished(c->run));
}

/* What is there. Context: @c->read_lock. Return: bytes or -EFAULT */
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
		n = min_t(size_t, count - done, c->ring.size - c->pos);
		if (copy_to_user(to + done, p + c->pos, n))
			return done ? done : -EFAULT;
		done += n;
		c->pos += n;
		if (c->pos < c->ring.size)
			break;
		h = (const struct skbtrace_subbuf *)p;
		c->read += h->nr_events;
		c->pos = 0;
		skbtrace_race();
		skbtrace_ring_consume(&c->ring);
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
	if (skbtrace_ring_ready(&c->ring))
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
	return debugfs_create_file(name, mode, dir, buf, &skbtrace_trace_fops);
}

static int skbtrace_remove_buf_file(struct dentry *dentry)
{
	debugfs_remove(dentry);
	return 0;
}

/*
 * Relay calls this when a buffer is new, for a CPU that is coming up as well:
 * not on that CPU, and before it runs. Later calls would come from functions
 * of relay that are not used here.
 */
static int skbtrace_buf_ready(struct rchan_buf *buf, void *subbuf,
			      void *prev_subbuf, size_t prev_padding)
{
	struct skbtrace_cpu *c = skbtrace_buf_cpu(buf);

	c->ring.size = buf->chan->subbuf_size;
	c->ring.nr = buf->chan->n_subbufs;
	c->ring.spare = max_t(u32, c->ring.nr / 8, 1);
	c->ring.base = buf->start;
	/* pairs with those who look at the ring of a CPU that may be new */
	smp_store_release(&c->buf, buf);
	return 1;
}

static const struct rchan_callbacks skbtrace_relay = {
	.create_buf_file	= skbtrace_create_buf_file,
	.remove_buf_file	= skbtrace_remove_buf_file,
	.subbuf_start		= skbtrace_buf_ready,
};

/**
 * skbtrace_mem_cap() - most memory that the buffers of a session may take
 *
 * Return: bytes
 */
unsigned long skbtrace_mem_cap(void)
{
	return min(SKBTRACE_MEM_PER_CPU * num_online_cpus(),
		   (totalram_pages() << PAGE_SHIFT) / SKBTRACE_MEM_SHARE);
}

/**
 * skbtrace_channel_open() - make the buffers and their files
 * @run: idle run, its settings final
 * @dir: where the files go
 *
 * Context: skbtrace_lock.
 * Return: 0 or -ENOMEM
 */
int skbtrace_channel_open(struct skbtrace_run *run, struct dentry *dir)
{
	struct skbtrace_cpu *c;
	int cpu;

	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		c->run = run;
		c->cpu = cpu;
		c->epoch = run->epoch;
		c->complete = ktime_get_mono_fast_ns();
		timer_setup(&c->flush, skbtrace_flush_timer, TIMER_PINNED);
		mutex_init(&c->read_lock);
	}
	run->chan = relay_open("trace.cpu", dir, run->config.subbuf_size,
			       run->config.subbuf_nr, &skbtrace_relay, run);
	return run->chan ? 0 : -ENOMEM;
}

/* No probe runs any more: close all; drain. Context: skbtrace_lock. */
void skbtrace_channel_finish(struct skbtrace_run *run)
{
	struct skbtrace_cpu *c;
	int cpu;

	spin_lock(&skbtrace_flush_lock);
	run->closing = true;
	spin_unlock(&skbtrace_flush_lock);
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		timer_delete_sync(&c->flush);
		skbtrace_flush_cpu(run, c, false);
	}
	/* from here on a reader may write, see skbtrace_trace_next() */
	smp_store_release(&run->finished, true);
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		if (c->buf)
			wake_up_interruptible(&c->buf->read_wait);
	}
}

/* Files go away; memory too, with the last reader. Context: skbtrace_lock. */
void skbtrace_channel_close(struct skbtrace_run *run)
{
	if (run->chan)
		relay_close(run->chan);
	run->chan = NULL;
}
