// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "d/check.h"
#include "d/d.h"
#include "d/option.h"
#include "d/push.h"
#include "d/run.h"
#include "provider/entered.h"
#include "provider/list.h"
#include "trace/per_event.h"

enum { MAX_FAULTS = 10 };

/* What an event is to the program. */
struct of_event {
	struct cols cols;
	bool changes;		/* state-change is among them */
	const char *other;	/* says the same as this one, or NULL */
	bool whole;		/* and this one has more */
	u32 n;
	struct enabled **probes;
};

struct d {
	struct program p;
	struct plan plan;
	struct run run;
	struct entered entered;
	struct per_event per_event;
	struct d_settings settings;
	struct out out;
	const struct enabled *on_error;	/* NULL: no clause asks */
	bool begun, headed;
	u64 faults;
};

/* ---- a new one ---- */

static bool bad_option(struct d *d, enum option_error err, const char *text,
		       const struct option *o)
{
	const char *why = err == OPTION_UNKNOWN ? "unknown option" :
						  "no value of this option";

	if (err == OPTION_OK)
		return false;
	if (o) {
		d_error(&d->p, o->pos, "%s: \"%s\"", why, text);
	} else {
		msg("-x %s: %s", text, why);
		hint("there are quiet, flowindent, aggsortkey, aggsortrev, zdefs, argref, defaultargs, aggsize=64m, dynvarsize=64m, strsize=256");
	}
	return true;
}

static bool take_options(struct d *d, const struct d_how *how)
{
	for (const struct option *o = d->p.options; o; o = o->next)
		if (bad_option(d, d_option(&d->settings, o->text), o->text, o))
			return false;
	for (u32 i = 0; i < how->noptions; i++)
		if (bad_option(d, d_option(&d->settings, how->options[i]),
			       how->options[i], NULL))
			return false;
	d->run.quiet = how->quiet || d->settings.quiet;
	d->run.flow = d->settings.flowindent;
	d->run.sort = (struct agg_sort){ .by_key = d->settings.aggsortkey,
					 .falling = d->settings.aggsortrev };
	d->run.strsize = d->settings.strsize;
	d->p.zero = d->p.zero || d->settings.zdefs;
	return true;
}

static void set_limits(struct d *d)
{
	for (struct agg *a = d->p.aggs; a; a = a->next)
		a->table.max = d->settings.aggsize;
	for (struct var *v = d->p.vars; v; v = v->next) {
		v->table.value_size = sizeof(struct stored);
		v->table.max = d->settings.dynvarsize;
	}
}

/* Does it say any change of state? */
static bool is_change(const struct probe *p)
{
	return p->by == BY_STATE && !p->to;
}

static void set_other(struct of_event *of, const struct probe *p,
		      const char *event)
{
	of->whole = !strcmp(event, p->whole);
	of->other = of->whole ? p->event[0] : p->whole;
}

/* One that says any change fires before one that says what it means. */
static void add_probes(struct d *d, struct of_event *of, const char *event,
		       bool any)
{
	for (u32 i = 0; i < d->plan.n; i++) {
		struct enabled *e = &d->plan.v[i];

		if (!e->probe->to != any || !probe_made_of(e->probe, event))
			continue;
		if (of->probes)
			of->probes[of->n] = e;
		if (e->probe->whole && (!e->probe->event[1] ||
					strcmp(event, e->probe->event[1])))
			set_other(of, e->probe, event);
		of->changes = of->changes || is_change(e->probe);
		of->n++;
	}
}

static void fill_event(void *item, const struct event *e, void *arg)
{
	struct of_event *of = item;
	struct d *d = arg;

	cols_fill(&of->cols, e);
	for (int any = 1; any >= 0; any--)
		add_probes(d, of, e->name, any);
	if (!of->n)
		return;
	of->probes = pool_get(&d->p.pool, of->n * sizeof(*of->probes));
	of->n = 0;
	for (int any = 1; any >= 0; any--)
		add_probes(d, of, e->name, any);
}

/* An argument that nobody asks for is a mistake of the command line. */
static bool args_are_used(const struct d *d)
{
	for (int i = 0; i < d->p.nargs && !d->settings.argref; i++) {
		if (d->p.args_used[i])
			continue;
		msg("extraneous argument '%s' ($%d is not referenced)",
		    d->p.args[i], i + 1);
		hint("-x argref allows it");
		return false;
	}
	return true;
}

static void take_how(struct d *d, const struct d_how *how)
{
	struct program *p = &d->p;

	p->text = how->text;
	p->len = how->len;
	p->pieces = how->pieces;
	p->npieces = how->npieces;
	p->nargs = how->nargs;
	p->args = how->args;
	p->args_used = pool_get(&p->pool, how->nargs + 1);
	p->target = how->target;
	p->zero = how->zero;
	p->lists = how->lists;
	for (u32 i = 0; i < how->noptions; i++)
		p->defaultargs = p->defaultargs ||
				 !strcmp(how->options[i], "defaultargs");
	d->settings = d_defaults;
}

static const struct enabled *find_own(const struct d *d, const char *name)
{
	for (u32 i = 0; i < d->plan.n; i++)
		if (!strcmp(d->plan.v[i].probe->provider, "dtrace") &&
		    !strcmp(d->plan.v[i].probe->name, name))
			return &d->plan.v[i];
	return NULL;
}

struct d *d_new(const struct d_how *how)
{
	struct d *d = xcalloc(1, sizeof(*d));

	take_how(d, how);
	if (!d_parse(&d->p) || !take_options(d, how) || !args_are_used(d) ||
	    !d_check(&d->p, &d->plan)) {
		d_free(d);
		return NULL;
	}
	set_limits(d);
	d->on_error = find_own(d, "ERROR");
	d->run.p = &d->p;
	d->per_event.size = sizeof(struct of_event);
	d->per_event.fill = fill_event;
	out_open(&d->out, how->fd);
	if (!d->run.quiet)
		msg("description matched %u probe%s", d->plan.matched,
		    d->plan.matched == 1 ? "" : "s");
	return d;
}

void d_free(struct d *d)
{
	for (struct agg *a = d->p.aggs; a; a = a->next)
		table_free(&a->table);
	vars_free(&d->p);
	d_plan_free(&d->plan);
	per_event_free(&d->per_event);
	entered_free(&d->entered);
	free(d->run.out.mem);
	out_free(&d->out);
	pool_free(&d->p.pool);
	free(d);
}

void d_list(const struct d *d, bool verbose)
{
	list_head();
	for (u32 i = 0; i < d->plan.n; i++)
		list_probe(d->plan.v[i].probe, d->plan.v[i].id,
			   verbose ? LIST_TYPES : LIST_LINE, NULL);
}

void d_report(const struct d *d)
{
	const struct d_piece *first = d->p.pieces;
	bool network = false;

	for (u32 i = 0; i < d->plan.n; i++)
		network = network || !probe_is_own(d->plan.v[i].probe);
	list_stability(first->file, network);
}

static const char *event_of(const struct d *d, u32 probe, u32 i)
{
	return probe_event(d->plan.v[probe].probe, i, d->plan.whole);
}

static bool seen_before(const struct d *d, u32 probe, u32 event)
{
	const char *name = event_of(d, probe, event), *o;

	for (u32 i = 0; i <= probe; i++)
		for (u32 j = 0; (o = event_of(d, i, j)); j++) {
			if (i == probe && j == event)
				return false;
			if (!strcmp(o, name))
				return true;
		}
	return false;
}

void d_events(const struct d *d,
	      void (*add)(void *arg, const char *event, const char *when),
	      void *arg)
{
	const char *event;

	for (u32 i = 0; i < d->plan.n; i++)
		for (u32 j = 0; (event = event_of(d, i, j)); j++) {
			char *when;

			if (seen_before(d, i, j))
				continue;
			when = push_event(&d->plan, event);
			add(arg, event, when);
			free(when);
		}
}

/* ---- firing ---- */

static void tell_fault(struct d *d)
{
	const struct enabled *e = d->run.probe;

	if (++d->faults <= MAX_FAULTS)
		msg("error on enabled probe ID %u (%s:::%s): %s at line %u",
		    e->id, e->probe->provider, e->probe->name, d->run.fault,
		    d_line(&d->p, d->run.fault_pos));
}

static void write_out(struct d *d)
{
	struct text *t = &d->run.out;
	char *p;

	if (!t->len)
		return;
	if (!d->headed && !d->run.quiet) {
		if (d->run.flow)
			outf(&d->out, "%3s %-41s\n", "CPU", "FUNCTION");
		else
			outf(&d->out, "%3s %6s %32s\n", "CPU", "ID",
			     "FUNCTION:NAME");
		d->headed = true;
	}
	p = out_reserve(&d->out, t->len);
	memcpy(p, t->mem, t->len);
	out_end(&d->out, p + t->len);
}

/* Of a clause of another probe; one in its own clauses is told only. */
static void fire_error(struct d *d)
{
	const struct enabled *of = d->run.probe;
	const struct firing f = d->run.f;

	d->run.probe = d->on_error;
	d->run.f.r = NULL;
	for (u32 i = 0; i < d->on_error->n; i++) {
		clause_run(&d->run, d->on_error->clauses[i]);
		if (d->run.fault)
			tell_fault(d);
		write_out(d);
	}
	d->run.out.len = 0;
	d->run.probe = of;
	d->run.f = f;
}

static void fault_of(struct d *d)
{
	tell_fault(d);
	if (d->on_error && d->run.probe != d->on_error)
		fire_error(d);
}

static void fire(struct d *d, const struct enabled *e)
{
	struct run *r = &d->run;

	r->probe = e;
	this_clear(r);
	for (u32 i = 0; i < e->n; i++) {
		clause_run(r, e->clauses[i]);
		if (r->fault)
			fault_of(d);
		write_out(d);
	}
}

/* Of no event */
static void fire_own(struct d *d, const char *name)
{
	const struct enabled *e = find_own(d, name);

	d->run.f.r = NULL;
	if (e)
		fire(d, e);
}

void d_begin(struct d *d, struct trace *t, u64 now)
{
	if (d->begun)
		return;
	d->begun = true;
	d->run.f.t = t;
	d->run.now = now;
	for (u32 i = 0; i < d->plan.n; i++)
		d->plan.v[i].next = now + d->plan.v[i].period;
	fire_own(d, "BEGIN");
}

static struct enabled *next_tick(const struct d *d)
{
	struct enabled *next = NULL;

	for (u32 i = 0; i < d->plan.n; i++)
		if (d->plan.v[i].period &&
		    (!next || d->plan.v[i].next < next->next))
			next = &d->plan.v[i];
	return next;
}

static void ticks(struct d *d, u64 now)
{
	struct enabled *e;

	while (!d_over(d) && (e = next_tick(d)) && e->next <= now) {
		d->run.now = e->next;
		d->run.f.r = NULL;
		e->next += e->period;
		fire(d, e);
	}
}

u64 d_due(const struct d *d)
{
	const struct enabled *e = d->begun ? next_tick(d) : NULL;

	return e ? e->next : 0;
}

bool d_has_ticks(const struct d *d)
{
	return next_tick(d);
}

void d_tick(struct d *d, u64 now)
{
	ticks(d, now);
	out_flush(&d->out);
}

bool d_over(const struct d *d)
{
	return d->run.exits || d->out.dead || d->out.err;
}

/*
 * A change of state may be recorded by two events: the one that has more is the
 * one if that is needed, else the other, if it is there.
 */
static bool is_told_by_other(const struct d *d, const struct of_event *of,
			     const struct trace *t)
{
	if (!of->other || of->whole == d->plan.whole)
		return false;
	return !of->whole || trace_spec(t, of->other);
}

static void fire_entry(struct d *d, const struct of_event *of)
{
	struct run *run = &d->run;

	run->f.entering = true;
	for (u32 i = 0; i < of->n && !d_over(d); i++) {
		run->f.probe = of->probes[i]->probe;
		if (is_change(run->f.probe))
			fire(d, of->probes[i]);
	}
	run->f.entering = false;
}

void d_rec(struct d *d, struct trace *t, const struct rec *r)
{
	const struct of_event *of = per_event(&d->per_event, r, d);
	struct run *run = &d->run;
	u64 now = r->time + t->shift;

	/* what was held back is older than what has been */
	ticks(d, now);
	if (!of->n || d_over(d) || is_told_by_other(d, of, t))
		return;
	run->now = now;
	firing_set(&run->f, t, r, &of->cols);
	run->f.scratch = &run->scratch;
	if (of->changes && entered_untold(&d->entered, &run->f))
		fire_entry(d, of);
	for (u32 i = 0; i < of->n && !d_over(d); i++) {
		run->f.probe = of->probes[i]->probe;
		run->scratch.used = 0;
		if (probe_fires(&run->f))
			fire(d, of->probes[i]);
	}
}

/* ---- the end ---- */

/* Those that the program has not printed itself */
static void print_aggs(struct d *d)
{
	for (struct agg *a = d->p.aggs; a; a = a->next) {
		if (a->printed || !a->table.used)
			continue;
		d->run.out.len = 0;
		agg_print(&d->run.out, &a, 1, NULL, &d->run.sort);
		d->headed = true;
		write_out(d);
	}
}

static void tell_drops(const struct d *d)
{
	u64 drops = 0;

	for (const struct agg *a = d->p.aggs; a; a = a->next)
		drops += a->table.drops;
	if (drops)
		msg("%llu aggregation drops: raise -x aggsize",
		    (unsigned long long)drops);
	if (d->run.var_drops)
		msg("%llu dynamic variable drops: raise -x dynvarsize",
		    (unsigned long long)d->run.var_drops);
	if (d->faults > MAX_FAULTS)
		msg("%llu more errors on enabled probes",
		    (unsigned long long)d->faults - MAX_FAULTS);
}

int d_end(struct d *d)
{
	bool exits = d->run.exits;

	d_begin(d, NULL, d->run.now);
	d->run.exits = false;
	fire_own(d, "END");
	print_aggs(d);
	out_flush(&d->out);
	tell_drops(d);
	if (d->out.err)
		return fail(EXIT_FAILED, "cannot write output: %s",
			    strerror(d->out.err));
	return exits || d->run.exits ? d->run.status & 0xff : 0;
}
