// SPDX-License-Identifier: GPL-2.0
/* Statements, and what they print. */
#include <stdio.h>
#include <string.h>

#include "d/run.h"

/* ---- what prints ---- */

static void run_printf(struct run *r, const struct expr *e)
{
	const struct expr *arg = e->list->next;

	for (const struct fmt_part *f = e->fmt->parts; f && !r->fault;
	     f = f->next) {
		struct fmt_part part;
		s64 stars[FMT_STARS];
		struct value v;

		if (!f->conv || f->conv == '%') {
			fmt_put_text(&r->out, f);
			continue;
		}
		for (u32 i = 0; i < f->stars; i++, arg = arg->next)
			stars[i] = eval(r, arg).i;
		part = f->stars ? fmt_starred(f, stars) : *f;
		v = eval(r, arg);
		fmt_put(&r->out, &part, &v, &arg->type);
		arg = arg->next;
	}
}

static void trace_int(struct run *r, const struct type *t, s64 v)
{
	int width = r->quiet ? 0 : t->size == 8 ? 17 : t->size == 4 ? 9 :
		    t->size == 2 ? 6 : 4;

	if (t->is_signed)
		textf(&r->out, "%*lld", width, (long long)v);
	else
		textf(&r->out, "%*llu", width, (unsigned long long)v);
}

static void run_trace(struct run *r, const struct expr *arg)
{
	struct value v = eval(r, arg);

	if (arg->type.kind == KIND_INT) {
		trace_int(r, &arg->type, v.i);
		return;
	}
	if (!r->quiet)
		text_put(&r->out, "  ", 2);
	text_put(&r->out, v.s, v.len);
	if (!r->quiet && v.len < 33)
		text_fill(&r->out, ' ', 33 - v.len);
}

static void run_printa(struct run *r, const struct expr *e)
{
	struct agg *aggs[MAX_PRINTED];
	u32 n = 0;

	for (const struct expr *a = e->fmt ? e->list->next : e->list; a;
	     a = a->next)
		aggs[n++] = a->agg;
	if (!e->fmt)
		text_put(&r->out, "\n", 1);
	agg_print(&r->out, aggs, n, e->fmt, &r->sort);
}

/* ---- what changes aggregations ---- */

static void run_normalize(struct run *r, const struct expr *e)
{
	s64 by = eval(r, e->list->next).i;

	if (by > 0)
		e->list->agg->normal = by;
	else
		fault(r, e, by ? "normalize by a negative number" :
				 "divide-by-zero");
}

static void run_trunc(struct run *r, const struct expr *e)
{
	s64 n = e->list->next ? eval(r, e->list->next).i : 0;

	if (!r->fault)
		agg_trunc(e->list->agg, n);
}

static void run_exit(struct run *r, const struct expr *e)
{
	r->status = eval(r, e->list).i;
	r->exits = true;
}

static void run_action(struct run *r, const struct expr *e)
{
	switch (e->func->id) {
	case ACT_PRINTF:
		run_printf(r, e);
		break;
	case ACT_TRACE:
		run_trace(r, e->list);
		break;
	case ACT_PRINTA:
		run_printa(r, e);
		break;
	case ACT_CLEAR:
		agg_clear(e->list->agg);
		break;
	case ACT_TRUNC:
		run_trunc(r, e);
		break;
	case ACT_NORMALIZE:
		run_normalize(r, e);
		break;
	case ACT_DENORMALIZE:
		e->list->agg->normal = 1;
		break;
	case ACT_EXIT:
		run_exit(r, e);
		break;
	default:
		break;
	}
}

static void run_agg(struct run *r, const struct expr *e)
{
	struct agg *a = e->a->agg;
	struct entry *en;
	u8 key[KEY_MAX];
	u32 len = eval_keys(r, e->a->list, key);
	s64 v = a->func->values ? eval(r, e->b->list).i : 0;

	if (r->fault)
		return;
	en = table_add(&a->table, key, len);
	if (en)
		agg_take(a, (s64 *)en->mem, v);
}

/* ---- */

static void run_stmts(struct run *r, const struct stmt *s)
{
	for (; s && !r->fault; s = s->next) {
		switch (s->kind) {
		case S_IF:
			run_stmts(r, eval_true(r, s->e) ? s->then : s->other);
			break;
		case S_AGG:
			run_agg(r, s->e);
			break;
		case S_ACTION:
			run_action(r, s->e);
			break;
		default:
			eval(r, s->e);
		}
	}
}

/*
 * With flowindent DTrace shows which calls of functions are nested. No probe
 * here is one, so all stand at the margin.
 */
static void put_head(struct run *r)
{
	const struct probe *p = r->probe->probe;
	u32 cpu = r->f.r ? r->f.r->cpu : 0;
	char name[112];

	snprintf(name, sizeof(name), "%s%s:%s", r->flow ? " | " : "",
		 r->f.r ? r->f.r->ev->name : p->event[0] ? p->event[0] : "",
		 p->name);
	if (r->flow)
		textf(&r->out, "%3u %-41s ", cpu, name);
	else
		textf(&r->out, "%3u %6u %32s ", cpu, r->probe->id, name);
}

void clause_run(struct run *r, const struct clause *c)
{
	r->fault = NULL;
	r->out.len = 0;
	r->scratch.used = 0;
	if (c->predicate && !eval_true(r, c->predicate))
		return;
	if (!r->quiet && (c->prints || !c->has_body))
		put_head(r);
	run_stmts(r, c->body);
	if (!r->quiet && (c->prints || !c->has_body))
		text_put(&r->out, "\n", 1);
	if (r->fault)
		r->out.len = 0;
}
