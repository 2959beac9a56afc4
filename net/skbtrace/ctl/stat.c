// SPDX-License-Identifier: GPL-2.0
/* Read-only status: counters, losses, the owner. */
#include <linux/seq_file.h>
#include "../error.h"
#include "../gate.h"
#include "../hold.h"
#include "../memory.h"
#include "../session.h"
#include "../source.h"
#include "ctl.h"

int skbtrace_version_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", SKBTRACE_ABI);
	return 0;
}

static u64 skbtrace_lost(const struct skbtrace_run *run, int cpu, int slot)
{
	return READ_ONCE(per_cpu_ptr(run->cpu, cpu)->lost_by[slot]);
}

int skbtrace_dropped_show(struct seq_file *m, void *v)
{
	const struct skbtrace_run *run = skbtrace_shown_run(m);
	u64 total = 0, n;
	int cpu, i;

	for_each_possible_cpu(cpu)
		for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
			total += skbtrace_lost(run, cpu, i);
	seq_printf(m, "total %llu\n", total);
	for_each_possible_cpu(cpu) {
		for (i = 0; i < SKBTRACE_MAX_EVENTS; i++) {
			n = skbtrace_lost(run, cpu, i);
			if (n && skbtrace_events[i])
				seq_printf(m, "cpu %d %s %llu\n", cpu,
					   skbtrace_events[i]->name, n);
		}
	}
	return 0;
}

/* Clears this display only; "stat" and the recording still tell all. */
int skbtrace_dropped_store(struct skbtrace_instance *in, char *text, size_t len)
{
	struct skbtrace_run *run = in->run;
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(run->cpu, cpu)->lost_by, 0,
		       sizeof(per_cpu_ptr(run->cpu, cpu)->lost_by));
	return 0;
}

static u64 skbtrace_hits(const struct skbtrace_gate *gate)
{
	return skbtrace_asked(gate) + READ_ONCE(gate->skipped) +
	       READ_ONCE(gate->filtered) + READ_ONCE(gate->refused) +
	       READ_ONCE(gate->meter.shed);
}

/* The counters may change while they are read. */
static void skbtrace_stat_cpu(struct seq_file *m, const struct skbtrace_cpu *c)
{
	seq_printf(m, "cpu %u hits=%llu skipped=%llu filtered=%llu refused=%llu",
		   c->cpu, skbtrace_hits(&c->gate),
		   READ_ONCE(c->gate.skipped), READ_ONCE(c->gate.filtered),
		   READ_ONCE(c->gate.refused));
	seq_printf(m, " held=%llu history=%llu lost=%llu written=%llu names=%llu",
		   READ_ONCE(c->held), READ_ONCE(c->history),
		   READ_ONCE(c->lost), skbtrace_written(&c->gate),
		   READ_ONCE(c->names));
	seq_printf(m, " read=%llu produced=%lu consumed=%lu fullest=%u",
		   READ_ONCE(c->read), READ_ONCE(c->gate.ring.produced),
		   READ_ONCE(c->gate.ring.consumed),
		   READ_ONCE(c->gate.ring.fullest));
	seq_printf(m, " recursion=%llu complete_ns=%llu shed=%llu cost_ns=%llu\n",
		   READ_ONCE(c->recursion), READ_ONCE(c->complete),
		   READ_ONCE(c->gate.meter.shed),
		   READ_ONCE(c->gate.meter.cost_ns));
}

/* How many events are exact, inferred and unavailable. */
static void skbtrace_stat_events(struct seq_file *m)
{
	unsigned int n[SKBTRACE_EXACT + 1] = {}, i;

	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++) {
		if (!skbtrace_events[i] ||
		    skbtrace_events[i]->kind == SKBTRACE_META)
			continue;
		n[skbtrace_avail(skbtrace_events[i])]++;
	}
	seq_printf(m, " exact=%u inferred=%u unavailable=%u", n[SKBTRACE_EXACT],
		   n[SKBTRACE_INFERRED], n[SKBTRACE_UNAVAILABLE]);
}

static u64 skbtrace_held_dropped(const struct skbtrace_run *run)
{
	u64 held = 0, history = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		history += READ_ONCE(per_cpu_ptr(run->cpu, cpu)->history);
		held += READ_ONCE(per_cpu_ptr(run->cpu, cpu)->held);
	}
	return held > history ? held - history : 0;
}

int skbtrace_stat_show(struct seq_file *m, void *v)
{
	const struct skbtrace_run *run = skbtrace_shown_run(m);
	const struct skbtrace_cpu *c;
	int cpu;

	seq_printf(m, "session tracing=%d owner=%d since_ns=%llu epoch=%u",
		   run->state == SKBTRACE_TRACING, skbtrace_shown(m)->owner.pid,
		   run->started, run->epoch);
	seq_printf(m, " subbuf_size=%u subbuf_nr=%u", run->config.subbuf_size,
		   run->config.subbuf_nr);
	seq_printf(m, " buffer_bytes=%llu log_bytes=%llu table_bytes=%llu",
		   run->bytes, skbtrace_instance_hold(skbtrace_shown(m)),
		   skbtrace_instance_tables(skbtrace_shown(m)));
	seq_printf(m, " hold=%llu hold_bytes=%llu held_dropped=%llu",
		   run->config.hold, skbtrace_hold_bytes(),
		   skbtrace_held_dropped(run));
	skbtrace_stat_events(m);
	skbtrace_cost_stat(m, run);
	seq_printf(m, " dead=%s\n", READ_ONCE(run->dead) ?: "-");
	skbtrace_filter_stat(m, run);
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(run->cpu, cpu);
		/* pairs with skbtrace_buf_ready() */
		if (smp_load_acquire(&c->buf))
			skbtrace_stat_cpu(m, c);
	}
	return 0;
}

int skbtrace_owner_show(struct seq_file *m, void *v)
{
	const struct skbtrace_owner *o = &skbtrace_shown(m)->owner;

	if (o->pid)
		seq_printf(m, "pid %d uid %u since_ns %llu comm %s\n", o->pid,
			   o->uid, o->since, o->comm);
	else
		seq_puts(m, "none\n");
	return 0;
}

int skbtrace_error_show(struct seq_file *m, void *v)
{
	const char *text = skbtrace_shown(m)->error.text;

	if (*text)
		seq_printf(m, "%s\n", text);
	return 0;
}
