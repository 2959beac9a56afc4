/* SPDX-License-Identifier: GPL-2.0 */
/* The text of conditions. */
#ifndef _NET_SKBTRACE_CTL_COND_H
#define _NET_SKBTRACE_CTL_COND_H

#include <linux/seq_file.h>
#include "../cond.h"
#include "../registry.h"

int skbtrace_parse_cond(const struct skbtrace_event *ev, const char *key,
			const char *text, struct skbtrace_cond *cond);
u8 skbtrace_cond_range(const struct skbtrace_event *ev,
		       struct skbtrace_cond *cond, u32 *low, u32 *span);
void skbtrace_cond_early(const struct skbtrace_event *ev,
			 const struct skbtrace_cond *cond,
			 struct skbtrace_slot *slot);
bool skbtrace_cond_follows(const struct skbtrace_event *ev,
			   const struct skbtrace_cond *cond);
void skbtrace_print_cond(struct seq_file *m, const struct skbtrace_event *ev,
			 const struct skbtrace_cond *cond);

#endif /* _NET_SKBTRACE_CTL_COND_H */
