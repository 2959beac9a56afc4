/* SPDX-License-Identifier: GPL-2.0 */
/* Histograms of stages by key. */
#ifndef _NET_SKBTRACE_KEYED_H
#define _NET_SKBTRACE_KEYED_H

#include <linux/skbtrace_keyed.h>
#include "run.h"

/* Keys, and what all others share */
#define SKBTRACE_NR_KEYED_ROWS	(SKBTRACE_NR_KEYS + 1)

const char *skbtrace_keyed_word(enum skbtrace_keyed_by by);
u64 skbtrace_keyed_bytes(void);
int skbtrace_keyed_make(struct skbtrace_run *run, enum skbtrace_keyed_by by);
void skbtrace_keyed_free(struct skbtrace_run *run);
void skbtrace_keyed_clear(const struct skbtrace_keyed *k, int cpu);

enum skbtrace_keyed_by skbtrace_keyed_by(const struct skbtrace_keyed *k);
bool skbtrace_keyed_key(const struct skbtrace_keyed *k, u32 row,
			struct skbtrace_key *key);
u64 skbtrace_keyed_sum_ns(const struct skbtrace_keyed *k, u32 row, u32 stage);
u64 skbtrace_keyed_count(const struct skbtrace_keyed *k, u32 row, u32 stage,
			 u32 bucket);

#endif /* _NET_SKBTRACE_KEYED_H */
