/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON into a buffer, without checks, as put.h: the caller has reserved room,
 * and every function returns the new end. Events are written so; json.h has
 * room of its own.
 *
 * Each value ends with a comma, and what closes takes the last one away. So
 * nobody has to know whether anything stands before, and a piece that was
 * written once ("sk":"1003","local":...,) is good in any object.
 */
#ifndef SKBTRACE_JSON_PUT_H
#define SKBTRACE_JSON_PUT_H

#include "put.h"

#define jput_key(p, key)	put_lit(p, "\"" key "\":")
#define jput_lit(p, word)	put_lit(p, "\"" word "\",")

static inline char *jput_open(char *p, char bracket)
{
	return put_char(p, bracket);
}

static inline char *jput_close(char *p, char bracket)
{
	p -= p[-1] == ',';
	*p++ = bracket;
	return put_char(p, ',');
}

/* The object ends, and the line. At least one value stands in it. */
static inline char *jput_line(char *p)
{
	return put_lit(p - 1, "}\n");
}

static inline char *jput_null(char *p)
{
	return put_lit(p, "null,");
}

static inline char *jput_bool(char *p, bool v)
{
	return v ? put_lit(p, "true,") : put_lit(p, "false,");
}

static inline char *jput_u64(char *p, u64 v)
{
	return put_char(put_u64(p, v), ',');
}

static inline char *jput_s64(char *p, s64 v)
{
	return put_char(put_s64(p, v), ',');
}

/* Identities and masks are strings: a number above 2^53 is rounded by many. */
static inline char *jput_hex(char *p, u64 v)
{
	*p++ = '"';
	p = put_hex(p, v);
	return put_lit(p, "\",");
}

/* Of what is known to be clean. */
static inline char *jput_word(char *p, const char *s, size_t n)
{
	*p++ = '"';
	p = put_mem(p, s, n);
	return put_lit(p, "\",");
}

/*
 * Up to @max bytes of @s, ending at a NUL, with all that JSON wants escaped;
 * what is no UTF-8 becomes U+FFFD. Needs 6 * max + 1 bytes, for it ends with a
 * NUL, which is not counted.
 */
char *jput_escaped(char *p, const u8 *s, size_t max);

static inline char *jput_text(char *p, const void *s, size_t max)
{
	*p++ = '"';
	p = jput_escaped(p, s, max);
	return put_lit(p, "\",");
}

#endif
