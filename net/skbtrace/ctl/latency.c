// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "latency": how long bytes took in each stage of their way,
 * as marks of tcp_segment,hist tell it. Only what is not zero is printed.
 *
 *	latency every=BYTES started_ns=N now_ns=N
 *	missed WORD=N ...
 *	stage NAME dir=tx|rx count=N sum_ns=N
 *	bucket FROM_NS WIDTH_NS COUNT
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "../error.h"
#include "../marks.h"
#include "ctl.h"

#define SKBTRACE_STAGE_ROW(NAME, WORD, DIR)	{ WORD, #DIR[0] == 'T' },
static const struct {
	const char	*word;
	bool		sent;
} skbtrace_stage_rows[] = {
	SKBTRACE_STAGES(SKBTRACE_STAGE_ROW)
};

#define SKBTRACE_MISS_WORD(NAME, WORD)		WORD,
static const char *const skbtrace_miss_words[] = {
	SKBTRACE_MISSES(SKBTRACE_MISS_WORD)
};

static u64 skbtrace_missed_sum(const struct skbtrace_marks *m, int why)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += local64_read(&(*per_cpu_ptr(m->stages,
						   cpu))->missed[why]);
	return sum;
}

static u64 skbtrace_stage_sum_ns(const struct skbtrace_marks *m, int stage)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += local64_read(&(*per_cpu_ptr(m->stages,
						   cpu))->stage[stage].sum);
	return sum;
}

static u64 skbtrace_bucket_sum(const struct skbtrace_marks *m, int stage,
			       u32 bucket)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += local64_read(&(*per_cpu_ptr(m->stages, cpu))->
				    stage[stage].bucket[bucket]);
	return sum;
}

/* Marks pass meanwhile: the count is the sum of what is printed below it. */
static void skbtrace_stage_show(struct seq_file *m,
				const struct skbtrace_marks *marks, int stage,
				u64 *n)
{
	u64 count = 0;
	u32 i;

	for (i = 0; i < SKBTRACE_HIST_BUCKETS; i++) {
		n[i] = skbtrace_bucket_sum(marks, stage, i);
		count += n[i];
	}
	if (!count)
		return;
	seq_printf(m, "stage %s dir=%s count=%llu sum_ns=%llu\n",
		   skbtrace_stage_rows[stage].word,
		   skbtrace_stage_rows[stage].sent ? "tx" : "rx", count,
		   skbtrace_stage_sum_ns(marks, stage));
	for (i = 0; i < SKBTRACE_HIST_BUCKETS; i++)
		if (n[i])
			seq_printf(m, "bucket %llu %llu %llu\n",
				   skbtrace_hist_low(i), skbtrace_hist_width(i),
				   n[i]);
}

/* The event whose marks are followed, or were until it was switched off */
static const struct skbtrace_slot *
skbtrace_followed(const struct skbtrace_run *run)
{
	int i;

	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (run->pub.slot[i].follow)
			return &run->pub.slot[i];
	return NULL;
}

int skbtrace_latency_show(struct seq_file *m, void *v)
{
	const struct skbtrace_run *run = skbtrace_shown_run(m);
	const struct skbtrace_slot *slot = skbtrace_followed(run);
	const struct skbtrace_marks *marks = &run->pub.marks;
	u64 *n;
	int i;

	seq_printf(m, "latency every=%u started_ns=%llu now_ns=%llu\n",
		   slot ? 1U << slot->every : 0, run->started, ktime_get_ns());
	if (!marks->stages)
		return 0;
	seq_puts(m, "missed");
	for (i = 0; i < SKBTRACE_NR_MISSES; i++)
		seq_printf(m, " %s=%llu", skbtrace_miss_words[i],
			   skbtrace_missed_sum(marks, i));
	seq_putc(m, '\n');
	n = kvcalloc(SKBTRACE_HIST_BUCKETS, sizeof(*n), GFP_KERNEL);
	if (!n)
		return -ENOMEM;
	for (i = 0; i < SKBTRACE_NR_STAGES - 1; i++) {
		skbtrace_stage_show(m, marks, i, n);
		cond_resched();
	}
	kvfree(n);
	return 0;
}

int skbtrace_latency_store(struct skbtrace_instance *in, char *text, size_t len)
{
	if (strcmp(strim(text), "reset"))
		return skbtrace_err(-EINVAL, "only \"reset\" can be written; what measures is tcp_segment,hist in \"enabled\"");
	skbtrace_marks_reset(in->run);
	return 0;
}
