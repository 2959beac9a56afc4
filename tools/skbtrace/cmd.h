/* SPDX-License-Identifier: GPL-2.0 */
/* A subcommand: one cmd_NAME.c, one row in main.c. */
#ifndef SKBTRACE_CMD_H
#define SKBTRACE_CMD_H

#include <stdbool.h>

#include "opt.h"

#define SKBTRACE_VERSION	"2.0"

/* What stands on the command line beside the options. */
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
	bool takes_tail;	/* "-- CMD" means something here */
	int (*run)(const struct args *a);	/* options are already set */
};

extern const struct cmd cmd_record, cmd_live, cmd_parse, cmd_info, cmd_list,
			cmd_status, cmd_snapshot, cmd_stop, cmd_why;

#endif
