// SPDX-License-Identifier: GPL-2.0
/* skbtrace: blktrace for the network stack. Commands and their dispatcher. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "lib/nearest.h"
#include "lib/version.h"

/* In the order in which people meet them. */
static const struct cmd *const cmds[] = {
	&cmd_why, &cmd_top, &cmd_latency, &cmd_record, &cmd_live, &cmd_parse,
	&cmd_report, &cmd_plot, &cmd_d, &cmd_info, &cmd_list, &cmd_cut,
	&cmd_merge, &cmd_anonymise, &cmd_pcap, &cmd_tc, &cmd_collect,
	&cmd_status, &cmd_snapshot, &cmd_stop,
};

static void usage(void)
{
	printf("usage: skbtrace COMMAND [options]\n\n"
	       "Traces what the network stack does to connections and packets.\n\n"
	       "commands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		printf("  %-11s%s\n", cmds[i]->name, cmds[i]->brief);
	printf("\n"
	       "  skbtrace COMMAND --help       options of a command\n"
	       "  skbtrace --version\n\n"
	       "Why is this connection slow?\n"
	       "  skbtrace why\n"
	       "or record, and look for yourself:\n"
	       "  skbtrace record -w 10\n"
	       "  skbtrace parse --summary\n");
}

/* For completion in a shell: "help --list" has the commands. */
static void list(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		printf("%s\t%s\n", cmds[i]->name, cmds[i]->brief);
}

static const struct cmd *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		if (!strcmp(cmds[i]->name, name))
			return cmds[i];
	return NULL;
}

static int unknown(const char *name)
{
	const char *names[ARRAY_SIZE(cmds) + 1];
	const char *near;

	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		names[i] = cmds[i]->name;
	names[ARRAY_SIZE(cmds)] = NULL;
	near = nearest(name, names);
	if (*name == '-') {
		msg("unknown option %s before the command", name);
		hint("skbtrace --help");
		return EXIT_USAGE;
	}
	msg("no command \"%s\"", name);
	if (near)
		hint("did you mean skbtrace %s?", near);
	else
		hint("skbtrace --help lists the commands");
	return EXIT_USAGE;
}

/* Report errors of stdout, such as a full disk. */
static int flushed(int code)
{
	if (fflush(stdout) && code == EXIT_OK)
		return fail(EXIT_FAILED, "cannot write output: %m");
	return code;
}

/* help [--list] [COMMAND] */
static int help(int argc, char **argv)
{
	const bool table = !strcmp(argv[0], "--list");
	const struct cmd *cmd;

	argc -= table;
	argv += table;
	if (!argc) {
		list();
		return flushed(EXIT_OK);
	}
	cmd = find(argv[0]);
	if (!cmd)
		return unknown(argv[0]);
	if (table)
		opt_list(cmd);
	else
		opt_help(cmd);
	return flushed(EXIT_OK);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct cmd *cmd;
	struct args args;
	int code;

	if (!name) {
		msg("no command given");
		hint("skbtrace --help lists the commands");
		return EXIT_USAGE;
	}
	if (!strcmp(name, "help") && argc > 2)
		return help(argc - 2, argv + 2);
	if (!strcmp(name, "-h") || !strcmp(name, "--help") ||
	    !strcmp(name, "help")) {
		usage();
		return flushed(EXIT_OK);
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		printf("skbtrace %s\n", SKBTRACE_VERSION);
		return flushed(EXIT_OK);
	}
	cmd = find(name);
	if (!cmd)
		return unknown(name);
	code = opt_parse(cmd, argc - 1, argv + 1, &args);
	if (code >= 0)
		return flushed(code);
	return flushed(cmd->run(&args));
}
