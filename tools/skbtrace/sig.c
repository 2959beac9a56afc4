// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "sig.h"

static int wake[2] = { -1, -1 };
static volatile sig_atomic_t interrupts, forward;
/* SIG_*, taken all at once: none that comes meanwhile is forgotten. */
static atomic_uint pending;

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };
static sigset_t old_mask;

static void handler(int sig, siginfo_t *info, void *ctx)
{
	int err = errno;

	(void)ctx;
	switch (sig) {
	case SIGUSR1:
		atomic_fetch_or(&pending, SIG_PROGRESS);
		break;
	case SIGUSR2:
		atomic_fetch_or(&pending, SIG_SNAPSHOT);
		break;
	case SIGINT:
		if (interrupts++)
			_exit(EXIT_SIGINT);
		/* fall through */
	default:
		forward = info->si_code == SI_KERNEL ? 0 : sig;
		atomic_fetch_or(&pending, SIG_STOP);
	}
	/* Full is as good: it is readable. */
	if (write(wake[1], "", 1) < 0)
		errno = err;
	errno = err;
}

/*
 * Who has started us may have had them blocked, and that is inherited. CHLD
 * ignored would be, too: then children leave nothing to wait for.
 */
static void unblock(void)
{
	sigset_t ours;

	sigemptyset(&ours);
	for (size_t i = 0; i < ARRAY_SIZE(stop_signals); i++)
		sigaddset(&ours, stop_signals[i]);
	sigaddset(&ours, SIGUSR1);
	sigaddset(&ours, SIGUSR2);
	sigprocmask(SIG_UNBLOCK, &ours, &old_mask);
	signal(SIGCHLD, SIG_DFL);
}

int sig_setup(void)
{
	struct sigaction sa = {
		.sa_sigaction = handler,
		.sa_flags = SA_SIGINFO | SA_RESTART,
	};

	if (wake[0] < 0 && pipe2(wake, O_CLOEXEC | O_NONBLOCK))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(stop_signals); i++) {
		struct sigaction old;

		/* nohup asked that HUP be ignored: so be it. */
		sigaction(stop_signals[i], NULL, &old);
		if (stop_signals[i] == SIGHUP && old.sa_handler == SIG_IGN)
			continue;
		sigaction(stop_signals[i], &sa, NULL);
	}
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	/* Both are errors of a write, and told where it was made. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	unblock();
	return wake[0];
}

unsigned int sig_take(void)
{
	char buf[64];

	while (read(wake[0], buf, sizeof(buf)) > 0)
		;
	return atomic_exchange(&pending, 0);
}

int sig_to_forward(void)
{
	return forward;
}

void sig_reset(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(stop_signals); i++) {
		struct sigaction old;

		sigaction(stop_signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			signal(stop_signals[i], SIG_DFL);
	}
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
}
