/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers that depend on a seed: splitmix64. */
#ifndef SKBTRACE_TESTS_CHANCE_H
#define SKBTRACE_TESTS_CHANCE_H

#include "lib/types.h"

static inline u64 chance(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

#endif
