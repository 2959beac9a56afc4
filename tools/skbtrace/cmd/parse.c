// SPDX-License-Identifier: GPL-2.0
/* parse: captures into text, JSON or a summary. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/framed.h"
#include "lib/num.h"
#include "record/recopt.h"
#include "show/input.h"

static struct show_opts show_opts;
static struct inputs inputs;

static int add_input(const char *arg, void *dest)
{
	return inputs_add(dest, arg);
}

static int add_every(const char *arg, void *ns)
{
	if (parse_duration(arg, ns) && *(u64 *)ns >= 1000)
		return 0;
	return fail(EXIT_USAGE, "--every %s: not a time; e.g. 10ms, 100ms, 1s",
		    arg);
}

static const struct opt opts[] = {
	{ 'i', "input", "FILE", "capture to read, - for stdin (default: "
	  DEFAULT_FILE ")", OPT_CALL, &inputs, add_input },
	{ 'o', "output", "FILE", "write there instead of stdout", OPT_STRING,
	  &show_opts.out, NULL },
	{ 's', "summary", NULL, "one row per connection, worst first",
	  OPT_FLAG, &show_opts.summary, NULL },
	{ 0, "why", NULL, "what each connection in trouble suffers from, as"
	  " \"skbtrace why\"", OPT_FLAG, &show_opts.why, NULL },
	{ 0, "by", "WHAT", "of --summary: one row for each peer, port, pid, comm,"
	  " cgroup, netns, verdict", OPT_STRING, &show_opts.by, NULL },
	{ 0, "sort", "COLUMN", "of --summary: by this column, -COLUMN: reversed"
	  " (default: the worst first)", OPT_STRING, &show_opts.sort, NULL },
	{ 0, "top", "N", "of --summary and --why: only the first N", OPT_CALL,
	  &show_opts.top, recopt_count },
	{ 0, "every", "TIME", "what the connection of --conn did in each interval,"
	  " as 100ms", OPT_CALL, &show_opts.every, add_every },
	{ 0, "latency", NULL, "how long packets took from place to place",
	  OPT_FLAG, &show_opts.latency, NULL },
	MATCH_OPTIONS(show_opts),
	SHOW_OPTIONS(show_opts),
	{ 0, "strict", NULL, "exit code 3 if events were lost", OPT_FLAG,
	  &show_opts.strict, NULL },
	{ 0, "format", "FILE", "inputs are trace.cpuN files, this is \"format\"",
	  OPT_STRING, &inputs.format, NULL },
	{ 0 }
};

static int parse_run(const struct args *a)
{
	int code;

	if (!inputs.n && !a->n && inputs.format)
		return fail(EXIT_USAGE, "--format needs trace.cpuN files");
	code = inputs_operands(&inputs, a->n, a->v);
	return code ? code : framed_files(&show_opts, &inputs);
}

const struct cmd cmd_parse = {
	.name = "parse",
	.args = "[FILE...]",
	.brief = "print a capture as text, JSON or a summary",
	.more =
"Several files are merged by time. Exit codes: 0 done, 1 failed, 2 usage,\n"
"3 done but incomplete (input cut off or damaged; loss with --strict).\n"
"\n"
"examples:\n"
"  skbtrace parse --summary\n"
"  skbtrace parse --summary --by peer --sort rtt_p99 --top 20\n"
"  skbtrace parse --every 100ms --conn sk=1003\n"
"  skbtrace parse --latency --conn sk=1003\n"
"  skbtrace parse --conn sk=1003 -v\n"
"  skbtrace parse -S 'dst port 443 and net 10.0.2.0/24'\n"
"  skbtrace parse -e @trouble,'tcp_*' --since 1.5 --until 2.5\n"
"  skbtrace parse --where 'rtt>50ms and not ctx=task'\n"
"  skbtrace parse --json | jq 'select(.event == \"skb_drop\")'\n"
"  skbtrace parse --format format trace.cpu0 trace.cpu1\n",
	.opts = opts,
	.run = parse_run,
};
