// SPDX-License-Identifier: GPL-2.0
/*
 * A run of tracing: its life from the first event on to the last byte read,
 * and whose it is.
 *
 * There is always a current run, which the control files are about. At first
 * it is idle and holds settings only; its first event starts it; when it has
 * been stopped, its files can be drained until the next start replaces it.
 * Who opens "owner" gets a run of his own, which ends with the last reference
 * to that file, however it ends; then control is everybody's again.
 */
#include <linux/cred.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <linux/user_namespace.h>
#include <linux/vmalloc.h>
#include "internal.h"

static struct skbtrace_run *skbtrace_cur;
/* What the control files had set before there was an owner. */
static struct skbtrace_config skbtrace_saved;
static struct skbtrace_judge *skbtrace_saved_judge;

struct skbtrace_run *skbtrace_current(void)
{
	lockdep_assert_held(&skbtrace_lock);
	return skbtrace_cur;
}

static void skbtrace_run_free(struct kref *ref)
{
	struct skbtrace_run *run = container_of(ref, struct skbtrace_run, ref);

	vfree(run->known.tab);
	vfree(run->pub.states.tab);
	skbtrace_judge_free(rcu_access_pointer(run->pub.judge));
	skbtrace_hold_free(run);
	free_cpumask_var(run->config.cpus);
	free_percpu(run->cpu);
	kvfree(run);
}

void skbtrace_run_put(struct skbtrace_run *run)
{
	kref_put(&run->ref, skbtrace_run_free);
}

/**
 * skbtrace_run_new() - an idle run
 * @config: its settings, %NULL: the defaults
 *
 * Return: the run or %NULL: no memory
 */
struct skbtrace_run *skbtrace_run_new(const struct skbtrace_config *config)
{
	struct skbtrace_run *run = kvzalloc(sizeof(*run), GFP_KERNEL);

	if (!run)
		return NULL;
	kref_init(&run->ref);
	run->epoch = 1;
	run->cpu = alloc_percpu(struct skbtrace_cpu);
	if (!zalloc_cpumask_var(&run->config.cpus, GFP_KERNEL) || !run->cpu) {
		skbtrace_run_put(run);
		return NULL;
	}
	run->pub.gate = &run->cpu->gate;
	if (config) {
		run->config.subbuf_size = config->subbuf_size;
		run->config.subbuf_nr = config->subbuf_nr;
		run->config.ctx_mask = config->ctx_mask;
		run->config.hold = config->hold;
		cpumask_copy(run->config.cpus, config->cpus);
	} else {
		run->config.subbuf_size = SKBTRACE_SUBBUF_SIZE_DEFAULT;
		run->config.subbuf_nr = SKBTRACE_SUBBUF_NR_DEFAULT;
		run->config.ctx_mask = BIT(SKBTRACE_CTX_TASK) |
				       BIT(SKBTRACE_CTX_SOFTIRQ) |
				       BIT(SKBTRACE_CTX_HARDIRQ);
		run->config.hold = skbtrace_hold_default();
		cpumask_copy(run->config.cpus, cpu_possible_mask);
	}
	return run;
}

/**
 * skbtrace_check_mem() - do buffers of this size stay within the cap?
 * @subbuf_size: bytes
 * @subbuf_nr: per CPU
 *
 * Return: 0, or -ENOMEM, told in "error"
 */
int skbtrace_check_mem(u32 subbuf_size, u32 subbuf_nr)
{
	u64 need = (u64)subbuf_size * subbuf_nr * num_online_cpus();

	if (need <= skbtrace_mem_cap())
		return 0;
	return skbtrace_err(-ENOMEM,
			    "%u CPUs x %u x %u bytes are %llu bytes, the cap is %lu",
			    num_online_cpus(), subbuf_nr, subbuf_size, need,
			    skbtrace_mem_cap());
}

static int skbtrace_start(struct skbtrace_run *run)
{
	int err;

	run->known.tab = vzalloc(SKBTRACE_NR_NAMES * sizeof(u64));
	if (!run->known.tab)
		return skbtrace_err(-ENOMEM, "no memory for names");
	run->known.mask = SKBTRACE_NR_NAMES - 1;
	get_random_bytes(run->pub.packet_key, sizeof(run->pub.packet_key));
	run->pub.packet_key[0] |= 1;
	run->pub.packet_key[1] |= 1;
	get_random_bytes(&run->location_key, sizeof(run->location_key));
	/* filters that were set before judge from the first event on */
	skbtrace_set_special(run);
	skbtrace_set_contexts(run);

	err = skbtrace_channel_open(run, skbtrace_dir);
	if (err) {
		vfree(run->known.tab);
		run->known.tab = NULL;
		return skbtrace_err(err, "no memory for %u x %u bytes per CPU",
				    run->config.subbuf_nr,
				    run->config.subbuf_size);
	}
	run->started = ktime_get_ns();
	run->state = SKBTRACE_TRACING;
	return 0;
}

static void skbtrace_event_off(struct skbtrace_run *run,
			       const struct skbtrace_event *ev)
{
	if (!run->pub.slot[ev->slot].on)
		return;
	WRITE_ONCE(run->pub.slot[ev->slot].on, false);
	skbtrace_detach(run, ev);
	run->nr_on--;
	module_put(ev->proto->owner);
}

static u8 skbtrace_forms_wanted(const struct skbtrace_spec *spec)
{
	return spec->forms ?: skbtrace_forms_default(spec->ev);
}

static int skbtrace_event_on(struct skbtrace_run *run,
			     const struct skbtrace_spec *spec)
{
	struct skbtrace_event *ev = spec->ev;
	u8 forms = skbtrace_forms_wanted(spec);
	int err = 0;

	if (!try_module_get(ev->proto->owner))
		return skbtrace_err(-ENOENT, "%s: its module is going away",
				    ev->name);
	if (ev->states ||
	    (forms & SKBTRACE_FORM_INFERRED && ev->inferred->states))
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

static u8 skbtrace_how_staged(const struct skbtrace_slot *slot,
			      const struct skbtrace_watch *w)
{
	if (slot->cond | slot->fires | slot->snapshot)
		return SKBTRACE_STAGED;
	if (!slot->held)
		return 0;
	return slot->stack | w->names | !!w->after.nr ? SKBTRACE_STAGED :
							SKBTRACE_IN_LOG;
}

/* Who waits for whom, seen from those that are waited for. */
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
		WRITE_ONCE(slot->staged,
			   skbtrace_how_staged(slot, &run->watch[i]));
	}
}

/* The filter on connections, if it alone @judges them. */
static struct skbtrace_verdicts *
skbtrace_only_verdicts(const struct skbtrace_run *run, u8 judges)
{
	if (!(judges & SKBTRACE_JUDGE_CONN) ||
	    judges & (SKBTRACE_JUDGE_SLOT | SKBTRACE_JUDGE_PLAIN))
		return NULL;
	return skbtrace_filter_verdicts(run);
}

/*
 * Probes look for filters and at slots only if there is something to be seen.
 * Context: skbtrace_lock.
 */
void skbtrace_set_special(struct skbtrace_run *run)
{
	u8 judges = skbtrace_filter_judges(run);
	bool special = false;
	int i;

	skbtrace_set_fires(run);
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++) {
		if (!run->pub.slot[i].on)
			continue;
		if (run->pub.slot[i].picky)
			judges |= SKBTRACE_JUDGE_SLOT;
		special |= run->pub.slot[i].stack | run->pub.slot[i].staged;
		if (run->pub.slot[i].ranged)
			judges |= SKBTRACE_JUDGE_RANGE;
	}
	rcu_assign_pointer(run->pub.verdicts,
			   skbtrace_only_verdicts(run, judges));
	WRITE_ONCE(run->pub.judges, judges);
	WRITE_ONCE(run->pub.special, special);
}

/*
 * Probes read it meanwhile: each word is whole. One on another CPU may judge an
 * event by a mixture of old and new.
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

static void skbtrace_set_slot(struct skbtrace_run *run,
			      const struct skbtrace_spec *spec)
{
	struct skbtrace_slot *slot = &run->pub.slot[spec->ev->slot];
	struct skbtrace_slot new = spec->slot;

	/* if it is on, probes must not see it off meanwhile */
	new.on = slot->on;
	new.fires = slot->fires;
	new.staged = skbtrace_how_staged(&new, &spec->watch);
	run->when[spec->ev->slot] = spec->when;
	run->cond[spec->ev->slot] = spec->cond;
	run->snapshot[spec->ev->slot] = spec->snapshot;
	run->watch[spec->ev->slot] = spec->watch;
	smp_wmb();	/* pairs with skbtrace_hold_back(), skbtrace_fire() */
	skbtrace_store_slot(slot, &new);
	if (new.picky)
		RCU_INIT_POINTER(run->pub.verdicts, NULL);
	WRITE_ONCE(run->pub.judges,
		   run->pub.judges | (new.picky ? SKBTRACE_JUDGE_SLOT : 0) |
		   (new.ranged ? SKBTRACE_JUDGE_RANGE : 0));
	if (new.stack | new.staged)
		WRITE_ONCE(run->pub.special, true);
}

/* No probe of this run is attached: its filters can be had. */
static struct skbtrace_judge *skbtrace_take_judge(struct skbtrace_run *run)
{
	RCU_INIT_POINTER(run->pub.verdicts, NULL);
	return rcu_replace_pointer(run->pub.judge, NULL,
				   lockdep_is_held(&skbtrace_lock));
}

/* Does anything have to be held back? */
static int skbtrace_make_hold(struct skbtrace_run *run,
			      const struct skbtrace_spec *specs,
			      unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (specs[i].slot.held)
			return skbtrace_hold_make(run);
	return 0;
}

/*
 * The next run with the same settings takes the place of the current one. What
 * can fail comes first: what is unread goes away with the old one.
 */
static int skbtrace_replace(const struct skbtrace_spec *specs, unsigned int nr)
{
	struct skbtrace_run *old = skbtrace_cur;
	struct skbtrace_run *run = skbtrace_run_new(&old->config);
	int err;

	if (!run)
		return skbtrace_err(-ENOMEM, "no memory");
	err = skbtrace_make_hold(run, specs, nr);
	if (err) {
		skbtrace_run_put(run);
		return err;
	}
	run->owner = old->owner;
	rcu_assign_pointer(run->pub.judge, skbtrace_take_judge(old));
	skbtrace_channel_close(old);
	skbtrace_run_put(old);
	skbtrace_cur = run;
	return 0;
}

/* Can all that a spec asks for be had on this kernel? */
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

/* An event that is on stays in the form that it is on in. */
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

static int skbtrace_check_specs(const struct skbtrace_spec *specs,
				unsigned int nr)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		err = skbtrace_check_here(&specs[i]);
		if (!err)
			err = skbtrace_check_form(skbtrace_cur, specs, i);
	}
	return err;
}

/**
 * skbtrace_enable() - change which events are on; all of it or nothing
 * @specs: to be on, with these options
 * @nr: how many
 * @off: to be off
 * @nr_off: how many
 *
 * The first event on starts tracing. Context: skbtrace_lock.
 *
 * Return: 0 or a negative errno, told in "error", nothing changed then
 */
int skbtrace_enable(const struct skbtrace_spec *specs, unsigned int nr,
		    const struct skbtrace_event *const *off,
		    unsigned int nr_off)
{
	DECLARE_BITMAP(new, SKBTRACE_MAX_EVENTS) = {};
	struct skbtrace_run *run;
	bool started = false;
	unsigned int i;
	int err;

	err = skbtrace_check_specs(specs, nr);
	if (!err)
		err = skbtrace_check_watches(skbtrace_cur, specs, nr, off,
					     nr_off);
	if (!err && nr && skbtrace_cur->state != SKBTRACE_TRACING)
		err = skbtrace_check_mem(skbtrace_cur->config.subbuf_size,
					 skbtrace_cur->config.subbuf_nr);
	if (err)
		return err;
	if (nr && skbtrace_cur->state == SKBTRACE_STOPPED) {
		err = skbtrace_replace(specs, nr);
		if (err)
			return err;
	}
	run = skbtrace_cur;
	if (nr && run->state == SKBTRACE_IDLE) {
		err = skbtrace_start(run);
		if (err)
			return err;
		started = true;
	}
	err = skbtrace_make_hold(run, specs, nr);
	if (err)
		goto undo;
	for (i = 0; i < nr; i++) {
		if (run->pub.slot[specs[i].ev->slot].on ||
		    test_bit(specs[i].ev->slot, new))
			continue;
		/* first: some probes do not ask whether their event is on */
		skbtrace_set_slot(run, &specs[i]);
		err = skbtrace_event_on(run, &specs[i]);
		if (err)
			goto undo;
		set_bit(specs[i].ev->slot, new);
	}
	for (i = 0; i < nr; i++) {
		skbtrace_set_slot(run, &specs[i]);
		WRITE_ONCE(run->pub.slot[specs[i].ev->slot].on, true);
	}
	for (i = 0; i < nr_off; i++)
		skbtrace_event_off(run, off[i]);
	skbtrace_set_special(run);
	return 0;
undo:
	skbtrace_set_special(run);
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++) {
		if (!test_bit(i, new))
			continue;
		skbtrace_detach(run, skbtrace_events[i]);
		run->nr_on--;
		module_put(skbtrace_events[i]->proto->owner);
	}
	if (started) {
		tracepoint_synchronize_unregister();
		skbtrace_channel_finish(run);
		run->state = SKBTRACE_STOPPED;
		skbtrace_replace(NULL, 0);
	}
	return err;
}

/**
 * skbtrace_stop() - end tracing; what has been written can still be read
 * @run: the run
 *
 * Does nothing unless it is tracing. Context: skbtrace_lock.
 */
void skbtrace_stop(struct skbtrace_run *run)
{
	unsigned int i;

	if (run->state != SKBTRACE_TRACING)
		return;
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (skbtrace_events[i])
			skbtrace_event_off(run, skbtrace_events[i]);
	tracepoint_synchronize_unregister();
	skbtrace_channel_finish(run);
	run->state = SKBTRACE_STOPPED;
}

static void skbtrace_end(struct skbtrace_run *run)
{
	skbtrace_stop(run);
	skbtrace_channel_close(run);
	skbtrace_run_put(run);
}

/**
 * skbtrace_take() - a run of its own for the caller
 *
 * Context: skbtrace_lock.
 * Return: 0, -EBUSY if there is tracing or another owner, or -ENOMEM
 */
int skbtrace_take(void)
{
	struct skbtrace_run *old = skbtrace_cur, *run;

	if (old->owner.pid)
		return skbtrace_err(-EBUSY, "pid %d owns the session",
				    old->owner.pid);
	if (old->state == SKBTRACE_TRACING)
		return skbtrace_err(-EBUSY,
				    "tracing is on; -* to \"enabled\" stops it");
	run = skbtrace_run_new(NULL);
	if (!run)
		return skbtrace_err(-ENOMEM, "no memory");
	run->owner.pid = task_tgid_nr(current);
	run->owner.uid = from_kuid(&init_user_ns, current_uid());
	run->owner.since = ktime_get_ns();
	get_task_comm(run->owner.comm, current);

	skbtrace_saved.subbuf_size = old->config.subbuf_size;
	skbtrace_saved.subbuf_nr = old->config.subbuf_nr;
	skbtrace_saved.ctx_mask = old->config.ctx_mask;
	skbtrace_saved.hold = old->config.hold;
	cpumask_copy(skbtrace_saved.cpus, old->config.cpus);
	skbtrace_saved_judge = skbtrace_take_judge(old);
	skbtrace_end(old);
	skbtrace_cur = run;
	return 0;
}

/* The owner is gone. Context: skbtrace_lock. */
void skbtrace_release(void)
{
	struct skbtrace_run *run = skbtrace_run_new(&skbtrace_saved);

	if (!run) {
		/* no memory for a fresh one: go on with this one, disowned */
		skbtrace_stop(skbtrace_cur);
		skbtrace_cur->owner.pid = 0;
		skbtrace_judge_free(skbtrace_saved_judge);
		skbtrace_saved_judge = NULL;
		return;
	}
	rcu_assign_pointer(run->pub.judge, skbtrace_saved_judge);
	skbtrace_saved_judge = NULL;
	skbtrace_end(skbtrace_cur);
	skbtrace_cur = run;
}

int skbtrace_session_init(void)
{
	if (!zalloc_cpumask_var(&skbtrace_saved.cpus, GFP_KERNEL))
		return -ENOMEM;
	skbtrace_cur = skbtrace_run_new(NULL);
	if (skbtrace_cur)
		return 0;
	free_cpumask_var(skbtrace_saved.cpus);
	return -ENOMEM;
}

/* Nobody can reach the control files any more. */
void skbtrace_session_exit(void)
{
	mutex_lock(&skbtrace_lock);
	skbtrace_end(skbtrace_cur);
	skbtrace_cur = NULL;
	mutex_unlock(&skbtrace_lock);
	free_cpumask_var(skbtrace_saved.cpus);
}
