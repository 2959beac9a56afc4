/* SPDX-License-Identifier: GPL-2.0 */
/* Keeps the probes of a run to their share of the CPUs' time: max_cost. */
#ifndef _NET_SKBTRACE_GOVERN_H
#define _NET_SKBTRACE_GOVERN_H

#include "run.h"

void skbtrace_govern_start(struct skbtrace_run *run);
void skbtrace_govern_stop(struct skbtrace_run *run);
void skbtrace_govern_set(struct skbtrace_run *run);
void skbtrace_govern_interval(struct skbtrace_run *run, u64 cost, u64 time);

#endif /* _NET_SKBTRACE_GOVERN_H */
