// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "rewrite/sources.h"

/* ---- pipes ---- */

static int cannot_keep(const char *name, const char *dir, int err)
{
	msg("cannot keep %s in %s: %s", name, dir, strerror(err));
	hint("a pipe is read twice: TMPDIR=DIR names a place with room");
	return EXIT_FAILED;
}

/* Copy all of @*fd to a file, which replaces it. */
static int spool(const char *name, int *fd)
{
	const char *dir = unnamed_dir();
	static char buf[1 << 16];
	ssize_t n;
	int out, err = 0;

	out = unnamed_file(dir);
	if (out < 0)
		return cannot_keep(name, dir, errno);
	while (!err && (n = read_all(*fd, buf, sizeof(buf))) > 0)
		err = write_all(out, buf, n);
	if (err || n < 0 || lseek(out, 0, SEEK_SET)) {
		close(out);
		return err ? cannot_keep(name, dir, -err) :
		       fail(EXIT_FAILED, "cannot read %s: %s", name,
			    strerror(-n));
	}
	if (*fd != STDIN_FILENO)
		close(*fd);
	*fd = out;
	return 0;
}

static bool is_pipe(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && !S_ISREG(st.st_mode) &&
	       !S_ISBLK(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* ---- which files ---- */

static bool same(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_dev == b->st_dev &&
	       a->st_ino == b->st_ino;
}

/* Is @st one of the first @n files? Its name, or NULL. */
static const char *among(const struct sources *s, u32 n, const struct stat *st)
{
	struct stat other;

	for (u32 i = 0; i < n; i++)
		if (!fstat(s->fd[i], &other) && same(&other, st))
			return input_name(s->in.name[i]);
	return NULL;
}

static int check_name(const struct sources *s, const char *out)
{
	const char *in = NULL;
	struct stat st;

	if (!(strcmp(out, "-") ? stat(out, &st) : fstat(STDOUT_FILENO, &st)))
		in = among(s, s->in.n, &st);
	if (!in)
		return 0;
	msg("%s is read: it cannot be written at the same time", in);
	hint("-o FILE names another one");
	return EXIT_USAGE;
}

/* OUT, and what it is called while it is written. */
static int check_out(const struct sources *s, const char *out)
{
	char *part = xasprintf("%s.part", out);
	int code = check_name(s, out);

	if (!code && strcmp(out, "-"))
		code = check_name(s, part);
	free(part);
	return code;
}

static int check_twice(const struct sources *s, u32 i)
{
	const char *name = input_name(s->in.name[i]), *first;
	struct stat st;

	if (fstat(s->fd[i], &st))
		return fail(EXIT_FAILED, "cannot read %s: %m", name);
	first = among(s, i, &st);
	return first ? fail(EXIT_USAGE, "%s and %s are the same file", first,
			    name) : 0;
}

static u64 size_of(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) ? st.st_size : 0;
}

int sources_open(struct sources *s, const struct inputs *in, const char *out,
		 bool once)
{
	int code = 0;

	s->in = *in;
	s->fd = xmalloc(in->n * sizeof(*s->fd));
	for (u32 i = 0; i < in->n; i++)
		s->fd[i] = -1;
	s->in.fd = s->fd;
	for (u32 i = 0; i < in->n && !code; i++) {
		code = input_open(in->name[i], &s->fd[i]);
		if (!code)
			code = check_twice(s, i);
	}
	if (!code)
		code = check_out(s, out);
	for (u32 i = 0; i < in->n && !code; i++) {
		if (!once && is_pipe(s->fd[i]))
			code = spool(input_name(in->name[i]), &s->fd[i]);
		s->bytes += size_of(s->fd[i]);
	}
	return code;
}

void sources_close(struct sources *s)
{
	for (u32 i = 0; s->fd && i < s->in.n; i++)
		if (s->fd[i] > STDERR_FILENO)
			close(s->fd[i]);
	free(s->fd);
	s->fd = NULL;
}
