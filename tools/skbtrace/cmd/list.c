// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "kernel/ctl.h"
#include "provider/list.h"
#include "show/print_list.h"
#include "wire/dissector.h"

static const char *debugfs, *input;
static struct chosen chosen;
static struct list_opts what;
static bool probes, verbose, dissector, colors;

static int add_name(const char *arg, void *dest)
{
	return chosen_add(dest, arg, "");
}

static int add_provider(const char *arg, void *dest)
{
	return chosen_add(dest, arg, ":::");
}

static int add_module(const char *arg, void *dest)
{
	return chosen_add(dest, arg, "::");
}

static int add_function(const char *arg, void *dest)
{
	return chosen_add(dest, arg, ":");
}

static const struct opt opts[] = {
	{ 'i', "input", "FILE",
	  "the events of a capture, or of a text of \"format\"; needs no"
	  " rights; with -l: the probe that has this ID", OPT_STRING, &input,
	  NULL },
	{ 0, "json", NULL, "all about each, one JSON object a line", OPT_FLAG,
	  &what.json, NULL },
	{ 'l', "probes", NULL,
	  "the probes of \"skbtrace d\", as \"dtrace -l\"; needs no rights",
	  OPT_FLAG, &probes, NULL },
	{ 'v', "verbose", NULL,
	  "of -l: stability, arguments, and how each member is had",
	  OPT_FLAG, &verbose, NULL },
	{ 'n', "name", "PROBE", "of -l: what this description matches",
	  OPT_CALL, &chosen, add_name },
	{ 'P', "provider", "PROVIDER", "of -l: all probes of a provider",
	  OPT_CALL, &chosen, add_provider },
	{ 'm', "module", "MODULE", "of -l: all of [PROVIDER:]MODULE", OPT_CALL,
	  &chosen, add_module },
	{ 'f', "function", "FUNCTION",
	  "of -l: all of [[PROVIDER:]MODULE:]FUNCTION", OPT_CALL, &chosen,
	  add_function },
	{ 0, "dissector", NULL,
	  "a dissector of frames in Lua, for Wireshark and tshark", OPT_FLAG,
	  &dissector, NULL },
	{ 0, "colors", NULL, "rules for Wireshark's file \"colorfilters\"",
	  OPT_FLAG, &colors, NULL },
	{ 'r', "debugfs", "DIR",
	  "where debugfs is (default: /sys/kernel/debug)",
	  OPT_STRING, &debugfs, NULL },
	{}
};

static int list_kernel(void)
{
	struct ctl c;
	char *text;
	int code;

	code = ctl_open(&c, debugfs, CTL_PREPARE, "list");
	if (!code) {
		/* Reading it loads the modules of all protocols. */
		text = ctl_read(&c, "format");
		if (text)
			code = list_text(text, strlen(text), "this kernel",
					 &what);
		else
			code = fail(EXIT_FAILED, "cannot read the format: %m");
		free(text);
	}
	ctl_close(&c);
	return code;
}

/*
 * Of a kernel that has skbtrace and lets us read it, else NULL: nothing is
 * loaded for it, and it is not missed.
 */
static struct format *read_format(void)
{
	char *path = xasprintf("%s/skbtrace/format",
			       debugfs ? debugfs : CTL_DEBUGFS);
	struct format *f = NULL;
	FILE *file = fopen(path, "re");
	char *text = NULL, err[256];
	size_t size = 0;
	ssize_t len;

	if (file) {
		len = getdelim(&text, &size, '\0', file);
		if (len > 0)
			f = format_parse(text, len, err, sizeof(err));
		free(text);
		fclose(file);
	}
	free(path);
	return f;
}

static int list_providers(const struct args *a)
{
	struct format *here = verbose ? read_format() : NULL;
	enum listed how = verbose ? LIST_ALL : LIST_LINE;
	int code;

	code = chosen.n + chosen.nids ? list_chosen(&chosen, how, here) :
					list_probes(a->n, a->v, how, here);
	if (here)
		format_free(here);
	return code;
}

/* What is for -l, and what is not */
static int check_probes(const struct args *a)
{
	if (!probes && verbose)
		return fail(EXIT_USAGE, "-v is for -l: list EVENT tells all of an event");
	if (!probes && chosen.n)
		return fail(EXIT_USAGE, "-n, -P, -m and -f choose probes: list -l");
	if (!probes)
		return 0;
	if (what.json)
		return fail(EXIT_USAGE, "-l lists probes: not with --json");
	if (input && (strspn(input, "0123456789") != strlen(input)))
		return fail(EXIT_USAGE, "-l lists probes: -i is the ID of one, not a file");
	if (a->n && (chosen.n || input))
		return fail(EXIT_USAGE, "-n, -P, -m, -f and -i choose probes: no operand is needed");
	return input ? chosen_add_id(&chosen, input) : 0;
}

static int run_probes(const struct args *a)
{
	int code = check_probes(a);

	if (!code && probes)
		code = list_providers(a);
	chosen_free(&chosen);
	return code;
}

static int run_list(const struct args *a)
{
	int code = run_probes(a);

	if (code || probes)
		return code;
	if (dissector + colors + what.json > 1)
		return fail(EXIT_USAGE, "--json, --dissector, --colors: one at a time");
	if ((dissector || colors) && a->n)
		return fail(EXIT_USAGE, "--%s is of all events: no EVENT here",
			    colors ? "colors" : "dissector");
	what.whole = dissector ? dissector_print : colors ? colors_print : NULL;
	what.n = a->n;
	what.names = a->v;
	return input ? list_file(input, &what) : list_kernel();
}

const struct cmd cmd_list = {
	.name = "list",
	.args = "[EVENT|GLOB|@SET|PROBE...]",
	.brief = "the events of this kernel, their fields and options",
	.more =
"HERE says how an event is had on this kernel: exact, inferred from something\n"
"else, or unavailable.\n\n"
"  skbtrace list\n"
"  skbtrace list tcp_rttm '@trouble'\n"
"  skbtrace list -i skbtrace.dat\n"
"  skbtrace list -l -v -n tcp:::send\n"
"  skbtrace list --dissector > skbtrace.lua\n",
	.opts = opts,
	.run = run_list,
};
