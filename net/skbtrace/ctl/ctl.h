/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control files of a session: what table.c knows of them. A show prints a
 * file, a store takes a write, NUL-terminated, and may cut it up. Context:
 * skbtrace_lock.
 */
#ifndef _NET_SKBTRACE_CTL_CTL_H
#define _NET_SKBTRACE_CTL_CTL_H

#include <linux/seq_file.h>
#include "../prog.h"
#include "../session.h"

struct skbtrace_run;
struct skbtrace_file;

/**
 * struct skbtrace_ctl_file - a control file of one session
 * @f: which
 * @in: whose
 */
struct skbtrace_ctl_file {
	const struct skbtrace_file	*f;
	struct skbtrace_instance	*in;
};

/* The session that a show is about. */
static inline struct skbtrace_instance *skbtrace_shown(struct seq_file *m)
{
	const struct skbtrace_ctl_file *cf = m->private;

	return cf->in;
}

static inline struct skbtrace_run *skbtrace_shown_run(struct seq_file *m)
{
	return skbtrace_shown(m)->run;
}

/* enabled.c */
int skbtrace_enabled_show(struct seq_file *m, void *v);
int skbtrace_enabled_store(struct skbtrace_instance *in, char *text,
			   size_t len);
void skbtrace_enabled_load(const char *text);

/* settings.c */
int skbtrace_subbuf_size_show(struct seq_file *m, void *v);
int skbtrace_subbuf_size_store(struct skbtrace_instance *in, char *text,
			       size_t len);
int skbtrace_subbuf_nr_show(struct seq_file *m, void *v);
int skbtrace_subbuf_nr_store(struct skbtrace_instance *in, char *text,
			     size_t len);
int skbtrace_hold_show(struct seq_file *m, void *v);
int skbtrace_hold_store(struct skbtrace_instance *in, char *text, size_t len);
int skbtrace_contexts_show(struct seq_file *m, void *v);
int skbtrace_contexts_store(struct skbtrace_instance *in, char *text,
			    size_t len);
int skbtrace_cpus_show(struct seq_file *m, void *v);
int skbtrace_cpus_store(struct skbtrace_instance *in, char *text, size_t len);
int skbtrace_keyframes_show(struct seq_file *m, void *v);
int skbtrace_keyframes_store(struct skbtrace_instance *in, char *text,
			     size_t len);
int skbtrace_parse_contexts(char *text, u32 *mask);
void skbtrace_print_contexts(struct seq_file *m, u32 mask);

/* stat.c */
int skbtrace_version_show(struct seq_file *m, void *v);
int skbtrace_stat_show(struct seq_file *m, void *v);
int skbtrace_owner_show(struct seq_file *m, void *v);
int skbtrace_error_show(struct seq_file *m, void *v);
int skbtrace_dropped_show(struct seq_file *m, void *v);
int skbtrace_dropped_store(struct skbtrace_instance *in, char *text,
			   size_t len);

/* cost.c */
int skbtrace_max_cost_show(struct seq_file *m, void *v);
int skbtrace_max_cost_store(struct skbtrace_instance *in, char *text,
			    size_t len);
void skbtrace_cost_stat(struct seq_file *m, const struct skbtrace_run *run);

/* latency.c */
int skbtrace_latency_show(struct seq_file *m, void *v);
int skbtrace_latency_store(struct skbtrace_instance *in, char *text,
			   size_t len);

/* packets.c */
int skbtrace_packets_show(struct seq_file *m, void *v);

/* format.c */
int skbtrace_format_show(struct seq_file *m, void *v);

/* filter.c */
int skbtrace_conn_filter_show(struct seq_file *m, void *v);
int skbtrace_packet_filter_show(struct seq_file *m, void *v);
int skbtrace_netns_show(struct seq_file *m, void *v);
int skbtrace_netns_store(struct skbtrace_instance *in, char *text, size_t len);
int skbtrace_dev_show(struct seq_file *m, void *v);
int skbtrace_dev_store(struct skbtrace_instance *in, char *text, size_t len);
int skbtrace_mark_show(struct seq_file *m, void *v);
int skbtrace_mark_store(struct skbtrace_instance *in, char *text, size_t len);
int skbtrace_cgroup_show(struct seq_file *m, void *v);
int skbtrace_cgroup_store(struct skbtrace_instance *in, char *text, size_t len);
int skbtrace_pid_show(struct seq_file *m, void *v);
int skbtrace_pid_store(struct skbtrace_instance *in, char *text, size_t len);
void skbtrace_filter_stat(struct seq_file *m, const struct skbtrace_run *run);

/* filter_prog.c */
int skbtrace_conn_filter_store(struct skbtrace_instance *in, char *text,
			       size_t len);
int skbtrace_packet_filter_store(struct skbtrace_instance *in, char *text,
				 size_t len);
int skbtrace_upload_open(struct skbtrace_instance *in,
			 enum skbtrace_target target);
void skbtrace_upload_close(struct skbtrace_instance *in,
			   enum skbtrace_target target);

/* table.c */
char *skbtrace_ctl_text(const char *session, const char *name, size_t *len);
int skbtrace_ctl_add(struct skbtrace_instance *in);

/* sessions.c */
int skbtrace_ctl_init(void);
#if IS_ENABLED(CONFIG_KUNIT)
int skbtrace_check_name(const char *name);
struct skbtrace_instance *skbtrace_session_new(char *name);
int skbtrace_remove_store(struct file *file, char *name);
#endif

#endif /* _NET_SKBTRACE_CTL_CTL_H */
