// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "d/text.h"

static char *reserve(struct text *t, size_t n)
{
	if (t->cap - t->len < n) {
		t->cap = 2 * (t->cap + n);
		t->mem = xrealloc(t->mem, t->cap);
	}
	return t->mem + t->len;
}

void text_put(struct text *t, const char *s, size_t len)
{
	memcpy(reserve(t, len + 1), s, len);
	t->len += len;
}

void text_fill(struct text *t, char c, size_t n)
{
	memset(reserve(t, n + 1), c, n);
	t->len += n;
}

void textf(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(reserve(t, 128), 128, fmt, ap);
	va_end(ap);
	if (n >= 128) {
		va_start(ap, fmt);
		vsnprintf(reserve(t, n + 1), n + 1, fmt, ap);
		va_end(ap);
	}
	t->len += n;
}
