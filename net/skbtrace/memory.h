/* SPDX-License-Identifier: GPL-2.0 */
/* How much memory a session may have, and all of them. */
#ifndef _NET_SKBTRACE_MEMORY_H
#define _NET_SKBTRACE_MEMORY_H

#include "session.h"

int skbtrace_check_mem(u32 subbuf_size, u32 subbuf_nr);
int skbtrace_check_space(const struct skbtrace_instance *in);
int skbtrace_check_hold_space(const struct skbtrace_instance *in,
			      const struct skbtrace_run *run);
int skbtrace_check_tables(const struct skbtrace_instance *in, u64 need);
u64 skbtrace_instance_hold(const struct skbtrace_instance *in);
u64 skbtrace_instance_tables(const struct skbtrace_instance *in);
#if IS_ENABLED(CONFIG_KUNIT)
bool skbtrace_fits(u64 need, u64 others, u64 cap);
#endif

#endif /* _NET_SKBTRACE_MEMORY_H */
