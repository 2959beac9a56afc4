// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/out_file.h"
#include "trace/whole.h"

static int cannot(const char *name, int err)
{
	return fail(EXIT_FAILED, "cannot write %s: %s", name, strerror(err));
}

/* Replace the target of a link, not the link. */
static char *real_name(const char *name)
{
	char *real = realpath(name, NULL);

	return real ? real : xstrdup(name);
}

static int refuse_capture(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool capture = fd >= 0 && is_capture(fd);

	if (fd >= 0)
		close(fd);
	if (!capture)
		return 0;
	msg("-o %s: that is a capture, not overwritten", name);
	hint("-o names the file that is made");
	return EXIT_USAGE;
}

int whole_open(struct whole *w, const char *name)
{
	struct stat st;
	int fd, code;

	*w = (struct whole){};
	if (!strcmp(name, "-")) {
		out_open(&w->out, STDOUT_FILENO);
		return 0;
	}
	w->name = real_name(name);
	if (!stat(w->name, &st) && !S_ISREG(st.st_mode)) {
		fd = open(w->name, O_WRONLY | O_CLOEXEC);
	} else {
		code = refuse_capture(w->name);
		if (code) {
			free(w->name);
			return code;
		}
		w->part = xasprintf("%s.part", w->name);
		fd = open(w->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			  0666);
	}
	if (fd < 0) {
		code = cannot(w->part ? w->part : w->name, errno);
		free(w->part);
		free(w->name);
		return code;
	}
	out_open(&w->out, fd);
	return 0;
}

static void release(struct whole *w)
{
	if (w->name && w->out.fd >= 0)
		close(w->out.fd);
	out_free(&w->out);
	free(w->part);
	free(w->name);
}

void whole_drop(struct whole *w)
{
	if (w->part)
		unlink(w->part);
	release(w);
}

/* close() may fail if the file system is full. */
static int close_file(struct whole *w)
{
	int err = close(w->out.fd);

	w->out.fd = -1;
	if (!err && w->part)
		err = rename(w->part, w->name);
	return err;
}

int whole_close(struct whole *w)
{
	const char *name = w->name ? w->name : "output";
	int code = 0;

	out_flush(&w->out);
	if (w->out.err)
		code = cannot(name, w->out.err);
	else if (w->name && close_file(w))
		code = cannot(name, errno);
	if (code)
		whole_drop(w);
	else
		release(w);
	return code;
}
