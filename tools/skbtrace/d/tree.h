/* SPDX-License-Identifier: GPL-2.0 */
/* A program as the parser makes it, and as it is checked and run. */
#ifndef SKBTRACE_D_TREE_H
#define SKBTRACE_D_TREE_H

#include "d/piece.h"
#include "d/pool.h"
#include "d/table.h"
#include "provider/provider.h"

enum expr_kind {
	/* as parsed */
	E_INT, E_STRING, E_NAME, E_THIS, E_SELF, E_INDEX, E_ARROW, E_CALL,
	E_UNARY, E_STEP, E_BINARY, E_TERNARY, E_ASSIGN, E_CAST, E_AGG,
	/* as checked: what names, indexes and arrows are */
	E_VAR, E_ELEMENT, E_BUILTIN, E_ARG, E_MEMBER, E_STATE,
};

/* Operators of more than a character; the others are that. */
enum op {
	OP_EQ = 256, OP_NE, OP_LE, OP_GE, OP_AND, OP_OR, OP_XOR, OP_SHL, OP_SHR,
	OP_INC, OP_DEC,
};

struct func;
struct fmt;

struct expr {
	u8 kind;
	bool prefix;		/* E_STEP: ++x */
	u16 op;			/* E_ASSIGN: of +=; 0: = */
	u32 pos;		/* in the text */
	struct type type;
	const char *name;	/* E_STRING: its bytes */
	s64 i;			/* E_STRING: how many; E_ARG: which */
	struct expr *a, *b, *c;
	struct expr *list;	/* arguments, keys */
	struct expr *next;	/* in such a list */
	union {
		struct var *var;
		const struct member *member;
		const struct func *func;
		struct agg *agg;
	};
	struct fmt *fmt;	/* of printf() and printa() */
};

enum stmt_kind { S_EXPR, S_AGG, S_ACTION, S_IF };

struct stmt {
	u8 kind;
	u32 nr;			/* in its clause, from 1 on */
	struct expr *e;		/* S_AGG: the E_ASSIGN; S_IF: the condition */
	struct stmt *then, *other;
	struct stmt *next;
};

struct spec {
	const char *text;
	u32 pos;
	struct spec *next;
};

struct clause {
	u32 pos;
	struct spec *specs;
	struct expr *predicate;	/* NULL: always */
	struct stmt *body;
	bool has_body;
	bool prints;		/* something is printed by each firing */
	struct clause *next;
};

/* A value that stays. */
struct stored {
	s64 i;
	char *s;		/* own */
	u32 len;
};

struct var {
	const char *name;
	bool local;		/* this->: 0 when a probe fires */
	bool known;		/* its type is known */
	bool element;		/* of an array: each has a value of its own */
	struct type type;
	u32 nkeys;
	struct type *keys;
	struct stored value;
	struct table table;	/* of struct stored */
	struct var *next;
};

struct agg {
	const char *name;	/* "" for @ */
	u32 id;			/* from 1 on */
	const struct aggfunc *func;	/* NULL: not known */
	u32 nkeys;
	struct type *keys;
	s64 param[4];		/* of lquantize(), llquantize() */
	s64 normal;
	bool printed;
	struct table table;	/* of s64[] */
	struct agg *next;
};

struct inlined {
	const char *name;
	struct expr *e;
	bool busy;		/* it is being looked at */
	struct inlined *next;
};

struct option {
	const char *text;	/* NAME or NAME=VALUE */
	u32 pos;
	struct option *next;
};

struct program {
	const char *text;
	size_t len;
	const struct d_piece *pieces;	/* for messages: where parts are from */
	u32 npieces;
	struct pool pool;
	struct clause *clauses, **last_clause;
	struct option *options;
	struct inlined *inlined;
	struct var *vars;
	struct agg *aggs;	/* in the order of the text */
	int nargs;
	char *const *args;	/* $1 and so on */
	bool *args_used;
	bool defaultargs;	/* one that is not given is 0, or "" */
	s64 target;		/* $target, 0: there is none */
	bool zero;		/* descriptions may match nothing */
	bool lists;		/* and are told then: -l */
	bool failed;		/* a message has been printed */
};

struct expr *expr_new(struct program *p, enum expr_kind kind, u32 pos);

/*
 * What is wrong, once: later ones would follow from it. With the line and a
 * caret below the place.
 */
void d_error(struct program *p, u32 pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The number of the line at @pos, from 1 on. */
u32 d_line(const struct program *p, u32 pos);

/* False after a message. */
bool d_parse(struct program *p);

#endif
