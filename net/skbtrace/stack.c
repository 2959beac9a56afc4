// SPDX-License-Identifier: GPL-2.0
/* Call stacks of events, which follow the fields of a block. */
#include <linux/stacktrace.h>
#include "naming.h"
#include "stack.h"

/**
 * skbtrace_save_stack() - save the call stack, and name its functions
 * @run: the run
 * @c: this CPU
 * @calls: the result
 * @skip: innermost calls to be left out, those of the core
 *
 * Context: gate busy.
 * Return: its size in a block, in bytes
 */
u32 skbtrace_save_stack(struct skbtrace_run *run, struct skbtrace_cpu *c,
			struct skbtrace_calls *calls, unsigned int skip)
{
	unsigned int i;

	calls->nr = stack_trace_save(calls->at, SKBTRACE_STACK_MAX, skip);
	for (i = 0; i < calls->nr; i++)
		skbtrace_name_location(c, (const void *)calls->at[i]);
	return sizeof(struct skbtrace_stack) + calls->nr * sizeof(u64);
}

/* After a block's fields. */
void skbtrace_put_stack(struct skbtrace_run *run,
			const struct skbtrace_calls *calls,
			struct skbtrace_block *b)
{
	struct skbtrace_stack *stack = (void *)b + b->len;
	unsigned int i;

	stack->depth = calls->nr;
	stack->spare = 0;
	for (i = 0; i < calls->nr; i++)
		stack->at[i] = skbtrace_location_id(&run->pub,
						    (void *)calls->at[i]);
	b->len += struct_size(stack, at, calls->nr);
	b->flags |= SKBTRACE_BLOCK_STACK;
}
