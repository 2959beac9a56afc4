// SPDX-License-Identifier: GPL-2.0
/*
 * The control files of a session: text, one table. A write is one command. If
 * it is refused, nothing changes, and the session's "error" says why.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../error.h"
#include "../instances.h"
#include "ctl.h"

/* bytes of one write */
#define SKBTRACE_TEXT_MAX	65536
#define SKBTRACE_WORDS_MAX	256
#define SKBTRACE_NUMBER_MAX	32

/**
 * struct skbtrace_file - a control file
 * @name: its name
 * @show: prints it
 * @store: a write, NUL-terminated
 * @load: loads the modules that a write names, when @store has found no event
 * @max: bytes of one write
 * @protos: it is shown after all modules have been loaded
 * @owner: opening it for writing takes the session
 * @upload: a write is a piece of the whole, and one writer has it at a time
 * @target: of @upload
 */
struct skbtrace_file {
	const char	*name;
	int		(*show)(struct seq_file *m, void *v);
	int		(*store)(struct skbtrace_instance *in, char *text,
				 size_t len);
	void		(*load)(const char *text);
	size_t		max;
	bool		protos;
	bool		owner;
	bool		upload;
	enum skbtrace_target target;
};

static const struct skbtrace_file skbtrace_files[] = {
	{
		.name	= "version",
		.show	= skbtrace_version_show,
	}, {
		.name	= "format",
		.show	= skbtrace_format_show,
		.protos	= true,
	}, {
		.name	= "enabled",
		.show	= skbtrace_enabled_show,
		.store	= skbtrace_enabled_store,
		.load	= skbtrace_enabled_load,
		.max	= SKBTRACE_TEXT_MAX,
	}, {
		.name	= "subbuf_size",
		.show	= skbtrace_subbuf_size_show,
		.store	= skbtrace_subbuf_size_store,
		.max	= SKBTRACE_NUMBER_MAX,
	}, {
		.name	= "subbuf_nr",
		.show	= skbtrace_subbuf_nr_show,
		.store	= skbtrace_subbuf_nr_store,
		.max	= SKBTRACE_NUMBER_MAX,
	}, {
		.name	= "hold",
		.show	= skbtrace_hold_show,
		.store	= skbtrace_hold_store,
		.max	= SKBTRACE_NUMBER_MAX,
	}, {
		.name	= "max_cost",
		.show	= skbtrace_max_cost_show,
		.store	= skbtrace_max_cost_store,
		.max	= SKBTRACE_NUMBER_MAX,
	}, {
		.name	= "contexts",
		.show	= skbtrace_contexts_show,
		.store	= skbtrace_contexts_store,
		.max	= SKBTRACE_WORDS_MAX,
	}, {
		.name	= "cpus",
		.show	= skbtrace_cpus_show,
		.store	= skbtrace_cpus_store,
		.max	= PAGE_SIZE,
	}, {
		.name	= "dropped",
		.show	= skbtrace_dropped_show,
		.store	= skbtrace_dropped_store,
		.max	= SKBTRACE_WORDS_MAX,
	}, {
		.name	= "stat",
		.show	= skbtrace_stat_show,
	}, {
		.name	= "latency",
		.show	= skbtrace_latency_show,
		.store	= skbtrace_latency_store,
		.max	= SKBTRACE_WORDS_MAX,
	}, {
		.name	= "packets",
		.show	= skbtrace_packets_show,
	}, {
		.name	= "keyframes",
		.show	= skbtrace_keyframes_show,
		.store	= skbtrace_keyframes_store,
		.max	= SKBTRACE_WORDS_MAX,
	}, {
		.name	= "sock_filters",
		.show	= skbtrace_conn_filter_show,
		.store	= skbtrace_conn_filter_store,
		.max	= SKBTRACE_TEXT_MAX,
		.upload	= true,
		.target	= SKBTRACE_BY_CONN,
	}, {
		.name	= "filters",
		.show	= skbtrace_packet_filter_show,
		.store	= skbtrace_packet_filter_store,
		.max	= SKBTRACE_TEXT_MAX,
		.upload	= true,
		.target	= SKBTRACE_BY_PACKET,
	}, {
		.name	= "netns",
		.show	= skbtrace_netns_show,
		.store	= skbtrace_netns_store,
		.max	= SKBTRACE_NUMBER_MAX,
	}, {
		.name	= "dev",
		.show	= skbtrace_dev_show,
		.store	= skbtrace_dev_store,
		.max	= SKBTRACE_NUMBER_MAX,
	}, {
		.name	= "mark",
		.show	= skbtrace_mark_show,
		.store	= skbtrace_mark_store,
		.max	= 2 * SKBTRACE_NUMBER_MAX,
	}, {
		.name	= "cgroup",
		.show	= skbtrace_cgroup_show,
		.store	= skbtrace_cgroup_store,
		.max	= PATH_MAX,
	}, {
		.name	= "pid",
		.show	= skbtrace_pid_show,
		.store	= skbtrace_pid_store,
		.max	= SKBTRACE_NUMBER_MAX,
	}, {
		.name	= "error",
		.show	= skbtrace_error_show,
	}, {
		.name	= "owner",
		.show	= skbtrace_owner_show,
		.owner	= true,
	},
};

/*
 * Shows, stores and opens run with skbtrace_lock held, for a session that is
 * not gone. Return: 0, or -ENODEV without the lock
 */
static int skbtrace_ctl_lock(const struct skbtrace_ctl_file *cf)
{
	mutex_lock(&skbtrace_lock);
	if (cf->in->gone) {
		mutex_unlock(&skbtrace_lock);
		return -ENODEV;
	}
	return 0;
}

static int skbtrace_ctl_show(struct seq_file *m, void *v)
{
	const struct skbtrace_ctl_file *cf = m->private;
	int err;

	if (cf->f->protos)
		skbtrace_load_protos();
	err = skbtrace_ctl_lock(cf);
	if (err)
		return err;
	err = cf->f->show(m, v);
	mutex_unlock(&skbtrace_lock);
	return err;
}

/* Opening for writing, and closing, have an effect on some files. */
static bool skbtrace_ctl_counts(const struct skbtrace_file *f,
				const struct file *file)
{
	return (f->owner || f->upload) && file->f_mode & FMODE_WRITE;
}

static int skbtrace_ctl_claim(const struct skbtrace_ctl_file *cf)
{
	skbtrace_err_to(&cf->in->error, cf->f->name);
	return cf->f->upload ? skbtrace_upload_open(cf->in, cf->f->target) :
			       skbtrace_take(cf->in);
}

static int skbtrace_ctl_open(struct inode *inode, struct file *file)
{
	const struct skbtrace_ctl_file *cf = inode->i_private;
	int err = single_open(file, skbtrace_ctl_show, inode->i_private);

	if (err)
		return err;
	err = skbtrace_ctl_lock(cf);
	if (!err) {
		if (skbtrace_ctl_counts(cf->f, file))
			err = skbtrace_ctl_claim(cf);
		if (!err)
			skbtrace_instance_get(cf->in);
		mutex_unlock(&skbtrace_lock);
	}
	if (err)
		single_release(inode, file);
	return err;
}

static int skbtrace_ctl_release(struct inode *inode, struct file *file)
{
	const struct skbtrace_ctl_file *cf = inode->i_private;
	struct skbtrace_instance *in = cf->in;

	mutex_lock(&skbtrace_lock);
	if (skbtrace_ctl_counts(cf->f, file)) {
		skbtrace_err_to(&in->error, cf->f->name);
		if (cf->f->upload)
			skbtrace_upload_close(in, cf->f->target);
		else
			skbtrace_release(in);
	}
	skbtrace_instance_put(in);
	mutex_unlock(&skbtrace_lock);
	return single_release(inode, file);
}

static int skbtrace_ctl_store(const struct skbtrace_ctl_file *cf, char *text,
			      size_t len, bool again)
{
	int err = skbtrace_ctl_lock(cf);

	if (err)
		return err;
	skbtrace_err_to(&cf->in->error, cf->f->name);
	if (again)
		skbtrace_err_clear();
	err = cf->f->store(cf->in, text, len);
	mutex_unlock(&skbtrace_lock);
	return err;
}

static ssize_t skbtrace_ctl_write(struct file *file, const char __user *from,
				  size_t count, loff_t *ppos)
{
	const struct skbtrace_ctl_file *cf = file_inode(file)->i_private;
	const struct skbtrace_file *f = cf->f;
	char *text, *again;
	int err;

	if (!f->store)
		return f->owner ? count : -EINVAL;
	if (f->upload)
		count = min(count, f->max);	/* a short write */
	if (count > f->max)
		return -E2BIG;
	text = memdup_user_nul(from, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	again = kstrdup(text, GFP_KERNEL);	/* parsing cuts it up */
	err = again ? skbtrace_ctl_store(cf, text, count, false) : -ENOMEM;
	if (err == -ENOENT && f->load) {
		f->load(again);
		err = skbtrace_ctl_store(cf, again, count, true);
	}
	kfree(again);
	kfree(text);
	return err ?: count;
}

/* Show a control file into @m. Context: skbtrace_lock is not held. */
static int skbtrace_ctl_print(const struct skbtrace_file *f,
			      const char *session, struct seq_file *m)
{
	struct skbtrace_ctl_file cf = { .f = f };
	int err = -ENODEV;

	mutex_lock(&skbtrace_lock);
	cf.in = skbtrace_instance_find(session);
	if (cf.in && !cf.in->gone) {
		m->private = &cf;
		err = f->show(m, NULL);
	}
	mutex_unlock(&skbtrace_lock);
	return err;
}

static const struct skbtrace_file *skbtrace_find_file(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skbtrace_files); i++)
		if (!strcmp(skbtrace_files[i].name, name))
			return &skbtrace_files[i];
	return NULL;
}

/**
 * skbtrace_ctl_text() - what a control file says
 * @session: name of the session
 * @name: of the file
 * @len: bytes of the text
 *
 * Modules are not loaded for it. Context: may sleep.
 * Return: the text, for kvfree(), or an error pointer
 */
char *skbtrace_ctl_text(const char *session, const char *name, size_t *len)
{
	const struct skbtrace_file *f = skbtrace_find_file(name);
	struct seq_file m = { .size = SKBTRACE_TEXT_MAX };
	int err;

	if (!f || !f->show)
		return ERR_PTR(-ENOENT);
	for (;; m.size *= 2) {
		m.count = 0;
		m.buf = kvmalloc(m.size, GFP_KERNEL);
		if (!m.buf)
			return ERR_PTR(-ENOMEM);
		err = skbtrace_ctl_print(f, session, &m);
		if (!err && !seq_has_overflowed(&m))
			break;
		kvfree(m.buf);
		if (err)
			return ERR_PTR(err);
	}
	*len = m.count;
	return m.buf;
}
EXPORT_SYMBOL_GPL(skbtrace_ctl_text);

static const struct file_operations skbtrace_ctl_fops = {
	.owner		= THIS_MODULE,
	.open		= skbtrace_ctl_open,
	.read		= seq_read,
	.write		= skbtrace_ctl_write,
	.llseek		= seq_lseek,
	.release	= skbtrace_ctl_release,
};

/*
 * They go away with the folder. One that is open then stays usable as far as it
 * says that its session is gone: debugfs itself would say EIO.
 */
static int skbtrace_ctl_create(struct skbtrace_ctl_file *cf)
{
	umode_t mode = cf->f->store || cf->f->owner ? 0600 : 0400;

	return PTR_ERR_OR_ZERO(debugfs_create_file_unsafe(cf->f->name, mode,
							  cf->in->dir, cf,
							  &skbtrace_ctl_fops));
}

/* The control files of @in. Return: 0 or a negative errno */
int skbtrace_ctl_add(struct skbtrace_instance *in)
{
	unsigned int i;
	int err = 0;

	in->files = kcalloc(ARRAY_SIZE(skbtrace_files), sizeof(*in->files),
			    GFP_KERNEL);
	if (!in->files)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(skbtrace_files) && !err; i++) {
		in->files[i].f = &skbtrace_files[i];
		in->files[i].in = in;
		err = skbtrace_ctl_create(&in->files[i]);
	}
	return err;
}
