/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces and the interfaces in them. */
#ifndef SKBTRACE_NETNS_H
#define SKBTRACE_NETNS_H

#include "util.h"

/*
 * What NAME, PATH, PID or INODE means: its inode number. 0, or an exit code
 * after a message.
 */
int netns_find(const char *arg, u32 *inode);

/* Ours; 0 if that cannot be known. */
u32 netns_own(void);

/* What "ip netns" calls it, to be freed; NULL: nothing. */
char *netns_name(u32 inode);

/*
 * Index of the interface that is called, or numbered, @arg in namespace
 * @inode. 0, or an exit code after a message.
 */
int netns_dev(u32 inode, const char *arg, u32 *index);

#endif
