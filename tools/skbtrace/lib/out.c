// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/io.h"
#include "lib/out.h"

enum { OUT_SIZE = 256 << 10 };

void out_open(struct out *o, int fd)
{
	*o = (struct out){ .fd = fd, .cap = OUT_SIZE,
			   .buf = xmalloc(OUT_SIZE) };
}

void out_flush(struct out *o)
{
	int err;

	if (!o->len || o->dead || o->err) {
		o->len = 0;
		return;
	}
	err = write_all(o->fd, o->buf, o->len);
	o->len = 0;
	if (err == -EPIPE)
		o->dead = true;
	else if (err)
		o->err = -err;
}

char *out_more(struct out *o, size_t n)
{
	out_flush(o);
	if (n > o->cap) {
		o->cap = n;
		o->buf = xrealloc(o->buf, n);
	}
	return o->buf;
}

void outf(struct out *o, const char *fmt, ...)
{
	enum { MAX = 1024 };
	char *p = out_reserve(o, MAX);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(p, MAX, fmt, ap);
	va_end(ap);
	out_end(o, p + (n < MAX ? n : MAX - 1));
}

void out_free(struct out *o)
{
	free(o->buf);
	o->buf = NULL;
}
