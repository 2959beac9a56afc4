// SPDX-License-Identifier: GPL-2.0
/* The main loop of a fuzzer. */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif

#include "tests/chance.h"
#include "tests/fuzz.h"

enum { HANG_SECONDS = 20, SLEEP_SECONDS = 300 };

static const struct fuzz *fuzz;
static u64 rng, seed, iteration;
static int say_fd = STDOUT_FILENO;

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "hard_rss_limit_mb=2048:detect_leaks=1:"
	       "max_allocation_size_mb=512";
}

/* ---- chance ---- */

u64 fuzz_next(void)
{
	return chance(&rng);
}

u32 below(u32 n)
{
	return n ? fuzz_next() % n : 0;
}

bool one_in(u32 n)
{
	return !below(n);
}

/* ---- what went wrong ---- */

void fuzz_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdprintf(say_fd, fmt, ap);
	va_end(ap);
}

static void say_where(void)
{
	fuzz_say("# %s: again with SEED=%llu:%llu\n", fuzz->name,
		 (unsigned long long)seed, (unsigned long long)iteration);
	if (fuzz->show)
		fuzz->show();
}

void fuzz_broken(const char *what)
{
	fuzz_say("not ok 1 - %s\n", what);
	say_where();
	_exit(EXIT_FAILED);
}

static void hang(int sig)
{
	(void)sig;
	fuzz_say("not ok 1 - an iteration takes more than %d s, or sleeps\n",
		 HANG_SECONDS);
	say_where();
	abort();
}

static void find_leaks(void)
{
#if defined(__SANITIZE_ADDRESS__)
	if (__lsan_do_recoverable_leak_check())
		fuzz_broken("memory is leaked");
#endif
}

/* ---- iterations ---- */

/* It is the processor's time that tells: others may be busy, too. */
static void limit_time(int busy, int all)
{
	const struct itimerval t = { .it_value.tv_sec = busy };

	setitimer(ITIMER_PROF, &t, NULL);
	alarm(all);
}

static void iterate(void)
{
	rng = seed * 0x9e3779b97f4a7c15ULL ^ iteration;
	fuzz_next();
	limit_time(HANG_SECONDS, SLEEP_SECONDS);
	fuzz->iterate();
	limit_time(0, 0);
}

/* Nobody reads what is said of hostile bytes; what a sanitizer says matters. */
static void quiet(void)
{
	int null = open("/dev/null", O_WRONLY);

	say_fd = dup(STDOUT_FILENO);
#if defined(__SANITIZE_ADDRESS__)
	__sanitizer_set_report_fd((void *)(intptr_t)dup(STDERR_FILENO));
	__sanitizer_set_death_callback(say_where);
#endif
	dup2(null, STDERR_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
}

static void loop(double seconds)
{
	const time_t start = time(NULL);

	quiet();
	while (difftime(time(NULL), start) < seconds) {
		iteration++;
		iterate();
		if (!(iteration % fuzz->leaks))
			find_leaks();
	}
	find_leaks();
}

int fuzz_main(const struct fuzz *f, int argc, char **argv)
{
	const int n = argc - 3;
	const char *only;

	if (n < f->min || n > f->max)
		return fail(EXIT_USAGE, "test_%s SECONDS SEED|-|SEED:N %s",
			    f->name, f->files);
	fuzz = f;
	seed = strcmp(argv[2], "-") ? strtoull(argv[2], NULL, 10) :
				      (u64)time(NULL);
	only = strchr(argv[2], ':');
	fuzz_say("# %s: seed %llu, %d files, %s s\n", f->name,
		 (unsigned long long)seed, n, argv[1]);
	signal(SIGALRM, hang);
	signal(SIGPROF, hang);
	f->load(argv + 3, n);
	if (only) {
		iteration = strtoull(only + 1, NULL, 10);
		iterate();
	} else {
		loop(atof(argv[1]));
	}
	if (f->unload)
		f->unload();
	if (!only)
		fuzz_say("ok 1 - %llu iterations, seed %llu\n1..1\n",
			 (unsigned long long)iteration,
			 (unsigned long long)seed);
	return EXIT_OK;
}
