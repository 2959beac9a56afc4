/* SPDX-License-Identifier: GPL-2.0 */
/* All sessions, by name. */
#ifndef _NET_SKBTRACE_INSTANCES_H
#define _NET_SKBTRACE_INSTANCES_H

#include "session.h"

/* besides the default one */
#define SKBTRACE_MAX_INSTANCES	64U

extern struct list_head skbtrace_instances;
extern struct skbtrace_instance *skbtrace_default;
extern struct dentry *skbtrace_sessions_dir;

struct skbtrace_instance *skbtrace_instance_new(const char *name);
struct skbtrace_instance *skbtrace_instance_find(const char *name);
void skbtrace_instance_remove(struct skbtrace_instance *in);
void skbtrace_instance_get(struct skbtrace_instance *in);
void skbtrace_instance_put(struct skbtrace_instance *in);
int skbtrace_instances_init(void);
void skbtrace_instances_exit(void);

#endif /* _NET_SKBTRACE_INSTANCES_H */
