/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands and their options: one table per command, from which the arguments
 * of getopt, the parser and --help are made.
 */
#ifndef SKBTRACE_OPT_H
#define SKBTRACE_OPT_H

#include "lib/util.h"

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

/* The command line without options */
struct args {
	int n;
	char **v;		/* operands, NULL at the end */
	char **tail;		/* after "--", NULL if there was none */
};

struct cmd {
	const char *name;
	const char *args;	/* "[FILE...]", for the usage line */
	const char *brief;	/* one line for the list of commands */
	const char *more;	/* lines below the options, e.g. examples */
	const struct opt *opts;	/* ends with {} */
	bool takes_tail;	/* accepts "-- CMD" */
	int (*run)(const struct args *a);	/* options are already set */
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
 * The same for programs such as completion in a shell: a line per option, with
 * tabs between letter, long name, argument ("-" each, if there is none) and the
 * first line of its help.
 */
void opt_list(const struct cmd *cmd);

#endif
