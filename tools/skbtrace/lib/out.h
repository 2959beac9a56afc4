/* SPDX-License-Identifier: GPL-2.0 */
/* Buffered output. */
#ifndef SKBTRACE_OUT_H
#define SKBTRACE_OUT_H

#include "lib/util.h"

struct out {
	int fd;
	bool dead;		/* the reader has gone: EPIPE */
	int err;		/* errno of a failed write */
	size_t len, cap;
	char *buf;
};

void out_open(struct out *o, int fd);
void out_flush(struct out *o);
void out_free(struct out *o);
/* Slow path of out_reserve(). */
char *out_more(struct out *o, size_t n);

static inline char *out_reserve(struct out *o, size_t n)
{
	if (o->cap - o->len < n)
		return out_more(o, n);
	return o->buf + o->len;
}

static inline void out_end(struct out *o, const char *end)
{
	o->len = end - o->buf;
}

/* printf() for tables: at most 1023 bytes per call. */
void outf(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
