// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "kernel/ctl.h"
#include "kernel/filter_set.h"

/* Bytes per write() */
enum { MAX_WRITE = 4000, MAX_COMMENT = 250 };

/*
 * The text of a program, as "tcpdump -y RAW -ddd" prints it: the count, then a
 * line per instruction. The expression precedes it as a comment, cut to the
 * length that the kernel keeps.
 */
static char *filter_text(const struct filter *f)
{
	const bool cut = strlen(f->expr) > MAX_COMMENT;
	size_t cap = MAX_COMMENT + 32 + (size_t)f->prog.bf_len * 40, n;
	char *s = xmalloc(cap);

	n = snprintf(s, cap, "# %.*s%s\n%u\n", MAX_COMMENT - (cut ? 3 : 0),
		     f->expr, cut ? "..." : "", f->prog.bf_len);
	for (u32 i = 0; i < f->prog.bf_len; i++) {
		const struct bpf_insn *b = &f->prog.bf_insns[i];

		n += snprintf(s + n, cap - n, "%u %u %u %u\n", b->code,
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
		     " the same source");
		hint("or record without %s and choose by: skbtrace parse -S",
		     filter_option(f->kind));
		return EXIT_FAILED;
	}
	text = filter_text(f);
	code = ctl_write_long(c, filter_file(f->kind), text, MAX_WRITE);
	free(text);
	return code;
}
