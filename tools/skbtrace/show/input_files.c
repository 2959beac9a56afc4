// SPDX-License-Identifier: GPL-2.0
/* Files that were named on a command line, from the first to the last. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/io.h"
#include "show/input.h"

static int cannot_open(const char *name)
{
	int err = errno, code = fail(EXIT_FAILED, "cannot open %s: %m", name);

	if (err == ENOENT && !strcmp(name, DEFAULT_FILE))
		hint("record one: skbtrace record; or name one: skbtrace parse FILE");
	else if (err == ENOENT && strchr(name, ' '))
		hint("a filter? skbtrace parse -S '%s'", name);
	return code;
}

int input_open(const char *name, int *fd)
{
	*fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) :
				  STDIN_FILENO;
	return *fd < 0 ? cannot_open(name) : 0;
}

const char *input_name(const char *name)
{
	return strcmp(name, "-") ? name : "stdin";
}

int input_text(const char *name, char **text, size_t *len)
{
	enum { MAX = 8 << 20 };
	ssize_t n;
	int fd;

	if (input_open(name, &fd))
		return EXIT_FAILED;
	*text = xmalloc(MAX);
	n = read_all(fd, *text, MAX);
	if (fd != STDIN_FILENO)
		close(fd);
	if (n >= 0) {
		*len = n;
		return 0;
	}
	free(*text);
	return fail(EXIT_FAILED, "cannot read %s: %s", name, strerror(-n));
}

static int show_format(struct show *s, struct trace *t, const char *text,
		       size_t len)
{
	struct sbt_chunk c = { .type = SBT_FORMAT, .len = len, .data = text };

	return show_trace_chunk(s, t, &c, false);
}

static int show_all(struct show *s, const struct inputs *in, int *fds)
{
	struct trace *t = NULL;
	char *text = NULL;
	size_t len = 0;
	int code = 0;

	if (in->format) {
		code = input_text(in->format, &text, &len);
		if (code)
			return code;
	}
	for (u32 i = 0; i < in->n && !code; i++) {
		const char *name = in->name[i];

		if (in->fd)
			fds[i] = in->fd[i];
		if (!in->fd || fds[i] < 0)
			code = input_open(name, &fds[i]);
		if (code)
			break;
		if (!in->format) {
			code = input_capture(s, input_name(name), fds[i],
					     in->n == 1);
		} else {
			/* One trace of several files, one file a CPU. */
			if (!t) {
				t = show_trace(s, name);
				code = show_format(s, t, text, len);
			}
			if (!code)
				code = input_raw(s, t, name, fds[i]);
		}
	}
	free(text);
	return code;
}

int input_files(const struct show_opts *o, const struct inputs *in)
{
	struct show *s = show_open(o);
	int *fds, code, end;

	if (!s)
		return EXIT_USAGE;
	fds = xcalloc(in->n, sizeof(*fds));
	code = show_all(s, in, fds);
	if (code)
		show_fail(s, code);
	end = show_close(s);
	for (u32 i = 0; i < in->n && !in->fd; i++)
		if (fds[i] > STDERR_FILENO)
			close(fds[i]);
	free(fds);
	return end;
}

int inputs_add(struct inputs *in, const char *name)
{
	if (in->n == MAX_INPUTS)
		return fail(EXIT_USAGE, "more than %d files", MAX_INPUTS);
	in->name[in->n++] = name;
	return 0;
}

int inputs_operands(struct inputs *in, int n, char **names)
{
	int code = 0;

	for (int i = 0; i < n && !code; i++)
		code = inputs_add(in, names[i]);
	if (!in->n)
		in->name[in->n++] = DEFAULT_FILE;
	return code;
}
