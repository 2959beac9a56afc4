/* SPDX-License-Identifier: GPL-2.0 */
/* Text that grows: what a clause prints, all of it or none. */
#ifndef SKBTRACE_D_TEXT_H
#define SKBTRACE_D_TEXT_H

#include "lib/util.h"

struct text {
	char *mem;
	size_t len, cap;
};

void text_put(struct text *t, const char *s, size_t len);
void text_fill(struct text *t, char c, size_t n);
void textf(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
