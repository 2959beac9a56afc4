/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions as "when=" takes them: alternatives, joined by "||", of
 * comparisons joined by "&&". "": always. What is returned is to be freed.
 */
#ifndef SKBTRACE_PROVIDER_WHEN_H
#define SKBTRACE_PROVIDER_WHEN_H

#include "lib/util.h"

/* As many comparisons as the kernel takes */
enum { WHEN_TERMS = 8 };

char *when_and(const char *a, const char *b);
char *when_or(const char *a, const char *b);
u32 when_terms(const char *when);

#endif
