/* SPDX-License-Identifier: GPL-2.0 */
/* Call stacks of events. */
#ifndef _NET_SKBTRACE_STACK_H
#define _NET_SKBTRACE_STACK_H

#include "run.h"

/* The addresses of a stack */
struct skbtrace_calls {
	unsigned int	nr;
	unsigned long	at[SKBTRACE_STACK_MAX];
};

u32 skbtrace_save_stack(struct skbtrace_run *run, struct skbtrace_cpu *c,
			struct skbtrace_calls *calls, unsigned int skip);
void skbtrace_put_stack(struct skbtrace_run *run,
			const struct skbtrace_calls *calls,
			struct skbtrace_block *b);

#endif /* _NET_SKBTRACE_STACK_H */
