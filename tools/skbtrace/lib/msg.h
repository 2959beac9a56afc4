/* SPDX-License-Identifier: GPL-2.0 */
/* Messages and exit codes. */
#ifndef SKBTRACE_MSG_H
#define SKBTRACE_MSG_H

#include <stdbool.h>

/* Exit codes */
enum exit_code {
	EXIT_OK		= 0,
	EXIT_FAILED	= 1,
	EXIT_USAGE	= 2,
	EXIT_INCOMPLETE	= 3,	/* done, but truncated, or lossy and --strict */
	EXIT_NO_CMD	= 125,	/* record -- CMD: skbtrace itself failed */
	EXIT_SIGINT	= 130,	/* second Ctrl-C */
};

/*
 * A message is a line "skbtrace: what happened"; an indented hint below says
 * what to do. Long lines are wrapped; a command in a hint should not be, so
 * that it can be copied. fail() returns its first argument, so that an error
 * path is one statement: return fail(EXIT_USAGE, "...");
 */
void msg(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void hint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Until msg_where(NULL), messages begin with this place, FILE:LINE.
 */
void msg_where(const char *where);

/*
 * The last line of the terminal shows the progress, without a newline: the next
 * output must erase it. Messages do so.
 */
extern bool line_on_screen;
#define SCREEN_CLEAR	"\r\033[K"

#endif
