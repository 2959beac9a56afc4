// SPDX-License-Identifier: GPL-2.0
/* Control files of simple settings: buffers, contexts, CPUs. */
#include <linux/cpumask.h>
#include <linux/ctype.h>
#include <linux/string.h>
#include "../channel.h"
#include "../error.h"
#include "../gate.h"
#include "../hold.h"
#include "../memory.h"
#include "../session.h"
#include "ctl.h"

static int skbtrace_store_size(const struct skbtrace_run *run, char *text,
			       u32 *where, u32 min, u32 max, u32 unit)
{
	u32 old = *where, v;
	int err;

	if (run->state == SKBTRACE_TRACING)
		return skbtrace_err(-EBUSY, "tracing is on");
	if (kstrtou32(strim(text), 0, &v) || v < min || v > max || v % unit)
		return skbtrace_err(-EINVAL,
				    "not a number from %u to %u, multiple of %u",
				    min, max, unit);
	*where = v;
	err = skbtrace_check_mem(run->config.subbuf_size,
				 run->config.subbuf_nr);
	if (err)
		*where = old;
	return err;
}

int skbtrace_subbuf_size_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", skbtrace_shown_run(m)->config.subbuf_size);
	return 0;
}

int skbtrace_subbuf_size_store(struct skbtrace_instance *in, char *text,
			       size_t len)
{
	return skbtrace_store_size(in->run, text,
				   &in->run->config.subbuf_size,
				   SKBTRACE_SUBBUF_SIZE_MIN,
				   SKBTRACE_SUBBUF_SIZE_MAX,
				   SKBTRACE_SUBBUF_SIZE_MIN);
}

int skbtrace_subbuf_nr_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", skbtrace_shown_run(m)->config.subbuf_nr);
	return 0;
}

int skbtrace_subbuf_nr_store(struct skbtrace_instance *in, char *text,
			     size_t len)
{
	return skbtrace_store_size(in->run, text, &in->run->config.subbuf_nr,
				   SKBTRACE_SUBBUF_NR_MIN,
				   SKBTRACE_SUBBUF_NR_MAX, 1);
}

/* Like memparse(), but with a check for overflow: it takes 16E as 0. */
static bool skbtrace_parse_bytes(char *text, u64 *bytes)
{
	static const char units[] = "KMGTPE";
	char *end = text + strspn(text, "0123456789");
	unsigned int shift = 0;
	const char *unit;

	if (*end) {
		unit = strchr(units, toupper(*end));
		if (!unit || end[1])
			return false;
		shift = 10 * (unit - units + 1);
		*end = '\0';
	}
	if (kstrtou64(text, 10, bytes) || *bytes > U64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

int skbtrace_hold_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%llu\n", skbtrace_shown_run(m)->config.hold);
	return 0;
}

/* What has been allocated stays until tracing ends. */
int skbtrace_hold_store(struct skbtrace_instance *in, char *text, size_t len)
{
	struct skbtrace_run *run = in->run;
	u64 bytes;
	int err;

	if (!skbtrace_parse_bytes(strim(text), &bytes))
		return skbtrace_err(-EINVAL,
				    "not a number of bytes such as 16777216 or 16M; 0: none");
	if (run->state == SKBTRACE_TRACING)
		return skbtrace_err(-EBUSY, "tracing is on");
	err = skbtrace_check_hold(bytes);
	if (!err)
		run->config.hold = bytes;
	return err;
}

static const struct {
	const char	*word;
	u8		ctx;
} skbtrace_context_words[] = {
	{ "task",	SKBTRACE_CTX_TASK },
	{ "softirq",	SKBTRACE_CTX_SOFTIRQ },
	{ "hardirq",	SKBTRACE_CTX_HARDIRQ },
	{ "syscall",	SKBTRACE_CTX_TASK },	/* in the first skbtrace */
};

/**
 * skbtrace_parse_contexts() - parse a list of contexts
 * @text: words; modified
 * @mask: the result, by bit
 *
 * Return: 0 or -EINVAL, told in "error"
 */
int skbtrace_parse_contexts(char *text, u32 *mask)
{
	unsigned int i;
	char *word;

	*mask = 0;
	while ((word = strsep(&text, " \t\n,:"))) {
		if (!*word)
			continue;
		for (i = 0; i < ARRAY_SIZE(skbtrace_context_words); i++)
			if (!strcmp(word, skbtrace_context_words[i].word))
				break;
		if (i == ARRAY_SIZE(skbtrace_context_words))
			return skbtrace_err(-EINVAL,
					    "%s is none of task softirq hardirq",
					    word);
		*mask |= BIT(skbtrace_context_words[i].ctx);
	}
	return *mask ? 0 : skbtrace_err(-EINVAL,
					"name at least one of task softirq hardirq");
}

/* In the form that skbtrace_parse_contexts() takes. */
void skbtrace_print_contexts(struct seq_file *m, u32 mask)
{
	unsigned int i;

	for (i = 0; i <= SKBTRACE_CTX_HARDIRQ; i++)
		if (mask & BIT(skbtrace_context_words[i].ctx))
			seq_printf(m, "%s%s", mask & (BIT(i) - 1) ? " " : "",
				   skbtrace_context_words[i].word);
	seq_putc(m, '\n');
}

int skbtrace_contexts_show(struct seq_file *m, void *v)
{
	skbtrace_print_contexts(m, skbtrace_shown_run(m)->config.ctx_mask);
	return 0;
}

int skbtrace_contexts_store(struct skbtrace_instance *in, char *text,
			    size_t len)
{
	struct skbtrace_run *run = in->run;
	u32 mask;
	int err = skbtrace_parse_contexts(text, &mask);

	if (err)
		return err;
	run->config.ctx_mask = mask;
	if (run->state == SKBTRACE_TRACING)
		skbtrace_set_contexts(run);
	return 0;
}

int skbtrace_cpus_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%*pbl\n",
		   cpumask_pr_args(skbtrace_shown_run(m)->config.cpus));
	return 0;
}

int skbtrace_cpus_store(struct skbtrace_instance *in, char *text, size_t len)
{
	struct skbtrace_run *run = in->run;
	cpumask_var_t cpus;
	int err;

	if (!zalloc_cpumask_var(&cpus, GFP_KERNEL))
		return skbtrace_err(-ENOMEM, "no memory");
	err = cpulist_parse(strim(text), cpus);
	if (err || !cpumask_intersects(cpus, cpu_possible_mask)) {
		free_cpumask_var(cpus);
		return skbtrace_err(-EINVAL, "not a list of CPUs such as 0,2-3");
	}
	cpumask_copy(run->config.cpus, cpus);
	free_cpumask_var(cpus);
	if (run->state == SKBTRACE_TRACING)
		skbtrace_set_contexts(run);
	return 0;
}

int skbtrace_keyframes_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", skbtrace_shown_run(m)->epoch);
	return 0;
}

int skbtrace_keyframes_store(struct skbtrace_instance *in, char *text,
			     size_t len)
{
	struct skbtrace_run *run = in->run;

	WRITE_ONCE(run->epoch, run->epoch + 1);
	return 0;
}
