/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of the tables of sessions: names and states of connections, marks,
 * filters. Buffers and what is held back are counted elsewhere.
 */
#ifndef _NET_SKBTRACE_TABLES_H
#define _NET_SKBTRACE_TABLES_H

#include <linux/types.h>

struct skbtrace_run;

void skbtrace_tables_add(s64 bytes);
u64 skbtrace_tables_bytes(void);
void skbtrace_tables_charge(struct skbtrace_run *run, u64 bytes);

#endif /* _NET_SKBTRACE_TABLES_H */
