// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "latency": how long bytes took in each stage of their way,
 * as marks of tcp_segment,hist tell it. Only what is not zero is printed.
 *
 *	latency every=BYTES started_ns=N now_ns=N by=WORD
 *	missed WORD=N ...
 *	stage NAME dir=tx|rx count=N sum_ns=N [why=WORD]
 *	bucket FROM_NS WIDTH_NS COUNT
 *	keyed NAME dir=tx|rx count=N sum_ns=N key=KEY
 *	bucket FROM_NS WIDTH_NS COUNT
 *
 * The first stage has a line for each reason that bytes have waited for.
 */
#include <linux/in6.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <net/ipv6.h>
#include "../error.h"
#include "../keyed.h"
#include "../marks.h"
#include "../registry.h"
#include "ctl.h"

#define SKBTRACE_STAGE_ROW(NAME, WORD, DIR)	{ WORD, #DIR[0] == 'T' },
static const struct {
	const char	*word;
	bool		sent;
} skbtrace_stage_rows[] = {
	[SKBTRACE_STAGE_NONE] = { "-" },
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

static u64 skbtrace_hist_sum_ns(const struct skbtrace_marks *m, u32 hist)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += local64_read(&(*per_cpu_ptr(m->stages,
						   cpu))->hist[hist - 1].sum);
	return sum;
}

static u64 skbtrace_bucket_sum(const struct skbtrace_marks *m, u32 hist,
			       u32 bucket)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += local64_read(&(*per_cpu_ptr(m->stages, cpu))->
				    hist[hist - 1].bucket[bucket]);
	return sum;
}

static void skbtrace_stage_line(struct seq_file *m, const char *what,
				u32 stage, u64 count, u64 sum_ns)
{
	seq_printf(m, "%s %s dir=%s count=%llu sum_ns=%llu", what,
		   skbtrace_stage_rows[stage].word,
		   skbtrace_stage_rows[stage].sent ? "tx" : "rx", count,
		   sum_ns);
}

/* @n: by bucket; 1 << @cut of those of skbtrace_hist_bucket() are one */
static void skbtrace_bucket_lines(struct seq_file *m, const u64 *n, u32 nr,
				  u32 cut)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (n[i])
			seq_printf(m, "bucket %llu %llu %llu\n",
				   skbtrace_hist_low(i << cut),
				   skbtrace_hist_width(i << cut) << cut, n[i]);
}

/* The word for what bytes have waited for, by the number of its histogram */
static void skbtrace_why_show(struct seq_file *m,
			      const struct skbtrace_event *ev, u32 hist)
{
	const struct skbtrace_field *field;
	const struct skbtrace_syms *syms;
	u32 why = hist - SKBTRACE_NR_STAGES + 1, i;

	if (hist < SKBTRACE_NR_STAGES)
		return;
	field = ev && ev->waits ? skbtrace_find_field(ev, ev->waits) : NULL;
	syms = field ? skbtrace_find_syms(ev, field->unit) : NULL;
	for (i = 0; syms && i < syms->nr; i++) {
		if (syms->tab[i].value != why || syms->tab[i].alias)
			continue;
		seq_printf(m, " why=%s", syms->tab[i].word);
		return;
	}
	seq_printf(m, " why=#%u", why);
}

/* Marks pass meanwhile: the count is the sum of what is printed below it. */
static void skbtrace_hist_show(struct seq_file *m,
			       const struct skbtrace_marks *marks,
			       const struct skbtrace_event *ev, u32 hist,
			       u64 *n)
{
	u64 count = 0;
	u32 i;

	for (i = 0; i < SKBTRACE_HIST_BUCKETS; i++) {
		n[i] = skbtrace_bucket_sum(marks, hist, i);
		count += n[i];
	}
	if (!count)
		return;
	skbtrace_stage_line(m, "stage", skbtrace_stage_of(hist), count,
			    skbtrace_hist_sum_ns(marks, hist));
	skbtrace_why_show(m, ev, hist);
	seq_putc(m, '\n');
	skbtrace_bucket_lines(m, n, SKBTRACE_HIST_BUCKETS, 0);
}

/* The order is that of the way: what bytes waited for after the first stage */
static void skbtrace_hists_show(struct seq_file *m,
				const struct skbtrace_marks *marks,
				const struct skbtrace_event *ev, u64 *n)
{
	u32 hist, why;

	for (hist = 1; hist < SKBTRACE_NR_STAGES; hist++) {
		skbtrace_hist_show(m, marks, ev, hist, n);
		if (hist != SKBTRACE_STAGE_BUFFER)
			continue;
		for (why = 1; why < SKBTRACE_NR_WAITS; why++)
			skbtrace_hist_show(m, marks, ev,
					   skbtrace_buffer_hist(why), n);
		cond_resched();
	}
}

/* ---- by key ---- */

static void skbtrace_key_number(struct seq_file *m,
				const struct skbtrace_keyed *k, u64 v)
{
	if (!v)
		seq_puts(m, " key=-\n");
	else if (skbtrace_keyed_by(k) == SKBTRACE_KEYED_CGROUP)
		seq_printf(m, " key=0x%llx\n", v);
	else
		seq_printf(m, " key=%llu\n", v);
}

static void skbtrace_key_show(struct seq_file *m,
			      const struct skbtrace_keyed *k, u32 row)
{
	const struct in6_addr *addr;
	struct skbtrace_key key;

	if (!skbtrace_keyed_key(k, row, &key)) {
		seq_puts(m, " key=other\n");
		return;
	}
	addr = (const struct in6_addr *)key.v;
	if (skbtrace_keyed_by(k) != SKBTRACE_KEYED_PEER)
		skbtrace_key_number(m, k, key.v[1]);
	else if (ipv6_addr_v4mapped(addr))
		seq_printf(m, " key=%pI4\n", &addr->s6_addr32[3]);
	else
		seq_printf(m, " key=%pI6c\n", addr);
}

static void skbtrace_keyed_hist_show(struct seq_file *m,
				     const struct skbtrace_keyed *k, u32 row,
				     u32 stage, u64 *n)
{
	u64 count = 0;
	u32 i;

	for (i = 0; i < SKBTRACE_KEYED_BUCKETS; i++) {
		n[i] = skbtrace_keyed_count(k, row, stage, i);
		count += n[i];
	}
	if (!count)
		return;
	skbtrace_stage_line(m, "keyed", stage, count,
			    skbtrace_keyed_sum_ns(k, row, stage));
	skbtrace_key_show(m, k, row);
	skbtrace_bucket_lines(m, n, SKBTRACE_KEYED_BUCKETS,
			      SKBTRACE_KEYED_CUT);
}

static void skbtrace_keyed_show(struct seq_file *m,
				const struct skbtrace_keyed *k, u64 *n)
{
	u32 row, stage;

	for (row = 0; row < SKBTRACE_NR_KEYED_ROWS; row++) {
		for (stage = 1; stage < SKBTRACE_NR_STAGES; stage++)
			skbtrace_keyed_hist_show(m, k, row, stage, n);
		cond_resched();
	}
}

/*
 * The event whose marks are followed, or were until it was switched off: its
 * number, or that of no event
 */
static int skbtrace_followed(const struct skbtrace_run *run)
{
	int i;

	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (run->pub.slot[i].follow)
			break;
	return i;
}

static void skbtrace_latency_head(struct seq_file *m,
				  const struct skbtrace_run *run, u8 every)
{
	const struct skbtrace_keyed *k = run->pub.marks.keyed;

	seq_printf(m, "latency every=%u started_ns=%llu now_ns=%llu by=%s\n",
		   every ? 1U << every : 0, run->started, ktime_get_ns(),
		   skbtrace_keyed_word(k ? skbtrace_keyed_by(k) :
					   SKBTRACE_KEYED_NOT));
}

static void skbtrace_misses_show(struct seq_file *m,
				 const struct skbtrace_marks *marks)
{
	int i;

	seq_puts(m, "missed");
	for (i = 0; i < SKBTRACE_NR_MISSES; i++)
		seq_printf(m, " %s=%llu", skbtrace_miss_words[i],
			   skbtrace_missed_sum(marks, i));
	seq_putc(m, '\n');
}

int skbtrace_latency_show(struct seq_file *m, void *v)
	__must_hold(&skbtrace_lock)
{
	const struct skbtrace_run *run = skbtrace_shown_run(m);
	const struct skbtrace_marks *marks = &run->pub.marks;
	int followed = skbtrace_followed(run);
	bool none = followed == SKBTRACE_MAX_EVENTS;
	u64 *n;

	skbtrace_latency_head(m, run,
			      none ? 0 : run->pub.slot[followed].every);
	if (!marks->stages)
		return 0;
	skbtrace_misses_show(m, marks);
	n = kvcalloc(SKBTRACE_HIST_BUCKETS, sizeof(*n), GFP_KERNEL);
	if (!n)
		return -ENOMEM;
	skbtrace_hists_show(m, marks,
			    none ? NULL : skbtrace_events[followed], n);
	if (marks->keyed)
		skbtrace_keyed_show(m, marks->keyed, n);
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
