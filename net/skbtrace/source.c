// SPDX-License-Identifier: GPL-2.0
/*
 * Tracepoints: found by name, so that one table of events serves kernels with
 * and without them; probes are attached while an event uses them.
 */
#include <linux/module.h>
#include <linux/tracepoint.h>
#include "error.h"
#include "source.h"
#include "state.h"

struct skbtrace_search {
	const char		*name;
	struct tracepoint	*found;
};

static void skbtrace_match(struct tracepoint *tp, void *data)
{
	struct skbtrace_search *search = data;
	size_t len = strlen(search->name);

	/* newer kernels add "_tp" to the names of bare tracepoints */
	if (!strncmp(tp->name, search->name, len) &&
	    (!tp->name[len] || !strcmp(tp->name + len, "_tp")))
		search->found = tp;
}

/* Sets hook->tp, %NULL if this kernel has no such tracepoint. */
void skbtrace_source_find(struct skbtrace_hook *hook)
{
	struct skbtrace_search search = { .name = hook->tracepoint };

	for_each_kernel_tracepoint(skbtrace_match, &search);
	hook->tp = search.found;
}

static const char *skbtrace_missing_hook(struct skbtrace_hook *const *hooks)
{
	unsigned int i;

	for (i = 0; hooks && hooks[i]; i++)
		if (!hooks[i]->tp && !hooks[i]->without)
			return hooks[i]->tracepoint;
	return NULL;
}

/**
 * skbtrace_missing() - the tracepoint that the exact form of an event lacks
 * @ev: event
 *
 * Return: name of the missing tracepoint, %NULL if there is none
 */
const char *skbtrace_missing(const struct skbtrace_event *ev)
{
	return skbtrace_missing_hook(ev->hooks);
}

/* Does an event lack something because of this hook? */
bool skbtrace_hook_lacks(const struct skbtrace_hook *hook)
{
	return hook->tp ? hook->older : hook->without;
}

/* A hook because of which an event lacks something; %NULL: none. */
const struct skbtrace_hook *skbtrace_lacks(const struct skbtrace_event *ev)
{
	unsigned int i;

	for (i = 0; ev->hooks && ev->hooks[i]; i++)
		if (skbtrace_hook_lacks(ev->hooks[i]))
			return ev->hooks[i];
	return NULL;
}

/* SKBTRACE_FORM_* that this kernel has of an event. */
u8 skbtrace_forms(const struct skbtrace_event *ev)
{
	u8 forms = skbtrace_missing(ev) ? 0 : SKBTRACE_FORM_EXACT;

	if (ev->inferred && !skbtrace_missing_hook(ev->inferred->hooks))
		forms |= SKBTRACE_FORM_INFERRED;
	return forms;
}

/* SKBTRACE_FORM_* of an event unless form= says otherwise; 0: unavailable. */
u8 skbtrace_forms_default(const struct skbtrace_event *ev)
{
	u8 here = skbtrace_forms(ev);

	return here & SKBTRACE_FORM_EXACT ? SKBTRACE_FORM_EXACT : here;
}

/* What this kernel has of an event. */
enum skbtrace_avail skbtrace_avail(const struct skbtrace_event *ev)
{
	u8 forms = skbtrace_forms(ev);

	if (forms & SKBTRACE_FORM_EXACT && !skbtrace_lacks(ev))
		return SKBTRACE_EXACT;
	return forms ? SKBTRACE_INFERRED : SKBTRACE_UNAVAILABLE;
}

/* What is attached to the tracepoint of a hook. */
static void *skbtrace_probe_of(const struct skbtrace_run *run,
			       const struct skbtrace_hook *hook)
{
	return run->govern.metered ? hook->metered : hook->probe;
}

static int skbtrace_hook_get(struct skbtrace_run *run,
			     struct skbtrace_hook *hook)
{
	int i, free = -1, err;

	for (i = 0; i < SKBTRACE_MAX_HOOKS; i++) {
		if (run->hooks[i].hook == hook) {
			run->hooks[i].users++;
			return 0;
		}
		if (!run->hooks[i].hook && free < 0)
			free = i;
	}
	if (free < 0)
		return -ENOSPC;
	if (hook->tp) {
		err = tracepoint_probe_register(hook->tp,
						skbtrace_probe_of(run, hook),
						&run->pub);
		if (err)
			return err;
	}
	run->hooks[free].hook = hook;
	run->hooks[free].users = 1;
	return 0;
}

static void skbtrace_hook_put(struct skbtrace_run *run,
			      struct skbtrace_hook *hook)
{
	int i;

	for (i = 0; i < SKBTRACE_MAX_HOOKS; i++)
		if (run->hooks[i].hook == hook)
			break;
	if (WARN_ON_ONCE(i == SKBTRACE_MAX_HOOKS) || --run->hooks[i].users)
		return;
	if (hook->tp)
		tracepoint_probe_unregister(hook->tp,
					    skbtrace_probe_of(run, hook),
					    &run->pub);
	run->hooks[i].hook = NULL;
}

static void skbtrace_hooks_put(struct skbtrace_run *run,
			       struct skbtrace_hook *const *hooks)
{
	unsigned int i;

	for (i = 0; hooks && hooks[i]; i++)
		skbtrace_hook_put(run, hooks[i]);
}

static int skbtrace_hooks_get(struct skbtrace_run *run,
			      struct skbtrace_hook *const *hooks)
{
	int i, err;

	for (i = 0; hooks && hooks[i]; i++) {
		err = skbtrace_hook_get(run, hooks[i]);
		if (err)
			goto undo;
	}
	return 0;
undo:
	while (i--)
		skbtrace_hook_put(run, hooks[i]);
	return err;
}

/* Attach all hooks of @forms, or none. */
static int skbtrace_attach(struct skbtrace_run *run,
			   const struct skbtrace_event *ev, u8 forms)
{
	int err = 0;

	if (forms & SKBTRACE_FORM_EXACT)
		err = skbtrace_hooks_get(run, ev->hooks);
	if (!err && forms & SKBTRACE_FORM_INFERRED) {
		err = skbtrace_hooks_get(run, ev->inferred->hooks);
		if (err && forms & SKBTRACE_FORM_EXACT)
			skbtrace_hooks_put(run, ev->hooks);
	}
	run->forms[ev->slot] = err ? 0 : forms;
	return err;
}

/* Probes may still run until tracepoint_synchronize_unregister(). */
static void skbtrace_detach(struct skbtrace_run *run,
			    const struct skbtrace_event *ev)
{
	u8 forms = run->forms[ev->slot];

	run->forms[ev->slot] = 0;
	if (forms & SKBTRACE_FORM_EXACT)
		skbtrace_hooks_put(run, ev->hooks);
	if (forms & SKBTRACE_FORM_INFERRED)
		skbtrace_hooks_put(run, ev->inferred->hooks);
}

/* Does an event in these forms need the state of connections? */
bool skbtrace_keeps_states(const struct skbtrace_event *ev, u8 forms)
{
	return ev->states ||
	       (forms & SKBTRACE_FORM_INFERRED && ev->inferred->states);
}

/**
 * skbtrace_event_on() - attach the hooks of an event
 * @run: run
 * @ev: event, which is off
 * @forms: SKBTRACE_FORM_* of it, which this kernel has
 *
 * Context: skbtrace_lock.
 * Return: 0 or a negative errno, told in "error", nothing attached then
 */
int skbtrace_event_on(struct skbtrace_run *run, struct skbtrace_event *ev,
		      u8 forms)
	__must_hold(&skbtrace_lock)
{
	int err = 0;

	lockdep_assert_held(&skbtrace_lock);
	if (!try_module_get(ev->proto->owner))
		return skbtrace_err(-ENOENT, "%s: its module is going away",
				    ev->name);
	if (skbtrace_keeps_states(ev, forms))
		err = skbtrace_states_make(run);
	if (!err)
		err = skbtrace_attach(run, ev, forms);
	if (err) {
		module_put(ev->proto->owner);
		return skbtrace_err(err, "%s: can't attach: %pe", ev->name,
				    ERR_PTR(err));
	}
	run->nr_on++;
	return 0;
}

/* The reverse of skbtrace_event_on(). */
void skbtrace_event_off(struct skbtrace_run *run,
			const struct skbtrace_event *ev)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	WRITE_ONCE(run->pub.slot[ev->slot].on, false);
	skbtrace_detach(run, ev);
	run->nr_on--;
	module_put(ev->proto->owner);
}
