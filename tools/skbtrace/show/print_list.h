/* SPDX-License-Identifier: GPL-2.0 */
/* "list": the events of a format, as a table or one by one. */
#ifndef SKBTRACE_PRINT_LIST_H
#define SKBTRACE_PRINT_LIST_H

#include "trace/format.h"

/* What to list, and how. */
struct list_opts {
	int n;			/* names, globs or @sets: all about each; */
	char *const *names;	/* none: one line per event */
	bool json;		/* always all, one object a line */
	/* print this of the format instead; NULL: no */
	void (*whole)(const struct format *f);
};

/*
 * @where ("this kernel", a file's name) is for messages. Returns the exit
 * code.
 */
int list_print(const struct format *f, const char *where,
	       const struct list_opts *o);

/* The same from the text of "format". */
int list_text(const char *text, size_t len, const char *where,
	      const struct list_opts *o);

/* From a capture, or from a file that holds the text of "format". */
int list_file(const char *path, const struct list_opts *o);

#endif
