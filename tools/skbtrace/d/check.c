// SPDX-License-Identifier: GPL-2.0
/* Expressions. */
#include <stdio.h>
#include <string.h>

#include "d/check.h"

void check_type(struct checker *c, const struct expr *e, enum kind want,
		const char *what)
{
	char buf[TYPE_TEXT];

	if (e->type.kind != want)
		d_error(c->p, e->pos, "%s must be %s, this is %s", what,
			want == KIND_INT ? "an integer" : "a string",
			type_text(buf, &e->type));
}

void check_list(struct checker *c, struct expr *list)
{
	for (; list && !c->p->failed; list = list->next)
		check_expr(c, list);
}

s64 check_number(struct checker *c, const struct expr *e, const char *what)
{
	if (e->kind == E_UNARY && e->op == '-' && e->a->kind == E_INT)
		return -e->a->i;
	if (e->kind != E_INT)
		d_error(c->p, e->pos, "%s must be a number of the program's text",
			what);
	return e->i;
}

static bool is_value(const struct expr *e)
{
	return e->type.kind == KIND_INT || e->type.kind == KIND_STRING;
}

void check_keys(struct checker *c, const struct expr *e, const char *name,
		struct type **keys, u32 *nkeys, bool first)
{
	const struct expr *k;
	char a[TYPE_TEXT], b[TYPE_TEXT];
	u32 n = 0, i = 0;

	for (k = e->list; k; k = k->next)
		n++;
	if (first) {
		*nkeys = n;
		*keys = pool_get(&c->p->pool, n * sizeof(**keys) + 1);
	} else if (n != *nkeys) {
		d_error(c->p, e->pos, "%s has %u key%s elsewhere, here %u",
			name, *nkeys, *nkeys == 1 ? "" : "s", n);
		return;
	}
	for (k = e->list; k && !c->p->failed; k = k->next, i++) {
		if (!is_value(k))
			d_error(c->p, k->pos, "a key must be an integer or a string, this is %s",
				type_text(a, &k->type));
		else if (first)
			(*keys)[i] = k->type;
		else if ((*keys)[i].kind != k->type.kind)
			d_error(c->p, k->pos, "key %u of %s is %s elsewhere, here %s",
				i + 1, name, type_text(a, &(*keys)[i]),
				type_text(b, &k->type));
	}
}

/* ---- names ---- */

static struct var *find_var(const struct program *p, const char *name,
			    bool local)
{
	struct var *v = p->vars;

	while (v && (v->local != local || strcmp(v->name, name)))
		v = v->next;
	return v;
}

static void unknown_name(struct checker *c, const struct expr *e)
{
	const char *why = refused(e->name);

	if (why)
		d_error(c->p, e->pos, "%s is not here: %s", e->name, why);
	else if (func_find(e->name))
		d_error(c->p, e->pos, "%s is a function: %s()", e->name,
			e->name);
	else
		d_error(c->p, e->pos, "unknown variable %s%s: nothing is assigned to it before",
			e->kind == E_THIS ? "this->" : "", e->name);
}

static bool is_inlined(struct checker *c, struct expr *e)
{
	for (struct inlined *in = c->p->inlined; in; in = in->next) {
		struct expr *next = e->next;

		if (in->busy || strcmp(in->name, e->name))
			continue;
		in->busy = true;
		check_expr(c, in->e);
		in->busy = false;
		*e = *in->e;
		e->next = next;
		return true;
	}
	return false;
}

static void check_name(struct checker *c, struct expr *e)
{
	struct var *v = find_var(c->p, e->name, e->kind == E_THIS);
	enum builtin b;

	if (e->kind == E_NAME) {
		if (is_inlined(c, e))
			return;
		if (builtin_find(e->name, &b, &e->type)) {
			e->kind = E_BUILTIN;
			e->i = b;
			return;
		}
		if (constant_find(e->name, &e->i)) {
			e->kind = E_INT;
			e->type = TYPE_INT(4, true);
			return;
		}
	}
	if (!v || v->nkeys) {
		if (v)
			d_error(c->p, e->pos, "%s is an array: %s[KEY]",
				e->name, e->name);
		else
			unknown_name(c, e);
		return;
	}
	e->kind = E_VAR;
	e->var = v;
	e->type = v->type;
}

/* ---- args[], members ---- */

static const char *probe_text(const struct probe *p)
{
	static char buf[96];

	snprintf(buf, sizeof(buf), "%s:::%s", p->provider, p->name);
	return buf;
}

static void check_arg(struct checker *c, struct expr *e)
{
	s64 i = check_number(c, e->list, "the index of args[]");

	if (e->list->next)
		d_error(c->p, e->pos, "args[] has one index");
	for (u32 n = 0; n < c->n && !c->p->failed; n++) {
		const struct probe *p = c->plan->v[c->of[n]].probe;
		const struct info *info = i >= 0 && i < p->nargs ?
					  p->args[i] : NULL;

		if (i < 0 || i >= p->nargs)
			d_error(c->p, e->pos, "%s has no args[%lld]",
				probe_text(p), (long long)i);
		else if (!info)
			d_error(c->p, e->pos, "args[%lld] of %s is void",
				(long long)i, probe_text(p));
		else if (n && info != e->type.info)
			d_error(c->p, e->pos, "args[%lld] is %s * of %s, but %s * of others of this clause",
				(long long)i, info->name, probe_text(p),
				e->type.info->name);
		e->type = (struct type){ .kind = KIND_INFO, .info = info };
	}
	e->kind = E_ARG;
	e->i = i;
}

static void check_state(struct checker *c, struct expr *e)
{
	check_list(c, e->list);
	if (!c->p->failed)
		check_type(c, e->list, KIND_INT, "a state");
	e->kind = E_STATE;
	e->type = TYPE_STRING;
}

static void check_index(struct checker *c, struct expr *e)
{
	const char *name = e->a->name;
	struct var *v;

	if (e->a->kind != E_NAME && e->a->kind != E_THIS) {
		d_error(c->p, e->pos, "only args, arrays and aggregations have an index");
		return;
	}
	if (e->a->kind == E_NAME && !strcmp(name, "args")) {
		check_arg(c, e);
		return;
	}
	if (e->a->kind == E_NAME && !strcmp(name, "tcp_state_string")) {
		check_state(c, e);
		return;
	}
	v = find_var(c->p, name, e->a->kind == E_THIS);
	if (!v) {
		unknown_name(c, e->a);
		return;
	}
	if (!v->nkeys) {
		d_error(c->p, e->pos, "%s is no array", name);
		return;
	}
	check_list(c, e->list);
	if (!c->p->failed)
		check_keys(c, e, name, &v->keys, &v->nkeys, false);
	e->kind = E_ELEMENT;
	e->var = v;
	e->type = v->type;
}

static void check_member(struct checker *c, struct expr *e)
{
	const struct member *m;
	char buf[TYPE_TEXT];

	check_expr(c, e->a);
	if (c->p->failed)
		return;
	if (e->a->type.kind != KIND_INFO) {
		d_error(c->p, e->pos, "-> is for args[], this is %s",
			type_text(buf, &e->a->type));
		return;
	}
	m = info_member(e->a->type.info, e->name);
	if (!m) {
		d_error(c->p, e->pos, "%s has no member %s",
			e->a->type.info->name, e->name);
		return;
	}
	for (u32 n = 0; n < c->n; n++) {
		const struct probe *p = c->plan->v[c->of[n]].probe;

		if (member_had(p, m) == HAD_NOT)
			d_error(c->p, e->pos, "%s is unavailable in %s: no event that it is made of carries it",
				m->name, probe_text(p));
		c->plan->whole = c->plan->whole || member_whole(p, m);
	}
	e->kind = E_MEMBER;
	e->member = m;
	type_find(m->type, strlen(m->type), &e->type);
}

/* ---- operators ---- */

static bool is_null(const struct expr *e)
{
	return e->kind == E_INT && !e->i;
}

/* As C does, from int on */
static struct type arithmetic(const struct type *a, const struct type *b)
{
	u8 size = a->size > b->size ? a->size : b->size;
	bool is_unsigned = (a->size >= 4 && a->size == size && !a->is_signed) ||
			   (b->size >= 4 && b->size == size && !b->is_signed);

	return TYPE_INT(size < 4 ? 4 : size, !is_unsigned);
}

static bool is_comparison(int op)
{
	return op == OP_EQ || op == OP_NE || op == OP_LE || op == OP_GE ||
	       op == '<' || op == '>';
}

static bool comparable(const struct expr *a, const struct expr *b, int op)
{
	bool equal = op == OP_EQ || op == OP_NE;

	if (equal && a->type.kind == KIND_INFO)
		return is_null(b);
	if (equal && b->type.kind == KIND_INFO)
		return is_null(a);
	return is_value(a) && a->type.kind == b->type.kind;
}

static bool truth(const struct expr *e)
{
	return e->type.kind == KIND_INT || e->type.kind == KIND_INFO;
}

static void check_binary(struct checker *c, struct expr *e)
{
	char a[TYPE_TEXT], b[TYPE_TEXT];
	bool fits;

	check_expr(c, e->a);
	if (!c->p->failed)
		check_expr(c, e->b);
	if (c->p->failed)
		return;
	e->type = TYPE_INT(4, true);
	if (is_comparison(e->op)) {
		fits = comparable(e->a, e->b, e->op);
	} else if (e->op == OP_AND || e->op == OP_OR || e->op == OP_XOR) {
		fits = truth(e->a) && truth(e->b);
	} else {
		fits = e->a->type.kind == KIND_INT &&
		       e->b->type.kind == KIND_INT;
		e->type = arithmetic(&e->a->type, &e->b->type);
	}
	if (!fits)
		d_error(c->p, e->pos, "operands do not fit: %s and %s",
			type_text(a, &e->a->type), type_text(b, &e->b->type));
}

/* &args[4]->ipv4_src, for inet_ntoa() */
static void check_address(struct checker *c, struct expr *e)
{
	const struct expr *a = e->a;

	if (a->kind != E_MEMBER || (strcmp(a->member->type, "ipaddr_t") &&
				    strcmp(a->member->type, "in6_addr_t"))) {
		d_error(c->p, e->pos, "& is for members that are addresses only");
		return;
	}
	e->type = (struct type){ .kind = KIND_ADDR, .pointer = true,
				 .size = a->type.size };
}

static void check_unary(struct checker *c, struct expr *e)
{
	check_expr(c, e->a);
	if (c->p->failed)
		return;
	if (e->op == '&') {
		check_address(c, e);
		return;
	}
	if (e->op != '!' || !truth(e->a))
		check_type(c, e->a, KIND_INT, "the operand");
	e->type = e->op == '!' ? TYPE_INT(4, true) :
				 arithmetic(&e->a->type, &e->a->type);
}

static void check_ternary(struct checker *c, struct expr *e)
{
	char a[TYPE_TEXT], b[TYPE_TEXT];

	check_expr(c, e->a);
	if (!c->p->failed && !truth(e->a))
		check_type(c, e->a, KIND_INT, "the condition");
	if (!c->p->failed)
		check_expr(c, e->b);
	if (!c->p->failed)
		check_expr(c, e->c);
	if (c->p->failed)
		return;
	if (!is_value(e->b) || e->b->type.kind != e->c->type.kind)
		d_error(c->p, e->c->pos, "both values must be of one type, these are %s and %s",
			type_text(a, &e->b->type), type_text(b, &e->c->type));
	e->type = e->b->type.kind == KIND_STRING ? TYPE_STRING :
		  arithmetic(&e->b->type, &e->c->type);
}

/* ---- assignments ---- */

static struct var *new_var(struct checker *c, const char *name, bool local)
{
	struct var *v = pool_get(&c->p->pool, sizeof(*v));

	v->name = name;
	v->local = local;
	v->next = c->p->vars;
	c->p->vars = v;
	return v;
}

/* What is assigned to: a name, this->name or an element of an array */
static struct var *target(struct checker *c, struct expr *e)
{
	const struct expr *n = e->kind == E_INDEX ? e->a : e;
	struct type t;
	enum builtin b;
	struct var *v;
	s64 i;

	if ((n->kind != E_NAME && n->kind != E_THIS) ||
	    (n->kind == E_NAME &&
	     (builtin_find(n->name, &b, &t) || constant_find(n->name, &i) ||
	      !strcmp(n->name, "args") || refused(n->name)))) {
		d_error(c->p, e->pos, "this can not be assigned to");
		return NULL;
	}
	v = find_var(c->p, n->name, n->kind == E_THIS);
	if (!v) {
		v = new_var(c, n->name, n->kind == E_THIS);
	} else if (v->known && !!v->nkeys != (e->kind == E_INDEX)) {
		d_error(c->p, e->pos, v->nkeys ? "%s is an array" :
			"%s is no array", n->name);
		return NULL;
	}
	if (v->local && e->kind == E_INDEX)
		d_error(c->p, e->pos, "an array can not be this->");
	return v;
}

/* Integers that nobody declares have 64 bits, so that sums do not overflow. */
static void take_type(struct checker *c, struct var *v,
		      const struct expr *value)
{
	char a[TYPE_TEXT], b[TYPE_TEXT];

	if (!is_value(value)) {
		d_error(c->p, value->pos, "only integers and strings can be kept, this is %s",
			type_text(a, &value->type));
		return;
	}
	if (!v->known) {
		v->known = true;
		v->type = value->type;
		if (v->type.kind == KIND_INT)
			v->type = TYPE_INT(8, value->type.is_signed ||
					   value->type.size < 8);
	} else if (v->type.kind != value->type.kind) {
		d_error(c->p, value->pos, "%s is %s, this is %s", v->name,
			type_text(a, &v->type), type_text(b, &value->type));
	}
}

static void finish_target(struct checker *c, struct expr *e, struct var *v,
			  bool first)
{
	if (e->kind == E_INDEX) {
		check_list(c, e->list);
		if (!c->p->failed)
			check_keys(c, e, v->name, &v->keys, &v->nkeys, first);
	}
	e->kind = e->kind == E_INDEX ? E_ELEMENT : E_VAR;
	e->var = v;
	e->type = v->type;
}

static void check_assign(struct checker *c, struct expr *e)
{
	struct var *v;
	bool first;

	if (e->a->kind == E_AGG) {
		d_error(c->p, e->a->pos, "an aggregation is a statement of its own");
		return;
	}
	check_expr(c, e->b);
	if (c->p->failed)
		return;
	v = target(c, e->a);
	if (!v)
		return;
	first = !v->known;
	if (e->op)
		check_type(c, e->b, KIND_INT, "the operand");
	if (!c->p->failed)
		take_type(c, v, e->b);
	if (!c->p->failed)
		finish_target(c, e->a, v, first);
	e->type = v->type;
}

static void check_step(struct checker *c, struct expr *e)
{
	static const struct expr one = { .kind = E_INT, .i = 1,
					 .type = TYPE_INT(4, true) };
	struct var *v = target(c, e->a);
	bool first;

	if (!v)
		return;
	first = !v->known;
	take_type(c, v, &one);
	if (!c->p->failed)
		finish_target(c, e->a, v, first);
	e->type = v->type;
}

static void check_cast(struct checker *c, struct expr *e)
{
	struct type to = e->type;

	check_expr(c, e->a);
	if (c->p->failed)
		return;
	if (to.kind != KIND_INT && to.kind != e->a->type.kind)
		d_error(c->p, e->pos, "there are casts to integers only");
	if (to.kind == KIND_INT)
		check_type(c, e->a, KIND_INT, "what is cast");
}

static void check_call(struct checker *c, struct expr *e)
{
	const struct func *f = call_func(c, e);

	if (!f)
		return;
	check_list(c, e->list);
	if (!c->p->failed)
		call_check(c, e, f);
}

static void check_kind(struct checker *c, struct expr *e)
{
	switch (e->kind) {	/* integers have their type from the text */
	case E_STRING:
		e->type = TYPE_STRING;
		break;
	case E_NAME:
	case E_THIS:
		check_name(c, e);
		break;
	case E_INDEX:
		check_index(c, e);
		break;
	case E_ARROW:
		check_member(c, e);
		break;
	case E_CALL:
		check_call(c, e);
		break;
	case E_UNARY:
		check_unary(c, e);
		break;
	case E_STEP:
		check_step(c, e);
		break;
	case E_BINARY:
		check_binary(c, e);
		break;
	case E_TERNARY:
		check_ternary(c, e);
		break;
	case E_ASSIGN:
		check_assign(c, e);
		break;
	case E_CAST:
		check_cast(c, e);
		break;
	case E_AGG:
		d_error(c->p, e->pos, "an aggregation has no value: printa() prints it");
		break;
	}
}

/* Whoever runs it calls himself as often. */
enum { MAX_DEPTH = 500 };

void check_expr(struct checker *c, struct expr *e)
{
	if (++c->depth > MAX_DEPTH)
		d_error(c->p, e->pos, "an expression of more than %d levels",
			MAX_DEPTH);
	else
		check_kind(c, e);
	c->depth--;
}
