/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals as a file descriptor to poll. INT, TERM and HUP ask for an orderly
 * stop; a second INT exits at once, from the handler. A signalfd could not do
 * that while a write() to a full pipe blocks.
 */
#ifndef SKBTRACE_SIG_H
#define SKBTRACE_SIG_H

#include "lib/util.h"

enum sig_event {
	SIG_STOP	= 1,
	SIG_PROGRESS	= 2,	/* USR1 */
	SIG_SNAPSHOT	= 4,	/* USR2 */
};

/*
 * Install the handlers. Returns the descriptor, readable after a signal, or -1.
 */
int sig_setup(void);

/* SIG_* since the last call. */
unsigned int sig_take(void);

/*
 * The signal that asked to stop, to be sent to a child; 0 if it came from the
 * terminal, which signals the child itself.
 */
int sig_to_forward(void);

/* Clean up on a second INT; async-signal-safe. NULL: nothing. */
void sig_at_exit(void (*fn)(void));

/* Restore the signals, between fork() and exec(). */
void sig_reset(void);

#endif
