// SPDX-License-Identifier: GPL-2.0
/* merge: several recordings in one file. */
#include "cmd/cmd.h"
#include "rewrite/rewrite.h"

static struct rewrite_opts how;
static struct inputs inputs;

static const struct opt opts[] = {
	REWRITE_OPTIONS(how),
	{ 0, "format", "FILE", "inputs are trace.cpuN files, this is \"format\"",
	  OPT_STRING, &inputs.format, NULL },
	{}
};

static int run_merge(const struct args *a)
{
	static const struct rewrite_ops ops;
	struct rewrite rw = { .job = { .o = &how, .ops = &ops } };
	int code = 0;

	if (!a->n)
		return fail(EXIT_USAGE, "merge: of which files?");
	for (int i = 0; i < a->n && !code; i++)
		code = inputs_add(&inputs, a->v[i]);
	if (!code)
		code = rewrite_open(&rw, &inputs);
	if (!code)
		code = rewrite_run(&rw);
	return rewrite_close(&rw, code);
}

const struct cmd cmd_merge = {
	.name = "merge",
	.args = "FILE... -o FILE",
	.brief = "make one file of several recordings",
	.more =
"Parts of one recording, as --rotate and the flight recorder leave them, become\n"
"one again; others, of other hosts too, stand one behind the other. Exit codes\n"
"as those of parse.\n"
"\n"
"examples:\n"
"  skbtrace merge skbtrace.dat.0001 skbtrace.dat.0002 -o all.dat\n"
"  skbtrace merge client.dat server.dat -o both.dat && skbtrace why both.dat\n"
"  skbtrace merge --format format trace.cpu0 trace.cpu1 -o shell.dat\n",
	.opts = opts,
	.run = run_merge,
};
