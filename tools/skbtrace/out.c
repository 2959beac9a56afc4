// SPDX-License-Identifier: GPL-2.0
#include <byteswap.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/skbtrace_api.h"
#include "out.h"

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
	char *p = out_room(o, MAX);
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

bool field_hidden(const struct event *e, const struct field *f)
{
	return f == e->local || f == e->lport || f == e->peer ||
	       f == e->pport || f == e->sk || f->spare;
}

u32 field_max(const struct field *f)
{
	u32 n = 96;

	if (f->type == FT_STR)
		return n + 6 * f->size;
	for (u32 i = 0; f->unit == UNIT_FLAGS && i < f->syms->n; i++)
		n += f->syms->v[i].len + 3;
	return n;
}

void evprint_free(struct evprint *ep)
{
	free(ep);
}

/* The user's data are never written over: -o is easily meant for the input. */
static bool is_capture(int fd)
{
	char magic[8];
	u32 word;

	if (pread(fd, magic, sizeof(magic), 0) != sizeof(magic))
		return false;
	memcpy(&word, magic, sizeof(word));
	return !memcmp(magic, SBT_FILE_MAGIC, sizeof(magic)) ||
	       word == SKBTRACE_SUBBUF_MAGIC ||
	       word == bswap_32(SKBTRACE_SUBBUF_MAGIC);
}

/* A file is read for that; a FIFO must not be, or we were its reader. */
static int open_file(const char *name)
{
	struct stat st;
	int fd;

	if (!stat(name, &st) && !S_ISREG(st.st_mode))
		return open(name, O_WRONLY | O_CLOEXEC);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 && errno == EACCES)
		fd = open(name, O_WRONLY | O_CLOEXEC);
	return fd;
}

int out_file(struct out *o, const char *name)
{
	int fd = open_file(name);

	if (fd < 0)
		return fail(EXIT_FAILED, "cannot write %s: %m", name);
	if (is_capture(fd)) {
		close(fd);
		msg("-o %s: that is a capture, not overwritten", name);
		hint("-o names the file for the text; -i the capture");
		return EXIT_USAGE;
	}
	o->fd = fd;
	if (ftruncate(fd, 0) && errno != EINVAL)
		return fail(EXIT_FAILED, "cannot write %s: %m", name);
	return 0;
}
