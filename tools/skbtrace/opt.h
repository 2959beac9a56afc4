/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options: one table per command. The getopt strings, the parser and the text
 * of --help come from it, so an option cannot be without help.
 */
#ifndef SKBTRACE_OPT_H
#define SKBTRACE_OPT_H

#include "util.h"

struct cmd;
struct args;

enum opt_kind {
	OPT_FLAG,		/* bool: set to true */
	OPT_STRING,		/* const char *: the argument; the last wins */
	OPT_U64,		/* u64: a number */
	OPT_CALL,		/* handler called with the argument */
	OPT_OPTIONAL,		/* handler; argument may be missing (NULL),
				 * long options only: --color[=WHEN]
				 */
};

struct opt {
	char letter;		/* 0: long only */
	const char *name;	/* long name, NULL: letter only */
	const char *arg;	/* name of the argument in help; NULL: none */
	const char *help;	/* words; up to a '\n' they do in a list */
	enum opt_kind kind;
	void *dest;
	/* 0, or an exit code after its own message */
	int (*call)(const char *arg, void *dest);
};

/*
 * Parse the options of @cmd (@argv[0] is the command's name), set their
 * destinations and fill @args. Returns -1 to go on, else the exit code: help
 * was asked for, or a message has been printed.
 */
int opt_parse(const struct cmd *cmd, int argc, char **argv, struct args *args);

/* The text of --help on stdout. */
void opt_help(const struct cmd *cmd);

/*
 * The same for programs, as completion in a shell: a line an option, with tabs
 * between its letter, long name, argument ("-" each, if there is none) and the
 * first line of its help.
 */
void opt_list(const struct cmd *cmd);

#endif
