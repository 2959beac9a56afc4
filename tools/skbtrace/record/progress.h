/* SPDX-License-Identifier: GPL-2.0 */
/* The messages of record on stderr, while it runs and at its end. */
#ifndef SKBTRACE_PROGRESS_H
#define SKBTRACE_PROGRESS_H

#include "lib/util.h"

struct session;

/* Is there a terminal that wants a line every second? */
bool progress_wanted(const struct session *s);

/* The line; @stay: with a newline, for USR1 and logs. */
void progress_line(struct session *s, u64 now, bool stay);

/* The progress; @stay: with a newline. Cut to the width of the terminal. */
void progress_text(const char *text, bool stay);

/* Take the line off the terminal before another message. */
void progress_clear(void);

/*
 * "N events in T -> @where, none lost. Read: @more"; or what was lost, where,
 * and what helps. Losses are reported even if @s is quiet. @where and @more may
 * be NULL. Not @whole: the recording ended by an error.
 */
void progress_totals(const struct session *s, u64 events, const char *where,
		     const char *more, bool whole);

/* Only hints against losses; nothing if there were none. */
void progress_advice(const struct session *s);

#endif
