// SPDX-License-Identifier: GPL-2.0
/*
 * state_stress [SECONDS [SEED]] - include/linux/skbtrace_state.h, what a
 * session stores for connections, with threads; built as ring_stress.
 *
 * There are more connections than entries. Each has a lock, as its socket has;
 * its holder knows what the entry must be. BREAK_RELEASE (ring_shim.h) makes an
 * entry be given back without order, BREAK_LOCK lets two threads have a
 * connection.
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
#include "../../../include/linux/skbtrace_state.h"

enum { NR_THREADS = 4, NR_CONNS = 64, NR_PLACES = 32 };

/* A connection, and what the session must have stored for it */
struct conn {
	pthread_mutex_t		lock;
	u64			cookie;
	bool			known;
	struct skbtrace_state	want;
};

static struct skbtrace_state table[NR_PLACES]
	__attribute__((__aligned__(128)));
static struct skbtrace_states states = { table, NR_PLACES - 1 };
static struct conn conns[NR_CONNS];
static unsigned long uses, refused;
static double until;

static void fail(const struct conn *c, const char *what)
{
	FAIL("cookie %" PRIx64 ": %s", c->cookie, what);
}

/* As skbtrace_state_get() and skbtrace_state_new() */
static struct skbtrace_state *get(u64 cookie)
{
	struct skbtrace_state *state = skbtrace_state_find(&states, cookie);

	return state ? state : skbtrace_state_make(&states, cookie);
}

static void compare(struct conn *c, const struct skbtrace_state *state)
{
	if (READ_ONCE(state->key) != c->cookie)
		fail(c, "another one's entry");
	if (state->since != c->want.since || state->count != c->want.count ||
	    state->value != c->want.value ||
	    state->wait_since != c->want.wait_since)
		fail(c, c->known ? "the entry has changed" : "not a clean one");
}

static void change(struct conn *c, struct skbtrace_state *state, u64 r)
{
	state->since = r;
	state->count++;
	state->value = (u8)(r >> 32);
	state->wait_since = ~r;
	/* others read the key, and may even try to take the entry */
	c->want.since = state->since;
	c->want.count = state->count;
	c->want.value = state->value;
	c->want.wait_since = state->wait_since;
	c->known = true;
}

static void use(struct conn *c, u64 r)
{
	struct skbtrace_state *state = get(c->cookie);

	if (!state) {
		if (c->known)
			fail(c, "its entry is gone");
		__atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED);
		return;
	}
	__atomic_fetch_add(&uses, 1, __ATOMIC_RELAXED);
	compare(c, state);
	change(c, state, r);
	if (r % 8)
		return;
	skbtrace_state_free(state);
	c->known = false;
	c->want = (struct skbtrace_state){};
}

static void *worker(void *seed)
{
	u64 r = *(u64 *)seed;

	while (now() < until) {
		for (int i = 0; i < 100; i++) {
			struct conn *c = &conns[rnd(&r) % NR_CONNS];

#ifndef BREAK_LOCK
			pthread_mutex_lock(&c->lock);
#endif
			use(c, rnd(&r) >> 8);
#ifndef BREAK_LOCK
			pthread_mutex_unlock(&c->lock);
#endif
		}
	}
	return NULL;
}

/* After all threads have ended: an entry is of a connection, none has two. */
static void check_table(void)
{
	int entries = 0, known = 0;

	for (int i = 0; i < NR_PLACES; i++)
		entries += table[i].key != 0;
	for (int i = 0; i < NR_CONNS; i++)
		known += conns[i].known;
	if (entries != known)
		fail(&conns[0], "entries that are nobody's");
}

int main(int argc, char **argv)
{
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (u64)time(NULL) | 1;
	u64 seeds[NR_THREADS];
	pthread_t threads[NR_THREADS];

	until = now() + (argc > 1 ? atof(argv[1]) : 2);
	for (int i = 0; i < NR_CONNS; i++) {
		pthread_mutex_init(&conns[i].lock, NULL);
		/* cookies are assigned in runs per CPU, as in the kernel */
		conns[i].cookie = 1 + (u64)(i / 16) * 0x1000 + i % 16;
	}
	for (int i = 0; i < NR_THREADS; i++) {
		seeds[i] = seed * 2654435761u +
			   (u64)i * 0x9e3779b97f4a7c15ULL + 1;
		pthread_create(&threads[i], NULL, worker, &seeds[i]);
	}
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	check_table();
	if (!uses || !refused)
		fail(&conns[0], "nothing was tried");
	printf("%sok 1 - states: %lu uses, %lu without a place, seed %" PRIu64 "\n1..1\n",
	       failures ? "not " : "", uses, refused, seed);
	return failures != 0;
}
