/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON into a buffer, without checks, like put.h: the caller has reserved
 * space, and every function returns the new end. Used for events; json.h has a
 * buffer of its own.
 *
 * Each value ends with a comma, and a closing bracket removes the last one. So
 * no function needs to know whether it writes the first value, and a piece of
 * text ("sk":"1003","local":...,) can be copied into any object.
 */
#ifndef SKBTRACE_JSON_PUT_H
#define SKBTRACE_JSON_PUT_H

#include "lib/put.h"

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

/* Ends the object and the line. The object must have a value. */
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

/* Ids and masks are strings: many parsers round numbers above 2^53. */
static inline char *jput_hex(char *p, u64 v)
{
	*p++ = '"';
	p = put_hex(p, v);
	return put_lit(p, "\",");
}

/* A string that needs no escaping */
static inline char *jput_word(char *p, const char *s, size_t n)
{
	*p++ = '"';
	p = put_mem(p, s, n);
	return put_lit(p, "\",");
}

/*
 * Up to @max bytes of @s, ending at a NUL, escaped for JSON; invalid UTF-8
 * becomes U+FFFD. Needs 6 * max + 1 bytes, since a NUL is added, which is not
 * counted.
 */
char *jput_escaped(char *p, const u8 *s, size_t max);

static inline char *jput_text(char *p, const void *s, size_t max)
{
	*p++ = '"';
	p = jput_escaped(p, s, max);
	return put_lit(p, "\",");
}

#endif
