/* SPDX-License-Identifier: GPL-2.0 */
/* The core's own events: names of tasks and of code addresses. */
#ifndef _NET_SKBTRACE_CORE_EVENTS_H
#define _NET_SKBTRACE_CORE_EVENTS_H

#include <linux/skbtrace.h>

struct task_struct;

extern struct skbtrace_proto skbtrace_core_proto;
extern struct skbtrace_event skbtrace_ev_task, skbtrace_ev_symbol;
void skbtrace_fill_task(void *block, u32 tgid, const struct task_struct *task);
void skbtrace_fill_symbol(void *block, u64 id, const void *location);

#endif /* _NET_SKBTRACE_CORE_EVENTS_H */
