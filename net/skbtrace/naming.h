/* SPDX-License-Identifier: GPL-2.0 */
/* Naming blocks, for connections, tasks and code addresses. */
#ifndef _NET_SKBTRACE_NAMING_H
#define _NET_SKBTRACE_NAMING_H

#include "run.h"

void skbtrace_name_conn(struct skbtrace_run *run, struct skbtrace_cpu *c,
			const struct skbtrace_event *ev, struct sock *sk,
			u64 key, u32 netns);
u64 skbtrace_name_if_new(struct skbtrace_run *run, struct skbtrace_cpu *c,
			 const struct skbtrace_event *ev, struct sock *sk,
			 u32 netns);
void skbtrace_name_task(struct skbtrace_cpu *c, u32 tgid,
			const struct task_struct *task);
void skbtrace_name_location(struct skbtrace_cpu *c, const void *location);

#endif /* _NET_SKBTRACE_NAMING_H */
