// SPDX-License-Identifier: GPL-2.0
/* report: recordings as a page for a browser. */
#include "cmd/cmd.h"
#include "cmd/framed.h"
#include "record/recopt.h"
#include "report/assets.h"
#include "report/report.h"
#include "show/input.h"

#define DEFAULT_PAGE	"skbtrace.html"
#define DEFAULT_TOP	100

static struct report_opts report_opts = {
	.out = NULL, .top = DEFAULT_TOP,
};

static struct show_opts show_opts = { .report = &report_opts };
static struct inputs inputs;

static const struct opt opts[] = {
	{ 'o', "output", "FILE", "the page (default: " DEFAULT_PAGE ");"
	  " - for stdout", OPT_STRING, &report_opts.out, NULL },
	{ 0, "top", "N", "the N worst connections (default: 100)", OPT_CALL,
	  &report_opts.top, recopt_count },
	CONN_OPTIONS(show_opts),
	{ 'S', "conn-filter", "EXPR", "only connections that match, as record"
	  " -S", OPT_STRING, &show_opts.filter, NULL },
	{ 0, "since", "TIME", "from then: 1.5, 14:03:07.2, 2026-11-21T14:03",
	  OPT_STRING, &show_opts.since, NULL },
	{ 0, "until", "TIME", "up to then", OPT_STRING, &show_opts.until,
	  NULL },
	{}
};

static int report_run(const struct args *a)
{
	int code = inputs_operands(&inputs, a->n, a->v);

	if (code)
		return code;
	if (!report_can_page()) {
		msg("this skbtrace was built without what draws a page");
		hint("apt install libjs-dygraphs, then build it again; skbtrace plot needs it not");
		return EXIT_FAILED;
	}
	if (!report_opts.out)
		report_opts.out = DEFAULT_PAGE;
	return framed_files(&show_opts, &inputs);
}

const struct cmd cmd_report = {
	.name = "report",
	.args = "[FILE...]",
	.brief = "make a page for a browser: verdicts, connections, timelines",
	.more =
"One file that holds all it needs: nothing is fetched when it is read. Exit\n"
"codes as those of parse.\n"
"\n"
"examples:\n"
"  skbtrace report\n"
"  skbtrace report skbtrace.dat -o report.html\n"
"  skbtrace report -S 'port 443' --since 1.5 --until 2.5\n",
	.opts = opts,
	.run = report_run,
};
