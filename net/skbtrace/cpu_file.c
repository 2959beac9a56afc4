// SPDX-License-Identifier: GPL-2.0
/*
 * Files of CPUs: made, handed from run to run, removed. What a file delivers
 * changes under skbtrace_cpu_file_lock, under which open() takes a reference.
 */
#include <linux/dcache.h>
#include <linux/debugfs.h>
#include "cpu_file.h"

DEFINE_SPINLOCK(skbtrace_cpu_file_lock);

/**
 * skbtrace_cpu_file_make() - see that there is a file
 * @name: its name
 * @mode: its mode
 * @dir: where it is
 * @fops: how it is read
 *
 * A new one delivers nothing yet; one that is there goes on as it was. Nobody
 * must be removing one of this name: the caller has a lock against that.
 *
 * Return: the file or an error pointer
 */
struct dentry *skbtrace_cpu_file_make(const char *name, umode_t mode,
				      struct dentry *dir,
				      const struct file_operations *fops)
{
	struct dentry *file = debugfs_lookup(name, dir);

	if (file) {
		dput(file);	/* debugfs has it until it is removed */
		return file;
	}
	/* whoever has it open when it is removed reads on to the end */
	return debugfs_create_file_unsafe(name, mode, dir, NULL, fops);
}

/* From now on @file delivers @what. */
void skbtrace_cpu_file_deliver(struct dentry *file, void *what)
	__must_hold(&skbtrace_cpu_file_lock)
{
	lockdep_assert_held(&skbtrace_cpu_file_lock);
	d_inode(file)->i_private = what;
}

/* @file delivers @what no more, if it did: nobody can open it any more. */
void skbtrace_cpu_file_withdraw(struct dentry *file, const void *what)
{
	spin_lock(&skbtrace_cpu_file_lock);
	if (d_inode(file)->i_private == what)
		d_inode(file)->i_private = NULL;
	spin_unlock(&skbtrace_cpu_file_lock);
}

/*
 * Unless it delivers what another run has. Context: may sleep. What open()
 * waits for must not wait for the caller.
 */
void skbtrace_cpu_file_remove(struct dentry *file)
{
	bool used;

	spin_lock(&skbtrace_cpu_file_lock);
	used = d_inode(file)->i_private;
	spin_unlock(&skbtrace_cpu_file_lock);
	if (!used)
		debugfs_remove(file);
}
