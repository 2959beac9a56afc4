// SPDX-License-Identifier: GPL-2.0
/* The control files of filters: set, print, and counters for "stat". */
#include <linux/cgroup.h>
#include <linux/limits.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "../error.h"
#include "../filter.h"
#include "../gate.h"
#include "../netns.h"
#include "../session.h"
#include "ctl.h"

static void skbtrace_prog_sum(const struct skbtrace_prog *p,
			      struct skbtrace_prog_cpu *sum)
{
	const struct skbtrace_prog_cpu *c;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(p->count, cpu);
		sum->passed += READ_ONCE(c->passed);
		sum->refused += READ_ONCE(c->refused);
		sum->forgotten[0] += READ_ONCE(c->forgotten[0]);
		sum->forgotten[1] += READ_ONCE(c->forgotten[1]);
	}
}

/* In a form that can be written back. */
static void skbtrace_prog_print(struct seq_file *m,
				const struct skbtrace_prog *p)
{
	struct skbtrace_prog_cpu sum;
	unsigned int i;

	skbtrace_prog_sum(p, &sum);
	if (p->note[0])
		seq_printf(m, "# %s\n", p->note);
	seq_printf(m, "# seen %llu passed %llu\n", sum.passed + sum.refused,
		   sum.passed);
	seq_printf(m, "%u\n", p->nr);
	for (i = 0; i < p->nr; i++)
		seq_printf(m, "%u %u %u %u\n", p->insns[i].code,
			   p->insns[i].jt, p->insns[i].jf, p->insns[i].k);
}

/*
 * A connection that was evicted from the cache counts again when it comes back.
 */
static void skbtrace_prog_stat_conns(struct seq_file *m,
				     const struct skbtrace_prog *p,
				     const struct skbtrace_prog_cpu *sum)
{
	u64 yes = sum->forgotten[1], no = sum->forgotten[0], e;
	unsigned int i;

	for (i = 0; i < SKBTRACE_NR_VERDICTS; i++) {
		e = READ_ONCE(p->verdicts->tab[i]);
		if (e & SKBTRACE_VERDICT_YES)
			yes++;
		else if (e)
			no++;
	}
	seq_printf(m, " connections=%llu matching=%llu", yes + no, yes);
}

/* For "stat". */
static void skbtrace_prog_stat(struct seq_file *m,
			       const struct skbtrace_prog *p)
{
	struct skbtrace_prog_cpu sum;

	skbtrace_prog_sum(p, &sum);
	seq_printf(m, " insns=%u seen=%llu passed=%llu", p->nr,
		   sum.passed + sum.refused, sum.passed);
	if (p->verdicts)
		skbtrace_prog_stat_conns(m, p, &sum);
	seq_putc(m, '\n');
}

static const struct skbtrace_filters *skbtrace_filter_now(struct seq_file *m)
{
	return skbtrace_filter_get(skbtrace_shown_run(m));
}

static void skbtrace_filter_print(struct seq_file *m,
				  enum skbtrace_target target)
{
	const struct skbtrace_prog *p;

	p = skbtrace_filter_now(m)->prog[target];
	if (p)
		skbtrace_prog_print(m, p);
	else
		seq_puts(m, "none\n");
}

int skbtrace_conn_filter_show(struct seq_file *m, void *v)
{
	skbtrace_filter_print(m, SKBTRACE_BY_CONN);
	return 0;
}

int skbtrace_packet_filter_show(struct seq_file *m, void *v)
{
	skbtrace_filter_print(m, SKBTRACE_BY_PACKET);
	return 0;
}

/* For "stat". */
void skbtrace_filter_stat(struct seq_file *m, const struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	static const char *const what[] = { "conn", "packet" };
	const struct skbtrace_filters *j = skbtrace_filter_get(run);
	unsigned int i;

	lockdep_assert_held(&skbtrace_lock);
	for (i = 0; i < SKBTRACE_NR_TARGETS; i++) {
		if (!j->prog[i])
			continue;
		seq_printf(m, "filter %s", what[i]);
		skbtrace_prog_stat(m, j->prog[i]);
	}
}

/* Parse a number up to @max, or "none" as 0. Return: false: neither */
static bool skbtrace_parse_number(char *text, u32 max, u32 *v)
{
	text = strim(text);
	*v = 0;
	return !strcmp(text, "none") ||
	       (!kstrtou32(text, 0, v) && *v && *v <= max);
}

static void skbtrace_print_number(struct seq_file *m, u32 v)
{
	if (v)
		seq_printf(m, "%u\n", v);
	else
		seq_puts(m, "none\n");
}

int skbtrace_netns_show(struct seq_file *m, void *v)
{
	skbtrace_print_number(m, skbtrace_filter_now(m)->netns);
	return 0;
}

int skbtrace_netns_store(struct skbtrace_instance *in, char *text, size_t len)
{
	struct skbtrace_filters want = *skbtrace_filter_get(in->run);
	int err;

	if (!skbtrace_parse_number(text, U32_MAX, &want.netns))
		return skbtrace_err(-EINVAL,
				    "neither \"none\" nor the inode number of a network namespace, as stat -Lc %%i /proc/PID/ns/net tells it");
	want.netns_cookie = skbtrace_netns_cookie(want.netns);
	err = skbtrace_filter_set(in->run, &want);
	if (!err)
		skbtrace_forget_tasks(in->run);
	return err;
}

int skbtrace_dev_show(struct seq_file *m, void *v)
{
	const struct skbtrace_filters *j = skbtrace_filter_now(m);

	skbtrace_print_number(m, j->ifindex);
	return 0;
}

int skbtrace_dev_store(struct skbtrace_instance *in, char *text, size_t len)
{
	struct skbtrace_filters want = *skbtrace_filter_get(in->run);
	u32 ifindex;

	if (!skbtrace_parse_number(text, S32_MAX, &ifindex))
		return skbtrace_err(-EINVAL,
				    "neither \"none\" nor the index of a device, as ip link tells it");
	want.ifindex = ifindex;
	return skbtrace_filter_set(in->run, &want);
}

int skbtrace_pid_show(struct seq_file *m, void *v)
{
	skbtrace_print_number(m, skbtrace_filter_now(m)->tgid);
	return 0;
}

int skbtrace_pid_store(struct skbtrace_instance *in, char *text, size_t len)
{
	struct skbtrace_filters want = *skbtrace_filter_get(in->run);
	u32 tgid;

	if (!skbtrace_parse_number(text, S32_MAX, &tgid))
		return skbtrace_err(-EINVAL,
				    "neither \"none\" nor a process id");
	want.tgid = tgid;
	return skbtrace_filter_set(in->run, &want);
}

int skbtrace_mark_show(struct seq_file *m, void *v)
{
	const struct skbtrace_filters *j = skbtrace_filter_now(m);

	if (j->mark_mask)
		seq_printf(m, "%#x/%#x\n", j->mark, j->mark_mask);
	else
		seq_puts(m, "none\n");
	return 0;
}

static int skbtrace_parse_mark_mask(char *text, struct skbtrace_filters *want)
{
	char *value = strsep(&text, "/");

	want->mark_mask = U32_MAX;
	if (kstrtou32(value, 0, &want->mark) ||
	    (text && kstrtou32(text, 0, &want->mark_mask)))
		return -EINVAL;
	/* an empty mask, or bits outside of it, which never match */
	return want->mark_mask && !(want->mark & ~want->mark_mask) ? 0 :
								     -EINVAL;
}

int skbtrace_mark_store(struct skbtrace_instance *in, char *text, size_t len)
{
	struct skbtrace_filters want = *skbtrace_filter_get(in->run);

	text = strim(text);
	want.mark = 0;
	want.mark_mask = 0;
	if (strcmp(text, "none") && skbtrace_parse_mark_mask(text, &want))
		return skbtrace_err(-EINVAL,
				    "neither \"none\" nor MARK or MARK/MASK, MARK within a MASK that is not 0");
	return skbtrace_filter_set(in->run, &want);
}

#ifdef CONFIG_SOCK_CGROUP_DATA
int skbtrace_cgroup_show(struct seq_file *m, void *v)
{
	struct cgroup *cgrp = skbtrace_filter_now(m)->cgroup;
	char *path;

	if (!cgrp) {
		seq_puts(m, "none\n");
		return 0;
	}
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	/* a cgroup that was removed has no path */
	if (cgroup_path(cgrp, path, PATH_MAX) < 0)
		strscpy(path, "(removed)", PATH_MAX);
	seq_printf(m, "%s\n", path);
	kfree(path);
	return 0;
}

int skbtrace_cgroup_store(struct skbtrace_instance *in, char *text, size_t len)
{
	struct skbtrace_filters want = *skbtrace_filter_get(in->run);
	struct cgroup *old = want.cgroup;
	int err;

	text = strim(text);
	want.cgroup = NULL;
	if (strcmp(text, "none")) {
		want.cgroup = cgroup_get_from_path(text);
		if (IS_ERR(want.cgroup))
			return skbtrace_err(PTR_ERR(want.cgroup),
					    "neither \"none\" nor a path from the root of the cgroup v2 hierarchy");
	}
	err = skbtrace_filter_set(in->run, &want);
	if (err)
		old = want.cgroup;
	if (old)
		cgroup_put(old);
	return err;
}
#else
int skbtrace_cgroup_show(struct seq_file *m, void *v)
{
	seq_puts(m, "none\n");
	return 0;
}

int skbtrace_cgroup_store(struct skbtrace_instance *in, char *text, size_t len)
{
	return skbtrace_err(-EOPNOTSUPP, "sockets of this kernel have no cgroup (CONFIG_SOCK_CGROUP_DATA)");
}
#endif
