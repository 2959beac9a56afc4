/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command of "record -- CMD" and "d -c CMD". Its end is noticed by a pidfd,
 * which cannot be missed as a signal can.
 */
#ifndef SKBTRACE_CHILD_H
#define SKBTRACE_CHILD_H

#include <sys/types.h>

#include "lib/util.h"

enum { EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 };

struct child {
	pid_t pid;		/* 0: none, or ended */
	int fd;			/* of the process, while there is a pid */
	int go, report;		/* pipes of one that has not been let go */
	bool ended;
	int code;		/* for the shell, once it has ended */
};

/* 0, or an exit code (126, 127) after a message when it cannot be run. */
int child_start(struct child *c, char **argv);

/*
 * The same in two steps: there is a process with a pid, which runs nothing
 * before child_go(). child_drop(): it never will, or it is ended.
 */
int child_create(struct child *c, char **argv);
int child_go(struct child *c, char **argv);
void child_drop(struct child *c);

/*
 * The words of @command, in one piece of memory; if it has more than words and
 * blanks, those that have a shell run it.
 */
char **child_words(const char *command);

/* Readable when it has ended; -1: there is none any more. */
int child_fd(const struct child *c);

/* Has it ended? Does not wait. */
bool child_poll(struct child *c);

/* Pass a signal on; 0 does nothing. */
void child_signal(struct child *c, int sig);

/* Until it has ended. */
void child_wait(struct child *c);

#endif
