// SPDX-License-Identifier: GPL-2.0
/*
 * The slots of a run: the settings of events as probes see them, and the
 * summary in skbtrace_session.checks.
 */
#include <linux/bitops.h>
#include "quiet.h"
#include "verdict.h"
#include "slot.h"

static u8 skbtrace_how_staged(const struct skbtrace_run *run,
			      const struct skbtrace_event *ev,
			      const struct skbtrace_slot *slot)
{
	const struct skbtrace_watch *w = &run->watch[ev->slot];

	if (run->snap[ev->slot])
		return SKBTRACE_CAPTURED;
	if ((slot->cond && !ev->conds) || slot->fires || slot->snapshot)
		return SKBTRACE_STAGED;
	if (!slot->held)
		return 0;
	return slot->stack || slot->payload || w->packets || w->after.nr ?
	       SKBTRACE_STAGED : SKBTRACE_IN_LOG;
}

/* Of each primary the events that wait for it: the inverse of primary= */
static void skbtrace_set_fires(struct skbtrace_run *run)
{
	u64 fires[SKBTRACE_MAX_EVENTS] = {};
	struct skbtrace_slot *slot;
	u64 bits;
	int i;

	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++) {
		if (!run->pub.slot[i].on)
			continue;
		for (bits = run->watch[i].primaries; bits; bits &= bits - 1)
			fires[__ffs64(bits)] |= BIT_ULL(i);
	}
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++) {
		slot = &run->pub.slot[i];
		WRITE_ONCE(run->fires[i], fires[i]);
		WRITE_ONCE(slot->fires, fires[i]);
		if (slot->on)
			WRITE_ONCE(slot->staged,
				   skbtrace_how_staged(run, skbtrace_events[i],
						       slot));
	}
}

/* Verdicts of the filter on connections, if it is their only check */
static struct skbtrace_verdicts *
skbtrace_only_verdicts(const struct skbtrace_run *run, u8 checks)
{
	if (!(checks & SKBTRACE_CHECK_CONN) ||
	    checks & (SKBTRACE_CHECK_SLOT | SKBTRACE_CHECK_SCOPE))
		return NULL;
	return skbtrace_filters_locked(&run->pub)->
	       prog[SKBTRACE_BY_CONN]->verdicts;
}

/*
 * The filter on packets, if it is their only check and runs on the packet
 * itself
 */
static struct skbtrace_direct *
skbtrace_only_direct(const struct skbtrace_run *run, u8 checks)
{
	struct skbtrace_direct *d;

	if ((checks & SKBTRACE_CHECKS) != SKBTRACE_CHECK_PACKET)
		return NULL;
	d = &skbtrace_filters_locked(&run->pub)->
	     prog[SKBTRACE_BY_PACKET]->direct;
	return d->run ? d : NULL;
}

/* The bits of skbtrace_session.checks that an event needs */
static u8 skbtrace_slot_checks(const struct skbtrace_slot *slot)
{
	u8 checks = 0;

	if (slot->picks)
		checks |= SKBTRACE_CHECK_SLOT;
	if (slot->ranged)
		checks |= SKBTRACE_CHECK_RANGE;
	if (slot->cond)
		checks |= SKBTRACE_CHECK_COND;
	if (slot->stack | slot->payload | slot->staged)
		checks |= SKBTRACE_CHECK_SPECIAL;
	return checks;
}

/*
 * Compute skbtrace_session.checks, so that probes skip checks that are not set.
 * Context: skbtrace_lock.
 */
void skbtrace_set_special(struct skbtrace_run *run)
	__must_hold(&skbtrace_lock)
{
	const struct skbtrace_filters *f = skbtrace_filters_locked(&run->pub);
	u8 checks = f ? f->checks : 0;
	int i;

	lockdep_assert_held(&skbtrace_lock);
	skbtrace_set_fires(run);
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (run->pub.slot[i].on)
			checks |= skbtrace_slot_checks(&run->pub.slot[i]);
	if (run->pub.shed)
		checks |= SKBTRACE_CHECK_SLOT;
	checks |= skbtrace_quiet_checks();
	rcu_assign_pointer(run->pub.verdicts,
			   skbtrace_only_verdicts(run, checks));
	rcu_assign_pointer(run->pub.direct,
			   skbtrace_only_direct(run, checks));
	WRITE_ONCE(run->pub.checks, checks);
}

/*
 * Probes read it meanwhile, so each word is stored whole. A probe on another
 * CPU may see a mixture of old and new.
 */
static void skbtrace_store_slot(struct skbtrace_slot *to,
				const struct skbtrace_slot *from)
{
	const unsigned long *f = (const unsigned long *)from;
	unsigned long *t = (unsigned long *)to;
	unsigned int i;

	for (i = 0; i < sizeof(*to) / sizeof(*t); i++)
		WRITE_ONCE(t[i], f[i]);
}

void skbtrace_set_slot(struct skbtrace_run *run,
		       const struct skbtrace_spec *spec)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_slot *slot = &run->pub.slot[spec->ev->slot];
	struct skbtrace_slot new = spec->slot;

	lockdep_assert_held(&skbtrace_lock);
	/* an event that is on must not be seen off in between */
	new.on = slot->on;
	new.fires = slot->fires;
	run->when[spec->ev->slot] = spec->when;
	run->cond[spec->ev->slot] = spec->cond;
	run->snapshot[spec->ev->slot] = spec->snapshot;
	run->watch[spec->ev->slot] = spec->watch;
	WRITE_ONCE(run->snap[spec->ev->slot], spec->capture);
	WRITE_ONCE(run->payload[spec->ev->slot], spec->payload);
	new.staged = skbtrace_how_staged(run, spec->ev, &new);
	smp_wmb();	/* pairs with skbtrace_hold_back(), skbtrace_fire() */
	skbtrace_store_slot(slot, &new);
	if (new.picks) {
		RCU_INIT_POINTER(run->pub.verdicts, NULL);
		RCU_INIT_POINTER(run->pub.direct, NULL);
	}
	WRITE_ONCE(run->pub.checks,
		   run->pub.checks | skbtrace_slot_checks(&new));
}
