// SPDX-License-Identifier: GPL-2.0
/* The writer of JSON: what each call adds to the line. TAP. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/json.h"
#include "lib/out.h"
#include "tests/tap.h"

/* Ends the line in @j, and compares it. */
static void expect(struct json *j, const char *want, const char *what)
{
	struct out o;
	bool ok;

	out_open(&o, STDOUT_FILENO);
	json_line(j, &o);
	ok = o.len == strlen(want) + 1 && o.buf[o.len - 1] == '\n' &&
	     !memcmp(o.buf, want, o.len - 1);
	if (!ok)
		printf("# %.*s# not %s\n", (int)o.len, o.buf, want);
	out_free(&o);
	result(ok, what);
}

static void test_nesting(struct json *j)
{
	json_object(j, NULL);
	json_object_end(j);
	expect(j, "{}", "an empty object");

	json_array(j, NULL);
	json_array(j, NULL);
	json_array_end(j);
	json_object(j, NULL);
	json_object_end(j);
	json_u64(j, NULL, 1);
	json_array_end(j);
	expect(j, "[[],{},1]", "commas between, none at the ends");

	json_object(j, NULL);
	json_array(j, "a");
	json_s64(j, NULL, -1);
	json_array_end(j);
	json_object(j, "b");
	json_null(j, "c");
	json_object_end(j);
	json_bool(j, "d", true);
	json_object_end(j);
	expect(j, "{\"a\":[-1],\"b\":{\"c\":null},\"d\":true}",
	       "arrays and objects by key");
}

static void test_numbers(struct json *j)
{
	json_array(j, NULL);
	json_u64(j, NULL, UINT64_MAX);
	json_s64(j, NULL, INT64_MIN);
	json_hex(j, NULL, UINT64_MAX);
	json_hex(j, NULL, 0);
	json_array_end(j);
	expect(j, "[18446744073709551615,-9223372036854775808,\"ffffffffffffffff\",\"0\"]",
	       "the largest numbers");

	json_array(j, NULL);
	json_fixed(j, NULL, 52151, 3);
	json_fixed(j, NULL, 7, 3);
	json_fixed(j, NULL, 7, 0);
	json_fixed(j, NULL, UINT64_MAX, 19);
	json_double(j, NULL, 0.125, 2);
	json_double(j, NULL, -2.5, 1);
	json_double(j, NULL, NAN, 3);
	json_double(j, NULL, INFINITY, 3);
	json_array_end(j);
	expect(j, "[52.151,0.007,7,1.8446744073709551615,0.12,-2.5,null,null]",
	       "fixed decimals");

	json_array(j, NULL);
	json_double(j, NULL, 1e308, 6);
	json_array_end(j);
	result(j->len == 309 + 7 + 3 && j->len <= j->cap, "a long double");
	j->len = 0;
}

static void test_strings(struct json *j)
{
	json_object(j, NULL);
	json_str(j, "none", NULL);
	json_str(j, "quotes", "a\"b\\c");
	json_str(j, "control", "\n\x7f");
	json_str(j, "utf8", "\xc3\xa9\xf0\x9f\x90\xa7");
	json_str(j, "not", "\xff\xc0\x80");
	json_strn(j, "part", "abcdef", 3);
	json_key(j, "a\"key", 5);
	json_str(j, NULL, "");
	json_object_end(j);
	expect(j, "{\"none\":null,\"quotes\":\"a\\\"b\\\\c\",\"control\":\"\\u000a\\u007f\",\"utf8\":\"\xc3\xa9\xf0\x9f\x90\xa7\",\"not\":\"\\ufffd\\ufffd\\ufffd\",\"part\":\"abc\",\"a\\\"key\":\"\"}",
	       "strings of strangers");
}

static void test_long(struct json *j)
{
	bool ok = true;

	json_array(j, NULL);
	for (int i = 0; i < 100000; i++)
		json_str(j, NULL, "\x01\x02\x03\x04");
	json_array_end(j);
	for (int i = 0; i < 100000 && ok; i++)
		ok = !memcmp(j->buf + 1 + 27 * i,
			     "\"\\u0001\\u0002\\u0003\\u0004\"", 26);
	result(ok && j->len == 2 + 27 * 100000, "a long line");
	j->len = 0;
}

int main(void)
{
	struct json j = { 0 };

	setvbuf(stdout, NULL, _IONBF, 0);
	test_nesting(&j);
	test_numbers(&j);
	test_strings(&j);
	test_long(&j);
	json_free(&j);
	printf("1..%d\n", n);
	return failed != 0;
}
