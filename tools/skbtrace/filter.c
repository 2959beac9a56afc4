// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "filter.h"

/* Each write should be one that the kernel takes in one piece. */
enum { MAX_WRITE = 4000, MAX_COMMENT = 250, MAX_INSNS = 4096 };

/* On one line, as the kernel remembers it and status shows it. */
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
 * The optimized program if it is as good as the plain one, else that. NULL, or
 * what is wrong, to be freed.
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

/*
 * As "tcpdump -y RAW -ddd" prints it: the count, then a line for each. Before
 * it the expression, cut to what the kernel remembers of it.
 */
static char *filter_text(const struct filter *f)
{
	const bool cut = strlen(f->expr) > MAX_COMMENT;
	size_t room = MAX_COMMENT + 32 + (size_t)f->prog.bf_len * 40, n;
	char *s = xmalloc(room);

	n = snprintf(s, room, "# %.*s%s\n%u\n", MAX_COMMENT - (cut ? 3 : 0),
		     f->expr, cut ? "..." : "", f->prog.bf_len);
	for (u32 i = 0; i < f->prog.bf_len; i++) {
		const struct bpf_insn *b = &f->prog.bf_insns[i];

		n += snprintf(s + n, room - n, "%u %u %u %u\n", b->code,
			      b->jt, b->jf, b->k);
	}
	return s;
}

int filter_set(const struct ctl *c, const struct filter *f)
{
	char *text;
	int code;

	if (!f->expr)
		return 0;
	if (!ctl_exists(c, filter_file(f->kind))) {
		msg("this kernel's skbtrace has no filters of %s",
		    filter_noun(f->kind));
		hint("its module is older than this program: install both from"
		     " the same source, or record without %s and choose with"
		     " skbtrace parse -S", filter_option(f->kind));
		return EXIT_FAILED;
	}
	text = filter_text(f);
	code = ctl_write_long(c, filter_file(f->kind), text, MAX_WRITE);
	free(text);
	return code;
}
