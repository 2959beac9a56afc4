// SPDX-License-Identifier: GPL-2.0
/* Subroutines: their names, and the types of their arguments. */
#include "d/check.h"

static bool fits(const struct type *t, char want)
{
	switch (want) {
	case 's':
		return t->kind == KIND_STRING;
	case 'i':
		return t->kind == KIND_INT;
	}
	return t->kind == KIND_ADDR && (want == 'x' ||
					t->size == (want == 'a' ? 4 : 16));
}

static const char *want_text(char want)
{
	switch (want) {
	case 's':
		return "a string";
	case 'i':
		return "an integer";
	case 'a':
		return "the address of an ipaddr_t: &args[4]->ipv4_src";
	case 'A':
		return "the address of an in6_addr_t: &args[5]->ipv6_src";
	}
	return "the address of an IP address: &args[4]->ipv4_src";
}

static void wrong_count(struct checker *c, const struct expr *e)
{
	d_error(c->p, e->pos, "%s() has too %s arguments", e->name,
		e->list ? "few or too many" : "few");
}

static void check_params(struct checker *c, const struct expr *e)
{
	const char *want = e->func->params;
	bool optional = false;
	char buf[TYPE_TEXT];

	for (const struct expr *a = e->list; a; a = a->next) {
		if (*want == '|') {
			optional = true;
			want++;
		}
		if (!*want) {
			wrong_count(c, e);
			return;
		}
		if (!fits(&a->type, *want))
			d_error(c->p, a->pos, "%s() wants %s, this is %s",
				e->name, want_text(*want),
				type_text(buf, &a->type));
		want++;
	}
	if (*want && *want != '|' && !optional)
		wrong_count(c, e);
}

const struct func *call_func(struct checker *c, const struct expr *e)
{
	const struct func *f = func_find(e->name);
	const char *why = refused(e->name);

	if (why)
		d_error(c->p, e->pos, "%s() is not here: %s", e->name, why);
	else if (!f && aggfunc_find(e->name))
		d_error(c->p, e->pos, "%s() is for aggregations: @ = %s()",
			e->name, e->name);
	else if (!f)
		d_error(c->p, e->pos, "no function \"%s\"", e->name);
	else if (f->id < NR_ACTIONS)
		d_error(c->p, e->pos, "%s() is a statement of its own, not a value",
			e->name);
	return c->p->failed ? NULL : f;
}

void call_check(struct checker *c, struct expr *e, const struct func *f)
{
	e->func = f;
	e->type = f->type;
	check_params(c, e);
}
