/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control files of a session: <debugfs>/skbtrace/NAME, small texts; see
 * kernel/sessions.h for others than the default one.
 */
#ifndef SKBTRACE_CTL_H
#define SKBTRACE_CTL_H

#include "lib/util.h"

#define CTL_DEBUGFS	"/sys/kernel/debug"

struct ctl {
	char *root;		/* of debugfs */
	int dir;		/* of the session in it; -1: there is none */
};

enum ctl_mode {
	CTL_LOOK,		/* change nothing on the system */
	CTL_STOP,		/* nor ask whether it could be loaded */
	CTL_PREPARE,		/* mount debugfs, load the module */
};

/*
 * Open the control directory. 0, or an exit code after a message that says
 * what to do. With CTL_LOOK a kernel where skbtrace is just not loaded gives 0
 * and dir -1, with CTL_STOP one that has none, too. @verb, the command, is for
 * the message.
 */
int ctl_open(struct ctl *c, const char *debugfs, enum ctl_mode mode,
	     const char *verb);
void ctl_close(struct ctl *c);

/* Whole file as a string, NULL with errno. */
char *ctl_read(const struct ctl *c, const char *name);
bool ctl_exists(const struct ctl *c, const char *name);

/*
 * Write @text in one write(). 0, or an exit code after a message: what the
 * kernel says in "error", else what errno says. Bad input is EXIT_USAGE.
 */
int ctl_write(const struct ctl *c, const char *name, const char *text);

/*
 * The same in pieces of whole lines, none of them longer than @max bytes: for
 * texts that the kernel collects until they are complete.
 */
int ctl_write_long(const struct ctl *c, const char *name, const char *text,
		   size_t max);

/*
 * Says why @name refused @what with @err: the kernel's "error", else the words
 * for @err. An exit code.
 */
int ctl_refused(const struct ctl *c, const char *name, const char *what,
		int err);

/* As ctl_write(), without messages: 0 or -errno. */
int ctl_write_quiet(const struct ctl *c, const char *name, const char *text);

/* A number from a file that holds one; false: none there. */
bool ctl_number(const struct ctl *c, const char *name, u64 *val);

struct ctl_owner {
	bool any;
	u32 pid;
	u32 uid;
	u64 since_ns;		/* CLOCK_MONOTONIC */
	char comm[64];		/* with its subcommand: "skbtrace record" */
};

void ctl_owner(const struct ctl *c, struct ctl_owner *o);

#endif
