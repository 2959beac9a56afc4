// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of connections, for events that tell of a change.
 */
#include <linux/vmalloc.h>
#include "internal.h"

/**
 * skbtrace_states_make() - see that there is a table
 * @run: run
 *
 * Lives as long as the run. Context: skbtrace_lock.
 * Return: 0 or -ENOMEM
 */
int skbtrace_states_make(struct skbtrace_run *run)
{
	struct skbtrace_state *tab;

	if (run->pub.states.tab)
		return 0;
	tab = vzalloc(array_size(SKBTRACE_NR_STATES, sizeof(*tab)));
	if (!tab)
		return -ENOMEM;
	run->pub.states.mask = SKBTRACE_NR_STATES - 1;
	/* seen by probes that are attached after this */
	smp_store_release(&run->pub.states.tab, tab);
	return 0;
}

/**
 * skbtrace_state_new() - the rest of skbtrace_state_get(): a first time
 * @s: session
 * @sk: connection, locked
 * @part: as for skbtrace_state_get_part()
 *
 * Context: probe.
 * Return: the state, or %NULL: there is no room for one
 */
struct skbtrace_state *skbtrace_state_new(struct skbtrace_session *s,
					  struct sock *sk, u64 part)
{
	u64 cookie = skbtrace_cookie(sk) | part;

	return skbtrace_state_find(&s->states, cookie) ?:
	       skbtrace_state_make(&s->states, cookie);
}
EXPORT_SYMBOL_GPL(skbtrace_state_new);
