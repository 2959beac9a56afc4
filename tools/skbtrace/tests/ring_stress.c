// SPDX-License-Identifier: GPL-2.0
/*
 * ring_stress [SECONDS [SEED]] - skbtrace_ring.h and skbtrace_named.h of
 * include/linux/, which CPUs share, with threads. tests/stress.sh compiles it
 * with -fsanitize=thread, and with address,undefined.
 *
 * BREAK_RELEASE and BREAK_ONCE (ring_shim.h), BREAK_CONSUME and BREAK_SPARE
 * each build in a fault that must be found.
 *
 * Output is TAP; exit status 0 if all is well.
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ring_shim.h"
#include "stress_lib.h"
#include "../../../include/linux/skbtrace_ring.h"
#include "../../../include/linux/skbtrace_named.h"

#define MAX_BLOCK	512	/* bytes */
#define NR_KINDS	2	/* ordinary, important */

/* xorshift64*: each thread has its own, all follow from the seed */
static u64 rnd_below(u64 *state, u64 n)
{
	return rnd(state) % n;
}

/* As struct skbtrace_subbuf, in small. */
struct head {
	u64	first_seq;
	u32	used;
	u32	lost[NR_KINDS];
	u32	spare;
};

/* As struct skbtrace_block; words of seq + i follow. */
struct block {
	u32	len;
	u32	kind;
	u64	seq;
	u64	words[];
};

struct ring_test {
	struct skbtrace_ring	ring;
	double			until;
	u64			seed_in;
	u64			seed_out;
	unsigned int		pace_in;	/* 1 in so many pauses */
	unsigned int		pace_out;
	bool			done;		/* the producer is */
	/* what the producer says at its end */
	u64			seq;
	u64			lost[NR_KINDS];
	u64			sent[NR_KINDS];
	/* what the consumer has seen */
	u64			got[NR_KINDS];
	u64			missed;
};

static void producer_close(struct skbtrace_ring *r)
{
	((struct head *)r->cur)->used = r->off;
	skbtrace_ring_close(r);
}

static bool producer_open(struct ring_test *t, bool important)
{
	struct head *h;

	if (!skbtrace_ring_open(&t->ring, sizeof(*h), important))
		return false;
	h = (struct head *)t->ring.cur;
	h->first_seq = t->seq;
	h->lost[0] = t->lost[0];
	h->lost[1] = t->lost[1];
	return true;
}

/* The same steps as in write.c, which can't be compiled here. */
static u8 *producer_reserve(struct ring_test *t, u32 len, bool important)
{
	struct skbtrace_ring *r = &t->ring;
	u8 *p;

	if (r->off + len <= r->limit) {
		p = r->cur + r->off;
		r->off += len;
		return p;
	}
	if (r->cur) {
		p = skbtrace_ring_reserve(r, len, important);
		if (p)
			return p;
		if (!important && !skbtrace_ring_may_open(r, false))
			return NULL;
		producer_close(r);
	}
	if (!producer_open(t, important))
		return NULL;
	return skbtrace_ring_reserve(r, len, important);
}

static void produce_one(struct ring_test *t)
{
	struct skbtrace_ring *r = &t->ring;
	bool important = !rnd_below(&t->seed_in, 8);
	u32 words = rnd_below(&t->seed_in, MAX_BLOCK / 8 - 2), i;
	struct block *b;

	b = (struct block *)producer_reserve(t, sizeof(*b) + words * 8,
					     important);
	if (!b) {
		t->lost[important]++;
		t->seq++;
		if (!rnd_below(&t->seed_in, t->pace_in))
			sched_yield();
		return;
	}
#ifdef BREAK_SPARE
	r->limit = r->size;
#endif
	/* the reader can only have freed more since */
	if (!important && skbtrace_ring_unread(r) + r->spare >= r->nr)
		FAIL("an ordinary block in the spare part, seq %" PRIu64,
		     t->seq);
	b->len = sizeof(*b) + words * 8;
	b->kind = important;
	b->seq = t->seq;
	for (i = 0; i < words; i++)
		b->words[i] = t->seq + i;
	t->sent[important]++;
	t->seq++;
}

static void *producer(void *arg)
{
	struct ring_test *t = arg;
	unsigned int i;

	do {
		for (i = 0; i < 64; i++)
			produce_one(t);
		if (!rnd_below(&t->seed_in, t->pace_in))
			sched_yield();
		/* the flush timer */
		if (t->ring.cur && !rnd_below(&t->seed_in, 64))
			producer_close(&t->ring);
	} while (now() < t->until);
	if (t->ring.cur)
		producer_close(&t->ring);
	__atomic_store_n(&t->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* The missing sequence numbers must be those counted as lost. */
static void check_head(struct ring_test *t, const struct head *h, u64 seq)
{
	t->missed += h->first_seq - seq;
	if (h->first_seq < seq)
		FAIL("first_seq %" PRIu64 ", expected %" PRIu64, h->first_seq,
		     seq);
	if ((u32)t->missed != h->lost[0] + h->lost[1])
		FAIL("%" PRIu64 " missing, %u + %u told of", t->missed,
		     h->lost[0], h->lost[1]);
	if (h->used > t->ring.size || h->used < sizeof(*h))
		FAIL("used %u", h->used);
}

static u64 check_blocks(struct ring_test *t, const u8 *p, u64 seq)
{
	const struct head *h = (const struct head *)p;
	const struct block *b;
	u32 off, i;

	check_head(t, h, seq);
	seq = h->first_seq;
	for (off = sizeof(*h); off < h->used; off += b->len) {
		b = (const struct block *)(p + off);
		if (b->len < sizeof(*b) || b->len > h->used - off ||
		    b->len % 8 || b->kind >= NR_KINDS || b->seq < seq) {
			FAIL("bad block at %u: len %u kind %u seq %" PRIu64
			     ", expected %" PRIu64, off, b->len, b->kind,
			     b->seq, seq);
			return seq;
		}
		/* lost while this sub-buffer was open: it is a spare one */
		t->missed += b->seq - seq;
		seq = b->seq;
		for (i = 0; i < (b->len - sizeof(*b)) / 8; i++)
			if (b->words[i] != seq + i)
				FAIL("seq %" PRIu64 ": word %u is %" PRIu64,
				     seq, i, b->words[i]);
		t->got[b->kind]++;
		seq++;
	}
	return seq;
}

static void *consumer(void *arg)
{
	struct ring_test *t = arg;
	u8 *copy = malloc(t->ring.size);
	const u8 *p;
	u64 seq = 0;
	bool done;

	for (;;) {
		done = __atomic_load_n(&t->done, __ATOMIC_ACQUIRE);
		p = skbtrace_ring_peek(&t->ring);
		if (!p) {
			if (done)
				break;
			sched_yield();
			continue;
		}
#ifdef BREAK_CONSUME
		skbtrace_ring_consume(&t->ring);
		memcpy(copy, p, t->ring.size);
#else
		memcpy(copy, p, t->ring.size);
		skbtrace_ring_consume(&t->ring);
#endif
		seq = check_blocks(t, copy, seq);
		if (!rnd_below(&t->seed_out, t->pace_out))
			sched_yield();
	}
	t->missed += t->seq - seq;
	free(copy);
	return NULL;
}

/* One ring of random shape, for a while. */
static void ring_round(u64 *seed, double seconds, u64 totals[2])
{
	struct ring_test *t = aligned_alloc(64, (sizeof(*t) + 63) & ~63UL);
	pthread_t in, out;

	memset(t, 0, sizeof(*t));
	t->ring.nr = 2 + rnd_below(seed, 15);
	t->ring.spare = t->ring.nr < 16 ? 1 : t->ring.nr / 8;
	t->ring.size = (1 + rnd_below(seed, 4)) * 1024;
	t->ring.base = aligned_alloc(64, t->ring.nr * t->ring.size);
	t->seed_in = rnd(seed) | 1;
	t->seed_out = rnd(seed) | 1;
	t->pace_in = 1 + rnd_below(seed, 16);
	t->pace_out = 1 + rnd_below(seed, 16);
	t->until = now() + seconds;
	/* near their end, so that the counters wrap; that works for 2^n only */
	if (!(t->ring.nr & (t->ring.nr - 1))) {
		t->ring.produced = -3UL;
		t->ring.consumed = -3UL;
	}
	pthread_create(&in, NULL, producer, t);
	pthread_create(&out, NULL, consumer, t);
	pthread_join(in, NULL);
	pthread_join(out, NULL);
	if (t->got[0] != t->sent[0] || t->got[1] != t->sent[1])
		FAIL("sent %" PRIu64 " + %" PRIu64 ", got %" PRIu64
		     " + %" PRIu64, t->sent[0], t->sent[1], t->got[0],
		     t->got[1]);
	if (t->missed != t->lost[0] + t->lost[1])
		FAIL("lost %" PRIu64 " + %" PRIu64 ", missed %" PRIu64,
		     t->lost[0], t->lost[1], t->missed);
	totals[0] += t->got[0] + t->got[1];
	totals[1] += t->missed;
	free(t->ring.base);
	free(t);
}

/*
 * Cookies from 1 to NAMES_ADDED are added, those above never are. The epoch
 * grows while other threads look up.
 */
#define NAMES_NR	256
#define NAMES_ADDED	400
#define NAMES_THREADS	4

struct names_test {
	struct skbtrace_named	names;
	double			until;
	u32			epoch;
	u64			seed[NAMES_THREADS];
	u64			calls[NAMES_THREADS];
};

struct names_thread {
	struct names_test	*t;
	unsigned int		i;
};

static void names_step(struct names_test *t, u64 *seed)
{
	u32 epoch = __atomic_load_n(&t->epoch, __ATOMIC_RELAXED);
	u64 cookie = 1 + rnd_below(seed, NAMES_ADDED);

	skbtrace_named_add(&t->names, cookie, epoch);
	cookie = 1 + rnd_below(seed, NAMES_ADDED);
	/* nothing has been named in an epoch that has not come */
	if (skbtrace_named_has(&t->names, cookie, (u8)(epoch + 128)))
		FAIL("cookie %" PRIu64 " named in the future", cookie);
	if (skbtrace_named_has(&t->names, cookie + NAMES_ADDED, -1) ||
	    skbtrace_named_has(&t->names, cookie + NAMES_ADDED, epoch))
		FAIL("cookie %" PRIu64 " was never named",
		     cookie + NAMES_ADDED);
}

static void *names_thread(void *arg)
{
	struct names_thread *me = arg;
	struct names_test *t = me->t;
	u64 *seed = &t->seed[me->i];
	unsigned int i;

	do {
		for (i = 0; i < 256; i++)
			names_step(t, seed);
		t->calls[me->i] += i;
		/* the lowest 7 bits: "in 128 epochs" is always the future */
		if (!me->i && __atomic_load_n(&t->epoch, __ATOMIC_RELAXED) <
			      127)
			__atomic_fetch_add(&t->epoch, 1, __ATOMIC_RELAXED);
	} while (now() < t->until);
	return NULL;
}

/* After all threads have ended: an entry is a complete cookie and epoch. */
static void names_check(struct names_test *t)
{
	u64 e, cookie;
	u32 i;

	for (i = 0; i < NAMES_NR; i++) {
		e = t->names.tab[i];
		cookie = e & SKBTRACE_NAMED_COOKIE;
		if (!e)
			continue;
		if (!cookie || cookie > NAMES_ADDED || e >> 48 > t->epoch)
			FAIL("entry %u is %#" PRIx64, i, e);
	}
	for (cookie = 1; cookie <= NAMES_ADDED; cookie++) {
		skbtrace_named_add(&t->names, cookie, t->epoch);
		if (!skbtrace_named_has(&t->names, cookie, t->epoch))
			FAIL("cookie %" PRIu64 " has been forgotten", cookie);
	}
}

static u64 names_round(u64 *seed, double seconds)
{
	struct names_thread arg[NAMES_THREADS];
	pthread_t thread[NAMES_THREADS];
	struct names_test t = { .until = now() + seconds };
	u64 calls = 0;
	unsigned int i;

	t.names.tab = aligned_alloc(64, NAMES_NR * sizeof(u64));
	t.names.mask = NAMES_NR - 1;
	memset(t.names.tab, 0, NAMES_NR * sizeof(u64));
	for (i = 0; i < NAMES_THREADS; i++) {
		t.seed[i] = rnd(seed) | 1;
		arg[i] = (struct names_thread){ &t, i };
		pthread_create(&thread[i], NULL, names_thread, &arg[i]);
	}
	for (i = 0; i < NAMES_THREADS; i++) {
		pthread_join(thread[i], NULL);
		calls += t.calls[i];
	}
	names_check(&t);
	free(t.names.tab);
	return calls;
}

static unsigned long verdict(unsigned int nr, const char *what,
			     unsigned long before)
{
	printf("%s %u - %s\n", failures == before ? "ok" : "not ok", nr, what);
	return failures;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 2, until;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) :
			      (u64)time(NULL) * 1000003 + 1;
	u64 totals[2] = { 0, 0 }, state = seed | 1, calls;
	unsigned long before;
	unsigned int rounds = 0;

	printf("# %s %g %" PRIu64 "\n", argv[0], seconds, seed);
	fflush(stdout);
	until = now() + seconds * 0.75;
	do {
		ring_round(&state, seconds < 1 ? seconds / 4 : 0.2, totals);
		rounds++;
	} while (now() < until);
	printf("# ring: %u rounds, %" PRIu64 " blocks, %" PRIu64 " lost\n",
	       rounds, totals[0], totals[1]);
	if (!totals[0] || !totals[1])
		FAIL("a test without blocks or without losses is none");
	before = verdict(1, "skbtrace_ring.h", 0);

	calls = names_round(&state, seconds * 0.25);
	printf("# names: %" PRIu64 " calls\n", calls);
	verdict(2, "skbtrace_named.h", before);
	printf("1..2\n");
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
