/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes into a buffer, without checks: the caller has reserved room. Every
 * function returns the new end. printf() would be most of parse's time.
 */
#ifndef SKBTRACE_PUT_H
#define SKBTRACE_PUT_H

#include <string.h>

#include "util.h"

extern const char put_pairs[];	/* "00" to "99" */

static inline char *put_mem(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

static inline char *put_str(char *p, const char *s)
{
	return put_mem(p, s, strlen(s));
}

#define put_lit(p, s)	put_mem(p, s, sizeof(s) - 1)

static inline char *put_char(char *p, char c)
{
	*p = c;
	return p + 1;
}

static inline char *put_2(char *p, u32 v)
{
	return put_mem(p, put_pairs + 2 * v, 2);
}

/* Exactly that many digits. */
static inline char *put_3(char *p, u32 v)
{
	*p = '0' + v / 100;
	return put_2(p + 1, v % 100);
}

static inline char *put_6(char *p, u32 v)
{
	p = put_2(p, v / 10000);
	p = put_2(p, v / 100 % 100);
	return put_2(p, v % 100);
}

static inline char *put_9(char *p, u32 v)
{
	return put_6(put_3(p, v / 1000000), v % 1000000);
}

static inline unsigned int put_digits(u64 v)
{
	unsigned int n = 1;

	for (;;) {
		if (v < 10)
			return n;
		if (v < 100)
			return n + 1;
		if (v < 1000)
			return n + 2;
		if (v < 10000)
			return n + 3;
		v /= 10000;
		n += 4;
	}
}

static inline char *put_u64(char *p, u64 v)
{
	unsigned int n = put_digits(v);
	char *end = p + n, *q = end;

	while (v >= 100) {
		q -= 2;
		memcpy(q, put_pairs + 2 * (v % 100), 2);
		v /= 100;
	}
	if (v >= 10)
		memcpy(p, put_pairs + 2 * v, 2);
	else
		*p = '0' + v;
	return end;
}

static inline char *put_s64(char *p, s64 v)
{
	if (v >= 0)
		return put_u64(p, v);
	*p = '-';
	return put_u64(p + 1, -(u64)v);
}

static inline char *put_hex(char *p, u64 v)
{
	int shift = v ? (63 - __builtin_clzll(v)) & ~3 : 0;

	for (; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[v >> shift & 15];
	return p;
}

/* Blanks until the column @from + @width is reached. */
static inline char *put_pad(char *p, const char *from, int width)
{
	int n = width - (int)(p - from);

	if (n <= 0)
		return p;
	memset(p, ' ', n);
	return p + n;
}

#endif
