/* SPDX-License-Identifier: GPL-2.0 */
/* Internals of --where: the expression, and its binding to events. */
#ifndef SKBTRACE_WHERE_TREE_H
#define SKBTRACE_WHERE_TREE_H

#include "where/where.h"

enum where_cmp { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE, CMP_LIKE };

/* As it was typed. */
struct where_term {
	char *field, *value;
	enum where_cmp cmp;
};

struct where_node {
	enum { NODE_TERM, NODE_NOT, NODE_AND, NODE_OR } kind;
	u32 term;
	struct where_node *a, *b;
};

enum { MAX_TERMS = 64, MAX_DEPTH = 64, MAX_NODES = 512 };

struct where_table;

struct where {
	const char *option;		/* for messages: "--where" */
	const char *text;
	struct where_node *root;
	struct where_term term[MAX_TERMS];
	struct where_node node[MAX_NODES];
	u32 n, nnodes;
	struct where_table *tables;	/* one for each format */
};

enum { WHERE_BUF = 256 };

enum where_kind { KIND_NONE, KIND_NUMBER, KIND_WORD, KIND_FLAGS, KIND_ID,
		  KIND_ADDR, KIND_TEXT };

/* What every event has; one of the two functions is there. */
struct where_common {
	const char *name;
	enum where_kind kind;
	const struct symtab *syms;
	bool (*number)(struct trace *t, const struct rec *r, u64 *v);
	const char *(*text)(struct trace *t, const struct rec *r, char *buf);
	bool constant;			/* the same in all of an event */
};

/* A term, of one event. */
struct where_bound {
	enum where_kind kind;		/* KIND_NONE: the event lacks it */
	enum where_cmp cmp;
	const struct where_common *common;
	const struct field *f;		/* if it is none of those */
	const struct symtab *syms;
	bool by_text;			/* @text is compared, not @number */
	bool is_signed;
	u64 number;
	const char *text;
	char addr[48];
};

/* The terms of an event of a format that where_format() has seen. */
const struct where_bound *where_terms(const struct where *w,
				      const struct event *e);

/* ---- field.c ---- */

/* All but the value; false: @e has no field of this name. */
bool where_field(struct where_bound *b, const struct event *e,
		 const char *name);
/* Name @i of what only @e has, "" if nobody sees it; false: no more. */
bool where_name(const struct event *e, u32 i, char buf[WHERE_BUF]);
/* Of what all events have; NULL: no more. */
const char *where_common_name(u32 i);

/* False, and NULL: it is not there, or not valid. */
bool where_number(const struct where_bound *b, struct trace *t,
		  const struct rec *r, u64 *v);
const char *where_text(const struct where_bound *b, struct trace *t,
		       const struct rec *r, char buf[WHERE_BUF]);

/* ---- value.c ---- */

/* What is wrong with a value, and what to do. */
struct where_why {
	char what[WHERE_BUF], todo[2 * WHERE_BUF];
	bool near;			/* it is a slip of the finger */
};

/* False if it is none of what @b is. */
bool where_value(struct where_bound *b, const struct where_term *t,
		 struct where_why *why);
/* A glob, or a part of the text. */
bool where_like(const char *pattern, const char *text);

#endif
