/* SPDX-License-Identifier: GPL-2.0 */
/* A session: a name, control files, the run that they are about, an owner. */
#ifndef _NET_SKBTRACE_SESSION_H
#define _NET_SKBTRACE_SESSION_H

#include "error.h"
#include "prog.h"
#include "run.h"

#define SKBTRACE_NAME_MAX	64	/* bytes, with the NUL */

struct dentry;
struct skbtrace_ctl_file;
struct skbtrace_upload;

/**
 * struct skbtrace_instance - a session
 * @name: its name
 * @dir: where its files are: those that control, and those of the current run
 * @run: the current one; %NULL: @gone
 * @saved: what the control files had set before there was an owner
 * @saved_filters: the filters of that time
 * @owner: whose it is
 * @error: why the last refused write to one of its files was refused
 * @upload: filters that are being written
 * @files: its control files
 * @list: of all sessions
 * @gone: it is being removed, and nothing can be done with it any more
 * @ref: the list, and each open control file
 *
 * Changes under skbtrace_lock.
 */
struct skbtrace_instance {
	char				name[SKBTRACE_NAME_MAX];
	struct dentry			*dir;
	struct skbtrace_run		*run;
	struct skbtrace_config		saved;
	struct skbtrace_filters		*saved_filters;
	struct skbtrace_owner		owner;
	struct skbtrace_error		error;
	struct skbtrace_upload		*upload[SKBTRACE_NR_TARGETS];
	struct skbtrace_ctl_file	*files;
	struct list_head		list;
	bool				gone;
	struct kref			ref;
};

int skbtrace_start(struct skbtrace_run *run, struct dentry *dir);
void skbtrace_stop(struct skbtrace_run *run);
struct skbtrace_run *skbtrace_next(struct skbtrace_instance *in);
void skbtrace_replace(struct skbtrace_instance *in, struct skbtrace_run *run);
void skbtrace_discard(struct skbtrace_run *run);
void skbtrace_end(struct skbtrace_instance *in);
void skbtrace_own(struct skbtrace_instance *in);
int skbtrace_take(struct skbtrace_instance *in);
void skbtrace_release(struct skbtrace_instance *in);

#endif /* _NET_SKBTRACE_SESSION_H */
