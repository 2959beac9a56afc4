// SPDX-License-Identifier: GPL-2.0
/*
 * Comparisons of fields with constants that a predicate is joined of. A term
 * that changes something, or may end the clause by a fault, has to be seen to
 * do so: what is right of it stays here.
 */
#include <stdlib.h>
#include <string.h>

#include "d/push.h"
#include "provider/when.h"

/* ---- one term ---- */

/* Is it true of a field that is not valid, which is 0 here? */
static bool holds_for_0(int op, s64 n)
{
	switch (op) {
	case OP_EQ:
		return !n;
	case OP_NE:
		return n;
	case OP_LE:
		return true;
	case OP_GE:
		return !n;
	default:
		return op == '<' && n;
	}
}

static int turned(int op)
{
	return op == '<' ? '>' : op == '>' ? '<' : op == OP_LE ? OP_GE :
	       op == OP_GE ? OP_LE : op;
}

static const char *op_text(int op)
{
	switch (op) {
	case OP_EQ:
		return "==";
	case OP_NE:
		return "!=";
	case OP_LE:
		return "<=";
	case OP_GE:
		return ">=";
	case '<':
		return "<";
	case '>':
		return ">";
	}
	return NULL;
}

static bool is_member(const struct expr *e)
{
	return e->kind == E_MEMBER && e->a->kind == E_ARG &&
	       !e->a->type.info->there;
}

static bool in_width(const struct type *t, s64 n)
{
	u8 bits = t->size * 8 - t->is_signed;

	return n >= 0 && (bits >= 63 || n < (s64)1 << bits);
}

static char *compare(const struct probe *p, const struct expr *m, int op, s64 n)
{
	const char *field = member_field(p, m->member);

	if (!field || !op_text(op) || !in_width(&m->type, n))
		return NULL;
	if (holds_for_0(op, n) && !member_always(m->member))
		return NULL;
	return xasprintf("%s%s%lld", field, op_text(op), (long long)n);
}

/* A member alone: is it other than 0? */
static char *truth(const struct probe *p, const struct expr *m)
{
	const char *when = member_truth(p, m->member);

	return when ? xstrdup(when) : compare(p, m, OP_NE, 0);
}

static bool asks_truth(int op, s64 n)
{
	return (op == OP_NE && !n) || (op == '>' && !n) ||
	       (op == OP_EQ && n == 1);
}

/* NULL: the kernel can't decide it. */
static char *term(const struct probe *p, const struct expr *e)
{
	const struct expr *m = e->a, *n = e->b;
	int op = e->op;

	if (is_member(e))
		return truth(p, e);
	if (e->kind != E_BINARY)
		return NULL;
	if (m->kind == E_INT) {
		m = e->b;
		n = e->a;
		op = turned(op);
	}
	if (!is_member(m) || n->kind != E_INT)
		return NULL;
	if (member_truth(p, m->member))
		return asks_truth(op, n->i) ? truth(p, m) : NULL;
	return compare(p, m, op, n->i);
}

/* ---- all of a predicate ---- */

/* Does it neither change anything nor fail? */
static bool harmless(const struct expr *e)
{
	switch (e->kind) {
	case E_INT:
	case E_STRING:
	case E_VAR:
	case E_BUILTIN:
	case E_ARG:
		return true;
	case E_MEMBER:
		return is_member(e);
	case E_UNARY:
	case E_CAST:
		return harmless(e->a);
	case E_BINARY:
		return e->op != '/' && e->op != '%' && harmless(e->a) &&
		       harmless(e->b);
	}
	return false;
}

/* False: what is right of @e must not be left to the kernel. */
static bool push_terms(const struct probe *p, const struct expr *e, char **when)
{
	char *one, *old = *when;

	if (e->kind == E_BINARY && e->op == OP_AND)
		return push_terms(p, e->a, when) && push_terms(p, e->b, when);
	one = term(p, e);
	if (!one)
		return harmless(e);
	*when = when_and(old, one);
	free(old);
	free(one);
	return true;
}

static char *push_clause(const struct clause *c, const struct probe *p)
{
	char buf[PROBE_WHEN], *when = xstrdup(probe_when(buf, p));

	if (c->predicate)
		push_terms(p, c->predicate, &when);
	return when;
}

char *push_event(const struct plan *plan, const char *event)
{
	char *all = NULL;

	for (u32 i = 0; i < plan->n; i++) {
		const struct enabled *e = &plan->v[i];

		if (!probe_made_of(e->probe, event))
			continue;
		for (u32 c = 0; c < e->n; c++) {
			char *one = push_clause(e->clauses[c], e->probe);
			char *old = all;

			all = old ? when_or(old, one) : xstrdup(one);
			free(old);
			free(one);
		}
	}
	if (all && when_terms(all) <= WHEN_TERMS)
		return all;
	free(all);
	return xstrdup("");
}
