// SPDX-License-Identifier: GPL-2.0
/* Actions, statements, clauses. */
#include <stdlib.h>

#include "d/agg.h"
#include "d/check.h"

/* ---- actions ---- */

static u32 list_len(const struct expr *e)
{
	u32 n = 0;

	for (; e; e = e->next)
		n++;
	return n;
}

static bool has_arg(struct checker *c, const struct expr *e,
		    const struct expr *arg)
{
	if (!arg)
		d_error(c->p, e->pos, "the format has more conversions than there are arguments");
	return arg;
}

/* The arguments of one conversion; NULL after a message, or at their end. */
static const struct expr *check_conversion(struct checker *c,
					   const struct expr *e,
					   const struct fmt_part *f,
					   const struct expr *arg)
{
	for (u32 i = 0; i < f->stars; i++, arg = arg->next)
		if (!has_arg(c, e, arg) || !fmt_star_fits(c->p, f, &arg->type))
			return NULL;
	if (!has_arg(c, e, arg) || !fmt_fits(c->p, f, &arg->type))
		return NULL;
	return arg->next;
}

static void check_printf(struct checker *c, struct expr *e)
{
	const struct expr *arg;

	if (!e->list || e->list->kind != E_STRING) {
		d_error(c->p, e->pos, "printf() begins with a format: printf(\"%%d\", x)");
		return;
	}
	check_list(c, e->list);
	if (c->p->failed)
		return;
	e->fmt = fmt_parse(c->p, e->list);
	if (!e->fmt)
		return;
	arg = e->list->next;
	for (const struct fmt_part *f = e->fmt->parts; f; f = f->next) {
		if (!f->conv || f->conv == '%')
			continue;
		if (f->agg)
			d_error(c->p, e->pos, "%%@ is for printa()");
		else
			arg = check_conversion(c, e, f, arg);
		if (c->p->failed)
			return;
	}
	if (arg)
		d_error(c->p, arg->pos, "an argument that the format does not use");
}

static void check_trace(struct checker *c, struct expr *e)
{
	if (list_len(e->list) != 1) {
		d_error(c->p, e->pos, "trace() prints one value");
		return;
	}
	check_expr(c, e->list);
	if (!c->p->failed && e->list->type.kind != KIND_INT)
		check_type(c, e->list, KIND_STRING, "what is traced");
}

static void check_printa(struct checker *c, struct expr *e)
{
	struct expr *agg = e->list;

	if (agg && agg->kind == E_STRING) {
		e->fmt = fmt_parse(c->p, agg);
		agg = agg->next;
	}
	if (c->p->failed)
		return;
	if (!agg || list_len(agg) > MAX_PRINTED) {
		d_error(c->p, e->pos, "printa() prints aggregations, up to %d: printa(@x), printa(\"%%s %%@d\\n\", @x)",
			MAX_PRINTED);
		return;
	}
	for (; agg && !c->p->failed; agg = agg->next)
		check_agg_name(c, agg);
}

/* An aggregation, and @numbers integers, of which @least must be there */
static void check_of_agg(struct checker *c, struct expr *e, u32 least,
			 u32 numbers)
{
	u32 n = list_len(e->list);

	if (n < 1 + least || n > 1 + numbers) {
		d_error(c->p, e->pos, "%s() takes an aggregation%s", e->name,
			numbers ? " and a number" : "");
		return;
	}
	check_agg_name(c, e->list);
	if (c->p->failed || !e->list->next)
		return;
	check_expr(c, e->list->next);
	if (!c->p->failed)
		check_type(c, e->list->next, KIND_INT, "the number");
}

static void check_exit(struct checker *c, struct expr *e)
{
	if (list_len(e->list) != 1) {
		d_error(c->p, e->pos, "exit() takes a status: exit(0)");
		return;
	}
	check_expr(c, e->list);
	if (!c->p->failed)
		check_type(c, e->list, KIND_INT, "the status");
}

static bool check_action(struct checker *c, struct expr *e)
{
	const struct func *f = func_find(e->name);

	if (!f || f->id >= NR_ACTIONS)
		return false;
	e->func = f;
	switch (f->id) {
	case ACT_PRINTF:
		check_printf(c, e);
		break;
	case ACT_TRACE:
		check_trace(c, e);
		break;
	case ACT_PRINTA:
		check_printa(c, e);
		break;
	case ACT_CLEAR:
	case ACT_DENORMALIZE:
		check_of_agg(c, e, 0, 0);
		break;
	case ACT_TRUNC:
		check_of_agg(c, e, 0, 1);
		break;
	case ACT_NORMALIZE:
		check_of_agg(c, e, 1, 1);
		break;
	case ACT_EXIT:
		check_exit(c, e);
		break;
	default:
		break;
	}
	if (f->id <= ACT_PRINTA)
		c->clause->prints = true;
	return true;
}

/* ---- statements ---- */

static void check_stmt(struct checker *c, struct stmt *s)
{
	struct expr *e = s->e;

	s->nr = ++c->nr;
	if (e->kind == E_ASSIGN && e->a->kind == E_AGG) {
		s->kind = S_AGG;
		check_agg(c, e);
	} else if (e->kind == E_CALL && check_action(c, e)) {
		s->kind = S_ACTION;
	} else {
		check_expr(c, e);
		if (e->kind != E_ASSIGN && e->kind != E_STEP &&
		    e->kind != E_CALL)
			d_error(c->p, e->pos, "a statement without effect");
	}
}

static void check_stmts(struct checker *c, struct stmt *s)
{
	for (; s && !c->p->failed; s = s->next) {
		if (s->kind != S_IF) {
			check_stmt(c, s);
			continue;
		}
		s->nr = ++c->nr;
		check_expr(c, s->e);
		if (!c->p->failed && s->e->type.kind != KIND_INFO)
			check_type(c, s->e, KIND_INT, "the condition");
		check_stmts(c, s->then);
		check_stmts(c, s->other);
	}
}

static void check_clause(struct checker *c, struct clause *cl)
{
	u32 *of;

	c->clause = cl;
	c->nr = 0;
	if (d_plan_clause(c->p, c->plan, cl, &of, &c->n)) {
		c->of = of;
		if (cl->predicate)
			check_expr(c, cl->predicate);
		if (cl->predicate && !c->p->failed &&
		    cl->predicate->type.kind != KIND_INFO)
			check_type(c, cl->predicate, KIND_INT, "the predicate");
		check_stmts(c, cl->body);
	}
	free(of);
}

static bool same_keys(const struct agg *a, const struct agg *b)
{
	if (a->nkeys != b->nkeys)
		return false;
	for (u32 i = 0; i < a->nkeys; i++)
		if (a->keys[i].kind != b->keys[i].kind)
			return false;
	return true;
}

static void check_printed_keys(struct program *p, const struct expr *aggs)
{
	for (const struct expr *b = aggs->next; b; b = b->next)
		if (!same_keys(aggs->agg, b->agg))
			d_error(p, b->pos, "@%s and @%s have different keys: they can't be printed together",
				aggs->agg->name, b->agg->name);
}

/* A key for each "*", then, of what is no value, one for itself */
static void check_printed_part(struct program *p, const struct fmt_part *f,
			       const struct agg *a, u32 *key)
{
	for (u32 i = 0; i < f->stars + 1u - f->agg && !p->failed; i++) {
		if (*key == a->nkeys)
			d_error(p, f->pos, "the format has more conversions than @%s has keys (%%@d is its value)",
				a->name);
		else if (i < f->stars)
			fmt_star_fits(p, f, &a->keys[(*key)++]);
		else
			fmt_fits(p, f, &a->keys[(*key)++]);
	}
}

static void check_printed_format(struct program *p, const struct fmt *fmt,
				 const struct expr *aggs)
{
	const struct agg *a = aggs->agg;
	u32 key = 0, values = 0, n = list_len(aggs);

	for (const struct fmt_part *f = fmt->parts; f && !p->failed;
	     f = f->next) {
		if (!f->conv || f->conv == '%')
			continue;
		if (f->agg && n > 1 && ++values > n)
			d_error(p, f->pos, "the format has more %%@ than there are aggregations");
		else
			check_printed_part(p, f, a, &key);
	}
}

/* What is printed together, once all keys are known */
static void check_printed(struct program *p, const struct stmt *s)
{
	for (; s && !p->failed; s = s->next) {
		const struct expr *aggs;

		if (s->kind == S_IF) {
			check_printed(p, s->then);
			check_printed(p, s->other);
		}
		if (s->kind != S_ACTION || s->e->func->id != ACT_PRINTA)
			continue;
		aggs = s->e->fmt ? s->e->list->next : s->e->list;
		check_printed_keys(p, aggs);
		if (s->e->fmt && !p->failed)
			check_printed_format(p, s->e->fmt, aggs);
	}
}

bool d_check(struct program *p, struct plan *plan)
{
	struct checker c = { .p = p, .plan = plan };

	check_aggs(p);
	for (struct clause *cl = p->clauses; cl && !p->failed; cl = cl->next)
		check_clause(&c, cl);
	for (const struct clause *cl = p->clauses; cl && !p->failed;
	     cl = cl->next)
		check_printed(p, cl->body);
	if (!p->clauses)
		d_error(p, 0, "a program without a clause: try 'ip:::send { @[args[2]->ip_daddr] = count(); }'");
	return !p->failed;
}
