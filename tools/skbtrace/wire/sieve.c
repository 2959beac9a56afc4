// SPDX-License-Identifier: GPL-2.0
/*
 * The program: is it a frame of blocks, then a part for each event, which looks
 * at the number in the frame's header, then at fields of the block behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "trace/evlist.h"
#include "wire/sieve.h"
#include "wire/frame.h"
#include "wire/term.h"

enum { FOUND = 0xffffffff, NOT_FOUND = 0 };

#define OFF(member)	(FRAME_ETHER + offsetof(struct skbtrace_frame, member))

/* ---- options into conditions ---- */

/* "rtt.gt.50ms": what needs no quotes in a shell */
static char *with_signs(const char *cond)
{
	static const char *const ops[][2] = {
		{ ".eq.", "==" }, { ".ne.", "!=" }, { ".lt.", "<" },
		{ ".le.", "<=" }, { ".gt.", ">" }, { ".ge.", ">=" },
	};
	char *s = xstrdup(cond), *at, *old;

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		while ((at = strstr(s, ops[i][0]))) {
			old = s;
			s = xasprintf("%.*s%s%s", (int)(at - s), s, ops[i][1],
				      at + strlen(ops[i][0]));
			free(old);
		}
	}
	return s;
}

/* "a:b" as "(state=a or state=b)" */
static char *words_cond(const char *field, const char *list)
{
	char *cond = xstrdup(""), *old;

	while (*list) {
		int n = strcspn(list, ":");

		old = cond;
		cond = xasprintf("%s%s%s=\"%.*s\"", old, *old ? " or " : "",
				 field, n, list);
		free(old);
		list += n + (list[n] == ':');
	}
	old = cond;
	cond = xasprintf("(%s)", old);
	free(old);
	return cond;
}

static void and_cond(struct sieve_event *c, const char *prefix, char *cond)
{
	char *old = c->cond;

	c->cond = xasprintf("%s%s%s(%s)", old ? old : "", old ? " and " : "",
			    prefix, cond);
	free(old);
	free(cond);
}

static int no_option(const struct event *e, const char *opt)
{
	msg("%s: %s is nothing that tc can do", e->name, opt);
	hint("it sees one frame at a time: when=, skip= and only=");
	return EXIT_USAGE;
}

/* KEY=VALUE, or KEY */
static int add_option(struct sieve_event *c, const char *opt)
{
	const char *value = strchr(opt, '=');
	int n = value ? value - opt : (int)strlen(opt);

	if (value && n == 4 && !memcmp(opt, "when", 4)) {
		and_cond(c, "", with_signs(value + 1));
		return 0;
	}
	if (value && n == 4 && (!memcmp(opt, "skip", 4) ||
				!memcmp(opt, "mask", 4) ||
				!memcmp(opt, "only", 4))) {
		and_cond(c, *opt == 'o' ? "" : "not ",
			 words_cond(c->e->selector, value + 1));
		return 0;
	}
	return no_option(c->e, opt);
}

static int add_options(struct sieve_event *c, const struct choice *choice)
{
	char *text = xstrdup(choice->opts), *rest = text, *opt;
	int code = 0;

	while (!code && (opt = strsep(&rest, ",")))
		if (*opt)
			code = add_option(c, opt);
	free(text);
	if (!code && choice->when && *choice->when)
		and_cond(c, "", with_signs(choice->when));
	return code;
}

static bool only_this(const void *arg, const struct event *e)
{
	return arg == e;
}

int sieve_from(struct sieve *c, const struct selection *s,
	       const struct format *f)
{
	int code = 0;

	c->v = xcalloc(s->n, sizeof(*c->v));
	for (int i = 0; i < s->n && !code; i++) {
		struct sieve_event *ce = &c->v[c->n++];

		ce->e = s->choices[i].event;
		code = add_options(ce, &s->choices[i]);
		if (code || !ce->cond)
			continue;
		ce->where = where_parse_as(ce->e->name, ce->cond);
		code = ce->where ? where_format(ce->where, f, "FILE", only_this,
						ce->e) : EXIT_USAGE;
		c->fields = true;
	}
	return code;
}

void sieve_free(struct sieve *c)
{
	for (u32 i = 0; i < c->n; i++) {
		where_free(c->v[i].where);
		free(c->v[i].cond);
	}
	free(c->v);
	memset(c, 0, sizeof(*c));
}

/* ---- the tree ---- */

struct writing {
	struct prog *p;
	const struct where *w;
	const struct where_bound *terms;
	struct term_in in;
};

/*
 * Go to @yes if @n is @want, else to @no. What is not valid is neither true nor
 * false, so a "not" is handed down to the comparisons.
 */
static bool write_node(struct writing *x, const struct where_node *n, bool want,
		       u16 yes, u16 no)
{
	u16 next;
	bool all;

	if (n->kind == NODE_TERM)
		return term_write(x->p, &x->in, &x->terms[n->term],
				  x->w->term[n->term].field, want, yes, no);
	if (n->kind == NODE_NOT)
		return write_node(x, n->a, !want, yes, no);
	/* One false one is enough for "and" to be false. */
	all = (n->kind == NODE_AND) == want;
	next = prog_label(x->p);
	if (!write_node(x, n->a, want, all ? next : yes, all ? no : next))
		return false;
	prog_put(x->p, next);
	return write_node(x, n->b, want, yes, no);
}

static bool write_event(struct prog *p, const struct sieve *c,
			const struct format *f, const struct sieve_event *ce)
{
	struct writing x = { .p = p, .w = ce->where,
			     .in = { ce->e, !f->big } };
	u16 over, yes, no, body;
	bool done = true;

	prog_part(p);
	over = prog_label(p);
	yes = prog_label(p);
	no = prog_label(p);
	body = prog_label(p);
	prog_load(p, 2, OFF(event));
	prog_jump(p, BPF_JEQ, ce->e->no, ce->where ? body : yes, over);
	if (ce->where) {
		prog_put(p, body);
		x.terms = where_terms(ce->where, ce->e);
		done = write_node(&x, ce->where->root, true, yes, no);
		prog_put(p, no);
		prog_return(p, c->keep ? FOUND : NOT_FOUND);
	}
	prog_put(p, yes);
	prog_return(p, c->keep ? NOT_FOUND : FOUND);
	prog_put(p, over);
	prog_part_end(p);
	return done;
}

/* Not ours, or not one block where one is looked at: leave it alone. */
static void write_head(struct prog *p, const struct sieve *c,
		       const struct format *f)
{
	u16 out, go;

	prog_part(p);
	out = prog_label(p);
	go = prog_label(p);
	prog_load(p, 2, FRAME_ETHER - 2);
	prog_jump(p, BPF_JEQ, SKBTRACE_ETHERTYPE, LABEL_NEXT, out);
	prog_load(p, 1, OFF(version));
	prog_jump(p, BPF_JEQ, SKBTRACE_FRAME_VERSION, LABEL_NEXT, out);
	prog_load(p, 1, OFF(kind));
	prog_jump(p, BPF_JEQ, SKBTRACE_FRAME_BLOCKS, LABEL_NEXT, out);
	prog_load(p, 2, OFF(hdr_len));
	prog_jump(p, BPF_JEQ, sizeof(struct skbtrace_frame), LABEL_NEXT, out);
	if (c->fields) {
		prog_load(p, 1, OFF(flags));
		prog_jump(p, BPF_JSET, SKBTRACE_FRAME_LITTLE,
			  f->big ? out : LABEL_NEXT, f->big ? LABEL_NEXT : out);
		prog_load(p, 4, OFF(nr));
		prog_jump(p, BPF_JEQ, 1, go, out);
	} else {
		prog_go(p, go);
	}
	prog_put(p, out);
	prog_return(p, NOT_FOUND);
	prog_put(p, go);
	prog_part_end(p);
}

/* What was not chosen: names, and what tells of losses, are kept. */
static void write_rest(struct prog *p, const struct sieve *c,
		       const struct format *f)
{
	u16 kept;

	prog_part(p);
	kept = prog_label(p);
	if (c->keep) {
		prog_load(p, 2, OFF(event));
		prog_jump(p, BPF_JGE, SKBTRACE_FIRST_SPECIAL, kept, LABEL_NEXT);
		for (u32 i = 0; i < f->nevents; i++)
			if (f->events[i].role != ROLE_EVENT)
				prog_jump(p, BPF_JEQ, f->events[i].no, kept,
					  LABEL_NEXT);
		prog_return(p, FOUND);
	}
	prog_put(p, kept);
	prog_return(p, NOT_FOUND);
	prog_part_end(p);
}

int sieve_write(const struct sieve *c, const struct format *f,
		struct prog *p)
{
	write_head(p, c, f);
	for (u32 i = 0; i < c->n; i++) {
		if (c->keep && c->v[i].e->role != ROLE_EVENT)
			continue;
		if (!write_event(p, c, f, &c->v[i]))
			return EXIT_USAGE;
	}
	write_rest(p, c, f);
	if (!p->full)
		return 0;
	msg("that is longer than what fits into a program for tc");
	hint("fewer comparisons; several filters may follow each other");
	return EXIT_USAGE;
}
