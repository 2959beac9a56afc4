// SPDX-License-Identifier: GPL-2.0
/*
 * What a listener needs to understand the blocks: "format", and INFO about the
 * session and what has been sent of it. Each second, so that it does not matter
 * when it comes. Context: the thread.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include "../ctl/ctl.h"
#include "link.h"

#define SKBTRACE_INFO_LINE	128	/* bytes, about a CPU or an event */
#define SKBTRACE_INFO_MAX	SZ_1M

/* In the order of enum skbtrace_reader_state */
static const char *const skbtrace_states[] = {
	[SKBTRACE_READER_READS]		= "reads",
	[SKBTRACE_READER_NO_SESSION]	= "no session of this name",
	[SKBTRACE_READER_NO_RUN]	= "waits until events are enabled",
	[SKBTRACE_READER_OWNED]		= "waits: a process owns the session",
	[SKBTRACE_READER_BUSY]		= "waits: somebody else reads trace.cpuN",
};

static void skbtrace_text_free(struct skbtrace_text *t)
{
	kvfree(t->data);
	t->data = NULL;
	t->len = 0;
}

static void skbtrace_learn_kind(const struct skbtrace_event *ev, void *kinds)
{
	struct skbtrace_kind_row *row = skbtrace_kind(kinds, ev->nr);

	if (row)
		row->prio = skbtrace_event_prio(ev);
}

/* Sessions or events have changed: "format" may have, too. */
void skbtrace_texts_learn(struct skbtrace_link *l)
{
	char *data;
	size_t len;

	skbtrace_each_event(skbtrace_learn_kind, l->kinds);
	data = skbtrace_ctl_text(l->session, "format", &len);
	if (IS_ERR(data))
		return;		/* the session has gone; or the next second */
	if (l->format.data && len == l->format.len &&
	    !memcmp(data, l->format.data, len)) {
		kvfree(data);
		return;
	}
	kvfree(l->format.data);
	l->format.data = data;
	l->format.len = len;
	l->format.epoch++;
}

/* The file "enabled", lines joined by commas */
static void skbtrace_info_enabled(struct skbtrace_link *l, struct seq_file *m)
{
	size_t len, i;
	char *text = skbtrace_ctl_text(l->session, "enabled", &len);

	if (IS_ERR(text))
		return;
	seq_puts(m, SKBTRACE_INFO_ENABLED " ");
	for (i = 0; i + 1 < len; i++)
		seq_putc(m, text[i] == '\n' ? ',' : text[i]);
	seq_putc(m, '\n');
	kvfree(text);
}

static void skbtrace_info_cpus(struct skbtrace_link *l, struct seq_file *m)
{
	const struct skbtrace_link_cpu *c;
	int cpu;

	for_each_possible_cpu(cpu) {
		c = &l->cpu[cpu];
		if (c->known)
			seq_printf(m, SKBTRACE_INFO_CPU " %d %llu %llu %llu\n",
				   cpu, c->seq, c->lost, c->complete);
	}
}

static void skbtrace_info_sent(struct skbtrace_link *l, struct seq_file *m)
{
	const struct skbtrace_kind_row *row;
	unsigned int i;

	for (i = 0; i < SKBTRACE_NR_KINDS; i++) {
		row = &l->kinds->row[i];
		if (row->used && row->sent)
			seq_printf(m, SKBTRACE_INFO_SENT " %u %llu\n",
				   row->event, row->sent);
	}
}

static void skbtrace_info_print(struct skbtrace_link *l, struct seq_file *m)
{
	seq_printf(m, SKBTRACE_INFO_HOST " %s\n", init_utsname()->nodename);
	seq_printf(m, SKBTRACE_INFO_SESSION " %s\n", l->session);
	seq_printf(m, SKBTRACE_INFO_KERNEL " %s\n", init_utsname()->release);
	seq_printf(m, SKBTRACE_INFO_DEVICE " %s %u\n", l->dev->name,
		   READ_ONCE(l->dev->mtu));
	seq_printf(m, SKBTRACE_INFO_STATE " %s\n",
		   skbtrace_states[l->reader.state]);
	skbtrace_info_enabled(l, m);
	if (l->format.data)
		seq_printf(m, SKBTRACE_INFO_FORMAT " %zu %u\n", l->format.len,
			   l->format.epoch);
	skbtrace_info_cpus(l, m);
	skbtrace_info_sent(l, m);
}

static size_t skbtrace_info_size(void)
{
	return SZ_8K + (nr_cpu_ids + SKBTRACE_NR_KINDS) * SKBTRACE_INFO_LINE;
}

/* Into @m, however long "enabled" is. Return: false: no memory */
static bool skbtrace_info_make(struct skbtrace_link *l, struct seq_file *m)
{
	for (;; m->size *= 2) {
		m->count = 0;
		m->buf = kvmalloc(m->size, GFP_KERNEL);
		if (!m->buf)
			return false;
		skbtrace_info_print(l, m);
		if (!seq_has_overflowed(m) || m->size >= SKBTRACE_INFO_MAX)
			return true;
		kvfree(m->buf);
	}
}

/*
 * Without memory it is not sent: the next one may. That a run has ended is said
 * again and again until there is another one: a queue may drop it.
 */
static void skbtrace_info_send(struct skbtrace_link *l)
{
	bool end = l->run && l->run == l->reader.ended;
	struct seq_file m = { .size = skbtrace_info_size() };

	if (!skbtrace_info_make(l, &m))
		return;
	if (!seq_has_overflowed(&m)) {
		l->info.data = m.buf;
		l->info.len = m.count;
		l->info.epoch++;
		skbtrace_frame_text(l, SKBTRACE_FRAME_INFO,
				    end ? SKBTRACE_FRAME_END : 0, &l->info);
	}
	kvfree(m.buf);
	l->info.data = NULL;
}

/* Send both; without a run there is nothing that "format" would explain. */
void skbtrace_texts_send(struct skbtrace_link *l)
{
	if (l->reader.run && l->format.data)
		skbtrace_frame_text(l, SKBTRACE_FRAME_FORMAT, 0, &l->format);
	skbtrace_info_send(l);
}

void skbtrace_texts_free(struct skbtrace_link *l)
{
	skbtrace_text_free(&l->format);
}
