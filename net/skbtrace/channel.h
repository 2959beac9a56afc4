/* SPDX-License-Identifier: GPL-2.0 */
/* The buffers of a run, and the files that deliver them. */
#ifndef _NET_SKBTRACE_CHANNEL_H
#define _NET_SKBTRACE_CHANNEL_H

#include "run.h"

#define SKBTRACE_SUBBUF_SIZE_MIN	4096U
#define SKBTRACE_SUBBUF_SIZE_MAX	(1024U << 10)
#define SKBTRACE_SUBBUF_NR_MIN		2U
#define SKBTRACE_SUBBUF_NR_MAX		65536U

struct dentry;

int skbtrace_channel_open(struct skbtrace_run *run, struct dentry *dir);
void skbtrace_channel_offer(struct skbtrace_run *run, struct skbtrace_run *old);
void skbtrace_channel_close(struct skbtrace_run *run);

#endif /* _NET_SKBTRACE_CHANNEL_H */
