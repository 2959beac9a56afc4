// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "lib/sig.h"

static int wake[2] = { -1, -1 };
static volatile sig_atomic_t interrupts, forward;
/* SIG_*; read and cleared by one atomic operation, so that none is lost. */
static atomic_uint pending;

static void (*volatile at_exit)(void);

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
		if (interrupts++) {
			if (at_exit)
				at_exit();
			_exit(EXIT_SIGINT);
		}
		/* fall through */
	default:
		forward = info->si_code == SI_KERNEL ? 0 : sig;
		atomic_fetch_or(&pending, SIG_STOP);
	}
	/* A full pipe is fine: it is readable. */
	if (write(wake[1], "", 1) < 0)
		errno = err;
	errno = err;
}

/*
 * Signals may be blocked by the parent, which is inherited; so is an ignored
 * CHLD, with which children cannot be waited for.
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

		/* Keep a HUP ignored, as with nohup. */
		sigaction(stop_signals[i], NULL, &old);
		if (stop_signals[i] == SIGHUP && old.sa_handler == SIG_IGN)
			continue;
		sigaction(stop_signals[i], &sa, NULL);
	}
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	/* write() reports both as errors. */
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

void sig_at_exit(void (*fn)(void))
{
	at_exit = fn;
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
