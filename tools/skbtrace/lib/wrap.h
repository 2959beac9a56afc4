/* SPDX-License-Identifier: GPL-2.0 */
/* Wraps text to the width of a terminal. */
#ifndef SKBTRACE_WRAP_H
#define SKBTRACE_WRAP_H

/* A terminal is at least this wide. */
enum { WRAP_WIDTH = 80 };

/*
 * Bytes of @text that fit in a line of @space columns: whole words, at least
 * one. *@next: the beginning of the next line, or the NUL.
 */
int wrap_line(const char *text, int space, const char **next);

/*
 * Print @text to stdout: the first line from column @col, where the cursor is,
 * further lines from @at, and a newline. A word that is too long gets a line of
 * its own, further left.
 */
void wrap_print(const char *text, int col, int at);

#endif
