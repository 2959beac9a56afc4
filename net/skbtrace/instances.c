// SPDX-License-Identifier: GPL-2.0
/*
 * All sessions: the default one, with its files in the folder "skbtrace", and
 * those with folders of their own below "sessions".
 */
#include <linux/debugfs.h>
#include <linux/slab.h>
#include "changes.h"
#include "instances.h"

/* The default one is the first. Under skbtrace_lock. */
LIST_HEAD(skbtrace_instances);
struct skbtrace_instance *skbtrace_default;
struct dentry *skbtrace_sessions_dir;

static unsigned int skbtrace_nr_instances;

static void skbtrace_instance_free(struct kref *ref)
{
	struct skbtrace_instance *in;

	in = container_of(ref, struct skbtrace_instance, ref);
	skbtrace_err_forget(&in->error);
	free_cpumask_var(in->saved.cpus);
	kfree(in->files);
	kfree(in);
}

void skbtrace_instance_get(struct skbtrace_instance *in)
{
	kref_get(&in->ref);
}

/* Context: skbtrace_lock. */
void skbtrace_instance_put(struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	kref_put(&in->ref, skbtrace_instance_free);
}

/* With settings, without a folder. Return: it or %NULL: no memory */
static struct skbtrace_instance *skbtrace_instance_alloc(const char *name)
{
	struct skbtrace_instance *in = kzalloc(sizeof(*in), GFP_KERNEL);

	if (!in)
		return NULL;
	strscpy(in->name, name, sizeof(in->name));
	INIT_LIST_HEAD(&in->list);
	kref_init(&in->ref);
	if (!zalloc_cpumask_var(&in->saved.cpus, GFP_KERNEL))
		goto err;
	in->run = skbtrace_run_new(NULL);
	if (in->run)
		return in;
	free_cpumask_var(in->saved.cpus);
err:
	kfree(in);
	return NULL;
}

/* Return: the session, which may be @gone; %NULL: none has this name */
struct skbtrace_instance *skbtrace_instance_find(const char *name)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_instance *in;

	lockdep_assert_held(&skbtrace_lock);
	list_for_each_entry(in, &skbtrace_instances, list)
		if (!strcmp(in->name, name))
			return in;
	return NULL;
}

/**
 * skbtrace_instance_new() - one more session, and its folder
 * @name: its name, which no other one has
 *
 * The files are the caller's to make.
 *
 * Context: skbtrace_lock.
 * Return: the session, or an error pointer, told in "error"
 */
struct skbtrace_instance *skbtrace_instance_new(const char *name)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_instance *in;

	lockdep_assert_held(&skbtrace_lock);
	if (skbtrace_nr_instances == SKBTRACE_MAX_INSTANCES)
		return ERR_PTR(skbtrace_err(-ENOSPC,
					    "there are %u sessions, no more can be",
					    SKBTRACE_MAX_INSTANCES));
	in = skbtrace_instance_alloc(name);
	if (!in)
		return ERR_PTR(skbtrace_err(-ENOMEM, "no memory"));
	in->dir = debugfs_create_dir(name, skbtrace_sessions_dir);
	skbtrace_nr_instances++;
	list_add_tail(&in->list, &skbtrace_instances);
	skbtrace_changed();
	return in;
}

/**
 * skbtrace_instance_remove() - end a session, with its files
 * @in: the session
 *
 * Whoever has one of its files open finds it gone; whoever reads what has been
 * written of it reads on to the end. Until the folder is gone the name is
 * taken. Context: skbtrace_lock, which is left meanwhile, since who opens one
 * of its files may wait for it.
 */
void skbtrace_instance_remove(struct skbtrace_instance *in)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	in->gone = true;
	skbtrace_end(in);
	mutex_unlock(&skbtrace_lock);
	debugfs_remove(in->dir);
	mutex_lock(&skbtrace_lock);
	list_del(&in->list);
	skbtrace_nr_instances--;
	skbtrace_changed();
	skbtrace_instance_put(in);
}

/* Return: 0 or a negative errno; no debugfs is -ENODEV */
int skbtrace_instances_init(void)
{
	struct skbtrace_instance *in = skbtrace_instance_alloc("default");
	int err;

	if (!in)
		return -ENOMEM;
	in->dir = debugfs_create_dir("skbtrace", NULL);
	if (IS_ERR(in->dir)) {
		err = PTR_ERR(in->dir);
		mutex_lock(&skbtrace_lock);
		skbtrace_end(in);
		skbtrace_instance_put(in);
		mutex_unlock(&skbtrace_lock);
		return err;
	}
	skbtrace_sessions_dir = debugfs_create_dir("sessions", in->dir);
	list_add(&in->list, &skbtrace_instances);
	skbtrace_default = in;
	return 0;
}

/* Nobody can reach the control files any more, which go away as well. */
void skbtrace_instances_exit(void)
{
	struct skbtrace_instance *in, *next;

	mutex_lock(&skbtrace_lock);
	list_for_each_entry(in, &skbtrace_instances, list)
		skbtrace_end(in);
	mutex_unlock(&skbtrace_lock);
	debugfs_remove(skbtrace_default->dir);
	mutex_lock(&skbtrace_lock);
	list_for_each_entry_safe(in, next, &skbtrace_instances, list) {
		list_del(&in->list);
		skbtrace_instance_put(in);
	}
	mutex_unlock(&skbtrace_lock);
}
