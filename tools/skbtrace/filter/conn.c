// SPDX-License-Identifier: GPL-2.0
/*
 * Filters on connections. The check is the kernel's; here its result is
 * expressed in terms of the pcap expression.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../net/skbtrace/conn_prog.h"
#include "filter/filter.h"

/* Words that need more than a connection, with a minimal expression. */
static const struct {
	const char *word, *alone;
} whole[] = {
	{ "greater", "len = 1" }, { "less", "len = 1" }, { "len", "len = 1" },
	{ "length", "len = 1" }, { "geneve", "geneve" },
};

static_assert(sizeof(struct sock_filter) == sizeof(struct bpf_insn) &&
	      offsetof(struct sock_filter, k) == offsetof(struct bpf_insn, k),
	      "one instruction, two names");

static const struct sock_filter *insns(const struct bpf_program *p)
{
	return (const struct sock_filter *)p->bf_insns;
}

/* The kernel refuses backward jumps, which pcap's protochain has. */
bool filter_ends(const struct bpf_program *p)
{
	for (u32 i = 0; i < p->bf_len; i++) {
		const struct bpf_insn *b = &p->bf_insns[i];

		if (BPF_CLASS(b->code) != BPF_JMP)
			continue;
		if (BPF_OP(b->code) == BPF_JA ?
		    b->k >= p->bf_len - i - 1 :
		    (b->jt > b->jf ? b->jt : b->jf) >= p->bf_len - i - 1)
			return false;
	}
	return p->bf_len &&
	       BPF_CLASS(p->bf_insns[p->bf_len - 1].code) == BPF_RET;
}

/* Extensions of the kernel are loads at negative offsets. */
static int asks_kernel(const struct bpf_program *p)
{
	for (u32 i = 0; i < p->bf_len; i++) {
		const struct bpf_insn *b = &p->bf_insns[i];

		if (BPF_CLASS(b->code) == BPF_LD &&
		    BPF_MODE(b->code) == BPF_ABS && (s32)b->k < 0)
			return i;
	}
	return -1;
}

/* The first instruction that loads what a connection lacks, @what; -1: none */
static int check(const struct bpf_program *p, const char **what)
{
	struct skbtrace_conn_at *at = xcalloc(p->bf_len, sizeof(*at));
	int i = skbtrace_conn_check(insns(p), p->bf_len, at, what);

	free(at);
	return i;
}

/* Would an expression as short as this one be refused for the same? */
static bool lacks(const char *expr, const char *what)
{
	struct bpf_program prog;
	const char *other = NULL;
	char *why = filter_try(expr, &prog, true);

	free(why);
	if (why)
		return false;
	if (filter_ends(&prog) && check(&prog, &other) < 0)
		other = NULL;
	pcap_freecode(&prog);
	return other && !strcmp(other, what);
}

/*
 * The beginning of "NAME[...]" with its bracket at @open; *@end: after it; -1
 */
static int accessor(const char *expr, int open, int *end)
{
	int at = open, depth = 0, i;

	while (at > 0 && expr[at - 1] == ' ')
		at--;
	while (at > 0 && strchr("abcdefghijklmnopqrstuvwxyz0123456789",
				expr[at - 1]))
		at--;
	for (i = open; expr[i]; i++) {
		depth += expr[i] == '[';
		depth -= expr[i] == ']';
		if (!depth)
			break;
	}
	*end = i + 1;
	return expr[i] && expr[at] != '[' && expr[at] != ' ' ? at : -1;
}

/* The part of the expression that needs @what: its place and length; -1. */
static int culprit(const char *expr, const char *what, int *len)
{
	int at, end;

	for (int i = 0; expr[i]; i++) {
		char *one;
		bool yes;

		if (expr[i] != '[')
			continue;
		at = accessor(expr, i, &end);
		if (at < 0)
			continue;
		one = xasprintf("%.*s = 1", end - at, expr + at);
		yes = lacks(one, what);
		free(one);
		*len = end - at;
		if (yes)
			return at;
	}
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		at = filter_word(expr, whole[i].word);
		*len = strlen(whole[i].word);
		if (at >= 0 && lacks(whole[i].alone, what))
			return at;
	}
	return -1;
}

/* "instruction 8: ldb [x + 13]" */
static void name_insn(const struct filter *f, int i, char *buf, size_t size)
{
	char *image = xstrdup(bpf_image(&f->prog.bf_insns[i], i)), *p = image;
	int n = snprintf(buf, size, "instruction %d:", i);

	/* "(008) ldb      [x + 13]", padded, perhaps with jumps behind. */
	strsep(&p, " ");
	for (char *word; p && (word = strsep(&p, " ")) && n < (int)size;)
		if (*word)
			n += snprintf(buf + n, size - n, " %s", word);
	free(image);
}

static int refuse(const struct filter *f, int i, const char *what)
{
	int len, at = culprit(f->expr, what, &len);
	char insn[128];

	name_insn(f, i, insn, sizeof(insn));
	if (at >= 0)
		msg("connection filter: %.*s: a connection lacks %s (%s)", len,
		    f->expr + at, what, insn);
	else
		msg("connection filter: a connection lacks %s (%s)", what,
		    insn);
	filter_caret(f->expr, at);
	hint("-F judges packets; of a connection there are addresses,"
	     " protocol and ports");
	return EXIT_USAGE;
}

static int refuse_loop(const struct filter *f)
{
	msg("%s: a program in the kernel must not loop", filter_name(f->kind));
	filter_caret(f->expr, filter_word(f->expr, "protochain"));
	filter_advise(f->expr, f->kind);
	return EXIT_USAGE;
}

static int refuse_outside(const struct filter *f, int i)
{
	int at = filter_word(f->expr, "inbound");
	char insn[128];

	if (at < 0)
		at = filter_word(f->expr, "outbound");
	name_insn(f, i, insn, sizeof(insn));
	msg("%s: that stands in no packet (%s)", filter_name(f->kind), insn);
	filter_caret(f->expr, at);
	filter_advise(f->expr, f->kind);
	return EXIT_USAGE;
}

int filter_check(const struct filter *f)
{
	const char *what = NULL;
	int i;

	if (!filter_ends(&f->prog))
		return refuse_loop(f);
	i = asks_kernel(&f->prog);
	if (i >= 0)
		return refuse_outside(f, i);
	i = f->kind == FILTER_CONN ? check(&f->prog, &what) : -1;
	return i < 0 ? 0 : refuse(f, i, what);
}

static bool passes(const struct filter *f, const struct skbtrace_forged *c)
{
	u8 packet[SKBTRACE_FORGED_MAX];
	u32 len = skbtrace_forge(packet, c);

	return bpf_filter(f->prog.bf_insns, packet, len, len);
}

bool filter_passes(const struct filter *f, const struct addr_pair *a, u8 proto)
{
	struct skbtrace_forged c = {
		.local = a->local, .peer = a->peer,
		.lport = a->lport, .pport = a->pport, .proto = proto,
	};

	if (passes(f, &c))
		return true;
	if (!addr_is_zero(a->local) || !addr_is_zero(a->peer))
		return false;
	/* No address yet, and nothing else tells the family. */
	c.v4 = 1;
	return passes(f, &c);
}
