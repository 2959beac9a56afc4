/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Setting the filters of a run: two programs, and netns, dev, mark, cgroup and
 * pid, all of which must agree.
 */
#ifndef _NET_SKBTRACE_FILTER_H
#define _NET_SKBTRACE_FILTER_H

#include "verdict.h"
#include "run.h"

const struct skbtrace_filters *
skbtrace_filter_get(const struct skbtrace_run *run);
int skbtrace_filter_set(struct skbtrace_run *run,
			const struct skbtrace_filters *want);
int skbtrace_filter_set_prog(struct skbtrace_run *run,
			     enum skbtrace_target target,
			     struct skbtrace_prog *p);
void skbtrace_filter_free(struct skbtrace_filters *j);

#endif /* _NET_SKBTRACE_FILTER_H */
