/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzzers have in common: chance, a limit of time, the main loop. */
#ifndef SKBTRACE_TESTS_FUZZ_H
#define SKBTRACE_TESTS_FUZZ_H

#include "lib/util.h"

/* A fuzzer. An iteration depends on the seed, its number and the files only. */
struct fuzz {
	const char *name;	/* the program is test_NAME */
	const char *files;	/* its files, for the usage */
	int min, max;		/* how many there may be */
	u64 leaks;		/* look for leaks after so many iterations */
	void (*load)(char **files, int n);
	void (*iterate)(void);
	void (*show)(void);	/* optional: what this iteration is about */
	void (*unload)(void);	/* optional */
};

/*
 * SECONDS SEED|-|SEED:N FILE...: iterations for so long, or number N of that
 * seed alone. Prints TAP. What the program itself prints is thrown away.
 */
int fuzz_main(const struct fuzz *f, int argc, char **argv);

/* This iteration has failed: say so, and how to repeat it */
void fuzz_broken(const char *what) __attribute__((noreturn));

/* To stdout, whatever has become of it */
void fuzz_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

u64 fuzz_next(void);
u32 below(u32 n);
bool one_in(u32 n);

#endif
