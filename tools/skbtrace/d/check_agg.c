// SPDX-License-Identifier: GPL-2.0
/* Aggregations: what each is made of is found before anything prints it. */
#include <stdio.h>
#include <string.h>

#include "d/agg.h"
#include "d/check.h"

static struct agg *find_agg(const struct program *p, const char *name)
{
	struct agg *a = p->aggs;

	while (a && strcmp(a->name, name))
		a = a->next;
	return a;
}

static struct agg *add_agg(struct program *p, const char *name)
{
	struct agg **last = &p->aggs, *a = pool_get(&p->pool, sizeof(*a));
	u32 id = 1;

	for (; *last; last = &(*last)->next)
		id++;
	a->name = name;
	a->id = id;
	a->normal = 1;
	return *last = a;
}

static bool is_agg(const struct expr *e)
{
	return e && e->kind == E_ASSIGN && e->a->kind == E_AGG;
}

static void find_in(struct program *p, const struct stmt *s)
{
	for (; s; s = s->next) {
		if (s->kind == S_IF) {
			find_in(p, s->then);
			find_in(p, s->other);
		} else if (is_agg(s->e) && !find_agg(p, s->e->a->name)) {
			add_agg(p, s->e->a->name);
		}
	}
}

void check_aggs(struct program *p)
{
	for (const struct clause *c = p->clauses; c; c = c->next)
		find_in(p, c->body);
}

/* ---- one statement ---- */

/* FACTOR, LOW, HIGH, STEPS: each power is divided into as many steps */
static bool good_powers(const s64 *param)
{
	s64 power = 1;

	if (param[0] < 2 || param[1] < 0 || param[2] < param[1] ||
	    param[3] < param[0] || param[3] > 10000)
		return false;
	for (s64 i = 0; i <= param[2]; i++) {
		if (__builtin_mul_overflow(power, param[0], &power))
			return false;
		if (power > param[3] && power % param[3])
			return false;
	}
	return true;
}

static void check_steps(struct checker *c, const struct expr *e,
			const struct aggfunc *f, s64 *param)
{
	s64 span;

	if (f->kind == AGG_LQUANTIZE) {
		if (!param[2])
			param[2] = 1;
		if (param[1] <= param[0] || param[2] < 1 ||
		    __builtin_sub_overflow(param[1], param[0], &span) ||
		    span / param[2] > UINT16_MAX)
			d_error(c->p, e->pos, "lquantize(VALUE, LOW, HIGH, STEP): LOW below HIGH, at most 65535 steps");
	} else if (f->kind == AGG_LLQUANTIZE) {
		if (!good_powers(param))
			d_error(c->p, e->pos, "llquantize(VALUE, FACTOR, LOW, HIGH, STEPS): FACTOR from 2 on, LOW up to HIGH, FACTOR to the power of HIGH + 1 in 63 bits, of which STEPS divides each that is larger");
	}
}

static void take_params(struct checker *c, const struct expr *call,
			const struct aggfunc *f, s64 *param)
{
	const struct expr *e = call->list;
	u32 n = 0;

	for (u32 i = 0; i < f->values; i++)
		e = e ? e->next : NULL;
	for (; e && n < 4; e = e->next)
		param[n++] = check_number(c, e, "a bound");
	if (e || n < f->least || n > f->most)
		d_error(c->p, call->pos, "%s() takes %u argument%s%s", f->name,
			f->values + f->least,
			f->values + f->least == 1 ? "" : "s",
			f->most > f->least ? " or one more" : "");
	if (!c->p->failed)
		check_steps(c, call, f, param);
}

static const struct aggfunc *check_func(struct checker *c, struct expr *call,
					s64 *param)
{
	const struct aggfunc *f = call->kind == E_CALL ?
				  aggfunc_find(call->name) : NULL;

	if (!f) {
		d_error(c->p, call->pos, "an aggregation is count(), sum(), avg(), min(), max(), stddev(), quantize(), lquantize() or llquantize()");
		return NULL;
	}
	if (f->values && !call->list) {
		d_error(c->p, call->pos, "%s() takes a value", f->name);
		return NULL;
	}
	if (f->values) {
		check_expr(c, call->list);
		if (!c->p->failed)
			check_type(c, call->list, KIND_INT, "its value");
	}
	if (!c->p->failed)
		take_params(c, call, f, param);
	return f;
}

void check_agg(struct checker *c, struct expr *assign)
{
	struct expr *e = assign->a, *call = assign->b;
	struct agg *a = find_agg(c->p, e->name);
	const struct aggfunc *f;
	s64 param[4] = {};
	char name[64];

	if (assign->op) {
		d_error(c->p, assign->pos, "an aggregation is assigned by = only");
		return;
	}
	check_list(c, e->list);
	if (c->p->failed)
		return;
	f = check_func(c, call, param);
	if (c->p->failed)
		return;
	snprintf(name, sizeof(name), "@%s", a->name);
	check_keys(c, e, name, &a->keys, &a->nkeys, !a->func);
	if (a->func && (a->func != f || memcmp(a->param, param, sizeof(param))))
		d_error(c->p, call->pos, "%s is %s() elsewhere%s", name,
			a->func->name,
			a->func == f ? ", with other bounds" : "");
	if (!a->func) {
		a->func = f;
		memcpy(a->param, param, sizeof(param));
		a->table.value_size = agg_value_size(a);
	}
	e->agg = a;
}

void check_agg_name(struct checker *c, struct expr *e)
{
	if (e->kind != E_AGG || e->list) {
		d_error(c->p, e->pos, "the name of an aggregation is meant here, without keys: @%s",
			e->kind == E_AGG ? e->name : "name");
		return;
	}
	e->agg = find_agg(c->p, e->name);
	if (!e->agg)
		d_error(c->p, e->pos, "nothing is assigned to @%s", e->name);
}
