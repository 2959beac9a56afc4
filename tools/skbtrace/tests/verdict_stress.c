// SPDX-License-Identifier: GPL-2.0
/*
 * verdict_stress [SECONDS [SEED]] - include/linux/skbtrace_verdict.h, the
 * cache of verdicts on connections, with threads; built as ring_stress.
 *
 * Several connections share an entry; each changes its peer now and then. A
 * cached verdict must be the filter's. BREAK_ONCE (ring_shim.h) makes accesses
 * plain, BREAK_MIX makes verdicts independent of the addresses.
 *
 * Output is TAP; exit status 0 if all is well.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ring_shim.h"
#include "stress_lib.h"
#include "../../../include/linux/skbtrace_verdict.h"

enum { NR_THREADS = 4, NR_PLACES = 16, NR_SHARING = 3 };

struct conn {
	u64	cookie;
	u64	mix;
};

static struct skbtrace_verdicts table;
static struct conn conns[NR_PLACES * NR_SHARING];
static unsigned long known, unknown, forgotten;
static double until;

/* The filter */
static bool decide(u64 cookie, u64 mix)
{
	return ((cookie ^ mix >> 40) * 0x9e3779b97f4a7c15ULL) >> 63;
}

static void look(const struct conn *c)
{
	u64 mix = READ_ONCE(c->mix);
	u64 by = (mix ^ c->cookie << 32) * 0x9e3779b97f4a7c15ULL;
	int verdict;

#ifdef BREAK_MIX
	by = c->cookie << 32;
#endif
	verdict = skbtrace_verdict_get(&table, c->cookie, by);
	if (verdict < 0) {
		__atomic_fetch_add(&unknown, 1, __ATOMIC_RELAXED);
		if (skbtrace_verdict_put(&table, c->cookie, by,
					 decide(c->cookie, mix)))
			__atomic_fetch_add(&forgotten, 1, __ATOMIC_RELAXED);
		return;
	}
	__atomic_fetch_add(&known, 1, __ATOMIC_RELAXED);
	if (verdict != decide(c->cookie, mix) &&
	    !__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED))
		printf("# cookie %" PRIx64 ": a verdict of others\n",
		       c->cookie);
}

static void *worker(void *seed)
{
	u64 r = *(u64 *)seed;

	while (now() < until) {
		for (int i = 0; i < 100; i++) {
			struct conn *c = &conns[rnd(&r) %
						(NR_PLACES * NR_SHARING)];

			look(c);
			look(c);
			if (rnd(&r) >> 32 & 1)
				WRITE_ONCE(c->mix, rnd(&r));
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (u64)time(NULL) | 1;
	u64 seeds[NR_THREADS], r = seed | 1;
	pthread_t threads[NR_THREADS];

	until = now() + (argc > 1 ? atof(argv[1]) : 2);
	for (u64 i = 0; i < NR_PLACES * NR_SHARING; i++) {
		conns[i].cookie = i % NR_PLACES +
				  i / NR_PLACES * SKBTRACE_NR_VERDICTS;
		conns[i].mix = rnd(&r);
	}
	for (int i = 0; i < NR_THREADS; i++) {
		seeds[i] = seed * 2654435761u +
			   (u64)i * 0x9e3779b97f4a7c15ULL + 1;
		pthread_create(&threads[i], NULL, worker, &seeds[i]);
	}
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	if (!known || !unknown || !forgotten)
		failures++;
	printf("%sok 1 - verdicts: %lu known, %lu not, %lu forgotten, seed %"
	       PRIu64 "\n1..1\n",
	       failures ? "not " : "", known, unknown, forgotten, seed);
	return failures != 0;
}
