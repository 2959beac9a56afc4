// SPDX-License-Identifier: GPL-2.0
/*
 * The folder "sessions": what is written to its file "new" becomes a session, a
 * folder with control files; what is written to "remove" goes away. Debugfs has
 * no mkdir. A session that is to be "owned" belongs to the open file "new", and
 * goes away with it, however that ends.
 */
#include <kunit/visibility.h>
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../error.h"
#include "../instances.h"
#include "ctl.h"

/* bytes of one write: a name and "owned" */
#define SKBTRACE_SESSION_TEXT	128

/* The kernel's isalnum() takes letters of Latin-1, too. */
static bool skbtrace_name_char(char c, bool first)
{
	return (isascii(c) && isalnum(c)) || c == '_' ||
	       (!first && (c == '-' || c == '.'));
}

VISIBLE_IF_KUNIT int skbtrace_check_name(const char *name)
{
	size_t n = 0;

	while (skbtrace_name_char(name[n], !n))
		n++;
	if (n && !name[n] && n < SKBTRACE_NAME_MAX)
		return 0;
	return skbtrace_err(-EINVAL,
			    "a name has from 1 to %u letters, digits, _ and, not first, - and .",
			    SKBTRACE_NAME_MAX - 1);
}

/* Is @name free? The files that make and remove are names as well. */
static int skbtrace_check_free(const char *name)
{
	const struct skbtrace_instance *in = skbtrace_instance_find(name);

	if (in && in->gone)
		return skbtrace_err(-EBUSY, "%s: is just being removed", name);
	if (in || !strcmp(name, "new") || !strcmp(name, "remove"))
		return skbtrace_err(-EEXIST, "%s: there is one", name);
	return 0;
}

VISIBLE_IF_KUNIT struct skbtrace_instance *skbtrace_session_new(char *name)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_instance *in;
	int err;

	lockdep_assert_held(&skbtrace_lock);
	err = skbtrace_check_name(name);
	if (!err)
		err = skbtrace_check_free(name);
	if (err)
		return ERR_PTR(err);
	in = skbtrace_instance_new(name);
	if (IS_ERR(in))
		return in;
	err = skbtrace_ctl_add(in);
	if (!err)
		return in;
	skbtrace_instance_remove(in);
	return ERR_PTR(skbtrace_err(err, "%s: no files: %pe", name,
				    ERR_PTR(err)));
}

/* "NAME", or "NAME owned" once for each open file. */
static int skbtrace_new_store(struct file *file, char *text)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_instance *in;
	char *name = strsep(&text, " \t");
	bool owned;

	lockdep_assert_held(&skbtrace_lock);
	text = text ? strim(text) : "";
	owned = !strcmp(text, "owned");
	if (*text && !owned)
		return skbtrace_err(-EINVAL,
				    "\"%s\" is neither \"owned\" nor nothing",
				    text);
	if (owned && file->private_data)
		return skbtrace_err(-EBUSY, "it owns another one already");
	in = skbtrace_session_new(name);
	if (IS_ERR(in))
		return PTR_ERR(in);
	if (owned) {
		skbtrace_own(in);
		file->private_data = in;
	}
	return 0;
}

static int skbtrace_check_idle(const struct skbtrace_instance *in)
{
	if (in->owner.pid)
		return skbtrace_err(-EBUSY, "%s: pid %d owns it", in->name,
				    in->owner.pid);
	if (in->run->state == SKBTRACE_TRACING)
		return skbtrace_err(-EBUSY,
				    "%s: tracing is on; -* to its \"enabled\" stops it",
				    in->name);
	return 0;
}

VISIBLE_IF_KUNIT int skbtrace_remove_store(struct file *file, char *name)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_instance *in;
	int err;

	lockdep_assert_held(&skbtrace_lock);
	err = skbtrace_check_name(name);
	if (err)
		return err;
	in = skbtrace_instance_find(name);
	if (!in || in->gone)
		return skbtrace_err(-ENOENT, "%s: no such session", name);
	if (in == skbtrace_default)
		return skbtrace_err(-EBUSY, "%s: is always there", name);
	err = skbtrace_check_idle(in);
	if (!err)
		skbtrace_instance_remove(in);
	return err;
}

/* Of all sessions, the default one is told what was refused. */
static ssize_t skbtrace_sessions_write(struct file *file,
				       const char __user *from, size_t count,
				       const char *what,
				       int (*store)(struct file *file,
						    char *text))
{
	char *text;
	int err;

	if (count > SKBTRACE_SESSION_TEXT)
		return -E2BIG;
	text = memdup_user_nul(from, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&skbtrace_lock);
	skbtrace_err_to(&skbtrace_default->error, what);
	err = store(file, strim(text));
	mutex_unlock(&skbtrace_lock);
	kfree(text);
	return err ?: count;
}

static ssize_t skbtrace_new_write(struct file *file, const char __user *from,
				  size_t count, loff_t *ppos)
{
	return skbtrace_sessions_write(file, from, count, "sessions/new",
				       skbtrace_new_store);
}

static ssize_t skbtrace_remove_write(struct file *file,
				     const char __user *from, size_t count,
				     loff_t *ppos)
{
	return skbtrace_sessions_write(file, from, count, "sessions/remove",
				       skbtrace_remove_store);
}

static int skbtrace_new_release(struct inode *inode, struct file *file)
{
	if (!file->private_data)
		return 0;
	mutex_lock(&skbtrace_lock);
	skbtrace_instance_remove(file->private_data);
	mutex_unlock(&skbtrace_lock);
	return 0;
}

static const struct file_operations skbtrace_new_fops = {
	.owner		= THIS_MODULE,
	.open		= nonseekable_open,
	.write		= skbtrace_new_write,
	.release	= skbtrace_new_release,
};

static const struct file_operations skbtrace_remove_fops = {
	.owner		= THIS_MODULE,
	.open		= nonseekable_open,
	.write		= skbtrace_remove_write,
};

/* The files of the default session and of the folder. Return: 0 or an errno */
int skbtrace_ctl_init(void)
{
	struct dentry *d;
	int err = skbtrace_ctl_add(skbtrace_default);

	if (err)
		return err;
	d = debugfs_create_file("new", 0200, skbtrace_sessions_dir, NULL,
				&skbtrace_new_fops);
	if (IS_ERR(d))
		return PTR_ERR(d);
	d = debugfs_create_file("remove", 0200, skbtrace_sessions_dir, NULL,
				&skbtrace_remove_fops);
	return PTR_ERR_OR_ZERO(d);
}
