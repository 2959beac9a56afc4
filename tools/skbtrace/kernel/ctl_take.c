// SPDX-License-Identifier: GPL-2.0
/* Becoming the owner of a session. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/sessions.h"
#include "kernel/setup.h"
#include "kernel/stat.h"
#include "lib/num.h"

enum { MAX_TRIES = 10 };

static int busy(const struct ctl *c, const char *name)
{
	struct ctl_stat st;
	struct ctl_owner o;
	char age[NUM_LEN];

	ctl_owner(c, &o);
	if (o.any) {
		msg("tracing is already on (pid %u, uid %u, %s)", o.pid, o.uid,
		    fmt_age(age, mono_ns() - o.since_ns));
	} else {
		ctl_stat(c, &st);
		msg("tracing is already on (control files, %s)",
		    fmt_age(age, mono_ns() - st.since_ns));
		ctl_stat_free(&st);
	}
	hint("skbtrace status tells more, skbtrace stop %s ends it", name);
	return -EXIT_FAILED;
}

static int take(const struct ctl *c, const char *name)
{
	int fd = openat(c->dir, "owner", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == EBUSY)
		return busy(c, name);
	if (errno == EACCES || errno == EPERM)
		return -setup_denied(c->root, "tracing");
	return -fail(EXIT_FAILED, "cannot open the session's owner in %s/skbtrace: %m",
		     c->root);
}

/* It is ours as long as we have "new" open. The descriptor or -errno. */
static int make(const struct ctl *c, const char *name)
{
	int fd = openat(c->dir, "sessions/new", O_WRONLY | O_CLOEXEC), err = 0;
	char *text;

	if (fd < 0)
		return -errno;
	text = xasprintf("%s owned\n", name);
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	free(text);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* The control files are those of @name from now on; @fd: of its owner. */
static int enter(struct ctl *c, const char *name, int fd)
{
	struct ctl s;
	int err = sessions_open(c, name, &s);

	if (err) {
		close(fd);
		return -fail(EXIT_FAILED, "cannot open %s/skbtrace/sessions/%s: %s",
			     c->root, name, strerror(-err));
	}
	ctl_close(c);
	*c = s;
	return fd;
}

static int not_made(const struct ctl *c, const char *name, int err)
{
	if (err == -EACCES || err == -EPERM)
		return -setup_denied(c->root, "tracing");
	return -ctl_refused(c, "sessions/new", name, err);
}

/* Named after our pid; in a container somebody else may have the same. */
static int take_new(struct ctl *c)
{
	char *name = xasprintf("%d", getpid());
	int fd = make(c, name);

	for (int i = 1; fd == -EEXIST && i < MAX_TRIES; i++) {
		free(name);
		name = xasprintf("%d.%d", getpid(), i);
		fd = make(c, name);
	}
	fd = fd < 0 ? not_made(c, name, fd) : enter(c, name, fd);
	free(name);
	return fd;
}

static int take_named(struct ctl *c, const char *name)
{
	struct ctl s;
	int fd;

	if (!sessions_open(c, name, &s)) {
		ctl_close(c);
		*c = s;
		return take(c, name);
	}
	fd = make(c, name);
	return fd < 0 ? not_made(c, name, fd) : enter(c, name, fd);
}

int sessions_take(struct ctl *c, const char *name)
{
	if (ctl_exists(c, "sessions/new"))
		return name ? take_named(c, name) : take_new(c);
	if (name && strcmp(name, DEFAULT_SESSION)) {
		msg("--session %s: this kernel's skbtrace has one session only",
		    name);
		hint("it is older than this program: install the module from the same source");
		return -EXIT_FAILED;
	}
	return take(c, DEFAULT_SESSION);
}
