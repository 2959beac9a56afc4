/* SPDX-License-Identifier: GPL-2.0 */
/* That sessions, their runs or the events that there are have changed. */
#ifndef _NET_SKBTRACE_CHANGES_H
#define _NET_SKBTRACE_CHANGES_H

#include <linux/wait.h>

extern wait_queue_head_t skbtrace_changes_wait;

void skbtrace_changed(void);
u32 skbtrace_changes(void);

#endif /* _NET_SKBTRACE_CHANGES_H */
