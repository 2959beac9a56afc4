/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON in a growing buffer: one object, on one line, written when it is
 * complete. @key is NULL in an array, and for the outermost object. A NULL
 * string becomes null.
 *
 *	struct json j = { 0 };
 *
 *	json_object(&j, NULL);
 *	json_str(&j, "event", "latency");
 *	json_array(&j, "held");
 *	json_u64(&j, NULL, 1);
 *	json_array_end(&j);
 *	json_object_end(&j);
 *	json_line(&j, out);		{"event":"latency","held":[1]}
 *	json_free(&j);
 *
 * Events use the faster json_put.h, on which this is built.
 */
#ifndef SKBTRACE_JSON_H
#define SKBTRACE_JSON_H

#include "lib/util.h"

struct json {
	char *buf;
	size_t len, cap;
};

struct out;

void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);

/* A key that needs escaping; the value that follows has NULL as its key. */
void json_key(struct json *j, const char *s, size_t n);

void json_null(struct json *j, const char *key);
void json_bool(struct json *j, const char *key, bool v);
void json_u64(struct json *j, const char *key, u64 v);
void json_s64(struct json *j, const char *key, s64 v);
/* In quotes, without 0x. */
void json_hex(struct json *j, const char *key, u64 v);
/* @v of them are 10^-@decimals each: 52151 with 3 is 52.151. */
void json_fixed(struct json *j, const char *key, u64 v, unsigned int decimals);
/* Infinite numbers and NaN become null, as JSON has none. */
void json_double(struct json *j, const char *key, double v,
		 unsigned int decimals);
void json_str(struct json *j, const char *key, const char *s);
/* At most @n bytes, fewer if there is a NUL. */
void json_strn(struct json *j, const char *key, const char *s, size_t n);

/* Writes the line; @j is empty then, and can be used again. */
void json_line(struct json *j, struct out *o);
void json_print(struct json *j);	/* to stdout */
void json_free(struct json *j);

#endif
