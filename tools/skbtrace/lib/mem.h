/* SPDX-License-Identifier: GPL-2.0 */
/* Allocation that cannot fail: it exits. */
#ifndef SKBTRACE_MEM_H
#define SKBTRACE_MEM_H

#include <stddef.h>

/* Exits with EXIT_FAILED and a message when there is none. */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
