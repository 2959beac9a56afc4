// SPDX-License-Identifier: GPL-2.0
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "rewrite/leave.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
static const char *_Atomic file;
static volatile sig_atomic_t asked;

static void handler(int sig)
{
	static const char text[] = "skbtrace: interrupted\n";

	if (sig == SIGUSR1) {
		asked = 1;
		return;
	}
	if (file)
		unlink(file);
	file = NULL;
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		signal(sig, SIG_DFL);
	/* It is blocked in the handler, and delivered on return. */
	signal(sig, SIG_DFL);
	raise(sig);
}

static void mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(how, &set, NULL);
}

void leave_begin(void)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };

	mask(SIG_BLOCK);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct sigaction old;

		/* Keep a HUP ignored, as with nohup. */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
	}
	sigaction(SIGUSR1, &sa, NULL);
	/* write() reports both as errors. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void leave_file(const char *path)
{
	file = path;
	mask(SIG_UNBLOCK);
}

void leave_end(void)
{
	file = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct sigaction old;

		sigaction(signals[i], NULL, &old);
		if (old.sa_handler == handler)
			signal(signals[i], SIG_DFL);
	}
	mask(SIG_UNBLOCK);
}

bool leave_asked(void)
{
	bool was = asked;

	asked = 0;
	return was;
}
