// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of connections, for events that tell of a change.
 */
#include <linux/vmalloc.h>
#include "internal.h"

/**
 * skbtrace_states_make() - see that there is a table if an event needs one
 * @run: run
 * @ev: event that is about to be attached
 *
 * Lives as long as the run. Context: skbtrace_lock.
 * Return: 0 or -ENOMEM
 */
int skbtrace_states_make(struct skbtrace_run *run,
			 const struct skbtrace_event *ev)
{
	struct skbtrace_state *tab;

	if (!ev->states || run->states.tab)
		return 0;
	tab = vzalloc(array_size(SKBTRACE_NR_STATES, sizeof(*tab)));
	if (!tab)
		return -ENOMEM;
	run->states.mask = SKBTRACE_NR_STATES - 1;
	/* seen by probes that are attached after this */
	smp_store_release(&run->states.tab, tab);
	return 0;
}

/**
 * skbtrace_state_get() - what the session remembers of a connection
 * @s: session, with an event on that has skbtrace_event.states set
 * @sk: connection, locked
 *
 * Context: probe. To be given back at once.
 * Return: the state, new if need be, or %NULL: it can't be had now
 */
struct skbtrace_state *skbtrace_state_get(struct skbtrace_session *s,
					  struct sock *sk)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);

	return skbtrace_state_lock(&run->states, skbtrace_cookie(sk));
}
EXPORT_SYMBOL_GPL(skbtrace_state_get);

/* The connection goes on. Context: probe. */
void skbtrace_state_put(struct skbtrace_state *state)
{
	skbtrace_state_unlock(state);
}
EXPORT_SYMBOL_GPL(skbtrace_state_put);

/* The connection has ended. Context: probe. */
void skbtrace_state_free(struct skbtrace_state *state)
{
	skbtrace_state_drop(state);
}
EXPORT_SYMBOL_GPL(skbtrace_state_free);
