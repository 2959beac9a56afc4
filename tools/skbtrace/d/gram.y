/* SPDX-License-Identifier: GPL-2.0 */
/* Clauses of D, its expressions and declarations, into a tree. */
%code requires {
#include "d/parser.h"
}

%define api.pure full
%define api.prefix {d_yy}
%define api.location.type {d_loc}
%define parse.error detailed
%locations
%param { void *scanner }
%parse-param { struct scan *s }

%union {
	struct {
		s64 i;
		struct type type;
	} number;
	int op;
	const char *text;
	struct expr *e;
	struct stmt *stmt;
	struct spec *spec;
	struct type type;
}

%code {
#include <stdlib.h>
#include <string.h>

#define YYLLOC_DEFAULT(to, rhs, n)					\
	((to) = (n) ? YYRHSLOC(rhs, 1) : YYRHSLOC(rhs, 0))

typedef void *yyscan_t;

int d_yylex(YYSTYPE *v, d_loc *loc, void *scanner);
int d_yylex_init_extra(struct scan *s, yyscan_t *scanner);
int d_yylex_destroy(yyscan_t scanner);
struct yy_buffer_state *d_yy_scan_bytes(const char *text, int len,
					yyscan_t scanner);

static void d_yyerror(const d_loc *loc, void *scanner, struct scan *s,
		      const char *what)
{
	(void)scanner;
	d_error(s->p, *loc, "%s", what);
}

static struct expr *unary(struct scan *s, u32 at, int op, struct expr *a)
{
	struct expr *e = expr_new(s->p, E_UNARY, at);

	e->op = op;
	e->a = a;
	return e;
}

static struct expr *binary(struct scan *s, u32 at, int kind, int op,
			   struct expr *a, struct expr *b)
{
	struct expr *e = expr_new(s->p, kind, at);

	e->op = op;
	e->a = a;
	e->b = b;
	return e;
}

static struct expr *step(struct scan *s, u32 at, int op, bool prefix,
			 struct expr *a)
{
	struct expr *e = unary(s, at, op, a);

	e->kind = E_STEP;
	e->prefix = prefix;
	return e;
}

static struct expr *named(struct scan *s, u32 at, int kind, const char *name,
			  struct expr *list)
{
	struct expr *e = expr_new(s->p, kind, at);

	e->name = name;
	e->list = list;
	return e;
}

static struct expr *integer(struct scan *s, u32 at, s64 i, struct type type)
{
	struct expr *e = expr_new(s->p, E_INT, at);

	e->i = i;
	e->type = type;
	return e;
}

static struct expr *literal(struct scan *s, u32 at, const char *text)
{
	struct expr *e = named(s, at, E_STRING, text, NULL);

	e->i = strlen(text);
	return e;
}

static struct stmt *statement(struct scan *s, int kind, struct expr *e)
{
	struct stmt *st = pool_get(&s->p->pool, sizeof(*st));

	st->kind = kind;
	st->e = e;
	return st;
}

static struct stmt *append(struct stmt *list, struct stmt *st)
{
	struct stmt **p = &list;

	while (*p)
		p = &(*p)->next;
	*p = st;
	return list;
}

static struct expr *append_expr(struct expr *list, struct expr *e)
{
	struct expr **p = &list;

	while (*p)
		p = &(*p)->next;
	*p = e;
	return list;
}

static struct spec *new_spec(struct scan *s, u32 at, const char *text,
			     struct spec *before)
{
	struct spec *sp = pool_get(&s->p->pool, sizeof(*sp)), **p = &before;

	sp->text = text;
	sp->pos = at;
	while (*p)
		p = &(*p)->next;
	*p = sp;
	return before;
}

static void add_clause(struct scan *s, u32 at, struct spec *specs,
		       struct expr *predicate, struct stmt *body,
		       bool has_body)
{
	struct clause *c = pool_get(&s->p->pool, sizeof(*c));

	c->pos = at;
	c->specs = specs;
	c->predicate = predicate;
	c->body = body;
	c->has_body = has_body;
	*s->p->last_clause = c;
	s->p->last_clause = &c->next;
}

static void add_option(struct scan *s, u32 at, const char *text)
{
	struct option *o = pool_get(&s->p->pool, sizeof(*o));

	o->text = text;
	o->pos = at;
	o->next = s->p->options;
	s->p->options = o;
}

static void add_inline(struct scan *s, const char *name, struct expr *e)
{
	struct inlined *in = pool_get(&s->p->pool, sizeof(*in));

	in->name = name;
	in->e = e;
	in->next = s->p->inlined;
	s->p->inlined = in;
}

static void declare(struct scan *s, u32 at, bool local, struct type type,
		    const char *name)
{
	struct var *v = pool_get(&s->p->pool, sizeof(*v));

	for (struct var *o = s->p->vars; o; o = o->next)
		if (o->local == local && !strcmp(o->name, name))
			d_error(s->p, at, "%s is declared twice", name);
	v->name = name;
	v->local = local;
	v->known = true;
	v->type = type;
	v->next = s->p->vars;
	s->p->vars = v;
}

static void refuse_self(struct scan *s, u32 at)
{
	d_error(s->p, at, "self-> is a thread's, and most events of the network are of none: use an array, x[args[1]->cs_cid]");
}

/* Lists are walked to their ends. */
#define COUNT(s, at)							\
	do {								\
		if (++(s)->parts > 10000) {				\
			d_error((s)->p, at, "the program is too long");	\
			YYABORT;					\
		}							\
	} while (0)
}

%token T_PREDICATE "/" T_END "/ at the end of a predicate" T_BAD
%token T_IF "if" T_ELSE "else" T_THIS "this" T_SELF "self" T_INLINE "inline"
%token T_INC "++" T_DEC "--" T_EQ "==" T_NE "!=" T_LE "<=" T_GE ">="
%token T_SHL "<<" T_SHR ">>" T_AND "&&" T_OR "||" T_XOR "^^" T_ARROW "->"
%token <text> T_SPEC "a probe" T_NAME "a name" T_AGG "an aggregation"
%token <text> T_STRING "a string" T_TYPE "a type" T_PRAGMA "#pragma"
%token <number> T_INT "a number"
%token <op> T_ASSIGN "an assignment"

%right '=' T_ASSIGN
%right '?' ':'
%left T_OR
%left T_XOR
%left T_AND
%left '|'
%left '^'
%left '&'
%left T_EQ T_NE
%left '<' '>' T_LE T_GE
%left T_SHL T_SHR
%left '+' '-'
%left '*' '/' '%'
%right UNARY
%precedence BARE
%left T_INC T_DEC T_ARROW '[' '('
%precedence THEN
%precedence T_ELSE

%type <spec> specs
%type <e> predicate expr args arg_list
%type <stmt> stmts stmt
%type <type> type

%%

program:
	  %empty
	| program item

item:
	  specs predicate ';'		{ add_clause(s, @1, $1, $2, NULL, false); }
	| specs predicate '{' stmts '}'	{ add_clause(s, @1, $1, $2, $4, true); }
	| specs predicate '{' stmts expr '}'
		{ add_clause(s, @1, $1, $2,
			     append($4, statement(s, S_EXPR, $5)), true); }
	| specs predicate		{ add_clause(s, @1, $1, $2, NULL, false); }
	| T_PRAGMA			{ add_option(s, @1, $1); }
	| type T_NAME ';'		{ declare(s, @1, false, $1, $2); }
	| T_THIS type T_NAME ';'	{ declare(s, @1, true, $2, $3); }
	| T_SELF type T_NAME ';'	{ refuse_self(s, @1); YYABORT; }
	| T_INLINE type T_NAME '=' expr ';'
		{ (void)$2; add_inline(s, $3, $5); }

specs:
	  T_SPEC			{ COUNT(s, @1); $$ = new_spec(s, @1, $1, NULL); }
	| specs ',' T_SPEC		{ COUNT(s, @3); $$ = new_spec(s, @3, $3, $1); }

predicate:
	  %empty			{ $$ = NULL; }
	| T_PREDICATE expr T_END	{ $$ = $2; }

stmts:
	  %empty			{ $$ = NULL; }
	| stmts stmt			{ $$ = append($1, $2); }

stmt:
	  ';'				{ $$ = NULL; }
	| expr ';'			{ $$ = statement(s, S_EXPR, $1); }
	| '{' stmts '}'			{ $$ = $2; }
	| T_IF '(' expr ')' stmt	%prec THEN
		{ $$ = statement(s, S_IF, $3); $$->then = $5; }
	| T_IF '(' expr ')' stmt T_ELSE stmt
		{ $$ = statement(s, S_IF, $3); $$->then = $5; $$->other = $7; }

args:
	  %empty			{ $$ = NULL; }
	| arg_list

arg_list:
	  expr				{ $$ = $1; }
	| arg_list ',' expr		{ $$ = append_expr($1, $3); }

type:
	  T_TYPE			{ type_find($1, strlen($1), &$$); }
	| type T_TYPE
		{
			/* "unsigned long": the size of one, the sign of both */
			struct type t = $1;

			type_find($2, strlen($2), &$$);
			if (t.kind != KIND_INT || $$.kind != KIND_INT)
				d_error(s->p, @2, "no such type");
			$$.is_signed = $$.is_signed && t.is_signed;
			if (t.size == 8)
				$$.size = 8;
		}

expr:
	  T_INT
		{ COUNT(s, @1); $$ = integer(s, @1, $1.i, $1.type); }
	| T_STRING			{ COUNT(s, @1); $$ = literal(s, @1, $1); }
	| T_NAME			{ COUNT(s, @1); $$ = named(s, @1, E_NAME, $1, NULL); }
	| T_AGG				%prec BARE { $$ = named(s, @1, E_AGG, $1, NULL); }
	| T_AGG '[' arg_list ']'	{ $$ = named(s, @1, E_AGG, $1, $3); }
	| T_THIS T_ARROW T_NAME		{ $$ = named(s, @1, E_THIS, $3, NULL); }
	| T_SELF T_ARROW T_NAME		{ $$ = NULL; refuse_self(s, @1); YYABORT; }
	| T_NAME '(' args ')'		{ $$ = named(s, @1, E_CALL, $1, $3); }
	| expr '[' arg_list ']'
		{ $$ = named(s, @1, E_INDEX, NULL, $3); $$->a = $1; }
	| expr T_ARROW T_NAME
		{ $$ = named(s, @3, E_ARROW, $3, NULL); $$->a = $1; }
	| '(' expr ')'			{ $$ = $2; }
	| '(' type ')' expr		%prec UNARY
		{ $$ = unary(s, @1, 0, $4); $$->kind = E_CAST; $$->type = $2; }
	| '-' expr			%prec UNARY { COUNT(s, @1); $$ = unary(s, @1, '-', $2); }
	| '+' expr			%prec UNARY { COUNT(s, @1); $$ = $2; }
	| '!' expr			%prec UNARY { COUNT(s, @1); $$ = unary(s, @1, '!', $2); }
	| '~' expr			%prec UNARY { COUNT(s, @1); $$ = unary(s, @1, '~', $2); }
	| '&' expr			%prec UNARY { $$ = unary(s, @1, '&', $2); }
	| T_INC expr			%prec UNARY { $$ = step(s, @1, '+', true, $2); }
	| T_DEC expr			%prec UNARY { $$ = step(s, @1, '-', true, $2); }
	| expr T_INC			{ $$ = step(s, @1, '+', false, $1); }
	| expr T_DEC			{ $$ = step(s, @1, '-', false, $1); }
	| expr '*' expr			{ $$ = binary(s, @2, E_BINARY, '*', $1, $3); }
	| expr '/' expr			{ $$ = binary(s, @2, E_BINARY, '/', $1, $3); }
	| expr '%' expr			{ $$ = binary(s, @2, E_BINARY, '%', $1, $3); }
	| expr '+' expr			{ $$ = binary(s, @2, E_BINARY, '+', $1, $3); }
	| expr '-' expr			{ $$ = binary(s, @2, E_BINARY, '-', $1, $3); }
	| expr T_SHL expr		{ $$ = binary(s, @2, E_BINARY, OP_SHL, $1, $3); }
	| expr T_SHR expr		{ $$ = binary(s, @2, E_BINARY, OP_SHR, $1, $3); }
	| expr '<' expr			{ $$ = binary(s, @2, E_BINARY, '<', $1, $3); }
	| expr '>' expr			{ $$ = binary(s, @2, E_BINARY, '>', $1, $3); }
	| expr T_LE expr		{ $$ = binary(s, @2, E_BINARY, OP_LE, $1, $3); }
	| expr T_GE expr		{ $$ = binary(s, @2, E_BINARY, OP_GE, $1, $3); }
	| expr T_EQ expr		{ $$ = binary(s, @2, E_BINARY, OP_EQ, $1, $3); }
	| expr T_NE expr		{ $$ = binary(s, @2, E_BINARY, OP_NE, $1, $3); }
	| expr '&' expr			{ $$ = binary(s, @2, E_BINARY, '&', $1, $3); }
	| expr '^' expr			{ $$ = binary(s, @2, E_BINARY, '^', $1, $3); }
	| expr '|' expr			{ $$ = binary(s, @2, E_BINARY, '|', $1, $3); }
	| expr T_AND expr		{ $$ = binary(s, @2, E_BINARY, OP_AND, $1, $3); }
	| expr T_XOR expr		{ $$ = binary(s, @2, E_BINARY, OP_XOR, $1, $3); }
	| expr T_OR expr		{ $$ = binary(s, @2, E_BINARY, OP_OR, $1, $3); }
	| expr '?' expr ':' expr
		{
			$$ = binary(s, @1, E_TERNARY, '?', $1, $3);
			$$->c = $5;
		}
	| expr '=' expr			{ $$ = binary(s, @2, E_ASSIGN, 0, $1, $3); }
	| expr T_ASSIGN expr		{ $$ = binary(s, @2, E_ASSIGN, $2, $1, $3); }

%%

bool d_parse(struct program *p)
{
	struct scan s = { .p = p };
	yyscan_t scanner;
	int err;

	p->last_clause = &p->clauses;
	if (d_yylex_init_extra(&s, &scanner))
		return fail(0, "no memory");
	d_yy_scan_bytes(p->text, p->len, scanner);
	err = d_yyparse(scanner, &s);
	d_yylex_destroy(scanner);
	/* a word that is none fails before the parser sees it */
	if (err && !p->failed)
		d_error(p, s.pos, "the program is too deeply nested");
	return !p->failed;
}
