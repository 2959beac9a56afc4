// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/ctl.h"
#include "kernel/setup.h"
#include "lib/io.h"
#include "lib/num.h"
#include "linux/skbtrace_api.h"

static int check_version(const struct ctl *c, const char *verb)
{
	u64 v;

	if (!ctl_number(c, "version", &v)) {
		/* The folder can be opened under lockdown, its files not. */
		if (errno == EPERM || errno == EACCES)
			return setup_denied(c->root, verb);
		return fail(EXIT_FAILED, "cannot read %s/skbtrace/version: %m",
			    c->root);
	}
	if (v == SKBTRACE_ABI)
		return 0;
	msg("the kernel's skbtrace speaks version %llu, this program %d",
	    (unsigned long long)v, SKBTRACE_ABI);
	hint("install the program and the module from the same source");
	return EXIT_FAILED;
}

static int open_dir(struct ctl *c)
{
	char *path = xasprintf("%s/skbtrace", c->root);

	c->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
	return c->dir < 0 ? -errno : 0;
}

int ctl_open(struct ctl *c, const char *debugfs, enum ctl_mode mode,
	     const char *verb)
{
	int err, code;

	c->root = xstrdup(debugfs ? debugfs : CTL_DEBUGFS);
	err = open_dir(c);
	if (err == -ENOENT && mode == CTL_PREPARE) {
		code = setup_debugfs(c->root, verb);
		if (code)
			return code;
		err = open_dir(c);
		if (err == -ENOENT) {
			code = setup_module(c->root, verb);
			if (code)
				return code;
			err = open_dir(c);
		}
	}
	/* Tracing cannot be on if the module is not loaded. */
	if (err == -ENOENT && mode == CTL_STOP &&
	    access("/sys/module/skbtrace", F_OK))
		return 0;
	if (err == -ENOENT && mode != CTL_PREPARE)
		return setup_look(c->root);
	if (err == -EACCES || err == -EPERM)
		return setup_denied(c->root, verb);
	if (err)
		return fail(EXIT_FAILED, "cannot open %s/skbtrace: %s",
			    c->root, strerror(-err));
	return check_version(c, verb);
}

void ctl_close(struct ctl *c)
{
	if (c->dir >= 0)
		close(c->dir);
	c->dir = -1;
	free(c->root);
	c->root = NULL;
}

bool ctl_exists(const struct ctl *c, const char *name)
{
	return !faccessat(c->dir, name, F_OK, 0);
}

char *ctl_read(const struct ctl *c, const char *name)
{
	int fd = openat(c->dir, name, O_RDONLY | O_CLOEXEC);
	size_t len = 0, cap = 0;
	char *s = NULL;
	ssize_t n;

	if (fd < 0)
		return NULL;
	do {
		/* A small buffer would make seq_file render twice. */
		if (len + 1 >= cap) {
			cap = cap ? 2 * cap : 16384;
			s = xrealloc(s, cap);
		}
		n = read(fd, s + len, cap - len - 1);
		if (n > 0)
			len += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0) {
		int err = errno;

		free(s);
		close(fd);
		errno = err;
		return NULL;
	}
	close(fd);
	s[len] = '\0';
	return s;
}

bool ctl_number(const struct ctl *c, const char *name, u64 *val)
{
	char *s = ctl_read(c, name);
	bool ok;

	if (!s)
		return false;
	s[strcspn(s, "\n")] = '\0';
	ok = parse_u64(s, val);
	if (!ok)
		errno = EPROTO;
	free(s);
	return ok;
}

/* The length of the next piece: whole lines, at most @max bytes. */
static size_t piece(const char *text, size_t max)
{
	size_t n = strlen(text);

	if (n <= max)
		return n;
	for (n = max; n && text[n - 1] != '\n'; n--)
		;
	return n ? n : max;
}

static int write_pieces(const struct ctl *c, const char *name,
			const char *text, size_t max)
{
	int fd = openat(c->dir, name, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	while (*text && !err) {
		size_t n = piece(text, max);
		ssize_t w;

		/* One write is one transaction: never repeat its rest. */
		do
			w = write(fd, text, n);
		while (w < 0 && errno == EINTR);
		err = w < 0 ? -errno : (size_t)w != n ? -EIO : 0;
		text += n;
	}
	if (close(fd) && !err)
		err = -errno;
	return err;
}

int ctl_write_quiet(const struct ctl *c, const char *name, const char *text)
{
	return write_pieces(c, name, text, strlen(text));
}

/* The reason the kernel left in "error" for @name; free() it. NULL: none. */
static char *kernel_reason(const struct ctl *c, const char *name)
{
	char *s = ctl_read(c, "error");
	size_t n = strlen(name);
	char *reason = NULL;

	if (!s)
		return NULL;
	s[strcspn(s, "\n")] = '\0';
	if (!strncmp(s, name, n) && s[n] == ':') {
		n += 1 + strspn(s + n + 1, " ");
		if (s[n])
			reason = xstrdup(s + n);
	}
	free(s);
	return reason;
}

int ctl_refused(const struct ctl *c, const char *name, const char *what,
		int err)
{
	char *why = kernel_reason(c, name);

	if (why)
		msg("%s", why);
	else
		msg("the kernel refuses %s: %s", what, strerror(-err));
	free(why);
	return err == -EINVAL || err == -ENOENT || err == -ERANGE ||
	       err == -E2BIG || err == -ELOOP ? EXIT_USAGE : EXIT_FAILED;
}

int ctl_write_long(const struct ctl *c, const char *name, const char *text,
		   size_t max)
{
	int err = write_pieces(c, name, text, max);

	if (!err)
		return 0;
	if (err == -EACCES || err == -EPERM)
		return setup_denied(c->root, "tracing");
	return ctl_refused(c, name, name, err);
}

int ctl_write(const struct ctl *c, const char *name, const char *text)
{
	return ctl_write_long(c, name, text, strlen(text));
}

/* "skbtrace" alone does not say whether it is record or live. */
static void add_subcommand(struct ctl_owner *o)
{
	char path[64], args[256], *sub;
	size_t n = strlen(o->comm);
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", o->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read_all(fd, args, sizeof(args) - 1);
		close(fd);
	}
	if (got <= 0)
		return;
	args[got] = '\0';
	sub = args + strlen(args) + 1;
	if (sub < args + got && isalpha((unsigned char)*sub))
		snprintf(o->comm + n, sizeof(o->comm) - n, " %.32s", sub);
}

void ctl_owner(const struct ctl *c, struct ctl_owner *o)
{
	char *s = ctl_read(c, "owner");
	unsigned long long since = 0;
	const char *p;

	memset(o, 0, sizeof(*o));
	if (!s)
		return;
	s[strcspn(s, "\n")] = '\0';
	if (sscanf(s, "pid %u uid %u since_ns %llu", &o->pid, &o->uid,
		   &since) == 3) {
		o->any = true;
		o->since_ns = since;
		p = strstr(s, " comm ");
		if (p)
			snprintf(o->comm, sizeof(o->comm), "%.16s", p + 6);
		if (!strcmp(o->comm, "skbtrace"))
			add_subcommand(o);
	}
	free(s);
}
