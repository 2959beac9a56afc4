// SPDX-License-Identifier: GPL-2.0
/*
 * State of connections, for events that report changes.
 */
#include <linux/vmalloc.h>
#include "state.h"
#include "tables.h"

/**
 * skbtrace_states_make() - allocate the table, unless that has been done
 * @run: run
 *
 * Lives as long as the run. Context: skbtrace_lock.
 * Return: 0 or -ENOMEM
 */
int skbtrace_states_make(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_state *tab;

	lockdep_assert_held(&skbtrace_lock);
	if (run->pub.states.tab)
		return 0;
	tab = vzalloc(SKBTRACE_STATES_BYTES);
	if (!tab)
		return -ENOMEM;
	skbtrace_tables_charge(run, SKBTRACE_STATES_BYTES);
	run->pub.states.mask = SKBTRACE_NR_STATES - 1;
	/* seen by probes that are attached after this */
	smp_store_release(&run->pub.states.tab, tab);
	return 0;
}

/* No probe can run any more. */
void skbtrace_states_free(struct skbtrace_run *run)
{
	vfree(run->pub.states.tab);
}

/**
 * skbtrace_state_new() - the slow path of skbtrace_state_get(): a new entry
 * @s: session
 * @sk: connection, locked
 * @part: as for skbtrace_state_get_part()
 *
 * Context: probe.
 * Return: the state, or %NULL: no entry is free
 */
struct skbtrace_state *skbtrace_state_new(struct skbtrace_session *s,
					  struct sock *sk, u64 part)
{
	u64 cookie = skbtrace_cookie(sk) | part;

	return skbtrace_state_find(&s->states, cookie) ?:
	       skbtrace_state_make(&s->states, cookie);
}
EXPORT_SYMBOL_GPL(skbtrace_state_new);
