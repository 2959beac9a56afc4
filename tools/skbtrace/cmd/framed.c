// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/framed.h"
#include "frame/collect.h"
#include "lib/io.h"

/* Inputs that are open; one that could not be opened is told of later. */
struct opened {
	struct inputs in;
	int fd[MAX_INPUTS];
	u32 first;		/* of the capture in turn */
	int code;
};

static void add(struct opened *o, const char *name, int fd)
{
	o->code = o->code ? o->code : inputs_add(&o->in, name);
	if (o->code && fd > STDERR_FILENO)
		close(fd);
	else if (!o->code)
		o->fd[o->in.n - 1] = fd;
}

/* The text is that of a host, so it may be long. */
static void got(void *arg, const struct sender *s, int fd)
{
	struct opened *o = arg;

	add(o, xasprintf("host %.64s, session %.64s", s->account.host,
			 s->account.session), fd);
}

/* One goes by the name of its file; which of several there are is told. */
static void name_them(struct opened *o, const char *name)
{
	const u32 n = o->in.n - o->first;

	if (n == 1) {
		free((char *)o->in.name[o->first]);
		o->in.name[o->first] = name;
		return;
	}
	for (u32 i = o->first; i < o->in.n; i++)
		msg("%s: %s", name, o->in.name[i]);
}

/* The recordings that are in the capture @fd, which is closed. */
static void take_apart(struct opened *o, const char *name, int fd)
{
	struct collect c = {
		.dir = unnamed_dir(), .o = { .mode = OUT_UNNAMED },
		.quiet = true, .got = got, .arg = o,
	};
	struct source *s = xcalloc(1, sizeof(*s));
	struct listen l = { .sources = s, .n = 1 };
	int code = source_opened(s, name, fd);

	o->first = o->in.n;
	if (!code)
		code = collect_run(&c, &l);
	source_close(s);
	free(s);
	if (fd > STDERR_FILENO)
		close(fd);
	o->code = o->code ? o->code : code;
	if (!o->code)
		name_them(o, name);
}

/* Files are opened once, and stay open as long as the program runs. */
static int open_all(struct inputs *in)
{
	static struct opened all;
	struct opened *o = &all;

	for (u32 i = 0; i < in->n && !o->code; i++) {
		const char *name = in->name[i];
		int fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) :
					     STDIN_FILENO;

		if (fd >= 0 && source_is_capture(fd))
			take_apart(o, input_name(name), fd);
		else
			add(o, name, fd);
	}
	if (o->code)
		return o->code;
	*in = o->in;
	in->fd = o->fd;
	return 0;
}

static int rewind_all(const struct inputs *in)
{
	for (u32 i = 0; i < in->n; i++)
		lseek(in->fd[i], 0, SEEK_SET);
	return 0;
}

int framed_files(const struct show_opts *o, struct inputs *in)
{
	/* parts of a recording, by its --format, need no look */
	int code = in->format ? 0 : in->fd ? rewind_all(in) : open_all(in);

	return code ? code : input_files(o, in);
}
