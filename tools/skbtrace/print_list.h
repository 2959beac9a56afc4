/* SPDX-License-Identifier: GPL-2.0 */
/* "list": the events of a format, as a table or one by one. */
#ifndef SKBTRACE_PRINT_LIST_H
#define SKBTRACE_PRINT_LIST_H

#include "format.h"

/*
 * @n names, globs or @sets: all about each; none: one line per event. @where
 * ("this kernel", a file's name) is for messages. Returns the exit code.
 */
int list_print(const struct format *f, const char *where, int n,
	       char *const *names);

/* The same from the text of "format". */
int list_text(const char *text, size_t len, const char *where, int n,
	      char *const *names);

/* From a capture, or from a file that holds the text of "format". */
int list_file(const char *path, int n, char *const *names);

#endif
