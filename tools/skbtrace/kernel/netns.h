/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces and the interfaces in them. */
#ifndef SKBTRACE_NETNS_H
#define SKBTRACE_NETNS_H

#include "lib/util.h"

/*
 * The inode number of a namespace given as NAME, PATH, PID or INODE. 0, or an
 * exit code after a message.
 */
int netns_find(const char *arg, u32 *inode);

/* Our own namespace; 0 if it is not known. */
u32 netns_own(void);

/*
 * Go there. A descriptor for netns_leave(), which leads back; -1: nobody is in
 * it, or we must not, without a message.
 */
int netns_enter(u32 inode);
void netns_leave(int own);

/* Its name in "ip netns", to be freed; NULL: none. */
char *netns_name(u32 inode);

/*
 * Index of the interface that is called, or numbered, @arg in namespace
 * @inode. 0, or an exit code after a message.
 */
int netns_dev(u32 inode, const char *arg, u32 *index);

#endif
