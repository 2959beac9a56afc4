// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "ctl.h"
#include "print_list.h"

static const char *debugfs, *input;

static const struct opt opts[] = {
	{ 'i', "input", "FILE",
	  "the events of a capture, or of a text of \"format\"; needs no rights",
	  OPT_STRING, &input, NULL },
	{ 'r', "debugfs", "DIR",
	  "where debugfs is (default: /sys/kernel/debug)",
	  OPT_STRING, &debugfs, NULL },
	{}
};

static int list_kernel(const struct args *a)
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
					 a->n, a->v);
		else
			code = fail(EXIT_FAILED, "cannot read the format: %m");
		free(text);
	}
	ctl_close(&c);
	return code;
}

static int run_list(const struct args *a)
{
	return input ? list_file(input, a->n, a->v) : list_kernel(a);
}

const struct cmd cmd_list = {
	.name = "list",
	.args = "[EVENT|GLOB|@SET...]",
	.brief = "the events of this kernel, their fields and options",
	.more =
"HERE says how an event is had on this kernel: exact, inferred from something\n"
"else, or unavailable.\n\n"
"  skbtrace list\n"
"  skbtrace list tcp_rttm '@trouble'\n"
"  skbtrace list -i skbtrace.dat\n",
	.opts = opts,
	.run = run_list,
};
