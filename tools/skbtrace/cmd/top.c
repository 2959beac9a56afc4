// SPDX-License-Identifier: GPL-2.0
/* top: the connections in trouble now, refreshed each second. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/framed.h"
#include "cmd/livesink.h"
#include "lib/num.h"
#include "record/recopt.h"
#include "show/input.h"
#include "top/top.h"

/* What the rules look at. */
#define TOP_SET		"@why"

static struct recopt what = { .set = TOP_SET };
static struct show_opts show_opts;
static struct inputs inputs;
static const char *conn;
static struct top_how how = {
	.delay = NSEC_PER_SEC, .span = 10 * NSEC_PER_SEC,
};

static int add_input(const char *arg, void *dest)
{
	return inputs_add(dest, arg);
}

static const struct opt opts[] = {
	{ 'b', "batch", NULL, "text, one refresh after the other, as into a pipe",
	  OPT_FLAG, &how.batch, NULL },
	{ 'd', "delay", "SECONDS", "from one refresh to the next (default 1)",
	  OPT_CALL, &how.delay, recopt_interval },
	{ 'n', "count", "COUNT", "leave after so many refreshes", OPT_CALL,
	  &how.count, recopt_count },
	{ 'w', "window", "SECONDS",
	  "what is shown is of half this time to all of it (default 10)",
	  OPT_CALL, &how.span, recopt_interval },
	{ 'a', "all", NULL, "a line for each healthy connection, too", OPT_FLAG,
	  &how.healthy, NULL },
	{ 0, "sort", "COLUMN",
	  "by this column, -COLUMN: reversed (default: the worst first)",
	  OPT_STRING, &how.sort, NULL },
	{ 0, "top", "N", "with -b: the first N only", OPT_CALL, &how.rows,
	  recopt_count },
	{ 0, "where", "EXPR",
	  "only connections of which an event is like that: 'rtt>50ms'",
	  OPT_STRING, &show_opts.where, NULL },
	{ 'i', "input", "FILE", "a recording, as it was then; - for stdin",
	  OPT_CALL, &inputs, add_input },
	{ 0, "conn", "CONN", "with -i: only this connection: sk=100b, ADDR[:PORT]",
	  OPT_STRING, &conn, NULL },
	{ 'e', "events", "SPEC",
	  "trace these events (default: all that a verdict needs, " TOP_SET ")",
	  OPT_CALL, &what, recopt_spec },
	CHOICE_OPTIONS(what),
	{ 0, "subbuf-size", "SIZE", "as record -b", OPT_CALL, &what.subbuf_size,
	  recopt_size },
	{ 0, "subbuf-count", "COUNT", "as record -n", OPT_CALL, &what.subbuf_nr,
	  recopt_count },
	SESSION_OPTION(what.session),
	{ 'r', "debugfs", "DIR", "where debugfs is (default: /sys/kernel/debug)",
	  OPT_STRING, &what.debugfs, NULL },
	{ 'q', "quiet", NULL, "no notices", OPT_FLAG, &what.quiet, NULL },
	{}
};

/* ---- live ---- */

static struct top *top;

static int shown(struct live *l)
{
	top_poll(top, mono_ns());
	l->sink.due_ns = top_due(top);
	l->sink.input_fd = top_input(top);
	return top_over(top) ? -EPIPE : 0;
}

static int watch(void)
{
	struct live l = {
		.sink = { .ops = &live_ops, .stdout_fd = STDOUT_FILENO },
		.shown = shown,
	};

	return live_run(&l, "top", &what, &show_opts);
}

/* ---- */

/* Perhaps not for the first time; what is chosen is freed each time. */
static int replay(void)
{
	int code = 0;

	show_opts.conns = (struct conns){};
	if (conn)
		code = conns_parse(conn, &show_opts.conns);
	return code ? code : framed_files(&show_opts, &inputs);
}

static int check(const struct args *a)
{
	bool scope = false;

	for (int i = 0; i < NR_SCOPES; i++)
		scope = scope || what.scope[i].text;
	if (inputs.n && (what.nspecs || what.packet_filter.text || scope ||
			 what.debugfs || what.session || what.subbuf_size ||
			 what.subbuf_nr))
		return fail(EXIT_USAGE,
			    "%s is read: -e, -F, -r, --netns and such are for tracing",
			    inputs.name[0]);
	if (!inputs.n && conn)
		return fail(EXIT_USAGE, "--conn is for a recording; here say 'host ADDR and port N'");
	return recopt_expression(&what, a);
}

static int run_top(const struct args *a)
{
	int code = check(a);

	if (code)
		return code;
	how.replay = inputs.n;
	how.where = show_opts.where;
	for (u32 i = 0; i < inputs.n; i++)
		how.once = how.once || !strcmp(inputs.name[i], "-");
	show_opts.filter = inputs.n ? what.conn_filter.text : NULL;
	top = top_new(&how);
	if (!top)
		return EXIT_USAGE;
	show_opts.live = top;
	do
		code = inputs.n ? replay() : watch();
	while (top_again(top));
	top_free(top);
	return code;
}

const struct cmd cmd_top = {
	.name = "top",
	.args = "[EXPRESSION...]",
	.brief = "the connections in trouble now, refreshed each second",
	.more =
"Without a terminal, as with -b. Keys: q quit, h help, enter: why this one,\n"
"s < > sort, r reverse, f filter, a all, p pause.\n"
"\n"
"  skbtrace top\n"
"  skbtrace top 'port 443' -d 2\n"
"  skbtrace top -b -n 5 --top 10\n"
"  skbtrace top -i skbtrace.dat\n",
	.opts = opts,
	.run = run_top,
};
