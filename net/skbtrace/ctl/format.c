// SPDX-License-Identifier: GPL-2.0
/*
 * The file "format": describes the events and their fields. Userland has no
 * copy of the layouts; each recording contains this file.
 */
#include <linux/utsname.h>
#include "../session.h"
#include "../source.h"
#include "ctl.h"
#include "spec.h"

#define SKBTRACE_WORDS_PER_LINE	8

static const char *const skbtrace_kind_words[] = {
	[SKBTRACE_META]		= "meta",
	[SKBTRACE_CONN]		= "conn",
	[SKBTRACE_PACKET]	= "packet",
};

static const char *const skbtrace_key_words[] = {
	[SKBTRACE_META]		= "none",
	[SKBTRACE_CONN]		= "sk",
	[SKBTRACE_PACKET]	= "pkt",
};

static const char *const skbtrace_role_words[] = {
	[SKBTRACE_ROLE_EVENT]	= "event",
	[SKBTRACE_ROLE_CONN]	= "conn",
	[SKBTRACE_ROLE_TASK]	= "task",
	[SKBTRACE_ROLE_SYMBOL]	= "symbol",
};

static void skbtrace_format_syms(struct seq_file *m,
				 const struct skbtrace_syms *syms)
{
	unsigned int i, n = 0;

	for (i = 0; i < syms->nr; i++) {
		if (!syms->tab[i].word || syms->tab[i].alias)
			continue;
		if (n++ % SKBTRACE_WORDS_PER_LINE == 0)
			seq_printf(m, "%ssyms %s", n > 1 ? "\n" : "",
				   syms->name);
		seq_printf(m, " %u=%s", syms->tab[i].value, syms->tab[i].word);
	}
	if (n)
		seq_putc(m, '\n');
}

static void skbtrace_format_text(struct seq_file *m, const char *word,
				 const char *text)
{
	if (text)
		seq_printf(m, " %s %s\n", word, text);
}

static const char *const skbtrace_avail_words[] = {
	[SKBTRACE_UNAVAILABLE]	= "unavailable",
	[SKBTRACE_INFERRED]	= "inferred",
	[SKBTRACE_EXACT]	= "exact",
};

/* What an event lacks without optional tracepoints. */
static void skbtrace_format_lacks(struct seq_file *m,
				  const struct skbtrace_event *ev)
{
	const char *sep = " why ";
	unsigned int i;

	for (i = 0; ev->hooks && ev->hooks[i]; i++) {
		if (!skbtrace_hook_lacks(ev->hooks[i]))
			continue;
		seq_printf(m, "%s%s %s: %s", sep,
			   ev->hooks[i]->tp ? "an older tracepoint" :
					      "no tracepoint",
			   ev->hooks[i]->tracepoint,
			   ev->hooks[i]->tp ? ev->hooks[i]->older :
					      ev->hooks[i]->without);
		sep = "; ";
	}
	seq_putc(m, '\n');
}

/* Why an event is not exact here; how it is inferred on other kernels. */
static void skbtrace_format_why(struct seq_file *m,
				const struct skbtrace_event *ev)
{
	u8 forms = skbtrace_forms(ev);
	unsigned int i;

	if (!forms)
		seq_printf(m, " why no tracepoint %s: the kernel is not patched for skbtrace\n",
			   skbtrace_missing(ev));
	else if (!(forms & SKBTRACE_FORM_EXACT))
		seq_printf(m, " why %s\n", ev->inferred->how);
	else if (skbtrace_lacks(ev))
		skbtrace_format_lacks(m, ev);
	if (ev->inferred)
		seq_printf(m, " how %s\n", ev->inferred->how);
	for (i = 0; ev->hooks && ev->hooks[i]; i++)
		if (ev->hooks[i]->without)
			seq_printf(m, " without %s %s\n",
				   ev->hooks[i]->tracepoint,
				   ev->hooks[i]->without);
}

/* What follows the fields of each block with this flag, of any length */
static void skbtrace_format_payload(struct seq_file *m,
				    const struct skbtrace_event *ev)
{
	if (ev->opts & SKBTRACE_OPT_PAYLOAD)
		seq_printf(m, " tail payload bytes %u - brief with payload=: the packet's first bytes, from the IP header on\n",
			   SKBTRACE_BLOCK_PAYLOAD);
}

static void skbtrace_format_event(struct seq_file *m,
				  const struct skbtrace_event *ev)
{
	const struct skbtrace_field *f;
	unsigned int i;

	seq_printf(m, "event %u %s module=%s kind=%s role=%s len=%u key=%s",
		   ev->nr, ev->name, ev->proto->name,
		   skbtrace_kind_words[ev->kind], skbtrace_role_words[ev->role],
		   ev->len, skbtrace_key_words[ev->kind]);
	seq_printf(m, " state=%s stability=%s sets=%s selector=%s%s%s opts=",
		   skbtrace_avail_words[skbtrace_avail(ev)], ev->stability,
		   ev->sets ?: "-", ev->select ?: "-", ev->select2 ? ":" : "",
		   ev->select2 ?: "");
	skbtrace_print_opts(m, ev, ':');
	if (ev->set_opts)
		seq_printf(m, " setopts=%s", ev->set_opts);
	seq_putc(m, '\n');
	skbtrace_format_text(m, "help", ev->help);
	skbtrace_format_text(m, "read", ev->read);
	skbtrace_format_text(m, "example", ev->example);
	skbtrace_format_why(m, ev);
	for (i = 0; i < ev->nr_fields; i++) {
		f = &ev->fields[i];
		seq_printf(m, " field %s %s %u %s %s %s\n", f->name, f->type,
			   f->off, f->unit, f->flags, f->help);
	}
	skbtrace_format_payload(m, ev);
}

/* Modules that skbtrace_ctl_show() could not load. */
static void skbtrace_format_absent(struct seq_file *m)
{
	const char *absent;
	unsigned int i, n = 0;

	for (i = 0; skbtrace_absent_proto(i, &absent); i++)
		if (absent)
			seq_printf(m, "%s%s", n++ ? " " : "absent ", absent);
	if (n)
		seq_putc(m, '\n');
}

/* Tables of words: those of the module, then those of single events. */
static void skbtrace_format_words(struct seq_file *m,
				  const struct skbtrace_proto *proto)
{
	const struct skbtrace_syms *syms;
	unsigned int i;

	for (i = 0; i < proto->nr_syms; i++)
		skbtrace_format_syms(m, &proto->syms[i]);
	for (i = 0; i < proto->nr_events; i++)
		for (syms = proto->events[i]->syms; syms && syms->name; syms++)
			skbtrace_format_syms(m, syms);
}

int skbtrace_format_show(struct seq_file *m, void *v)
{
	const struct skbtrace_proto *proto;
	unsigned int i;

	seq_printf(m, "skbtrace %u %s\n", SKBTRACE_ABI,
		   IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) ? "big" : "little");
	seq_printf(m, "subbuf %u\n", skbtrace_shown_run(m)->config.subbuf_size);
	seq_printf(m, "kernel %s\n", init_utsname()->release);
	seq_puts(m, "clock monotonic\n");
	skbtrace_format_absent(m);
	list_for_each_entry(proto, &skbtrace_protos, list)
		skbtrace_format_words(m, proto);
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (skbtrace_events[i])
			skbtrace_format_event(m, skbtrace_events[i]);
	return 0;
}
