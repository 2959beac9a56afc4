// SPDX-License-Identifier: GPL-2.0
/* parse: captures into text, JSON or a summary. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "input.h"
#include "recopt.h"

#define DEFAULT_FILE	"skbtrace.dat"

/* Files given with -i come before the operands. */
enum { MAX_INPUTS = 1024 };

static struct show_opts show_opts;
static const char *format_file;
static const char *inputs[MAX_INPUTS];
static u32 ninputs;

static int add_input(const char *arg, void *dest)
{
	(void)dest;
	if (ninputs == MAX_INPUTS)
		return fail(EXIT_USAGE, "more than %d files", MAX_INPUTS);
	inputs[ninputs++] = arg;
	return 0;
}

/* Several -e are one list. */
static int add_events(const char *arg, void *dest)
{
	char **list = dest;
	char *longer;

	longer = *list ? xasprintf("%s,%s", *list, arg) : xstrdup(arg);
	free(*list);
	*list = longer;
	return 0;
}

static const struct opt opts[] = {
	{ 'i', "input", "FILE", "capture to read, - for stdin (default: "
	  DEFAULT_FILE ")", OPT_CALL, NULL, add_input },
	{ 'o', "output", "FILE", "write there instead of stdout", OPT_STRING,
	  &show_opts.out, NULL },
	{ 's', "summary", NULL, "one row per connection, worst first",
	  OPT_FLAG, &show_opts.summary, NULL },
	{ 0, "why", NULL, "what each connection in trouble suffers from, as"
	  " \"skbtrace why\"", OPT_FLAG, &show_opts.why, NULL },
	{ 0, "top", "N", "of --why: the N worst (default: all in trouble)",
	  OPT_CALL, &show_opts.top, recopt_count },
	{ 0, "latency", NULL, "how long packets took from place to place",
	  OPT_FLAG, &show_opts.latency, NULL },
	{ 'e', "events", "LIST", "only these: names, globs, @sets; comma list",
	  OPT_CALL, &show_opts.events, add_events },
	{ 'S', "conn-filter", "EXPR", "only connections that match, as record"
	  " -S", OPT_STRING, &show_opts.filter, NULL },
	SHOW_OPTIONS(show_opts),
	{ 0, "since", "TIME", "from then: 1.5, 14:03:07.2, 2026-11-21T14:03",
	  OPT_STRING, &show_opts.since, NULL },
	{ 0, "until", "TIME", "up to then", OPT_STRING, &show_opts.until,
	  NULL },
	{ 0, "seq", "LIST", "only these, by number: CPU:N, N-N; comma list",
	  OPT_CALL, &show_opts.seqs, seqs_parse },
	{ 0, "strict", NULL, "exit code 3 if events were lost", OPT_FLAG,
	  &show_opts.strict, NULL },
	{ 0, "format", "FILE", "inputs are trace.cpuN files, this is \"format\"",
	  OPT_STRING, &format_file, NULL },
	{ 0 }
};

static int cannot_open(const char *name)
{
	int err = errno, code = fail(EXIT_FAILED, "cannot open %s: %m", name);

	if (err == ENOENT && !strcmp(name, DEFAULT_FILE))
		hint("record one: skbtrace record; or name one: skbtrace parse FILE");
	else if (err == ENOENT && strchr(name, ' '))
		hint("a filter? skbtrace parse -S '%s'", name);
	return code;
}

static int open_input(const char *name)
{
	return strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) :
				   STDIN_FILENO;
}

static int read_text(const char *name, char **text, size_t *len)
{
	enum { MAX = 8 << 20 };
	int fd = open_input(name);
	ssize_t n;

	if (fd < 0)
		return cannot_open(name);
	*text = xmalloc(MAX);
	n = read_all(fd, *text, MAX);
	if (fd != STDIN_FILENO)
		close(fd);
	if (n >= 0) {
		*len = n;
		return 0;
	}
	free(*text);
	return fail(EXIT_FAILED, "cannot read %s: %s", name, strerror(-n));
}

static int feed_format(struct show *s, struct trace *t, const char *text,
		       size_t len)
{
	struct sbt_chunk c = { .type = SBT_FORMAT, .len = len, .data = text };

	return show_feed(s, t, &c, false);
}

/* ---- */

static int feed_inputs(struct show *s, int *fds)
{
	struct trace *t = NULL;
	char *text = NULL;
	size_t len = 0;
	int code = 0;

	if (format_file) {
		code = read_text(format_file, &text, &len);
		if (code)
			return code;
	}
	for (u32 i = 0; i < ninputs && !code; i++) {
		fds[i] = open_input(inputs[i]);
		if (fds[i] < 0) {
			code = cannot_open(inputs[i]);
		} else if (!format_file) {
			code = input_capture(s, strcmp(inputs[i], "-") ?
					     inputs[i] : "stdin", fds[i],
					     ninputs == 1);
		} else {
			/* One trace of several files, one file a CPU. */
			if (!t) {
				t = show_trace(s, inputs[i]);
				code = feed_format(s, t, text, len);
			}
			if (!code)
				code = input_raw(s, t, inputs[i], fds[i]);
		}
	}
	free(text);
	return code;
}

static int parse_run(const struct args *a)
{
	struct show *s;
	int *fds;
	int code, end;

	for (int i = 0; i < a->n; i++)
		if (add_input(a->v[i], NULL))
			return EXIT_USAGE;
	if (!ninputs) {
		if (format_file)
			return fail(EXIT_USAGE, "--format needs trace.cpuN files");
		inputs[ninputs++] = DEFAULT_FILE;
	}
	s = show_open(&show_opts);
	if (!s)
		return EXIT_USAGE;
	fds = xcalloc(ninputs, sizeof(*fds));
	code = feed_inputs(s, fds);
	if (code)
		show_fail(s, code);
	end = show_close(s);
	for (u32 i = 0; i < ninputs; i++)
		if (fds[i] > STDERR_FILENO)
			close(fds[i]);
	free(fds);
	return end;
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
"  skbtrace parse --latency --conn sk=1003\n"
"  skbtrace parse --conn sk=1003 -v\n"
"  skbtrace parse -S 'dst port 443 and net 10.0.2.0/24'\n"
"  skbtrace parse -e @trouble,'tcp_*' --since 1.5 --until 2.5\n"
"  skbtrace parse --json | jq 'select(.event == \"skb_drop\")'\n"
"  skbtrace parse --format format trace.cpu0 trace.cpu1\n",
	.opts = opts,
	.run = parse_run,
};
