// SPDX-License-Identifier: GPL-2.0
/* plot: one connection as SVG. */
#include "cmd/cmd.h"
#include "cmd/framed.h"
#include "report/report.h"
#include "show/input.h"

#define DEFAULT_PLOT	"skbtrace.svg"

static struct report_opts report_opts = { .plot = true };
static struct show_opts show_opts = { .report = &report_opts };
static struct inputs inputs;

static const struct opt opts[] = {
	{ 'o', "output", "FILE", "the picture (default: " DEFAULT_PLOT ");"
	  " - for stdout", OPT_STRING, &report_opts.out, NULL },
	{ 0, "since", "TIME", "from then: 1.5, 14:03:07.2, 2026-11-21T14:03",
	  OPT_STRING, &show_opts.since, NULL },
	{ 0, "until", "TIME", "up to then", OPT_STRING, &show_opts.until,
	  NULL },
	{}
};

static int plot_run(const struct args *a)
{
	int code;

	if (!a->n) {
		msg("plot: which connection?");
		hint("skbtrace plot sk=100b; skbtrace parse --summary lists them");
		return EXIT_USAGE;
	}
	code = conns_parse(a->v[0], &show_opts.conns);
	if (!code)
		code = inputs_operands(&inputs, a->n - 1, a->v + 1);
	if (code)
		return code;
	if (!report_opts.out)
		report_opts.out = DEFAULT_PLOT;
	return framed_files(&show_opts, &inputs);
}

const struct cmd cmd_plot = {
	.name = "plot",
	.args = "CONN [FILE...]",
	.brief = "draw one connection as SVG: sequence, window, round trips",
	.more =
"CONN is as of parse --conn. Exit codes as those of parse.\n"
"\n"
"examples:\n"
"  skbtrace plot sk=100b\n"
"  skbtrace plot 10.0.2.1:54788 examples/loss.dat -o loss.svg\n"
"  skbtrace plot sk=1 --since 1.5 --until 2 -o part.svg\n",
	.opts = opts,
	.run = plot_run,
};
