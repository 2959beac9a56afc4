/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals while a file is written that is useless until it is complete: INT,
 * TERM and HUP remove it and end the program, as if there were no handler.
 */
#ifndef SKBTRACE_REWRITE_LEAVE_H
#define SKBTRACE_REWRITE_LEAVE_H

#include "lib/util.h"

/* Block signals until the file is known. */
void leave_begin(void);
/* This one; NULL: there is none to remove. */
void leave_file(const char *path);
/* The file has been renamed or removed. */
void leave_end(void);

/* Has USR1 asked for the progress since the last call? */
bool leave_asked(void);

#endif
