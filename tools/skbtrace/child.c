// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "sig.h"

static void ended(struct child *c, int status)
{
	c->pid = 0;
	c->ended = true;
	/* As a shell would say it. */
	c->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
		  WEXITSTATUS(status);
}

int child_start(struct child *c, char **argv)
{
	int report[2], err = 0;

	memset(c, 0, sizeof(*c));
	if (pipe2(report, O_CLOEXEC))
		return fail(EXIT_CANNOT_RUN, "cannot run %s: %m", argv[0]);
	c->pid = fork();
	if (!c->pid) {
		sig_reset();
		execvp(argv[0], argv);
		err = errno;
		if (write(report[1], &err, sizeof(err)) < 0)
			_exit(EXIT_CANNOT_RUN);
		_exit(EXIT_NOT_FOUND);
	}
	close(report[1]);
	if (c->pid < 0)
		err = errno;
	else if (read_all(report[0], &err, sizeof(err)) != sizeof(err))
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

bool child_poll(struct child *c)
{
	int status;

	if (c->pid > 0 && waitpid(c->pid, &status, WNOHANG) == c->pid)
		ended(c, status);
	return c->ended;
}

void child_signal(struct child *c, int sig)
{
	if (c->pid > 0 && sig)
		kill(c->pid, sig);
}

void child_wait(struct child *c)
{
	int status;
	pid_t p;

	if (c->pid <= 0)
		return;
	do
		p = waitpid(c->pid, &status, 0);
	while (p < 0 && errno == EINTR);
	if (p == c->pid)
		ended(c, status);
}
