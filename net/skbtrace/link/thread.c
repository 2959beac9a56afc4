// SPDX-License-Identifier: GPL-2.0
/*
 * The thread of a link, while its device is up: takes sub-buffers, cuts them
 * into frames and sends these. It never waits for who receives: what a qdisc
 * drops is gone, and missed by the sequence numbers.
 *
 * It is stopped under RTNL, so it must not take that.
 */
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include "link.h"

/* Send a sub-buffer, all of it. */
static void skbtrace_send_subbuf(struct skbtrace_link *l, int cpu,
				 const u8 *subbuf)
{
	u8 batch = READ_ONCE(l->batch);
	struct skbtrace_slice slice;
	struct skbtrace_cut cut;

	skbtrace_cut_begin(&cut, subbuf);
	while (skbtrace_cut_next(&cut, l->kinds, batch, skbtrace_frame_max(l),
				 &slice)) {
		skbtrace_frame_blocks(l, cut.h, &slice);
		cond_resched();
	}
	l->cpu[cpu].seq = cut.seq;
}

/* INFO tells of a CPU when it is known where its events begin. */
static void skbtrace_first_seq(struct skbtrace_link *l, int cpu)
{
	struct skbtrace_link_cpu *c = &l->cpu[cpu];

	if (!c->known)
		c->known = skbtrace_reader_seq(&l->reader, cpu, &c->seq);
}

/*
 * Send what has been closed until now. A CPU that fills its buffer faster than
 * this can send does not keep the others waiting. Who stops the thread holds
 * RTNL: no more than the sub-buffer at hand is sent then; what is left is the
 * next reader's. Return: true if there was any, or may be more
 */
static bool skbtrace_drain_round(struct skbtrace_link *l)
{
	struct skbtrace_reader_counts n;
	struct skbtrace_link_cpu *c;
	const u8 *subbuf;
	bool any = false;
	int cpu;

	for_each_cpu(cpu, l->reader.cpus) {
		if (kthread_should_stop())
			return true;
		c = &l->cpu[cpu];
		skbtrace_first_seq(l, cpu);
		skbtrace_reader_counts(&l->reader, cpu, &n);
		c->lost = n.lost;
		subbuf = skbtrace_reader_next(&l->reader, cpu);
		if (!subbuf) {
			c->complete = n.complete;
			continue;
		}
		skbtrace_send_subbuf(l, cpu, subbuf);
		skbtrace_reader_done(&l->reader, cpu, subbuf);
		any = true;
	}
	return any;
}

/* What the session tells is another run's from now on. */
static void skbtrace_run_begins(struct skbtrace_link *l)
{
	struct skbtrace_kind_row *row;
	int i, cpu;

	if (l->run == l->reader.run->number)
		return;		/* the device was down for a while */
	WRITE_ONCE(l->run, l->reader.run->number);
	memset(l->cpu, 0, nr_cpu_ids * sizeof(*l->cpu));
	for_each_cpu(cpu, l->reader.cpus)
		skbtrace_first_seq(l, cpu);
	for (i = 0; i < SKBTRACE_NR_KINDS; i++) {
		row = &l->kinds->row[i];
		row->sent = 0;
	}
}

/* All has been sent. */
static void skbtrace_run_ends(struct skbtrace_link *l)
{
	u64 now = ktime_get_mono_fast_ns();
	int cpu;

	for_each_cpu(cpu, l->reader.cpus)
		l->cpu[cpu].complete = now;
	skbtrace_reader_leave(&l->reader, true);
	skbtrace_texts_send(l);
}

/* Sessions, or the events that there are, may have changed. */
static void skbtrace_look(struct skbtrace_link *l)
{
	struct skbtrace_reader *r = &l->reader;
	const struct skbtrace_run *before = r->run;

	skbtrace_reader_follow(r);
	if (l->seen != r->seen) {
		l->seen = r->seen;
		skbtrace_texts_learn(l);
	}
	if (!r->run || before)
		return;
	skbtrace_run_begins(l);
	l->next = jiffies;	/* texts before the first block */
}

static void skbtrace_texts_due(struct skbtrace_link *l)
{
	if (time_before(jiffies, l->next))
		return;
	skbtrace_texts_send(l);
	/* names for who has come since: as blocks, at the next events */
	if (l->reader.run)
		skbtrace_reader_rename(&l->reader);
	l->next = jiffies + HZ;
}

/* Sleep until a sub-buffer is closed, something changes, or texts are due. */
static void skbtrace_thread_wait(struct skbtrace_link *l)
{
	long left = l->next - jiffies;

	set_current_state(TASK_IDLE);
	if (left > 0 && !kthread_should_stop() &&
	    !skbtrace_reader_wakes(&l->reader))
		schedule_timeout(left);
	__set_current_state(TASK_RUNNING);
}

/* Return: true if there may be more to do at once */
static bool skbtrace_thread_step(struct skbtrace_link *l)
{
	struct skbtrace_reader *r = &l->reader;
	bool ended, any;

	skbtrace_look(l);
	skbtrace_texts_due(l);
	if (!r->run)
		return false;
	/* asked first: then what the next round does not find never comes */
	ended = skbtrace_reader_at_end(r);
	any = skbtrace_drain_round(l);
	if (any || !ended)
		return any;
	skbtrace_run_ends(l);
	return true;
}

static int skbtrace_thread(void *data)
{
	struct skbtrace_link *l = data;
	int err;

	err = skbtrace_reader_open(&l->reader, l->session);
	if (err) {
		netdev_err(l->dev, "no memory: down and up again starts it\n");
		goto wait;
	}
	l->seen = l->reader.seen;
	l->next = jiffies;
	while (!kthread_should_stop())
		if (!skbtrace_thread_step(l))
			skbtrace_thread_wait(l);
	/* what has been sent so far: who is still there can add up */
	if (l->reader.run)
		skbtrace_texts_send(l);
	skbtrace_reader_close(&l->reader);
	return 0;
wait:
	while (!kthread_should_stop())
		schedule_timeout_idle(HZ);
	return err;
}

/* The thread, which does not run yet. Context: RTNL. Return: 0 or an errno */
int skbtrace_thread_make(struct skbtrace_link *l)
{
	struct task_struct *t;

	t = kthread_create(skbtrace_thread, l, "skbtrace/%s", l->dev->name);
	if (IS_ERR(t))
		return PTR_ERR(t);
	l->thread = t;
	return 0;
}

/* The device can send. Context: RTNL. */
void skbtrace_thread_start(struct skbtrace_link *l)
{
	if (l->thread)
		wake_up_process(l->thread);
}

/* The device is about to go down. Context: RTNL. */
void skbtrace_thread_stop(struct skbtrace_link *l)
{
	if (l->thread)
		kthread_stop(l->thread);
	l->thread = NULL;
}
