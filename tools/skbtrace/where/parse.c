// SPDX-License-Identifier: GPL-2.0
/* Parses --where into a tree, by recursive descent. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "where/tree.h"

struct parser {
	struct where *w;
	const char *p;
	u32 depth;
	bool failed;		/* a message has been printed */
};

static struct where_node *parse_or(struct parser *ps);

static void blanks(struct parser *ps)
{
	while (isspace((unsigned char)*ps->p))
		ps->p++;
}

/* Only the first error is printed. */
static struct where_node *wrong(struct parser *ps, const char *what,
				const char *todo)
{
	if (ps->failed)
		return NULL;
	ps->failed = true;
	if (*ps->p)
		msg("%s \"%.200s\": %s at \"%.40s\"", ps->w->option,
		    ps->w->text, what, ps->p);
	else
		msg("%s \"%.200s\": %s at its end", ps->w->option, ps->w->text,
		    what);
	hint("%s", todo);
	return NULL;
}

static const char usage[] =
	"FIELD OP VALUE; and, or, not, ( ): --where 'rtt>50ms and not cpu=0'";

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t name_len(const char *p)
{
	size_t n = 0;

	while (is_name(p[n]))
		n++;
	return n;
}

/* It is next: passed over. */
static bool sign(struct parser *ps, const char *text)
{
	blanks(ps);
	if (strncmp(ps->p, text, strlen(text)))
		return false;
	ps->p += strlen(text);
	return true;
}

static bool word(struct parser *ps, const char *text)
{
	blanks(ps);
	return name_len(ps->p) == strlen(text) && sign(ps, text);
}

static struct where_node *node(struct parser *ps, int kind,
			       struct where_node *a, struct where_node *b)
{
	struct where_node *n = &ps->w->node[ps->w->nnodes];

	if (ps->w->nnodes == MAX_NODES)
		return wrong(ps, "longer than anybody wants", usage);
	ps->w->nnodes++;
	*n = (struct where_node){ .kind = kind, .a = a, .b = b };
	return n;
}

/* ---- FIELD OP VALUE ---- */

static bool compare(struct parser *ps, enum where_cmp *cmp)
{
	static const struct {
		const char *text;
		enum where_cmp cmp;
	} ops[] = {	/* the longer ones first */
		{ "==", CMP_EQ }, { "!=", CMP_NE }, { "<=", CMP_LE },
		{ ">=", CMP_GE }, { "=", CMP_EQ }, { "<", CMP_LT },
		{ ">", CMP_GT }, { "~", CMP_LIKE },
	};

	blanks(ps);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		if (strncmp(ps->p, ops[i].text, strlen(ops[i].text)))
			continue;
		*cmp = ops[i].cmp;
		ps->p += strlen(ops[i].text);
		return true;
	}
	wrong(ps, "no operator (= != < <= > >= ~)",
	      "did the shell take the >? Quote it: --where 'rtt>50ms'");
	return false;
}

/* A word ends at a blank, a parenthesis, && or ||. */
static size_t word_len(const char *p)
{
	size_t n = 0;

	while (p[n] && !strchr(" \t\n()", p[n]) &&
	       strncmp(p + n, "&&", 2) && strncmp(p + n, "||", 2))
		n++;
	return n;
}

static char *value(struct parser *ps)
{
	const char *from, *end;
	size_t n;

	blanks(ps);
	from = ps->p;
	if (*from == '"' || *from == '\'') {
		end = strchr(from + 1, *from);
		if (!end) {
			wrong(ps, "a quote that does not end", usage);
			return NULL;
		}
		ps->p = end + 1;
		return xasprintf("%.*s", (int)(end - from - 1), from + 1);
	}
	n = word_len(from);
	if (!n) {
		wrong(ps, "no value", usage);
		return NULL;
	}
	ps->p += n;
	return xasprintf("%.*s", (int)n, from);
}

static struct where_node *parse_term(struct parser *ps)
{
	struct where_term *t = &ps->w->term[ps->w->n];
	struct where_node *n;
	size_t len;

	blanks(ps);
	len = name_len(ps->p);
	if (!len)
		return wrong(ps, "no field", usage);
	if (ps->w->n == MAX_TERMS)
		return wrong(ps, "more than 64 comparisons", usage);
	t->field = xasprintf("%.*s", (int)len, ps->p);
	ps->w->n++;
	ps->p += len;
	if (!compare(ps, &t->cmp))
		return NULL;
	t->value = value(ps);
	if (!t->value)
		return NULL;
	n = node(ps, NODE_TERM, NULL, NULL);
	if (n)
		n->term = t - ps->w->term;
	return n;
}

/* ---- and, or, not ---- */

static struct where_node *parse_group(struct parser *ps)
{
	struct where_node *n = parse_or(ps);

	return !n || sign(ps, ")") ? n : wrong(ps, "no )", usage);
}

static struct where_node *parse_not(struct parser *ps)
{
	struct where_node *n;

	if (++ps->depth > MAX_DEPTH)
		return wrong(ps, "more than 64 levels", usage);
	if (word(ps, "not") || sign(ps, "!")) {
		n = parse_not(ps);
		n = n ? node(ps, NODE_NOT, n, NULL) : NULL;
	} else if (sign(ps, "(")) {
		n = parse_group(ps);
	} else {
		n = parse_term(ps);
	}
	ps->depth--;
	return n;
}

/* Operators of one level, from left to right. */
static struct where_node *
parse_list(struct parser *ps, int kind, const char *text, const char *symbol,
	   struct where_node *(*below)(struct parser *ps))
{
	struct where_node *n = below(ps), *next;

	while (n && (word(ps, text) || sign(ps, symbol))) {
		next = below(ps);
		n = next ? node(ps, kind, n, next) : NULL;
	}
	return n;
}

static struct where_node *parse_and(struct parser *ps)
{
	return parse_list(ps, NODE_AND, "and", "&&", parse_not);
}

static struct where_node *parse_or(struct parser *ps)
{
	return parse_list(ps, NODE_OR, "or", "||", parse_and);
}

struct where *where_parse_as(const char *option, const char *text)
{
	struct parser ps = { .w = xcalloc(1, sizeof(*ps.w)), .p = text };

	ps.w->option = option;
	ps.w->text = text;
	ps.w->root = parse_or(&ps);
	blanks(&ps);
	if (ps.w->root && *ps.p)
		wrong(&ps, "neither and nor or", usage);
	if (!ps.failed)
		return ps.w;
	where_free(ps.w);
	return NULL;
}
