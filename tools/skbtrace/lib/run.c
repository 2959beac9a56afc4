// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/num.h"
#include "lib/run.h"

enum { MAX_OUT = 1 << 20 };

static void __attribute__((noreturn))
child(const char *const *argv, int out, int report)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* Not reached by Ctrl-C: modprobe must not be interrupted. */
	setpgid(0, 0);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LC_ALL", "C", 1);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* Collect until end of file or @until; false: too late. */
static bool collect(struct run *r, int fd, u64 until)
{
	size_t len = 0, cap = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		u64 now = mono_ns();
		ssize_t n;

		if (now >= until)
			return false;
		if (poll(&p, 1, (until - now) / 1000000 + 1) <= 0)
			continue;
		if (len + 4096 > cap && cap < MAX_OUT) {
			cap = cap ? 2 * cap : 8192;
			r->out = xrealloc(r->out, cap + 1);
		}
		/* Over the limit: discard a part, and read on. */
		if (len == cap)
			len = cap / 2;
		n = read(fd, r->out + len, cap - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += n;
		r->out[len] = '\0';
	}
	if (r->out)
		r->out[len] = '\0';
	return true;
}

void run(struct run *r, const char *const *argv, int timeout_ms)
{
	u64 until = mono_ns() + timeout_ms * 1000000ull;
	int out[2], report[2], err = 0, st;
	bool late;
	pid_t pid;

	r->out = NULL;
	r->status = -EIO;
	if (pipe2(out, O_CLOEXEC))
		goto none;
	if (pipe2(report, O_CLOEXEC)) {
		close(out[0]);
		close(out[1]);
		goto none;
	}
	pid = fork();
	if (!pid)
		child(argv, out[1], report[1]);
	close(out[1]);
	close(report[1]);
	if (pid < 0) {
		r->status = -errno;
		goto out;
	}
	late = !collect(r, out[0], until);
	if (late)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	if (read_all(report[0], &err, sizeof(err)) == sizeof(err))
		r->status = -err;
	else if (late)
		r->status = -ETIMEDOUT;
	else
		r->status = WIFEXITED(st) ? WEXITSTATUS(st) : -EINTR;
out:
	close(out[0]);
	close(report[0]);
none:
	if (!r->out)
		r->out = xstrdup("");
}

const char *run_line(struct run *r)
{
	r->out[strcspn(r->out, "\n")] = '\0';
	return r->out;
}
