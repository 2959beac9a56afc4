// SPDX-License-Identifier: GPL-2.0
/* d: a program in D over a recording, or over what happens now. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/framed.h"
#include "cmd/livesink.h"
#include "d/d.h"
#include "lib/num.h"
#include "provider/list.h"
#include "provider/provider.h"
#include "show/input.h"

enum { MAX_SPECS = 32,		/* more than probes are made of */
	MAX_PIECES = 64 };

/* The program names its events; a session asks what it would be without. */
static struct recopt what = { .set = "@conn" };
static struct show_opts show_opts;
static struct inputs inputs;
static char *text;
static struct d_piece pieces[MAX_PIECES];
static u32 npieces;
static struct d_how how = { .fd = STDOUT_FILENO };
static const char *command, *output;
static bool list, verbose, no_run;
static struct child child;
static char **child_argv;
static struct d *d;
static int status = -1;		/* of the program's end, -1: not ended */
static char *specs[MAX_SPECS];

static int add_input(const char *arg, void *dest)
{
	return inputs_add(dest, arg);
}

/*
 * What several options say is one program: a clause may begin in one of them.
 */
static int add_piece(const char *file, const char *arg, size_t len)
{
	if (npieces == MAX_PIECES)
		return fail(EXIT_USAGE, "more than %d programs", MAX_PIECES);
	text = xrealloc(text, how.len + len + 2);
	if (npieces)
		text[how.len++] = '\n';
	pieces[npieces++] = (struct d_piece){ .from = how.len, .file = file };
	memcpy(text + how.len, arg, len);
	how.len += len;
	text[how.len] = '\0';
	return 0;
}

static int add_text(const char *arg, void *dest)
{
	(void)dest;
	return add_piece(NULL, arg, strlen(arg));
}

static int add_script(const char *name, void *dest)
{
	char *read;
	size_t len;
	int code;

	(void)dest;
	/* also where nobody has made that link */
	if (!strcmp(name, "/dev/stdin"))
		name = "-";
	code = input_text(name, &read, &len);
	if (code)
		return code;
	if (len > D_MAX_TEXT || memchr(read, 0, len))
		code = fail(EXIT_USAGE, "%s is no program in D: %s", name,
			    len > D_MAX_TEXT ? "more than 1 MiB" :
					       "a NUL is in it");
	else
		code = add_piece(input_name(name), read, len);
	free(read);
	return code;
}

/* A probe's description with less than all parts, and what is behind it */
static int add_part(const char *arg, const char *colons)
{
	int len = strcspn(arg, " \t\n/{");
	char *s = xasprintf("%.*s%s%s", len, arg, colons, arg + len);
	int code = add_text(s, NULL);

	free(s);
	return code;
}

static int add_provider(const char *arg, void *dest)
{
	(void)dest;
	return add_part(arg, ":::");
}

static int add_module(const char *arg, void *dest)
{
	(void)dest;
	return add_part(arg, "::");
}

static int add_function(const char *arg, void *dest)
{
	(void)dest;
	return add_part(arg, ":");
}

static int add_option(const char *arg, void *dest)
{
	struct d_how *h = dest;

	if (h->noptions == D_MAX_OPTIONS)
		return fail(EXIT_USAGE, "-x: more than %d options",
			    D_MAX_OPTIONS);
	h->options[h->noptions++] = arg;
	return 0;
}

static const struct opt opts[] = {
	{ 'n', "program", "PROGRAM", "the same as the operand; several are one",
	  OPT_CALL, NULL, add_text },
	{ 'P', "provider", "PROVIDER", "all probes of a provider: -P udp",
	  OPT_CALL, NULL, add_provider },
	{ 'm', "module", "MODULE", "all of [PROVIDER:]MODULE", OPT_CALL, NULL,
	  add_module },
	{ 'f', "function", "FUNCTION", "all of [[PROVIDER:]MODULE:]FUNCTION",
	  OPT_CALL, NULL, add_function },
	{ 's', "script", "FILE", "a program in a file, - for stdin; operands are"
	  " its $1, $2 ...", OPT_CALL, NULL, add_script },
	{ 'c', "command", "COMMAND", "run it when all is on, until a second after"
	  " its end; $target is its pid", OPT_STRING, &command, NULL },
	{ 'l', "list", NULL, "list the program's probes (without one: all) and"
	  " run nothing", OPT_FLAG, &list, NULL },
	{ 'v', "verbose", NULL, "tell how stable the program is; with -l its"
	  " probes, and the types of their arguments", OPT_FLAG, &verbose,
	  NULL },
	{ 'o', "output", "FILE", "append what is printed to this file",
	  OPT_STRING, &output, NULL },
	{ 'e', "check", NULL, "check the program and run nothing", OPT_FLAG,
	  &no_run, NULL },
	{ 'Z', "zero", NULL, "a description may match no probe", OPT_FLAG,
	  &how.zero, NULL },
	{ 'i', "input", "FILE", "over this recording, - for stdin", OPT_CALL,
	  &inputs, add_input },
	{ 'q', "quiet", NULL, "only what the program prints", OPT_FLAG,
	  &how.quiet, NULL },
	{ 'x', "option", "NAME[=VALUE]",
	  "as \"#pragma D option\": quiet, flowindent, aggsortkey, aggsortrev,"
	  " zdefs, argref, defaultargs, aggsize=, dynvarsize=, strsize=",
	  OPT_CALL, &how, add_option },
	{ 'w', "seconds", "SECONDS", "stop after this time (10, 1.5, 2m, 1h)",
	  OPT_CALL, &what.duration_ns, recopt_duration },
	CHOICE_OPTIONS(what),
	CONN_OPTIONS(show_opts),
	{ 0, "since", "TIME", "with -i: from then: 1.5, 14:03:07.2",
	  OPT_STRING, &show_opts.since, NULL },
	{ 0, "until", "TIME", "with -i: up to then", OPT_STRING,
	  &show_opts.until, NULL },
	SESSION_OPTION(what.session),
	{ 'r', "debugfs", "DIR", "where debugfs is (default: /sys/kernel/debug)",
	  OPT_STRING, &what.debugfs, NULL },
	{}
};

/* ---- the way of events ---- */

static void tap_rec(void *arg, const struct match *m, struct trace *t,
		    const struct rec *r, enum matched matched)
{
	(void)arg;
	(void)m;
	d_begin(d, t, t->start + t->shift);
	if (matched == MATCHED_YES && r->ev)
		d_rec(d, t, r);
}

static void tell_missing(void *traces, const char *event, const char *when)
{
	const char *whole = event_whole(event);
	bool told = false;

	(void)when;
	for (const struct trace *t = traces; t; t = t->next) {
		if (trace_spec(t, event) || (whole && trace_spec(t, whole)))
			return;
		told = told || *trace_meta_get(t, "events");
	}
	if (!told)
		return;
	msg("%s is not recorded here, so probes made of it do not fire", event);
	hint("skbtrace record -e %s", event);
}

static void tap_end(void *arg, struct trace *traces)
{
	u64 end = 0;

	(void)arg;
	for (const struct trace *t = traces; t; t = t->next)
		if (t->has_end && t->end.mono_ns + t->shift > end)
			end = t->end.mono_ns + t->shift;
	d_begin(d, traces, traces->start + traces->shift);
	d_tick(d, end);
	status = d_end(d);
	if (inputs.n)
		d_events(d, tell_missing, traces);
}

static bool tap_over(void *arg)
{
	(void)arg;
	return d_over(d);
}

static const struct show_tap tap = {
	.rec = tap_rec, .end = tap_end, .over = tap_over,
};

static int shown(struct live *l)
{
	d_begin(d, NULL, mono_ns());
	d_tick(d, mono_ns());
	l->sink.due_ns = d_due(d);
	return d_over(d) ? -EPIPE : 0;
}

/* ---- */

/* Whoever chooses the events keeps pointers to the specs. */
static void add_spec(void *n, const char *event, const char *when)
{
	char **spec = &specs[*(int *)n];

	*spec = xasprintf("%s%s%s", event, *when ? ",when=" : "", when);
	recopt_spec(*spec, &what);
	++*(int *)n;
}

/* As DTrace, whose exit status is not that of a command it cannot run */
static int command_code(int code)
{
	return code == EXIT_NOT_FOUND || code == EXIT_CANNOT_RUN ?
	       EXIT_FAILED : code;
}

/* Of a program that asks nothing of the network */
static int run_alone(void)
{
	if (d_has_ticks(d))
		return fail(EXIT_USAGE, "tick-N alone: nothing of the network is traced");
	d_begin(d, NULL, mono_ns());
	d_tick(d, mono_ns());
	if (command) {
		int code = child_go(&child, child_argv);

		if (code)
			return command_code(code);
		child_wait(&child);
	}
	return d_end(d);
}

static int run_live(void)
{
	struct live l = {
		.sink = { .ops = &live_ops, .stdout_fd = STDOUT_FILENO },
		.shown = shown,
		.child = command ? &child : NULL,
		.child_argv = child_argv,
	};
	int n = 0, code;

	d_events(d, add_spec, &n);
	if (!n)
		return run_alone();
	what.quiet = how.quiet;
	code = live_run(&l, "d", &what, &show_opts);
	return code ? command_code(code) : status < 0 ? d_end(d) : status;
}

static int run_input(void)
{
	int code;

	show_opts.filter = what.conn_filter.text;
	code = framed_files(&show_opts, &inputs);
	return code ? code : status < 0 ? EXIT_FAILED : status;
}

/* ---- what is given ---- */

static int check_input(void)
{
	bool scope = what.packet_filter.text || what.debugfs ||
		     what.session || what.duration_ns;

	if (inputs.n && command)
		return fail(EXIT_USAGE, "%s is read: -c is for tracing",
			    inputs.name[0]);
	for (int i = 0; i < NR_SCOPES; i++)
		scope = scope || what.scope[i].text;
	if (inputs.n && scope)
		return fail(EXIT_USAGE,
			    "%s is read: -F, -r, -w, --netns and such are for tracing",
			    inputs.name[0]);
	if (!inputs.n && (show_opts.since || show_opts.until ||
			  show_opts.conns.n))
		return fail(EXIT_USAGE, "--since, --until and --conn are for a recording, -i FILE");
	return 0;
}

/* As DTrace: behind what is there */
static int open_output(void)
{
	if (!output)
		return 0;
	how.fd = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	return how.fd < 0 ? fail(EXIT_FAILED, "cannot open %s: %m", output) : 0;
}

/* -s FILE, -n PROGRAM or the first operand; others are the program's. */
static int take_program(const struct args *a)
{
	int used = 0, code = 0;

	if (!text) {
		if (!a->n) {
			msg("no program given");
			hint("skbtrace d 'ip:::send { @[args[2]->ip_daddr] = count(); }'");
			return EXIT_USAGE;
		}
		code = add_text(a->v[0], NULL);
		used = 1;
	}
	how.nargs = a->n - used;
	how.args = a->v + used;
	how.text = text;
	how.pieces = pieces;
	how.npieces = npieces;
	how.lists = list;
	return code;
}

static int compile(void)
{
	if (command) {
		int code;

		child_argv = child_words(command);
		code = child_create(&child, child_argv);
		if (code)
			return code;
		how.target = child.pid;
	}
	d = d_new(&how);
	return d ? 0 : EXIT_FAILED;
}

static int run_program(void)
{
	if (list)
		d_list(d, verbose);
	else if (verbose)
		d_report(d);
	if (list || no_run)
		return 0;
	show_opts.tap = &tap;
	return inputs.n ? run_input() : run_live();
}

static int run_d(const struct args *a)
{
	int code = check_input();

	if (!code)
		code = open_output();
	if (!code && list && how.fd != STDOUT_FILENO &&
	    dup2(how.fd, STDOUT_FILENO) < 0)
		code = fail(EXIT_FAILED, "cannot write to %s: %m", output);
	if (!code && list && !a->n && !text)
		return list_probes(0, NULL,
				   verbose ? LIST_TYPES : LIST_LINE, NULL);
	how.quiet = how.quiet || list;
	if (!code)
		code = take_program(a);
	if (!code)
		code = compile();
	if (!code)
		code = run_program();
	if (d)
		d_free(d);
	if (how.fd > STDERR_FILENO)
		close(how.fd);
	child_drop(&child);
	free(child_argv);
	for (int i = 0; i < MAX_SPECS; i++)
		free(specs[i]);
	free(text);
	return code;
}

const struct cmd cmd_d = {
	.name = "d",
	.args = "PROGRAM [ARG...]",
	.brief = "run a program in D, over a recording or what happens now",
	.more =
"Probes are DTrace's ip, tcp and udp: \"skbtrace list -l\" shows them. The exit\n"
"code is that of the program's exit(), 1 if it does not compile, or as of parse.\n"
"\n"
"  skbtrace d 'tcp:::connect-request { @[args[3]->tcps_raddr] = count(); }'\n"
"  skbtrace d -i skbtrace.dat 'tcp:::send { @ = quantize(args[2]->ip_plength); }'\n"
"  skbtrace d -q -s tcpstates.d -i skbtrace.dat\n"
"  skbtrace d -c 'curl -s 10.0.0.7' 'tcp:::state-change /pid == $target/'\n"
"  skbtrace d -l -v -n ip:::send\n",
	.opts = opts,
	.run = run_d,
};
