/* SPDX-License-Identifier: GPL-2.0 */
/* Holding events back until a primary fires. */
#ifndef _NET_SKBTRACE_HOLD_H
#define _NET_SKBTRACE_HOLD_H

#include "run.h"

u64 skbtrace_hold_bytes(void);
u64 skbtrace_hold_cap(void);
u64 skbtrace_hold_default(void);
int skbtrace_check_hold(u64 bytes);
int skbtrace_hold_make(struct skbtrace_run *run);
void skbtrace_hold_free(struct skbtrace_run *run);

u64 skbtrace_stage_conn(const struct skbtrace_stage *stage);
u64 skbtrace_stage_flow(const struct skbtrace_stage *stage, u64 secret);
bool skbtrace_hold_back(struct skbtrace_run *run, struct skbtrace_cpu *c);
void skbtrace_hold_commit(struct skbtrace_run *run, struct skbtrace_cpu *c);

#endif /* _NET_SKBTRACE_HOLD_H */
