// SPDX-License-Identifier: GPL-2.0
/*
 * Control files: text, one table. A write is one command; a refused one leaves
 * everything as it was and says why in "error".
 */
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "internal.h"

struct dentry *skbtrace_dir;

static int version_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", SKBTRACE_ABI);
	return 0;
}

static int enabled_show(struct seq_file *m, void *v)
{
	const struct skbtrace_run *run = skbtrace_current();
	unsigned int i;

	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (skbtrace_events[i] && run->pub.slot[i].on)
			skbtrace_print_spec(m, run, skbtrace_events[i]);
	return 0;
}

/* What one write to "enabled" asks for. */
struct skbtrace_wish {
	struct skbtrace_spec		spec[SKBTRACE_MAX_EVENTS];
	const struct skbtrace_event	*off[SKBTRACE_MAX_EVENTS];
	unsigned int			nr;
	unsigned int			nr_off;
	bool				stop;
};

static int skbtrace_wish_line(struct skbtrace_wish *wish, char *line)
{
	if (!strcmp(line, "-*")) {
		wish->stop = true;
		return 0;
	}
	if (wish->nr == SKBTRACE_MAX_EVENTS ||
	    wish->nr_off == SKBTRACE_MAX_EVENTS)
		return skbtrace_err(-EINVAL, "too many lines");
	if (*line != '-')
		return skbtrace_parse_spec(line, &wish->spec[wish->nr++]);
	wish->off[wish->nr_off] = skbtrace_find_event(line + 1,
						      strlen(line + 1));
	if (!wish->off[wish->nr_off++])
		return skbtrace_err(-ENOENT, "%s: no such event", line + 1);
	return 0;
}

static int enabled_store(char *text, size_t len)
{
	struct skbtrace_wish *wish = kvzalloc(sizeof(*wish), GFP_KERNEL);
	char *line;
	int err = 0;

	if (!wish)
		return skbtrace_err(-ENOMEM, "no memory");
	while (!err && (line = strsep(&text, "\n"))) {
		line = strim(line);
		if (*line && *line != '#')
			err = skbtrace_wish_line(wish, line);
	}
	if (!err && wish->stop && (wish->nr || wish->nr_off))
		err = skbtrace_err(-EINVAL, "-* goes alone");
	if (!err && wish->stop)
		skbtrace_stop(skbtrace_current());
	else if (!err)
		err = skbtrace_enable(wish->spec, wish->nr, wish->off,
				      wish->nr_off);
	kvfree(wish);
	return err;
}

static int skbtrace_store_size(char *text, u32 *where, u32 min, u32 max,
			       u32 unit)
{
	struct skbtrace_run *run = skbtrace_current();
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

static int subbuf_size_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", skbtrace_current()->config.subbuf_size);
	return 0;
}

static int subbuf_size_store(char *text, size_t len)
{
	return skbtrace_store_size(text,
				   &skbtrace_current()->config.subbuf_size,
				   SKBTRACE_SUBBUF_SIZE_MIN,
				   SKBTRACE_SUBBUF_SIZE_MAX,
				   SKBTRACE_SUBBUF_SIZE_MIN);
}

static int subbuf_nr_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", skbtrace_current()->config.subbuf_nr);
	return 0;
}

static int subbuf_nr_store(char *text, size_t len)
{
	return skbtrace_store_size(text, &skbtrace_current()->config.subbuf_nr,
				   SKBTRACE_SUBBUF_NR_MIN,
				   SKBTRACE_SUBBUF_NR_MAX, 1);
}

/* As memparse(), which shifts out what is too large: 16E is 0 to it */
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

static int hold_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%llu\n", skbtrace_current()->config.hold);
	return 0;
}

/* What has been allocated stays until tracing ends. */
static int hold_store(char *text, size_t len)
{
	struct skbtrace_run *run = skbtrace_current();
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

static int contexts_show(struct seq_file *m, void *v)
{
	skbtrace_print_contexts(m, skbtrace_current()->config.ctx_mask);
	return 0;
}

static int contexts_store(char *text, size_t len)
{
	struct skbtrace_run *run = skbtrace_current();
	u32 mask;
	int err = skbtrace_parse_contexts(text, &mask);

	if (err)
		return err;
	run->config.ctx_mask = mask;
	if (run->state == SKBTRACE_TRACING)
		skbtrace_set_contexts(run);
	return 0;
}

static int cpus_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%*pbl\n",
		   cpumask_pr_args(skbtrace_current()->config.cpus));
	return 0;
}

static int cpus_store(char *text, size_t len)
{
	struct skbtrace_run *run = skbtrace_current();
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

static u64 skbtrace_lost(const struct skbtrace_run *run, int cpu, int slot)
{
	return READ_ONCE(per_cpu_ptr(run->cpu, cpu)->lost_by[slot]);
}

static int dropped_show(struct seq_file *m, void *v)
{
	const struct skbtrace_run *run = skbtrace_current();
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
static int dropped_store(char *text, size_t len)
{
	struct skbtrace_run *run = skbtrace_current();
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(run->cpu, cpu)->lost_by, 0,
		       sizeof(per_cpu_ptr(run->cpu, cpu)->lost_by));
	return 0;
}

static u64 skbtrace_hits(const struct skbtrace_gate *gate)
{
	return READ_ONCE(gate->asked) + READ_ONCE(gate->skipped) +
	       READ_ONCE(gate->filtered) + READ_ONCE(gate->refused);
}

/* Counters of a CPU that is tracing are read as they pass by. */
static void skbtrace_stat_cpu(struct seq_file *m, const struct skbtrace_cpu *c)
{
	seq_printf(m, "cpu %u hits=%llu skipped=%llu filtered=%llu refused=%llu",
		   c->cpu, skbtrace_hits(&c->gate),
		   READ_ONCE(c->gate.skipped), READ_ONCE(c->gate.filtered),
		   READ_ONCE(c->gate.refused));
	seq_printf(m, " held=%llu history=%llu lost=%llu written=%llu names=%llu",
		   READ_ONCE(c->held), READ_ONCE(c->history),
		   READ_ONCE(c->lost), READ_ONCE(c->written),
		   READ_ONCE(c->names));
	seq_printf(m, " read=%llu produced=%lu consumed=%lu fullest=%u",
		   READ_ONCE(c->read), READ_ONCE(c->ring.produced),
		   READ_ONCE(c->ring.consumed), READ_ONCE(c->ring.fullest));
	seq_printf(m, " recursion=%llu complete_ns=%llu\n",
		   READ_ONCE(c->recursion),
		   READ_ONCE(c->complete));
}

/* How many events this kernel has, and lacks the tracepoints of. */
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

static int stat_show(struct seq_file *m, void *v)
{
	const struct skbtrace_run *run = skbtrace_current();
	const struct skbtrace_cpu *c;
	int cpu;

	seq_printf(m, "session tracing=%d owner=%d since_ns=%llu epoch=%u",
		   run->state == SKBTRACE_TRACING, run->owner.pid,
		   run->started, run->epoch);
	seq_printf(m, " subbuf_size=%u subbuf_nr=%u", run->config.subbuf_size,
		   run->config.subbuf_nr);
	seq_printf(m, " hold=%llu hold_bytes=%llu held_dropped=%llu",
		   run->config.hold, skbtrace_hold_bytes(),
		   skbtrace_held_dropped(run));
	skbtrace_stat_events(m);
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

static int keyframes_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", skbtrace_current()->epoch);
	return 0;
}

static int keyframes_store(char *text, size_t len)
{
	struct skbtrace_run *run = skbtrace_current();

	WRITE_ONCE(run->epoch, run->epoch + 1);
	return 0;
}

static int owner_show(struct seq_file *m, void *v)
{
	const struct skbtrace_owner *o = &skbtrace_current()->owner;

	if (o->pid)
		seq_printf(m, "pid %d uid %u since_ns %llu comm %s\n", o->pid,
			   o->uid, o->since, o->comm);
	else
		seq_puts(m, "none\n");
	return 0;
}

/**
 * struct skbtrace_file - a control file
 * @name: its name
 * @show: prints it; under skbtrace_lock, but for @unlocked
 * @store: a write, NUL-terminated; under skbtrace_lock
 * @max: bytes of one write
 * @unlocked: @show takes the lock itself, after modules have been loaded
 * @owner: opening it for writing takes the session
 * @feed: a write is a piece of the whole, and one writer has it at a time
 * @target: of @feed
 */
struct skbtrace_file {
	const char	*name;
	int		(*show)(struct seq_file *m, void *v);
	int		(*store)(char *text, size_t len);
	size_t		max;
	bool		unlocked;
	bool		owner;
	bool		feed;
	enum skbtrace_target target;
};

static const struct skbtrace_file skbtrace_files[] = {
	{ "version", version_show },
	{ "format", skbtrace_format_show, .unlocked = true },
	{ "enabled", enabled_show, enabled_store, SKBTRACE_ENABLED_MAX },
	{ "subbuf_size", subbuf_size_show, subbuf_size_store, 32 },
	{ "subbuf_nr", subbuf_nr_show, subbuf_nr_store, 32 },
	{ "hold", hold_show, hold_store, 32 },
	{ "contexts", contexts_show, contexts_store, 256 },
	{ "cpus", cpus_show, cpus_store, 4096 },
	{ "dropped", dropped_show, dropped_store, 256 },
	{ "stat", stat_show },
	{ "keyframes", keyframes_show, keyframes_store, 256 },
	{ "sock_filters", skbtrace_conn_filter_show, skbtrace_conn_feed,
	  SKBTRACE_ENABLED_MAX, .feed = true, .target = SKBTRACE_BY_CONN },
	{ "filters", skbtrace_packet_filter_show, skbtrace_packet_feed,
	  SKBTRACE_ENABLED_MAX, .feed = true, .target = SKBTRACE_BY_PACKET },
	{ "netns", skbtrace_netns_show, skbtrace_netns_store, 32 },
	{ "dev", skbtrace_dev_show, skbtrace_dev_store, 32 },
	{ "mark", skbtrace_mark_show, skbtrace_mark_store, 64 },
	{ "cgroup", skbtrace_cgroup_show, skbtrace_cgroup_store, PATH_MAX },
	{ "pid", skbtrace_pid_show, skbtrace_pid_store, 32 },
	{ "error", skbtrace_error_show },
	{ "owner", owner_show, .owner = true },
};

static int skbtrace_ctl_show(struct seq_file *m, void *v)
{
	const struct skbtrace_file *f = m->private;
	int err;

	if (f->unlocked) {
		skbtrace_load_protos();
		return f->show(m, v);
	}
	mutex_lock(&skbtrace_lock);
	err = f->show(m, v);
	mutex_unlock(&skbtrace_lock);
	return err;
}

/* Opening and closing mean something to whoever may write. */
static bool skbtrace_ctl_held(const struct skbtrace_file *f,
			      const struct file *file)
{
	return (f->owner || f->feed) && file->f_mode & FMODE_WRITE;
}

static int skbtrace_ctl_open(struct inode *inode, struct file *file)
{
	const struct skbtrace_file *f = inode->i_private;
	int err = single_open(file, skbtrace_ctl_show, inode->i_private);

	if (err || !skbtrace_ctl_held(f, file))
		return err;
	mutex_lock(&skbtrace_lock);
	skbtrace_err_file(f->name);
	err = f->feed ? skbtrace_feed_open(f->target) : skbtrace_take();
	mutex_unlock(&skbtrace_lock);
	if (err)
		single_release(inode, file);
	return err;
}

static int skbtrace_ctl_release(struct inode *inode, struct file *file)
{
	const struct skbtrace_file *f = inode->i_private;

	if (skbtrace_ctl_held(f, file)) {
		mutex_lock(&skbtrace_lock);
		skbtrace_err_file(f->name);
		if (f->feed)
			skbtrace_feed_close(f->target);
		else
			skbtrace_release();
		mutex_unlock(&skbtrace_lock);
	}
	return single_release(inode, file);
}

static int skbtrace_store_locked(const struct skbtrace_file *f, char *text,
				 size_t len)
{
	int err;

	mutex_lock(&skbtrace_lock);
	skbtrace_err_file(f->name);
	err = f->store(text, len);
	mutex_unlock(&skbtrace_lock);
	return err;
}

/* Load the modules of events that a write to "enabled" names. */
static void skbtrace_load_events(const char *text)
{
	char name[64];
	size_t n;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		text += strspn(text, " \t-");
		n = strcspn(text, ", \t\n");
		if (!n || n >= sizeof(name) || *text == '#')
			continue;
		memcpy(name, text, n);
		name[n] = 0;
		request_module("skbtrace-event-%s", name);
	}
}

static ssize_t skbtrace_ctl_write(struct file *file, const char __user *from,
				  size_t count, loff_t *ppos)
{
	const struct skbtrace_file *f = file_inode(file)->i_private;
	char *text, *again;
	int err;

	if (!f->store)
		return f->owner ? count : -EINVAL;
	if (f->feed)
		count = min(count, f->max);	/* the rest comes next */
	if (count > f->max)
		return -E2BIG;
	text = memdup_user_nul(from, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	again = kstrdup(text, GFP_KERNEL);	/* parsing cuts it up */
	err = again ? skbtrace_store_locked(f, text, count) : -ENOMEM;
	if (err == -ENOENT && f->store == enabled_store) {
		skbtrace_load_events(again);
		mutex_lock(&skbtrace_lock);
		skbtrace_err_clear();
		mutex_unlock(&skbtrace_lock);
		err = skbtrace_store_locked(f, again, count);
	}
	kfree(again);
	kfree(text);
	return err ?: count;
}

static const struct file_operations skbtrace_ctl_fops = {
	.owner		= THIS_MODULE,
	.open		= skbtrace_ctl_open,
	.read		= seq_read,
	.write		= skbtrace_ctl_write,
	.llseek		= seq_lseek,
	.release	= skbtrace_ctl_release,
};

/* Return: 0 or a negative errno; no debugfs is -ENODEV */
int skbtrace_ctl_init(void)
{
	const struct skbtrace_file *f;
	struct dentry *d;
	umode_t mode;
	unsigned int i;

	skbtrace_dir = debugfs_create_dir("skbtrace", NULL);
	if (IS_ERR(skbtrace_dir))
		return PTR_ERR(skbtrace_dir);
	for (i = 0; i < ARRAY_SIZE(skbtrace_files); i++) {
		f = &skbtrace_files[i];
		mode = f->store || f->owner ? 0600 : 0400;
		d = debugfs_create_file(f->name, mode, skbtrace_dir, (void *)f,
					&skbtrace_ctl_fops);
		if (IS_ERR(d)) {
			debugfs_remove(skbtrace_dir);
			return PTR_ERR(d);
		}
	}
	return 0;
}

void skbtrace_ctl_exit(void)
{
	debugfs_remove(skbtrace_dir);
}
