// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/json.h"
#include "lib/json_put.h"
#include "lib/out.h"

enum { NUMBER = 24 };		/* bytes of one, with sign and comma */

/* The end of the buffer, with space for @n bytes. */
static char *reserve(struct json *j, size_t n)
{
	if (j->cap - j->len < n) {
		j->cap = 2 * j->cap + n + 512;
		j->buf = xrealloc(j->buf, j->cap);
	}
	return j->buf + j->len;
}

static void end(struct json *j, const char *p)
{
	j->len = p - j->buf;
}

/* The same, after the key, which needs no escaping. */
static char *place(struct json *j, const char *key, size_t n)
{
	size_t len = key ? strlen(key) : 0;
	char *p = reserve(j, len + 3 + n);

	if (!key)
		return p;
	p = jput_word(p, key, len);
	p[-1] = ':';
	end(j, p);
	return p;
}

void json_key(struct json *j, const char *s, size_t n)
{
	char *p = jput_text(reserve(j, 6 * n + 4), s, n);

	p[-1] = ':';
	end(j, p);
}

void json_object(struct json *j, const char *key)
{
	end(j, jput_open(place(j, key, 1), '{'));
}

void json_object_end(struct json *j)
{
	end(j, jput_close(reserve(j, 2), '}'));
}

void json_array(struct json *j, const char *key)
{
	end(j, jput_open(place(j, key, 1), '['));
}

void json_array_end(struct json *j)
{
	end(j, jput_close(reserve(j, 2), ']'));
}

void json_null(struct json *j, const char *key)
{
	end(j, jput_null(place(j, key, NUMBER)));
}

void json_bool(struct json *j, const char *key, bool v)
{
	end(j, jput_bool(place(j, key, NUMBER), v));
}

void json_u64(struct json *j, const char *key, u64 v)
{
	end(j, jput_u64(place(j, key, NUMBER), v));
}

void json_s64(struct json *j, const char *key, s64 v)
{
	end(j, jput_s64(place(j, key, NUMBER), v));
}

void json_hex(struct json *j, const char *key, u64 v)
{
	end(j, jput_hex(place(j, key, NUMBER), v));
}

void json_fixed(struct json *j, const char *key, u64 v, unsigned int decimals)
{
	char *p = place(j, key, NUMBER + decimals), *q;
	u64 unit = 1;

	for (unsigned int i = 0; i < decimals; i++)
		unit *= 10;
	p = put_u64(p, v / unit);
	if (decimals)
		*p++ = '.';
	v %= unit;
	for (q = p + decimals; q-- > p; v /= 10)
		*q = '0' + v % 10;
	end(j, put_char(p + decimals, ','));
}

void json_double(struct json *j, const char *key, double v,
		 unsigned int decimals)
{
	enum { MAX = 320 };	/* digits before the point, at most */
	size_t n = MAX + decimals;
	char *p;

	if (!isfinite(v)) {
		json_null(j, key);
		return;
	}
	p = place(j, key, n);
	p += snprintf(p, n, "%.*f", (int)decimals, v);
	end(j, put_char(p, ','));
}

void json_strn(struct json *j, const char *key, const char *s, size_t n)
{
	if (s)
		end(j, jput_text(place(j, key, 6 * n + 4), s, n));
	else
		json_null(j, key);
}

void json_str(struct json *j, const char *key, const char *s)
{
	json_strn(j, key, s, s ? strlen(s) : 0);
}

/* There is a comma after the outermost bracket, too. */
void json_line(struct json *j, struct out *o)
{
	char *p = out_reserve(o, j->len);

	j->buf[j->len - 1] = '\n';
	out_end(o, put_mem(p, j->buf, j->len));
	j->len = 0;
}

void json_print(struct json *j)
{
	j->buf[j->len - 1] = '\n';
	fwrite(j->buf, 1, j->len, stdout);
	j->len = 0;
}

void json_free(struct json *j)
{
	free(j->buf);
	*j = (struct json){ 0 };
}
