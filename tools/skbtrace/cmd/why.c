// SPDX-License-Identifier: GPL-2.0
/* why: record what tells causes, then say what they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "filter/conns.h"
#include "record/child.h"
#include "record/recopt.h"
#include "why/why.h"

#define DEFAULT_FILE	"skbtrace.dat"
#define DEFAULT_TIME	"10"
/* What the rules look at. */
#define WHY_EVENTS	"@why"

/* As they stand on the command line; record and parse look at them. */
static const char *debugfs, *events, *time_text, *output, *filter, *netns,
		  *conn, *top, *session;
static bool force, json, list_rules;

static const struct opt opts[] = {
	{ 'w', "stop-watch", "TIME", "record so long (default 10 s)",
	  OPT_STRING, &time_text, NULL },
	{ 'e', "events", "SPEC",
	  "record these events (default: all that a verdict needs, "
	  WHY_EVENTS ")", OPT_STRING, &events, NULL },
	{ 'S', "conn-filter", "EXPR",
	  "only connections that match; the same as EXPRESSION", OPT_STRING,
	  &filter, NULL },
	{ 0, "netns", "NETNS",
	  "only of this network namespace: NAME, PATH, PID or INODE",
	  OPT_STRING, &netns, NULL },
	{ 'o', "output", "FILE",
	  "keep the recording in FILE, which must not exist\n"
	  "(default: skbtrace.dat; the one before becomes skbtrace.dat.old)",
	  OPT_STRING, &output, NULL },
	{ 'f', "force", NULL, "overwrite FILE", OPT_FLAG, &force, NULL },
	{ 0, "top", "N", "the N worst (default: all in trouble)", OPT_STRING,
	  &top, NULL },
	{ 0, "conn", "CONN",
	  "only these connections: sk=100b, ADDR[:PORT], LOCAL-PEER; comma list",
	  OPT_STRING, &conn, NULL },
	{ 0, "json", NULL, "one JSON object a connection", OPT_FLAG, &json,
	  NULL },
	{ 0, "rules", NULL, "print the verdicts there are, and leave", OPT_FLAG,
	  &list_rules, NULL },
	SESSION_OPTION(session),
	{ 'r', "debugfs", "DIR",
	  "where debugfs is (default: /sys/kernel/debug)",
	  OPT_STRING, &debugfs, NULL },
	{}
};

/* A command line for another command, whose words are ours. */
struct line {
	int n;
	const char **v;
};

static void add(struct line *l, const char *word)
{
	l->v = xrealloc(l->v, (l->n + 2) * sizeof(*l->v));
	l->v[l->n++] = word;
	l->v[l->n] = NULL;
}

static void add_option(struct line *l, const char *name, const char *value)
{
	if (!value)
		return;
	add(l, name);
	add(l, value);
}

static int run(const struct cmd *cmd, struct line *l)
{
	struct args args;
	/* the order of the words may change, they do not */
	int code = opt_parse(cmd, l->n, (char **)l->v, &args);

	if (code < 0)
		code = cmd->run(&args);
	free(l->v);
	return code;
}

static int do_record(const struct args *a)
{
	struct line l = {};

	add(&l, "record");
	add_option(&l, "-e", events ? events : WHY_EVENTS);
	/* A command has its own end. */
	add_option(&l, "-w", a->tail && !time_text ? NULL :
		   time_text ? time_text : DEFAULT_TIME);
	add_option(&l, "-o", output);
	add_option(&l, "-S", filter);
	add_option(&l, "--netns", netns);
	add_option(&l, "--session", session);
	add_option(&l, "-r", debugfs);
	if (force)
		add(&l, "-f");
	for (int i = 0; i < a->n; i++)
		add(&l, a->v[i]);
	if (a->tail)
		add(&l, "--");
	for (char **w = a->tail; w && *w; w++)
		add(&l, *w);
	return run(&cmd_record, &l);
}

/* @files: what was recorded before, else the recording that we have made. */
static int do_parse(int n, char **files)
{
	struct line l = {};

	add(&l, "parse");
	add(&l, "--why");
	if (json)
		add(&l, "--json");
	add_option(&l, "--top", top);
	add_option(&l, "--conn", conn);
	if (n)
		add_option(&l, "-S", filter);
	add(&l, "--");
	for (int i = 0; i < n; i++)
		add(&l, files[i]);
	if (!n)
		add(&l, output ? output : DEFAULT_FILE);
	return run(&cmd_parse, &l);
}

/* No expression looks like that. */
static bool is_name(const struct args *a)
{
	const char *w = a->n ? a->v[0] : "";
	size_t n = strlen(w);

	return (n > 4 && !strcmp(w + n - 4, ".dat")) || *w == '/' ||
	       !strncmp(w, "./", 2) || !strncmp(w, "../", 3);
}

/* Operands are files to read if the first is one, else an expression. */
static bool is_file(const struct args *a)
{
	return a->n && (!strcmp(a->v[0], "-") || !access(a->v[0], F_OK));
}

static int read_files(const struct args *a)
{
	if (a->tail)
		return fail(EXIT_USAGE, "read %s, or run a command: one of them",
			    a->v[0]);
	if (events || time_text || output || netns || session || debugfs ||
	    force)
		return fail(EXIT_USAGE, "%s is read: -w, -e, -o, -f, -r, --netns, --session are for a recording",
			    a->v[0]);
	return do_parse(a->n, a->v);
}

/* What parse would refuse, before anything is recorded for it. */
static int check_options(void)
{
	struct conns c = {};
	u64 n;
	int code = top ? recopt_count(top, &n) : 0;

	if (!code && conn)
		code = conns_parse(conn, &c);
	conns_free(&c);
	if (!code && output && !strcmp(output, "-"))
		code = fail(EXIT_USAGE, "-o - : the verdicts go there");
	return code;
}

/* If CMD failed that is its own affair; if not even that, nothing is new. */
static bool never_ran(int code)
{
	return code == EXIT_NO_CMD || code == EXIT_CANNOT_RUN ||
	       code == EXIT_NOT_FOUND;
}

static int run_why(const struct args *a)
{
	int code;

	if (list_rules) {
		why_rules();
		return EXIT_OK;
	}
	code = check_options();
	if (code)
		return code;
	if (is_file(a) || is_name(a))
		return read_files(a);
	code = do_record(a);
	if (code && (!a->tail || never_ran(code)))
		return code;
	return do_parse(0, NULL);
}

const struct cmd cmd_why = {
	.name = "why",
	.args = "[FILE... | EXPRESSION... | -- CMD...]",
	.brief = "say what connections in trouble suffer from",
	.more =
"Reads recordings, or records for ten seconds, or while CMD runs, and prints\n"
"for each connection in trouble, worst first: the cause and its share of the\n"
"time, the events that show it, how certain that is, and what to do next.\n"
"\"skbtrace parse --seq LIST\" prints these events. Exit codes as those of\n"
"parse; none in trouble is 0.\n"
"\n"
"examples:\n"
"  skbtrace why\n"
"  skbtrace why 'port 443'\n"
"  skbtrace why -- curl -sO https://host/file\n"
"  skbtrace why skbtrace.dat --top 3\n"
"  skbtrace why --json | jq -r '.verdicts[0].text'\n",
	.opts = opts,
	.takes_tail = true,
	.run = run_why,
};
