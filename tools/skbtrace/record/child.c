// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/sig.h"
#include "record/child.h"

static void ended(struct child *c, int code)
{
	close(c->fd);
	c->pid = 0;
	c->ended = true;
	c->code = code;
}

/* @how: WNOHANG, or 0 to wait. */
static void reap(struct child *c, int how)
{
	siginfo_t info = { .si_pid = 0 };
	int err;

	do
		err = waitid(P_PIDFD, c->fd, &info, WEXITED | how);
	while (err && errno == EINTR);
	/* It was reaped elsewhere: its status is not known. */
	if (err)
		ended(c, EXIT_FAILED);
	/* The exit code that a shell would have. */
	else if (info.si_pid)
		ended(c, info.si_code == CLD_EXITED ? info.si_status :
						      128 + info.si_status);
}

static void __attribute__((noreturn)) run_command(char **argv, int report)
{
	int err;

	sig_reset();
	execvp(argv[0], argv);
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(EXIT_CANNOT_RUN);
	_exit(EXIT_NOT_FOUND);
}

/* 0, or an errno without a child: nobody could wait for it. */
static int watch(struct child *c)
{
	int err;

	c->fd = pidfd_open(c->pid, 0);
	if (c->fd >= 0)
		return 0;
	err = errno;
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	c->pid = 0;
	return err;
}

int child_start(struct child *c, char **argv)
{
	int report[2], err = 0;

	memset(c, 0, sizeof(*c));
	if (pipe2(report, O_CLOEXEC))
		return fail(EXIT_CANNOT_RUN, "cannot run %s: %m", argv[0]);
	c->pid = fork();
	if (!c->pid)
		run_command(argv, report[1]);
	close(report[1]);
	if (c->pid < 0)
		err = errno;
	else
		err = watch(c);
	if (!err &&
	    read_all(report[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(report[0]);
	if (!err)
		return 0;
	if (c->pid > 0)
		child_wait(c);
	c->pid = 0;
	return fail(err == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN,
		    "cannot run %s: %s", argv[0], strerror(err));
}

int child_fd(const struct child *c)
{
	return c->pid > 0 ? c->fd : -1;
}

bool child_poll(struct child *c)
{
	if (c->pid > 0)
		reap(c, WNOHANG);
	return c->ended;
}

void child_signal(struct child *c, int sig)
{
	if (c->pid > 0 && sig)
		pidfd_send_signal(c->fd, sig, NULL, 0);
}

void child_wait(struct child *c)
{
	if (c->pid > 0)
		reap(c, 0);
}
