/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files trace.cpuN and packets.cpuN. One that is there goes over to the
 * next run: so the files of a run that may yet be refused can be made while
 * those of the run before it are in use, and going over can't fail.
 */
#ifndef _NET_SKBTRACE_CPU_FILE_H
#define _NET_SKBTRACE_CPU_FILE_H

#include <linux/fs.h>
#include <linux/spinlock.h>

/* Of what the files deliver: of inode->i_private */
extern spinlock_t skbtrace_cpu_file_lock;

struct dentry *skbtrace_cpu_file_make(const char *name, umode_t mode,
				      struct dentry *dir,
				      const struct file_operations *fops);
void skbtrace_cpu_file_deliver(struct dentry *file, void *what);
void skbtrace_cpu_file_withdraw(struct dentry *file, const void *what);
void skbtrace_cpu_file_remove(struct dentry *file);

/* Context: open(). Return: what the file delivers, %NULL: nothing now */
static inline void *skbtrace_cpu_file_what(const struct inode *inode)
	__must_hold(&skbtrace_cpu_file_lock)
{
	lockdep_assert_held(&skbtrace_cpu_file_lock);
	return inode->i_private;
}

#endif /* _NET_SKBTRACE_CPU_FILE_H */
