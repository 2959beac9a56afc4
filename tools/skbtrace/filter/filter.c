// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/filter.h"

enum { MAX_INSNS = 4096 };

/* On one line, for the kernel and for status. */
static char *one_line(const char *expr)
{
	char *s = xstrdup(expr);

	for (char *p = s; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	return s;
}

static int too_long(const struct filter *f)
{
	msg("%s: %u instructions, the kernel takes %d", filter_name(f->kind),
	    f->prog.bf_len, MAX_INSNS);
	hint("net and portrange are shorter than many host and port");
	return EXIT_USAGE;
}

/*
 * The optimized program if it is equivalent to the plain one, else the plain
 * one. NULL, or an error message, to be freed.
 */
static char *compile(const char *expr, struct bpf_program *prog)
{
	struct bpf_program plain;
	char *why = filter_try(expr, &plain, false), *none;

	if (why)
		return why;
	none = filter_try(expr, prog, true);
	if (!filter_ends(&plain) ||
	    filter_equal(none ? NULL : prog, &plain)) {
		pcap_freecode(&plain);
		return none;
	}
	free(none);
	if (!none)
		pcap_freecode(prog);
	*prog = plain;
	return NULL;
}

int filter_compile(struct filter *f, enum filter_kind kind, const char *expr)
{
	struct bpf_program prog;
	char *why;

	memset(f, 0, sizeof(*f));
	f->kind = kind;
	if (!expr[strspn(expr, " \t\r\n")]) {
		msg("%s: nothing in it", filter_name(kind));
		hint("leave %s out for all %s", filter_option(kind),
		     filter_noun(kind));
		return EXIT_USAGE;
	}
	f->expr = one_line(expr);
	why = compile(f->expr, &prog);
	if (why) {
		msg("%s: %s", filter_name(kind), why);
		filter_caret(f->expr, filter_place(f->expr, why));
		if (strstr(why, "rejects all"))
			hint("nothing can be all of that at once, or of that"
			     " kind");
		filter_advise(f->expr, kind);
		free(why);
		return EXIT_USAGE;
	}
	f->prog = prog;
	if (prog.bf_len > MAX_INSNS)
		return too_long(f);
	return filter_check(f);
}

void filter_free(struct filter *f)
{
	if (f->prog.bf_insns)
		pcap_freecode(&f->prog);
	free(f->expr);
	memset(f, 0, sizeof(*f));
}

void filter_print(const struct filter *f)
{
	printf("# %s '%s' (%u instructions)\n", filter_noun(f->kind), f->expr,
	       f->prog.bf_len);
	for (u32 i = 0; i < f->prog.bf_len; i++)
		puts(bpf_image(&f->prog.bf_insns[i], i));
}
