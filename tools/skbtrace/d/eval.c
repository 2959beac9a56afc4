// SPDX-License-Identifier: GPL-2.0
/*
 * Expressions. All of them are of types that fit: check.c has seen to that.
 * After a fault what comes back is 0, and nothing is assigned any more.
 */
#include <stdlib.h>
#include <string.h>

#include "d/func.h"
#include "d/run.h"
#include "lib/num.h"

static struct value of_int(s64 i)
{
	return (struct value){ .i = i, .s = "" };
}

static struct value of_text(const char *s)
{
	return (struct value){ .s = s ? s : "", .len = s ? strlen(s) : 0 };
}

static s64 narrow(s64 v, const struct type *t)
{
	switch (t->size) {
	case 1:
		return t->is_signed ? (s64)(int8_t)v : (s64)(u8)v;
	case 2:
		return t->is_signed ? (s64)(int16_t)v : (s64)(u16)v;
	case 4:
		return t->is_signed ? (s64)(s32)v : (s64)(u32)v;
	}
	return v;
}

/* ---- names ---- */

static struct value execname(struct run *r)
{
	const struct task *t = r->f.r && r->f.r->tgid ?
			       names_task(r->f.t->names, r->f.r->tgid) : NULL;

	return t ? (struct value){ .s = t->text, .len = t->text_len } :
		   of_text("");
}

static u64 wall(const struct run *r)
{
	return r->f.t ? clock_real(&r->f.t->clock, r->now - r->f.t->shift) :
			real_ns();
}

static struct value builtin(struct run *r, const struct expr *e)
{
	const struct probe *p = r->probe->probe;
	const struct rec *rec = r->f.r;

	switch ((enum builtin)e->i) {
	case VAR_TIMESTAMP:
		return of_int(r->now);
	case VAR_WALLTIMESTAMP:
		return of_int(wall(r));
	case VAR_PID:
		return of_int(rec ? rec->tgid : 0);
	case VAR_EXECNAME:
		return execname(r);
	case VAR_CPU:
		return of_int(rec ? rec->cpu : 0);
	case VAR_ID:
		return of_int(r->probe->id);
	case VAR_PROBEPROV:
		return of_text(p->provider);
	case VAR_PROBEMOD:
		return of_text(p->module);
	case VAR_PROBEFUNC:
		return of_text(rec ? rec->ev->name : p->event[0]);
	case VAR_PROBENAME:
		return of_text(p->name);
	}
	return of_int(0);
}

/* A pointer: NULL, or not */
static struct value arg(struct run *r, const struct expr *e)
{
	const struct info *info = e->type.info;

	return of_int(!info->there || info->there(&r->f));
}

static struct value member(struct run *r, const struct expr *e)
{
	struct value v = { .s = "" };

	if (!eval(r, e->a).i)
		fault(r, e, "invalid address (0x0)");
	else if (!r->fault)
		member_get(e->member, &r->f, &v);
	return v;
}

/* ---- variables ---- */

static struct value get_stored(struct run *r, const struct stored *s)
{
	struct value v = { .i = s->i, .s = s->s ? s->s : "", .len = s->len };
	char *copy;

	/* it may be assigned to before it is used */
	if (v.len) {
		copy = scratch_get(&r->scratch, v.len);
		v.s = copy ? memcpy(copy, v.s, v.len) : "";
		v.len = copy ? v.len : 0;
	}
	return v;
}

static void set_stored(struct run *r, struct stored *s, const struct type *t,
		       struct value *v)
{
	if (t->kind == KIND_INT) {
		s->i = v->i = narrow(v->i, t);
		return;
	}
	if (v->len > r->strsize)
		v->len = r->strsize;
	s->s = xrealloc(s->s, v->len + 1);
	memcpy(s->s, v->s, v->len);
	s->len = v->len;
}

u32 eval_keys(struct run *r, const struct expr *list, u8 *key)
{
	u32 n = 0;

	for (; list; list = list->next) {
		struct value v = eval(r, list);
		u32 len = v.len > r->strsize ? r->strsize : v.len;

		if (n + 12 + len > KEY_MAX) {
			fault(r, list, "keys too long");
			break;
		}
		if (list->type.kind == KIND_INT) {
			memcpy(key + n, &v.i, 8);
			n += 8;
			continue;
		}
		memcpy(key + n, &len, 4);
		memcpy(key + n + 4, v.s, len);
		n += 4 + len;
	}
	return n;
}

static struct value element(struct run *r, const struct expr *e)
{
	struct entry *en;
	u8 key[KEY_MAX];

	en = table_find(&e->var->table, key, eval_keys(r, e->list, key));
	return en ? get_stored(r, (struct stored *)en->mem) :
		    of_int(0);
}

static bool is_zero(const struct type *t, const struct value *v)
{
	return t->kind == KIND_INT ? !v->i : !v->len;
}

/* What is 0 needs no room: nobody can tell it from what is not there. */
static void set_element(struct run *r, const struct expr *e, struct value *v)
{
	struct table *t = &e->var->table;
	struct entry *en;
	u8 key[KEY_MAX];
	u32 len = eval_keys(r, e->list, key);

	if (r->fault)
		return;
	if (is_zero(&e->type, v)) {
		en = table_find(t, key, len);
		if (en) {
			free(((struct stored *)en->mem)->s);
			table_del(t, en);
		}
		return;
	}
	en = table_add(t, key, len);
	if (en)
		set_stored(r, (struct stored *)en->mem, &e->type, v);
	else
		r->var_drops++;
}

static void set(struct run *r, const struct expr *e, struct value *v)
{
	if (r->fault)
		return;
	if (e->kind == E_ELEMENT)
		set_element(r, e, v);
	else
		set_stored(r, &e->var->value, &e->type, v);
}

void this_clear(struct run *r)
{
	for (struct var *v = r->p->vars; v; v = v->next)
		if (v->local)
			v->value.i = v->value.len = 0;
}

void vars_free(struct program *p)
{
	for (struct var *v = p->vars; v; v = v->next) {
		struct entry **list = table_list(&v->table);

		for (u32 i = 0; i < v->table.used; i++)
			free(((struct stored *)list[i]->mem)->s);
		free(list);
		table_free(&v->table);
		free(v->value.s);
	}
}

/* ---- operators ---- */

static s64 divide(struct run *r, const struct expr *e, int op, s64 a, s64 b)
{
	if (!b) {
		fault(r, e, "divide-by-zero");
		return 0;
	}
	if (!e->type.is_signed)
		return op == '/' ? (u64)a / (u64)b : (u64)a % (u64)b;
	if (b == -1)		/* the least number has no opposite */
		return op == '/' ? -(u64)a : 0;
	return op == '/' ? a / b : a % b;
}

static s64 shift(const struct expr *e, int op, s64 a, s64 b)
{
	u32 n = b & 63;

	if (op == OP_SHL)
		return (u64)a << n;
	return e->type.is_signed ? a >> n : (s64)((u64)a >> n);
}

static s64 compute(struct run *r, const struct expr *e, int op, s64 a, s64 b)
{
	switch (op) {
	case '+':
		return (u64)a + (u64)b;
	case '-':
		return (u64)a - (u64)b;
	case '*':
		return (u64)a * (u64)b;
	case '/':
	case '%':
		return divide(r, e, op, a, b);
	case '&':
		return a & b;
	case '|':
		return a | b;
	case '^':
		return a ^ b;
	}
	return shift(e, op, a, b);
}

static int order_strings(const struct value *a, const struct value *b)
{
	int cmp = memcmp(a->s, b->s, a->len < b->len ? a->len : b->len);

	return cmp ? cmp : (a->len > b->len) - (a->len < b->len);
}

static bool both_unsigned(const struct expr *e)
{
	const struct type *a = &e->a->type, *b = &e->b->type;

	return (a->size == 8 && !a->is_signed) ||
	       (b->size == 8 && !b->is_signed);
}

static int order(const struct expr *e, const struct value *a,
		 const struct value *b)
{
	if (e->a->type.kind == KIND_STRING)
		return order_strings(a, b);
	if (both_unsigned(e))
		return ((u64)a->i > (u64)b->i) - ((u64)a->i < (u64)b->i);
	return (a->i > b->i) - (a->i < b->i);
}

static bool compare(int op, int cmp)
{
	switch (op) {
	case OP_EQ:
		return !cmp;
	case OP_NE:
		return cmp;
	case OP_LE:
		return cmp <= 0;
	case OP_GE:
		return cmp >= 0;
	case '<':
		return cmp < 0;
	}
	return cmp > 0;
}

static struct value binary(struct run *r, const struct expr *e)
{
	struct value a, b;

	switch (e->op) {
	case OP_AND:
		return of_int(eval_true(r, e->a) && eval_true(r, e->b));
	case OP_OR:
		return of_int(eval_true(r, e->a) || eval_true(r, e->b));
	case OP_XOR:
		return of_int(eval_true(r, e->a) != eval_true(r, e->b));
	}
	a = eval(r, e->a);
	b = eval(r, e->b);
	switch (e->op) {
	case OP_EQ:
	case OP_NE:
	case OP_LE:
	case OP_GE:
	case '<':
	case '>':
		return of_int(compare(e->op, order(e, &a, &b)));
	}
	return of_int(narrow(compute(r, e, e->op, a.i, b.i), &e->type));
}

static struct value unary(struct run *r, const struct expr *e)
{
	struct value v = eval(r, e->a);

	switch (e->op) {
	case '!':
		return of_int(!v.i);
	case '-':
		return of_int(narrow(-(u64)v.i, &e->type));
	case '~':
		return of_int(narrow(~v.i, &e->type));
	}
	return v;		/* &: an address is what it points to */
}

static struct value assign(struct run *r, const struct expr *e)
{
	struct value v = eval(r, e->b);

	if (e->op)
		v = of_int(compute(r, e, e->op, eval(r, e->a).i, v.i));
	set(r, e->a, &v);
	return v;
}

static struct value step(struct run *r, const struct expr *e)
{
	struct value old = eval(r, e->a), v;

	v = of_int(e->op == '+' ? (u64)old.i + 1 : (u64)old.i - 1);
	set(r, e->a, &v);
	return e->prefix ? v : old;
}

static struct value call(struct run *r, const struct expr *e)
{
	struct value v[MAX_PARAMS];
	u32 n = 0;

	for (const struct expr *a = e->list; a && n < MAX_PARAMS; a = a->next)
		v[n++] = eval(r, a);
	/* what it was to work on may not be there */
	return r->fault ? of_int(0) : eval_call(r, e, v, n);
}

bool eval_true(struct run *r, const struct expr *e)
{
	return eval(r, e).i && !r->fault;
}

struct value eval(struct run *r, const struct expr *e)
{
	switch (e->kind) {
	case E_INT:
		return of_int(e->i);
	case E_STRING:
		return (struct value){ .s = e->name, .len = e->i };
	case E_VAR:
		return get_stored(r, &e->var->value);
	case E_ELEMENT:
		return element(r, e);
	case E_BUILTIN:
		return builtin(r, e);
	case E_ARG:
		return arg(r, e);
	case E_MEMBER:
		return member(r, e);
	case E_STATE:
		return of_text(tcp_state_text(eval(r, e->list).i));
	case E_CALL:
		return call(r, e);
	case E_UNARY:
		return unary(r, e);
	case E_STEP:
		return step(r, e);
	case E_BINARY:
		return binary(r, e);
	case E_TERNARY:
		return eval(r, eval_true(r, e->a) ? e->b : e->c);
	case E_ASSIGN:
		return assign(r, e);
	case E_CAST:
		return of_int(narrow(eval(r, e->a).i, &e->type));
	}
	return of_int(0);
}
