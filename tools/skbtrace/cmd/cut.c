// SPDX-License-Identifier: GPL-2.0
/* cut: a part of a recording. */
#include <string.h>

#include "cmd/cmd.h"
#include "rewrite/cut.h"

static struct cut_opts cut;
/* As -S, --since and --until of parse */
static const char *match, *from, *to;

static const struct opt opts[] = {
	{ 'm', "match", "EXPR", "only connections that match: as -S",
	  OPT_STRING, &match, NULL },
	CONN_OPTIONS(cut.what),
	{ 0, "from", "TIME", "as --since", OPT_STRING, &from, NULL },
	{ 0, "to", "TIME", "as --until", OPT_STRING, &to, NULL },
	MATCH_OPTIONS(cut.what),
	REWRITE_OPTIONS(cut.how),
	{}
};

static int either(const char **a, const char *b, const char *name,
		  const char *other)
{
	if (*a && b && strcmp(*a, b))
		return fail(EXIT_USAGE, "%s and %s are the same: one of them",
			    name, other);
	*a = *a ? *a : b;
	return 0;
}

/* An operand: a connection as in parse, else a file. */
static int operand(const char *arg)
{
	if (!strncmp(arg, "sk=", 3) || !strncmp(arg, "sk:", 3))
		return conns_parse(arg, &cut.what.conns);
	return inputs_add(&cut.in, arg);
}

static int operands(const struct args *a)
{
	int code = either(&cut.what.filter, match, "-S", "-m");

	if (!code)
		code = either(&cut.what.since, from, "--since", "--from");
	if (!code)
		code = either(&cut.what.until, to, "--until", "--to");
	for (int i = 0; i < a->n && !code; i++)
		code = operand(a->v[i]);
	if (!code && !cut.in.n)
		code = fail(EXIT_USAGE, "cut: of which files?");
	return code;
}

static int run_cut(const struct args *a)
{
	int code = operands(a);

	return code ? code : cut_run(&cut);
}

const struct cmd cmd_cut = {
	.name = "cut",
	.args = "[sk=N...] FILE... -o FILE",
	.brief = "write a part of recordings into a file",
	.more =
"What is chosen is what parse would print, and of a connection that is known by\n"
"its port also what came before. What that needs to be read goes with it: names,\n"
"formats, losses. Numbers and times of events stay. Exit codes as those of parse.\n"
"\n"
"examples:\n"
"  skbtrace cut sk=1003 skbtrace.dat -o bug.dat\n"
"  skbtrace cut -m 'port 443' --from 1.5 --to 2.5 skbtrace.dat -o bug.dat\n"
"  skbtrace cut -e @trouble,tcp_rttm a.dat b.dat -o - | skbtrace parse -\n",
	.opts = opts,
	.run = run_cut,
};
