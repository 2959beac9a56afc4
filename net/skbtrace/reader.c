// SPDX-License-Identifier: GPL-2.0
/*
 * A reader in the kernel follows a session, which may not be there yet, from
 * one run to the next. It takes a run that nobody owns: the process that owns
 * one reads it itself. It reads all CPUs or none, and each run to its end, also
 * when the session has gone on to the next one.
 */
#include <linux/relay.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "changes.h"
#include "instances.h"
#include "read.h"
#include "reader.h"
#include "slot.h"

static int skbtrace_reader_wake(struct wait_queue_entry *e, unsigned int mode,
				int flags, void *key)
{
	wake_up_process(e->private);
	return 0;
}

static void skbtrace_reader_wait_init(struct wait_queue_entry *e)
{
	init_waitqueue_func_entry(e, skbtrace_reader_wake);
	e->private = current;
}

/**
 * skbtrace_reader_open() - become a reader
 * @r: reader, all zeroes; or one that has been closed: it does not come back to
 *	the run that it has read to its end
 * @session: name of the session; must stay
 *
 * Context: the thread that will read.
 * Return: 0 or -ENOMEM
 */
int skbtrace_reader_open(struct skbtrace_reader *r, const char *session)
{
	int cpu;

	*r = (struct skbtrace_reader){
		.session = session, .ended = r->ended,
	};
	r->state = SKBTRACE_READER_NO_RUN;
	r->seen = skbtrace_changes() - 1;
	r->wait = kcalloc(nr_cpu_ids, sizeof(*r->wait), GFP_KERNEL);
	if (!r->wait || !zalloc_cpumask_var(&r->cpus, GFP_KERNEL)) {
		kfree(r->wait);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu)
		skbtrace_reader_wait_init(&r->wait[cpu]);
	skbtrace_reader_wait_init(&r->changed);
	add_wait_queue(&skbtrace_changes_wait, &r->changed);
	return 0;
}
EXPORT_SYMBOL_GPL(skbtrace_reader_open);

/**
 * skbtrace_reader_leave() - read the run no more
 * @r: reader
 * @ended: it has been read to its end: don't come back to it
 *
 * What has not been read can be read by the next reader. Context: its thread.
 */
void skbtrace_reader_leave(struct skbtrace_reader *r, bool ended)
{
	struct skbtrace_cpu *c;
	int cpu;

	if (!r->run)
		return;
	if (ended)
		r->ended = r->run->number;
	for_each_cpu(cpu, r->cpus) {
		c = per_cpu_ptr(r->run->cpu, cpu);
		remove_wait_queue(&c->buf->read_wait, &r->wait[cpu]);
		skbtrace_cpu_release(c);
	}
	cpumask_clear(r->cpus);
	skbtrace_run_put(r->run);
	r->run = NULL;
	r->state = SKBTRACE_READER_NO_RUN;
}
EXPORT_SYMBOL_GPL(skbtrace_reader_leave);

/**
 * skbtrace_reader_close() - be a reader no more
 * @r: reader
 *
 * Context: its thread.
 */
void skbtrace_reader_close(struct skbtrace_reader *r)
{
	skbtrace_reader_leave(r, false);
	remove_wait_queue(&skbtrace_changes_wait, &r->changed);
	free_cpumask_var(r->cpus);
	kfree(r->wait);
}
EXPORT_SYMBOL_GPL(skbtrace_reader_close);

/* Claim the buffers that are there now. Return: 0 or -EBUSY */
static int skbtrace_reader_claim(struct skbtrace_reader *r)
{
	struct skbtrace_cpu *c;
	int cpu, err;

	for_each_possible_cpu(cpu) {
		if (cpumask_test_cpu(cpu, r->cpus))
			continue;
		c = per_cpu_ptr(r->run->cpu, cpu);
		err = skbtrace_cpu_claim(c);
		if (err == -EBUSY)
			return err;
		if (err)
			continue;	/* it may come up later */
		add_wait_queue(&c->buf->read_wait, &r->wait[cpu]);
		cpumask_set_cpu(cpu, r->cpus);
	}
	return 0;
}

static enum skbtrace_reader_state
skbtrace_reader_begin(struct skbtrace_reader *r)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_instance *in = skbtrace_instance_find(r->session);

	if (!in || in->gone)
		return SKBTRACE_READER_NO_SESSION;
	if (in->owner.pid)
		return SKBTRACE_READER_OWNED;
	if (in->run->state == SKBTRACE_IDLE || in->run->number == r->ended)
		return SKBTRACE_READER_NO_RUN;
	r->run = in->run;
	kref_get(&r->run->ref);
	if (!skbtrace_reader_claim(r))
		return SKBTRACE_READER_READS;
	skbtrace_reader_leave(r, false);
	return SKBTRACE_READER_BUSY;
}

/**
 * skbtrace_reader_follow() - look what there is to be read
 * @r: reader
 *
 * To be called now and then. If anything has changed, it goes on with the run
 * that it reads, and the CPUs of it that have come up; else it takes the run of
 * the session, if it may. Context: its thread.
 */
void skbtrace_reader_follow(struct skbtrace_reader *r)
{
	u32 now = skbtrace_changes();

	if (now == r->seen)
		return;
	r->seen = now;
	mutex_lock(&skbtrace_lock);
	if (!r->run)
		r->state = skbtrace_reader_begin(r);
	else if (r->run->chan)	/* a CPU that came up has a buffer */
		skbtrace_reader_claim(r);
	mutex_unlock(&skbtrace_lock);
}
EXPORT_SYMBOL_GPL(skbtrace_reader_follow);

/**
 * skbtrace_reader_wakes() - is there something to do?
 * @r: reader
 *
 * To be asked before the thread sleeps; it is woken when this becomes true.
 * Context: its thread, which may be about to sleep.
 * Return: true if there is
 */
bool skbtrace_reader_wakes(const struct skbtrace_reader *r)
{
	const struct skbtrace_cpu *c;
	int cpu;

	if (skbtrace_changes() != r->seen)
		return true;
	if (!r->run)
		return false;
	for_each_cpu(cpu, r->cpus) {
		c = per_cpu_ptr(r->run->cpu, cpu);
		if (skbtrace_ring_ready(&c->gate.ring))
			return true;
	}
	return skbtrace_finished(r->run);
}
EXPORT_SYMBOL_GPL(skbtrace_reader_wakes);

/**
 * skbtrace_reader_at_end() - has the run ended?
 * @r: reader, which reads
 *
 * Context: its thread.
 * Return: true: what skbtrace_reader_next() gives from now on is the rest
 */
bool skbtrace_reader_at_end(const struct skbtrace_reader *r)
{
	return skbtrace_finished(r->run);
}
EXPORT_SYMBOL_GPL(skbtrace_reader_at_end);

/**
 * skbtrace_reader_next() - the next sub-buffer of a CPU
 * @r: reader, which reads
 * @cpu: one of reader.cpus
 *
 * Context: its thread.
 * Return: the sub-buffer, %NULL: there is none now
 */
const u8 *skbtrace_reader_next(struct skbtrace_reader *r, int cpu)
{
	return skbtrace_cpu_next(per_cpu_ptr(r->run->cpu, cpu));
}
EXPORT_SYMBOL_GPL(skbtrace_reader_next);

/**
 * skbtrace_reader_seq() - where a CPU's events begin for this reader
 * @r: reader, which reads
 * @cpu: one of reader.cpus
 * @seq: the sequence number of the first one
 *
 * Context: its thread, before the first skbtrace_reader_done().
 * Return: false: it is not known yet, since another one has read before
 */
bool skbtrace_reader_seq(const struct skbtrace_reader *r, int cpu, u64 *seq)
{
	struct skbtrace_cpu *c = per_cpu_ptr(r->run->cpu, cpu);
	const u8 *subbuf = skbtrace_ring_peek(&c->gate.ring);

	*seq = subbuf ? ((const struct skbtrace_subbuf *)subbuf)->first_seq : 0;
	return subbuf || !c->gate.ring.consumed;
}
EXPORT_SYMBOL_GPL(skbtrace_reader_seq);

/**
 * skbtrace_reader_done() - a sub-buffer has been read
 * @r: reader, which reads
 * @cpu: whose it is
 * @subbuf: what skbtrace_reader_next() gave
 *
 * Context: its thread.
 */
void skbtrace_reader_done(struct skbtrace_reader *r, int cpu, const u8 *subbuf)
{
	skbtrace_cpu_done(per_cpu_ptr(r->run->cpu, cpu), subbuf);
}
EXPORT_SYMBOL_GPL(skbtrace_reader_done);

/**
 * skbtrace_reader_counts() - what the session tells of a CPU
 * @r: reader, which reads
 * @cpu: the CPU
 * @n: result
 *
 * Context: its thread.
 */
void skbtrace_reader_counts(const struct skbtrace_reader *r, int cpu,
			    struct skbtrace_reader_counts *n)
{
	const struct skbtrace_cpu *c = per_cpu_ptr(r->run->cpu, cpu);

	n->lost = READ_ONCE(c->lost);
	n->complete = READ_ONCE(c->complete);
	/* who finds no sub-buffer after this has read all up to @complete */
	smp_rmb();
}
EXPORT_SYMBOL_GPL(skbtrace_reader_counts);

/**
 * skbtrace_reader_rename() - have everything named again, for who comes late
 * @r: reader, which reads
 *
 * Context: its thread.
 */
void skbtrace_reader_rename(struct skbtrace_reader *r)
{
	mutex_lock(&skbtrace_lock);
	if (r->run->state == SKBTRACE_TRACING)
		WRITE_ONCE(r->run->epoch, r->run->epoch + 1);
	mutex_unlock(&skbtrace_lock);
}
EXPORT_SYMBOL_GPL(skbtrace_reader_rename);

/**
 * skbtrace_each_event() - go through the events that there are
 * @fn: called for each, under skbtrace_lock
 * @arg: its second argument
 *
 * Context: may sleep.
 */
void skbtrace_each_event(void (*fn)(const struct skbtrace_event *ev, void *arg),
			 void *arg)
{
	int i;

	mutex_lock(&skbtrace_lock);
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (skbtrace_events[i])
			fn(skbtrace_events[i], arg);
	mutex_unlock(&skbtrace_lock);
}
EXPORT_SYMBOL_GPL(skbtrace_each_event);

/**
 * skbtrace_session_known() - is there a session of this name?
 * @name: the name
 *
 * Context: may sleep.
 * Return: true if there is, at this moment
 */
bool skbtrace_session_known(const char *name)
{
	struct skbtrace_instance *in;
	bool known;

	mutex_lock(&skbtrace_lock);
	in = skbtrace_instance_find(name);
	known = in && !in->gone;
	mutex_unlock(&skbtrace_lock);
	return known;
}
EXPORT_SYMBOL_GPL(skbtrace_session_known);

/* A link with a remote address comes or goes: all sessions learn of it. */
static void skbtrace_quiet_tell(void)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_instance *in;

	list_for_each_entry(in, &skbtrace_instances, list)
		if (in->run)
			skbtrace_set_special(in->run);
}

/**
 * skbtrace_quiet_begin() - packets of this port are not traced from now on
 * @q: the port, and the socket's receive function
 *
 * Context: may sleep. No packet has been sent yet.
 */
void skbtrace_quiet_begin(struct skbtrace_quiet *q)
{
	mutex_lock(&skbtrace_lock);
	skbtrace_quiet_add(q);
	skbtrace_quiet_tell();
	mutex_unlock(&skbtrace_lock);
}
EXPORT_SYMBOL_GPL(skbtrace_quiet_begin);

/**
 * skbtrace_quiet_end() - the opposite of skbtrace_quiet_begin()
 * @q: the port
 *
 * Context: may sleep. No packet will be sent any more.
 */
void skbtrace_quiet_end(struct skbtrace_quiet *q)
{
	mutex_lock(&skbtrace_lock);
	skbtrace_quiet_del(q);
	skbtrace_quiet_tell();
	mutex_unlock(&skbtrace_lock);
}
EXPORT_SYMBOL_GPL(skbtrace_quiet_end);
