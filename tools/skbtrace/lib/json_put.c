// SPDX-License-Identifier: GPL-2.0
#include "lib/json_put.h"

/* Length of the valid UTF-8 sequence at @s, 0 if it is none. */
static size_t utf8(const u8 *s, size_t max)
{
	size_t n = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
	u32 v;

	if (*s < 0xc2 || *s > 0xf4 || n > max)
		return 0;
	v = *s & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s[i] & 0x3f);
	}
	if ((n == 3 && v < 0x800) || (n == 4 && v < 0x10000) || v > 0x10ffff ||
	    (v >= 0xd800 && v <= 0xdfff))
		return 0;
	return n;
}

static char *put_escape(char *p, u8 c)
{
	p = put_lit(p, "\\u00");
	*p++ = "0123456789abcdef"[c >> 4];
	return put_char(p, "0123456789abcdef"[c & 15]);
}

static bool is_plain(u8 c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

char *jput_escaped(char *p, const u8 *s, size_t max)
{
	for (;;) {
		size_t n = 1;

		for (; max && is_plain(*s); max--)
			*p++ = *s++;
		if (!max || !*s)
			break;
		if (*s == '"' || *s == '\\') {
			*p++ = '\\';
			*p++ = *s;
		} else if (*s < 0x80) {
			p = put_escape(p, *s);
		} else {
			n = utf8(s, max);
			p = n ? put_mem(p, (const char *)s, n) :
				put_lit(p, "\\ufffd");
			n = n ? n : 1;
		}
		s += n;
		max -= n;
	}
	*p = '\0';
	return p;
}
