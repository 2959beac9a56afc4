// SPDX-License-Identifier: GPL-2.0
/* Ask the flight recorder to save its window; wait until the file is there. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "flight/board.h"
#include "kernel/sessions.h"
#include "kernel/stat.h"
#include "lib/num.h"

enum { LOOK_MS = 20 };

static const char *debugfs;
static u64 wait_ns = 60 * NSEC_PER_SEC;

static int set_wait(const char *arg, void *ns)
{
	if (parse_duration(arg, ns))
		return 0;
	return fail(EXIT_USAGE, "-w %s: not a time; e.g. 10, 1.5, 2m", arg);
}

static const struct opt opts[] = {
	{ 'w', "wait", "SECONDS",
	  "wait no longer for the file (10, 1.5, 2m; default 60)",
	  OPT_CALL, &wait_ns, set_wait },
	{ 'r', "debugfs", "DIR",
	  "where debugfs is (default: /sys/kernel/debug)",
	  OPT_STRING, &debugfs, NULL },
	{}
};

static int nobody(const char *why)
{
	msg("no snapshot: %s", why);
	hint("skbtrace record --flight-recorder 64M keeps something to save");
	return EXIT_FAILED;
}

static int denied(const struct ctl_owner *o)
{
	msg("cannot look at pid %u (%s): %m", o->pid, o->comm);
	hint("root can; in a container, do it where the recorder runs");
	return EXIT_FAILED;
}

static int no_recorder(const struct ctl_owner *o)
{
	msg("no snapshot: pid %u (%s) is no flight recorder", o->pid, o->comm);
	hint("that is one only with --flight-recorder SIZE");
	return EXIT_FAILED;
}

static int gone(const struct ctl_owner *o)
{
	return fail(EXIT_FAILED, "no snapshot: the recorder (pid %u) has ended",
		    o->pid);
}

static bool has_ended(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, LOOK_MS) > 0;
}

/* Until what was asked for at @since is done. */
static int wait_for(const struct ctl_owner *o, int pidfd, int fd, u64 since)
{
	const u64 until = since + wait_ns;
	bool ended = false;
	char age[NUM_LEN];
	struct board b;

	for (;;) {
		if (!board_read(fd, &b))
			return fail(EXIT_FAILED, "pid %u (%s) is of another"
				    " version", o->pid, o->comm);
		if (b.served_ns >= since)
			break;
		if (ended)
			return gone(o);
		if (mono_ns() >= until) {
			msg("no snapshot after %s: pid %u %s",
			    fmt_age(age, wait_ns), o->pid, b.writing ?
			    "is still writing" : "does not answer");
			hint("-w waits longer; skbtrace status shows the"
			     " last one");
			return EXIT_FAILED;
		}
		/* What it has told before its end counts. */
		ended = has_ended(pidfd);
	}
	if (!b.served_ok)
		return fail(EXIT_FAILED, "no snapshot: %s", b.error);
	puts(b.last);
	return 0;
}

/* Through a pidfd: nobody else can get the signal in its place. */
static int ask(const struct ctl_owner *o, int fd)
{
	int pidfd = syscall(SYS_pidfd_open, o->pid, 0), code;
	u64 since = mono_ns();

	if (pidfd < 0)
		return errno == ESRCH ? gone(o) : denied(o);
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGUSR2, NULL, 0))
		code = errno == ESRCH ? gone(o) : denied(o);
	else
		code = wait_for(o, pidfd, fd, since);
	close(pidfd);
	return code;
}

/* Of one session. */
static int snapshot(const struct ctl *c)
{
	struct ctl_owner o;
	struct ctl_stat st;
	bool tracing;
	int fd, code;

	ctl_owner(c, &o);
	if (!o.any) {
		tracing = !ctl_stat(c, &st) && st.tracing;
		ctl_stat_free(&st);
		return nobody(tracing ? "tracing is on by the control files" :
			      "nothing is recorded");
	}
	fd = board_find(o.pid);
	if (fd == -ENOENT)
		return no_recorder(&o);
	if (fd < 0) {
		errno = -fd;
		return denied(&o);
	}
	code = ask(&o, fd);
	close(fd);
	return code;
}

static int snapshot_of(const struct ctl *c, const char *name)
{
	struct ctl s;
	int code;

	if (sessions_open(c, name, &s))
		return sessions_none(c, name);
	code = snapshot(&s);
	ctl_close(&s);
	return code;
}

static bool is_recorder(const struct ctl *c, const char *name)
{
	struct ctl_owner o;
	struct ctl s;
	int fd = -1;

	if (sessions_open(c, name, &s))
		return false;
	ctl_owner(&s, &o);
	if (o.any)
		fd = board_find(o.pid);
	if (fd >= 0)
		close(fd);
	ctl_close(&s);
	return fd >= 0;
}

/* Of the only recorder; if there is none, whoever traces is told of. */
static int snapshot_only(const struct ctl *c)
{
	struct sessions l, t;
	const char *name = NULL;
	int n = 0, code;

	sessions_list(c, &l);
	for (int i = 0; i < l.n; i++) {
		if (!is_recorder(c, l.name[i]))
			continue;
		if (n++)
			msg("there are several: %s and %s", name, l.name[i]);
		name = l.name[i];
	}
	sessions_tracing(c, &t);
	if (!n)
		name = t.n ? t.name[0] : DEFAULT_SESSION;
	if (n > 1) {
		hint("say which: skbtrace snapshot %s", name);
		code = EXIT_USAGE;
	} else {
		code = snapshot_of(c, name);
	}
	sessions_free(&t);
	sessions_free(&l);
	return code;
}

static int run_snapshot(const struct args *a)
{
	struct ctl c;
	int code;

	if (a->n > 1)
		return fail(EXIT_USAGE,
			    "snapshot takes one session, not also \"%s\"",
			    a->v[1]);
	code = ctl_open(&c, debugfs, CTL_LOOK, "snapshot");
	if (!code && c.dir < 0)
		code = nobody("skbtrace is not loaded");
	else if (!code)
		code = a->n ? snapshot_of(&c, a->v[0]) : snapshot_only(&c);
	ctl_close(&c);
	return code;
}

const struct cmd cmd_snapshot = {
	.name = "snapshot",
	.args = "[SESSION]",
	.brief = "have the flight recorder save its window",
	.more =
"Waits until the file is complete, and prints its name. The recorder, a\n"
"\"skbtrace record --flight-recorder SIZE\", goes on. If there are several, the\n"
"session of one must be named.\n\n"
"  skbtrace parse \"$(skbtrace snapshot)\" --summary\n",
	.opts = opts,
	.run = run_snapshot,
};
