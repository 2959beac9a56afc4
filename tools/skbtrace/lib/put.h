/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Formatting into a buffer, without checks: the caller has reserved space.
 * Every function returns the new end. With printf() parse would be much slower.
 */
#ifndef SKBTRACE_PUT_H
#define SKBTRACE_PUT_H

#include <string.h>

#include "lib/util.h"

extern const char put_pairs[];	/* "00" to "99" */
extern const u64 put_powers[20];	/* of ten */

static inline char *put_mem(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);	/* cppcheck-suppress uninitvar */
	return p + n;
}

/*
 * The same for what is short, without a call: whole pieces are copied, so both
 * sides have room for PUT_PIECE bytes more.
 */
enum { PUT_PIECE = 16 };

static inline char *put_short(char *p, const char *s, size_t n)
{
	memcpy(p, s, PUT_PIECE);
	for (size_t i = PUT_PIECE; i < n; i += PUT_PIECE)
		memcpy(p + i, s + i, PUT_PIECE);
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

/* 1233 / 4096 is a little more than the logarithm of 2. */
static inline unsigned int put_digits(u64 v)
{
	unsigned int n = (64 - __builtin_clzll(v | 1)) * 1233 >> 12;

	return n + ((v | 1) >= put_powers[n]);
}

static inline char *put_u64(char *p, u64 v)
{
	char *end, *q;
	u32 w;

	if (v < 10)
		return put_char(p, '0' + v);
	end = p + put_digits(v);
	q = end;
	for (; v > UINT32_MAX; v /= 100) {
		q -= 2;
		put_2(q, v % 100);
	}
	/* most are short: half the instructions */
	for (w = v; w >= 100; w /= 100) {
		q -= 2;
		put_2(q, w % 100);
	}
	if (w >= 10)
		put_2(p, w);
	else
		*p = '0' + w;
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

/* Blanks up to the column @from + @width */
static inline char *put_pad(char *p, const char *from, int width)
{
	int n = width - (int)(p - from);

	if (n <= 0)
		return p;
	memset(p, ' ', n);
	return p + n;
}

/*
 * Up to @max bytes of @s, ending at a NUL; blanks and control characters are
 * escaped ("\x20"). Needs 4 * max + 1 bytes.
 */
int escape_text(char *out, const u8 *s, size_t max);

#endif
