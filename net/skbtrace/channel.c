// SPDX-License-Identifier: GPL-2.0
/*
 * One relay channel per run. Relay provides the memory, buffers for CPUs that
 * come up later, the files, their lifetime, and the wake-up. relay's read() is
 * not used: it loses sub-buffers under load and strips the padding. The read()
 * here delivers closed sub-buffers, whole, exactly once.
 */
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/relay.h>
#include <linux/uaccess.h>
#include "changes.h"
#include "channel.h"
#include "cpu_file.h"
#include "read.h"

static struct skbtrace_cpu *skbtrace_buf_cpu(const struct rchan_buf *buf)
{
	struct skbtrace_run *run = buf->chan->private_data;

	return per_cpu_ptr(run->cpu, buf->cpu);
}

static int skbtrace_trace_open(struct inode *inode, struct file *file)
{
	struct skbtrace_cpu *c;
	int err;

	spin_lock(&skbtrace_cpu_file_lock);
	c = skbtrace_cpu_file_what(inode);
	err = c ? skbtrace_cpu_take(c) : -EAGAIN;
	spin_unlock(&skbtrace_cpu_file_lock);
	if (err)
		return err;
	skbtrace_cpu_begin(c);
	file->private_data = c->buf;
	return nonseekable_open(inode, file);
}

static int skbtrace_trace_release(struct inode *inode, struct file *file)
{
	skbtrace_cpu_release(skbtrace_buf_cpu(file->private_data));
	return 0;
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
	size_t n, done = 0;
	const u8 *p;

	while (done < count) {
		p = skbtrace_cpu_next(c);
		if (!p)
			break;
		n = min_t(size_t, count - done, c->gate.ring.size - c->pos);
		if (copy_to_user(to + done, p + c->pos, n))
			return done ? done : -EFAULT;
		done += n;
		c->pos += n;
		if (c->pos < c->gate.ring.size)
			break;
		skbtrace_cpu_done(c, p);
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
	return skbtrace_cpu_file_make(name, mode, dir, &skbtrace_trace_fops);
}

/* Neither it nor skbtrace_create_buf_file() runs twice at once: relay's lock */
static int skbtrace_remove_buf_file(struct dentry *dentry)
{
	skbtrace_cpu_file_remove(dentry);
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
	spin_lock(&skbtrace_cpu_file_lock);
	/* pairs with readers of @c->buf */
	smp_store_release(&c->buf, buf);
	if (c->run->offered)
		skbtrace_cpu_file_deliver(buf->dentry, c);
	spin_unlock(&skbtrace_cpu_file_lock);
	skbtrace_changed();
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
 * @dir: where the files go, and those of the run before it are
 *
 * The files deliver nothing of it before skbtrace_channel_offer().
 *
 * Context: skbtrace_lock.
 * Return: 0 or -ENOMEM
 */
int skbtrace_channel_open(struct skbtrace_run *run, struct dentry *dir)
	__must_hold(&skbtrace_lock)
{
	int cpu;

	lockdep_assert_held(&skbtrace_lock);
	for_each_possible_cpu(cpu)
		skbtrace_cpu_init(run, per_cpu_ptr(run->cpu, cpu), cpu);
	run->chan = relay_open("trace.cpu", dir, run->config.subbuf_size,
			       run->config.subbuf_nr, &skbtrace_relay, run);
	if (!run->chan)
		return -ENOMEM;
	skbtrace_run_charge(run, (u64)run->config.subbuf_size *
				 run->config.subbuf_nr * num_online_cpus());
	return 0;
}

/**
 * skbtrace_channel_offer() - the files deliver what a run has, from now on
 * @run: its channel is open
 * @old: the run whose files they may have been
 *
 * A CPU that comes up meanwhile has a file of @run. Context: skbtrace_lock.
 */
void skbtrace_channel_offer(struct skbtrace_run *run, struct skbtrace_run *old)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_cpu *c;
	int cpu;

	lockdep_assert_held(&skbtrace_lock);
	spin_lock(&skbtrace_cpu_file_lock);
	old->offered = false;
	run->offered = true;
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		if (c->buf)
			skbtrace_cpu_file_deliver(c->buf->dentry, c);
	}
	spin_unlock(&skbtrace_cpu_file_lock);
}

/* Nobody can become a reader any more. */
static void skbtrace_channel_withdraw(struct skbtrace_run *run)
{
	struct skbtrace_cpu *c;
	int cpu;

	spin_lock(&skbtrace_cpu_file_lock);
	run->offered = false;
	spin_unlock(&skbtrace_cpu_file_lock);
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		/* pairs with skbtrace_buf_ready() */
		if (smp_load_acquire(&c->buf))
			skbtrace_cpu_file_withdraw(c->buf->dentry, c);
	}
}

/*
 * Remove the files, but for those that have gone over to another run. The last
 * reader frees the memory.
 */
void skbtrace_channel_close(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	if (!run->chan)
		return;
	skbtrace_channel_withdraw(run);
	relay_close(run->chan);
	run->chan = NULL;
}
