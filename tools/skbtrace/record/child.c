// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/mem.h"
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

/* Of the new process: until it is let go, or nobody is there to do so */
static void wait_for_go(int go)
{
	char c;

	if (read_all(go, &c, 1) != 1)
		_exit(EXIT_CANNOT_RUN);
	close(go);
}

static void __attribute__((noreturn)) be_child(char **argv, int go[2],
					       int report)
{
	close(go[1]);
	wait_for_go(go[0]);
	run_command(argv, report);
}

int child_create(struct child *c, char **argv)
{
	int report[2], go[2], err = 0;

	memset(c, 0, sizeof(*c));
	if (pipe2(report, O_CLOEXEC))
		return fail(EXIT_CANNOT_RUN, "cannot run %s: %m", argv[0]);
	if (pipe2(go, O_CLOEXEC)) {
		close(report[0]);
		close(report[1]);
		return fail(EXIT_CANNOT_RUN, "cannot run %s: %m", argv[0]);
	}
	c->pid = fork();
	if (!c->pid)
		be_child(argv, go, report[1]);
	close(report[1]);
	close(go[0]);
	c->go = go[1];
	c->report = report[0];
	if (c->pid < 0)
		err = errno;
	else
		err = watch(c);
	if (!err)
		return 0;
	close(c->go);
	close(c->report);
	c->pid = 0;
	return fail(EXIT_CANNOT_RUN, "cannot run %s: %s", argv[0],
		    strerror(err));
}

int child_go(struct child *c, char **argv)
{
	int err = 0;

	if (write(c->go, "", 1) != 1)
		err = errno;
	close(c->go);
	if (!err &&
	    read_all(c->report, &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(c->report);
	c->go = 0;
	if (!err)
		return 0;
	child_wait(c);
	c->pid = 0;
	return fail(err == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN,
		    "cannot run %s: %s", argv[0], strerror(err));
}

void child_drop(struct child *c)
{
	if (c->go) {
		close(c->go);
		close(c->report);
		c->go = 0;
	}
	child_signal(c, SIGTERM);
	child_wait(c);
}

int child_start(struct child *c, char **argv)
{
	int code = child_create(c, argv);

	return code ? code : child_go(c, argv);
}

static bool wants_shell(const char *command)
{
	return strpbrk(command, "\"'`$\\|&;<>()*?[]{}#~!\n") ||
	       !command[strspn(command, " \t")];
}

char **child_words(const char *command)
{
	size_t len = strlen(command) + 1, n = len / 2 + 4, i = 0;
	char **words = xcalloc(1, n * sizeof(*words) + len);
	char *text = (char *)(words + n), *rest = NULL;

	memcpy(text, command, len);
	if (wants_shell(command)) {
		words[i++] = (char *)"/bin/sh";
		words[i++] = (char *)"-c";
		words[i] = text;
		return words;
	}
	for (char *w = strtok_r(text, " \t", &rest); w;
	     w = strtok_r(NULL, " \t", &rest))
		words[i++] = w;
	return words;
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
