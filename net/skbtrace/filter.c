// SPDX-License-Identifier: GPL-2.0
/*
 * What a run is filtered by: the control files that set it, and the swap.
 *
 * Probes see one object, which holds all of it and never changes. Each change
 * makes a new one, publishes it, and waits until no probe uses the old one: an
 * event is judged by the old or by the new filters, never by a mixture, and
 * no probe waits. Programs and the cgroup pass from one object to the next.
 */
#include <linux/cgroup.h>
#include <linux/slab.h>
#include "internal.h"

static const struct skbtrace_judge skbtrace_no_judge;

static const struct skbtrace_judge *
skbtrace_judge_of(const struct skbtrace_run *run)
{
	struct skbtrace_judge *j;

	j = rcu_dereference_protected(run->pub.judge,
				      lockdep_is_held(&skbtrace_lock));
	return j ?: &skbtrace_no_judge;
}

static u8 skbtrace_judges(const struct skbtrace_judge *j)
{
	u8 judges = 0;

	if (j->netns || j->ifindex || j->tgid || j->mark_mask || j->cgroup)
		judges |= SKBTRACE_JUDGE_PLAIN;
	if (j->prog[SKBTRACE_BY_CONN])
		judges |= SKBTRACE_JUDGE_CONN;
	if (j->prog[SKBTRACE_BY_PACKET])
		judges |= SKBTRACE_JUDGE_PACKET;
	return judges;
}

/* What of skbtrace_session.judges is set by filters. Context: skbtrace_lock. */
u8 skbtrace_filter_judges(const struct skbtrace_run *run)
{
	return skbtrace_judge_of(run)->judges;
}

/* Context: skbtrace_lock; there is a filter on connections. */
struct skbtrace_verdicts *
skbtrace_filter_verdicts(const struct skbtrace_run *run)
{
	return skbtrace_judge_of(run)->prog[SKBTRACE_BY_CONN]->verdicts;
}

/* Those that have begun, which they do with preemption off, have ended. */
static void skbtrace_wait_probes(const struct skbtrace_run *run)
{
	if (run->state == SKBTRACE_TRACING)
		synchronize_rcu();
}

/* @want takes the place of what probes see. What it lacks is the caller's. */
static int skbtrace_judge_swap(const struct skbtrace_judge *want)
{
	struct skbtrace_run *run = skbtrace_current();
	struct skbtrace_judge *new = NULL, *old;
	u8 judges = skbtrace_judges(want);

	if (judges) {
		new = kmemdup(want, sizeof(*want), GFP_KERNEL);
		if (!new)
			return skbtrace_err(-ENOMEM, "no memory");
		new->judges = judges;
	}
	/*
	 * Whom a probe asks must not be of another time than who answers. So
	 * first all are asked; who is not there agrees. Nor may verdicts of the
	 * old filter answer when the new one can: they go first.
	 */
	WRITE_ONCE(run->pub.judges, U8_MAX);
	RCU_INIT_POINTER(run->pub.verdicts, NULL);
	skbtrace_wait_probes(run);
	old = rcu_replace_pointer(run->pub.judge, new,
				  lockdep_is_held(&skbtrace_lock));
	skbtrace_wait_probes(run);
	skbtrace_set_special(run);
	kfree(old);
	return 0;
}

/**
 * skbtrace_set_prog() - set a filter, or clear it
 * @target: which
 * @p: program that was written; freed if it is refused; %NULL: none
 *
 * Context: skbtrace_lock.
 * Return: 0 or a negative errno, told in "error", nothing changed then
 */
int skbtrace_set_prog(enum skbtrace_target target, struct skbtrace_prog *p)
{
	struct skbtrace_judge want = *skbtrace_judge_of(skbtrace_current());
	struct skbtrace_prog *old = want.prog[target];
	int err = p ? skbtrace_prog_make(p, target) : 0;

	want.prog[target] = p;
	if (!err)
		err = skbtrace_judge_swap(&want);
	skbtrace_prog_free(err ? p : old);
	return err;
}

/* @j: no probe sees it; may be %NULL */
void skbtrace_judge_free(struct skbtrace_judge *j)
{
	if (!j)
		return;
	skbtrace_prog_free(j->prog[SKBTRACE_BY_CONN]);
	skbtrace_prog_free(j->prog[SKBTRACE_BY_PACKET]);
#ifdef CONFIG_CGROUPS
	if (j->cgroup)
		cgroup_put(j->cgroup);
#endif
	kfree(j);
}

static void skbtrace_filter_print(struct seq_file *m,
				  enum skbtrace_target target)
{
	const struct skbtrace_prog *p;

	p = skbtrace_judge_of(skbtrace_current())->prog[target];
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

/* For "stat". Context: skbtrace_lock. */
void skbtrace_filter_stat(struct seq_file *m, const struct skbtrace_run *run)
{
	static const char *const what[] = { "conn", "packet" };
	const struct skbtrace_judge *j = skbtrace_judge_of(run);
	unsigned int i;

	for (i = 0; i < SKBTRACE_NR_TARGETS; i++) {
		if (!j->prog[i])
			continue;
		seq_printf(m, "filter %s", what[i]);
		skbtrace_prog_stat(m, j->prog[i]);
	}
}

/* A number up to @max, or "none": 0. Return: false: neither */
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
	skbtrace_print_number(m, skbtrace_judge_of(skbtrace_current())->netns);
	return 0;
}

int skbtrace_netns_store(char *text, size_t len)
{
	struct skbtrace_judge want = *skbtrace_judge_of(skbtrace_current());

	if (!skbtrace_parse_number(text, U32_MAX, &want.netns))
		return skbtrace_err(-EINVAL,
				    "neither \"none\" nor the inode number of a network namespace, as stat -Lc %%i /proc/PID/ns/net tells it");
	return skbtrace_judge_swap(&want);
}

int skbtrace_dev_show(struct seq_file *m, void *v)
{
	const struct skbtrace_judge *j = skbtrace_judge_of(skbtrace_current());

	skbtrace_print_number(m, j->ifindex);
	return 0;
}

int skbtrace_dev_store(char *text, size_t len)
{
	struct skbtrace_judge want = *skbtrace_judge_of(skbtrace_current());
	u32 ifindex;

	if (!skbtrace_parse_number(text, S32_MAX, &ifindex))
		return skbtrace_err(-EINVAL,
				    "neither \"none\" nor the index of a device, as ip link tells it");
	want.ifindex = ifindex;
	return skbtrace_judge_swap(&want);
}

int skbtrace_pid_show(struct seq_file *m, void *v)
{
	skbtrace_print_number(m, skbtrace_judge_of(skbtrace_current())->tgid);
	return 0;
}

int skbtrace_pid_store(char *text, size_t len)
{
	struct skbtrace_judge want = *skbtrace_judge_of(skbtrace_current());
	u32 tgid;

	if (!skbtrace_parse_number(text, S32_MAX, &tgid))
		return skbtrace_err(-EINVAL,
				    "neither \"none\" nor a process id");
	want.tgid = tgid;
	return skbtrace_judge_swap(&want);
}

int skbtrace_mark_show(struct seq_file *m, void *v)
{
	const struct skbtrace_judge *j = skbtrace_judge_of(skbtrace_current());

	if (j->mark_mask)
		seq_printf(m, "%#x/%#x\n", j->mark, j->mark_mask);
	else
		seq_puts(m, "none\n");
	return 0;
}

static int skbtrace_parse_mark_mask(char *text, struct skbtrace_judge *want)
{
	char *value = strsep(&text, "/");

	want->mark_mask = U32_MAX;
	if (kstrtou32(value, 0, &want->mark) ||
	    (text && kstrtou32(text, 0, &want->mark_mask)))
		return -EINVAL;
	/* no mark at all, or one that no mark can be */
	return want->mark_mask && !(want->mark & ~want->mark_mask) ? 0 :
								     -EINVAL;
}

int skbtrace_mark_store(char *text, size_t len)
{
	struct skbtrace_judge want = *skbtrace_judge_of(skbtrace_current());

	text = strim(text);
	want.mark = 0;
	want.mark_mask = 0;
	if (strcmp(text, "none") && skbtrace_parse_mark_mask(text, &want))
		return skbtrace_err(-EINVAL,
				    "neither \"none\" nor MARK or MARK/MASK, MARK within a MASK that is not 0");
	return skbtrace_judge_swap(&want);
}

#ifdef CONFIG_SOCK_CGROUP_DATA
int skbtrace_cgroup_show(struct seq_file *m, void *v)
{
	struct cgroup *cgrp = skbtrace_judge_of(skbtrace_current())->cgroup;
	char *path;

	if (!cgrp) {
		seq_puts(m, "none\n");
		return 0;
	}
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	/* one that was removed has no path any more */
	if (cgroup_path(cgrp, path, PATH_MAX) < 0)
		strscpy(path, "(removed)", PATH_MAX);
	seq_printf(m, "%s\n", path);
	kfree(path);
	return 0;
}

int skbtrace_cgroup_store(char *text, size_t len)
{
	struct skbtrace_judge want = *skbtrace_judge_of(skbtrace_current());
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
	err = skbtrace_judge_swap(&want);
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

int skbtrace_cgroup_store(char *text, size_t len)
{
	return skbtrace_err(-EOPNOTSUPP, "sockets of this kernel have no cgroup (CONFIG_SOCK_CGROUP_DATA)");
}
#endif
