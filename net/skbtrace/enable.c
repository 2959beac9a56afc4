// SPDX-License-Identifier: GPL-2.0
/*
 * Enables and disables events: checks one write to "enabled", then applies all
 * of it or nothing.
 */
#include <linux/bitmap.h>
#include "enable.h"
#include "error.h"
#include "hold.h"
#include "keyed.h"
#include "marks.h"
#include "memory.h"
#include "packets.h"
#include "session.h"
#include "slot.h"
#include "source.h"
#include "state.h"
#include "watch.h"

static u8 skbtrace_forms_wanted(const struct skbtrace_spec *spec)
{
	return spec->forms ?: skbtrace_forms_default(spec->ev);
}

/* Does this kernel have the form that a spec asks for? */
static int skbtrace_check_here(const struct skbtrace_spec *spec)
{
	u8 wanted = skbtrace_forms_wanted(spec);
	const struct skbtrace_event *ev = spec->ev;
	u8 here = skbtrace_forms(ev);

	if (wanted && !(wanted & ~here))
		return 0;
	if (here & SKBTRACE_FORM_EXACT)
		return skbtrace_err(-EOPNOTSUPP,
				    "%s: this kernel can't infer it, form=exact can be had",
				    ev->name);
	return skbtrace_err(-EOPNOTSUPP, "%s: this kernel has no tracepoint %s%s",
			    ev->name, skbtrace_missing(ev),
			    here ? ", form=inferred can be had" : "");
}

/* The form of an event cannot change while it is on. */
static int skbtrace_check_form(const struct skbtrace_run *run,
			       const struct skbtrace_spec *specs,
			       unsigned int i)
{
	const struct skbtrace_event *ev = specs[i].ev;
	u8 wanted = skbtrace_forms_wanted(&specs[i]);
	unsigned int j;

	if (run->pub.slot[ev->slot].on && run->forms[ev->slot] != wanted)
		return skbtrace_err(-EBUSY,
				    "%s: is on in another form; -%s first",
				    ev->name, ev->name);
	for (j = 0; j < i; j++)
		if (specs[j].ev == ev &&
		    skbtrace_forms_wanted(&specs[j]) != wanted)
			return skbtrace_err(-EINVAL, "%s: form= of two kinds",
					    ev->name);
	return 0;
}

/* Bytes of the tables that @change needs, and @run does not have */
static u64 skbtrace_tables_needed(const struct skbtrace_run *run,
				  const struct skbtrace_change *change)
{
	bool fresh = run->state == SKBTRACE_STOPPED;	/* another run begins */
	bool states = false, marks = false, keyed = false, packets = false;
	const struct skbtrace_spec *spec;
	u64 bytes = 0;

	for (spec = change->spec; spec < change->spec + change->nr; spec++) {
		states |= skbtrace_keeps_states(spec->ev,
						skbtrace_forms_wanted(spec));
		marks |= spec->slot.follow;
		keyed |= spec->slot.by;
		packets |= spec->capture;
	}
	if (change->nr && (fresh || !run->pub.named.tab))
		bytes += SKBTRACE_NAMED_BYTES;
	if (states && (fresh || !run->pub.states.tab))
		bytes += SKBTRACE_STATES_BYTES;
	if (marks && (fresh || !run->pub.marks.tab))
		bytes += skbtrace_marks_bytes();
	if (keyed && (fresh || !run->pub.marks.keyed))
		bytes += skbtrace_keyed_bytes();
	if (packets && (fresh || !run->packets))
		bytes += skbtrace_packets_bytes();
	return bytes;
}

static int skbtrace_check_change(const struct skbtrace_instance *in,
				 const struct skbtrace_change *change)
{
	const struct skbtrace_run *run = in->run;
	unsigned int i;
	int err = 0;

	for (i = 0; i < change->nr && !err; i++) {
		err = skbtrace_check_here(&change->spec[i]);
		if (!err)
			err = skbtrace_check_form(run, change->spec, i);
	}
	if (!err)
		err = skbtrace_check_watches(run, change);
	if (!err && change->nr && run->state != SKBTRACE_TRACING)
		err = skbtrace_check_space(in);
	if (err)
		return err;
	return skbtrace_check_tables(in, skbtrace_tables_needed(run, change));
}

/* Does anything have to be held back? */
static int skbtrace_make_hold(const struct skbtrace_instance *in,
			      struct skbtrace_run *run,
			      const struct skbtrace_change *change)
{
	unsigned int i;
	int err;

	for (i = 0; i < change->nr; i++)
		if (change->spec[i].slot.held)
			break;
	if (i == change->nr)
		return 0;
	err = skbtrace_check_hold_space(in, run);
	return err ?: skbtrace_hold_make(run);
}

/* Does anything have to be followed? */
static int skbtrace_make_marks(struct skbtrace_run *run,
			       const struct skbtrace_change *change)
{
	const struct skbtrace_slot *slot;
	unsigned int i;
	int err;

	for (i = 0; i < change->nr; i++) {
		slot = &change->spec[i].slot;
		if (!slot->follow)
			continue;
		err = skbtrace_marks_make(run);
		if (!err && slot->by)
			err = skbtrace_keyed_make(run, slot->by);
		return err;
	}
	return 0;
}

/* Does anything have to be captured? */
static int skbtrace_make_packets(const struct skbtrace_instance *in,
				 struct skbtrace_run *run,
				 const struct skbtrace_change *change)
{
	unsigned int i;

	for (i = 0; i < change->nr; i++)
		if (change->spec[i].capture)
			return skbtrace_packets_make(run, in->dir);
	return 0;
}

/* What memory @change needs beside that of each run */
static int skbtrace_make_memory(const struct skbtrace_instance *in,
				struct skbtrace_run *run,
				const struct skbtrace_change *change)
{
	return skbtrace_make_hold(in, run, change) ?:
	       skbtrace_make_marks(run, change) ?:
	       skbtrace_make_packets(in, run, change);
}

/* @new: result: slots of events that were off */
static int skbtrace_switch_on(struct skbtrace_run *run,
			      const struct skbtrace_change *change,
			      unsigned long *new)
{
	const struct skbtrace_spec *spec = change->spec;
	const struct skbtrace_spec *end = spec + change->nr;
	int err;

	for (; spec < end; spec++) {
		if (run->pub.slot[spec->ev->slot].on ||
		    test_bit(spec->ev->slot, new))
			continue;
		/* before attaching: some probes do not check slot.on */
		skbtrace_set_slot(run, spec);
		err = skbtrace_event_on(run, spec->ev,
					skbtrace_forms_wanted(spec));
		if (err)
			return err;
		set_bit(spec->ev->slot, new);
	}
	for (spec = change->spec; spec < end; spec++) {
		skbtrace_set_slot(run, spec);
		WRITE_ONCE(run->pub.slot[spec->ev->slot].on, true);
	}
	return 0;
}

/* In @run, which is tracing, all of the events of @change or none. */
static int skbtrace_enable_in(const struct skbtrace_instance *in,
			      struct skbtrace_run *run,
			      const struct skbtrace_change *change)
{
	DECLARE_BITMAP(new, SKBTRACE_MAX_EVENTS) = {};
	unsigned int i;
	int err;

	err = skbtrace_make_memory(in, run, change) ?:
	      skbtrace_switch_on(run, change, new);
	if (!err)
		return 0;
	skbtrace_set_special(run);
	for_each_set_bit(i, new, SKBTRACE_MAX_EVENTS)
		skbtrace_event_off(run, skbtrace_events[i]);
	return err;
}

/*
 * A run that is not tracing is not started: another one is, and takes its place
 * when all has been done that can fail. Until then unread data, files, filters
 * are what they were, and there is memory for both.
 */
static int skbtrace_enable_next(struct skbtrace_instance *in,
				const struct skbtrace_change *change)
{
	struct skbtrace_run *run = skbtrace_next(in);
	int err;

	if (!run)
		return skbtrace_err(-ENOMEM, "no memory");
	err = skbtrace_start(run, in->dir) ?:
	      skbtrace_enable_in(in, run, change);
	if (err)
		skbtrace_discard(run);
	else
		skbtrace_replace(in, run);
	return err;
}

static int skbtrace_enable_events(struct skbtrace_instance *in,
				  const struct skbtrace_change *change)
{
	int err;

	if (!change->nr)
		return 0;
	if (in->run->state != SKBTRACE_TRACING)
		return skbtrace_enable_next(in, change);
	err = skbtrace_enable_in(in, in->run, change);
	if (!err)
		skbtrace_packets_offer(in->run);
	return err;
}

/**
 * skbtrace_enable() - change which events are on; all of it or nothing
 * @in: of this session
 * @change: what is asked for
 *
 * The first event starts tracing. Context: skbtrace_lock.
 *
 * Return: 0 or a negative errno, told in "error", nothing changed then
 */
int skbtrace_enable(struct skbtrace_instance *in,
		    const struct skbtrace_change *change)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_run *run;
	unsigned int i;
	int err;

	lockdep_assert_held(&skbtrace_lock);
	err = skbtrace_check_change(in, change) ?:
	      skbtrace_enable_events(in, change);
	if (err)
		return err;
	run = in->run;
	for (i = 0; i < change->nr_off; i++)
		if (run->pub.slot[change->off[i]->slot].on)
			skbtrace_event_off(run, change->off[i]);
	skbtrace_set_special(run);
	return 0;
}
