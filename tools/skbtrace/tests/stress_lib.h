/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the stress tests: random numbers, time, the first failure. */
#ifndef SKBTRACE_STRESS_LIB_H
#define SKBTRACE_STRESS_LIB_H

#include <stdio.h>
#include <time.h>

/* xorshift64*; *state is never 0 */
static inline u64 rnd(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

/* Seconds */
static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Only the first failure is printed: others follow from it. */
static unsigned long failures;

#define FAIL(...) do {							\
	if (!__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED)) {	\
		printf("# ");						\
		printf(__VA_ARGS__);					\
		printf("\n");						\
	}								\
} while (0)

#endif /* SKBTRACE_STRESS_LIB_H */
