/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading the buffer of a CPU: one reader at a time, a file or a thread of the
 * kernel.
 */
#ifndef _NET_SKBTRACE_READ_H
#define _NET_SKBTRACE_READ_H

#include "run.h"

void skbtrace_cpu_init(struct skbtrace_run *run, struct skbtrace_cpu *c,
		       int cpu);
void skbtrace_cpus_finish(struct skbtrace_run *run);
bool skbtrace_finished(const struct skbtrace_run *run);
int skbtrace_cpu_take(struct skbtrace_cpu *c);
void skbtrace_cpu_begin(struct skbtrace_cpu *c);
int skbtrace_cpu_claim(struct skbtrace_cpu *c);
void skbtrace_cpu_release(struct skbtrace_cpu *c);
const u8 *skbtrace_cpu_next(struct skbtrace_cpu *c);
void skbtrace_cpu_done(struct skbtrace_cpu *c, const u8 *subbuf);

#endif /* _NET_SKBTRACE_READ_H */
