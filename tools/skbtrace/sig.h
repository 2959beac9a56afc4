/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals as something to poll. INT, TERM and HUP ask for an orderly stop;
 * a second INT leaves at once, from the handler, whatever hangs: a signalfd
 * would be read too late, after the write() to a pipe that nobody empties.
 */
#ifndef SKBTRACE_SIG_H
#define SKBTRACE_SIG_H

#include "util.h"

enum sig_event {
	SIG_STOP	= 1,
	SIG_PROGRESS	= 2,	/* USR1 */
	SIG_SNAPSHOT	= 4,	/* USR2 */
};

/* Install the handlers; readable when something came. -1 with errno. */
int sig_setup(void);

/* SIG_* since the last call. */
unsigned int sig_take(void);

/*
 * The signal that asked to stop, for a child that has not seen it; 0 when it
 * came from the terminal, which tells the child itself.
 */
int sig_to_forward(void);

/* Back to how they were, between fork() and exec(). */
void sig_reset(void);

#endif
