// SPDX-License-Identifier: GPL-2.0
/*
 * hold_stress [SECONDS [SEED]] - net/skbtrace/hold_log.h, the log of held back
 * events, with threads; built as ring_stress.
 *
 * Two writers, each with its own log, hold back blocks of a few keys. Two
 * readers fire for these keys: they walk the chain, claim and copy, as
 * skbtrace_fire() does. Each block has its writer, its number, and a checksum.
 * From a large log all blocks must have been delivered at the end; of a small
 * one, missing blocks must have been reported.
 *
 * BREAK_ONCE (ring_shim.h), BREAK_CLAIM (two may deliver a block), BREAK_WHOLE
 * (overwritten blocks are delivered) and BREAK_MISSED (missing blocks are not
 * reported) each build in a fault that must be found.
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
#include <unistd.h>

/* Lets others run in the same windows as the kernel's debug build. */
static void race(void);
#define SHIM_RACE	race
#include "ring_shim.h"
#include "stress_lib.h"
#include "../../../net/skbtrace/hold_log.h"

enum {
	NR_WRITERS	= 2,
	NR_READERS	= 2,
	NR_KEYS		= 4,
	KIND		= 5,
	MAX_WORDS	= 16,		/* of a block, those of its head too */
	MAX_FOUND	= 1 << 16,
	LARGE_BYTES	= 64 << 20,
	SMALL_BYTES	= 4096,
};

/* As struct skbtrace_block, in small. */
struct block {
	u32	len;
	u32	writer;
	u64	number;			/* of its writer and key, from 1 on */
	u64	key;
	u64	sum;			/* of all that follows and precedes */
};

struct found {
	u64	ref;
	u32	len;
	u32	writer;
	u64	number;
};

static struct skbtrace_hold_log logs[NR_WRITERS];
static struct skbtrace_hold hold = { .log = logs, .nr_logs = NR_WRITERS };
static u64 newest[SKBTRACE_HOLD_WORDS];
static double until;
static u64 seed;
static bool large;
static unsigned long held, written, histories, gaps;
static unsigned int writing;

/* By key: what each writer has held back, and what readers have delivered */
static u64 put_up_to[NR_WRITERS][NR_KEYS];
static u8 *seen[NR_WRITERS][NR_KEYS];
static u64 seen_size;

static void race(void)
{
	static __thread unsigned int n;

	if (!(n++ & 15))
		sched_yield();
}

static void add(unsigned long *count, unsigned long n)
{
	__atomic_fetch_add(count, n, __ATOMIC_RELAXED);
}

static u64 mix_of(u64 key)
{
	return skbtrace_hold_mix(&hold, key, KIND);
}

/* The key of a hash: what skbtrace_hold_mix() does, backwards. */
static u64 unmix(u64 mix)
{
	u64 inverse = SKBTRACE_HOLD_MIX;

	for (int i = 0; i < 5; i++)	/* Newton: right bits double */
		inverse *= 2 - SKBTRACE_HOLD_MIX * inverse;
	mix *= inverse;
	mix = (mix ^ mix >> 32) * inverse;
	return (mix - KIND) ^ hold.secret;
}

/* Keys 0 and 1 share set and tag: only a block's own key tells them apart. */
static u64 key_of(u32 i)
{
	return i == 1 ? unmix(mix_of(key_of(0)) ^ 1ULL << 24) :
			0x1003 + i * 0x10001;
}

static u64 keys[NR_KEYS];

static u64 sum_of(const u64 *words, u32 len)
{
	const u32 at = offsetof(struct block, sum) / sizeof(u64);
	u64 sum = len;

	for (u32 i = 0; i < len / sizeof(u64); i++)
		if (i != at)
			sum = (sum ^ words[i]) * 0x9e3779b97f4a7c15ULL;
	return sum;
}

/* ---- who holds back ---- */

static void put(u32 writer, u32 k, u64 *state)
{
	u64 words[MAX_WORDS], number = put_up_to[writer][k] + 1;
	struct block *b = (struct block *)words;
	u32 head = sizeof(*b) / sizeof(u64);
	u32 n = head + rnd(state) % (MAX_WORDS - head);

	for (u32 i = head; i < n; i++)
		words[i] = rnd(state);
	*b = (struct block){
		.len = n * sizeof(u64), .writer = writer, .number = number,
		.key = keys[k],
	};
	b->sum = sum_of(words, b->len);
	skbtrace_hold_put(&hold, writer, KIND, keys[k], number, b, b->len);
	put_up_to[writer][k] = number;
	add(&held, 1);
}

/* A block that a condition refuses after it is in the log: never linked */
static void give_up(u32 writer, u64 *state)
{
	u64 words[MAX_WORDS], pos;
	u32 len = sizeof(u64) * (1 + rnd(state) % MAX_WORDS);
	struct skbtrace_held *e;

	for (u32 i = 0; i < len / sizeof(u64); i++)
		words[i] = rnd(state);
	e = skbtrace_hold_reserve(&hold, &logs[writer], len, &pos);
	skbtrace_hold_words((u64 *)(e + 1), words, len);
}

/* A large log must not wrap; numbers end with the table of them. */
static bool may_put(u32 writer, u32 k)
{
	if (put_up_to[writer][k] + 1 >= seen_size)
		return false;
	return !large || logs[writer].head < 2 * hold.size - 4096;
}

static void *writer(void *arg)
{
	u32 me = (uintptr_t)arg;
	u64 state = seed * 2654435761u + me + 1;

	while (now() < until) {
		for (int i = 0; i < 64; i++) {
			u32 k = rnd(&state) % NR_KEYS;

			if (!may_put(me, k))
				goto out;
			put(me, k, &state);
			if (rnd(&state) % 8 == 0)
				give_up(me, &state);
		}
		if (rnd(&state) % 4 == 0)
			sched_yield();
	}
out:
	__atomic_fetch_sub(&writing, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* ---- a primary ---- */

struct list {
	struct found	*v;
	u32		nr;
	bool		missed;
};

/* As skbtrace_find_chain(): newest first */
static void find_chain(struct list *l, u64 key, u64 ref)
{
	struct skbtrace_held h;
	struct block b;

	for (; ref; ref = h.prev) {
		if (!skbtrace_hold_read(&hold, ref, &h, &b, sizeof(b))) {
			l->missed = true;
			return;
		}
		if (h.key != key)
			continue;
		if (b.key != key || b.number != h.at ||
		    b.writer != skbtrace_ref_cpu(ref))
			FAIL("an entry that nobody has made");
		if (h.tag & SKBTRACE_HELD_CLAIMED)
			continue;
		if (l->nr == MAX_FOUND) {
			l->missed = true;
			return;
		}
		l->v[l->nr++] = (struct found){
			.ref = ref, .len = b.len, .writer = b.writer,
			.number = b.number,
		};
	}
}

/* In a chain, each writer's newest block is first. */
static void check_order(const struct list *l, u32 from)
{
	u64 last[NR_WRITERS];

	memset(last, 0xff, sizeof(last));
	for (u32 i = from; i < l->nr; i++) {
		const struct found *f = &l->v[i];

		if (f->number >= last[f->writer])
			FAIL("number %" PRIu64 " behind %" PRIu64 " of writer %u",
			     f->number, last[f->writer], f->writer);
		last[f->writer] = f->number;
	}
}

/* As skbtrace_find_key() */
static void find_key(struct list *l, u64 key)
{
	u64 mix = mix_of(key), ref, *set = skbtrace_hold_set(&hold, mix);

	for (u32 i = 0; i < SKBTRACE_HOLD_WAYS; i++) {
		u32 from = l->nr;

		/* pairs with the exchange in skbtrace_hold_link() */
		ref = smp_load_acquire(&set[i]);
		if (!skbtrace_ref_tagged(ref, mix))
			continue;
		find_chain(l, key, ref);
		check_order(l, from);
	}
}

static bool claim(u64 ref)
{
#ifdef BREAK_CLAIM
	(void)ref;
	return true;
#else
	return skbtrace_hold_claim(&hold, ref);
#endif
}

static bool is_whole(u64 ref)
{
	return skbtrace_hold_whole(&hold, ref);
}

static bool copy(u64 ref, void *to, u32 len)
{
#ifdef BREAK_WHOLE
	/* gives a writer time to wrap, however busy the machine is */
	if (!large)
		usleep(100);
	skbtrace_hold_copy(&hold, ref, to, len);
	return true;
#else
	return skbtrace_hold_copy(&hold, ref, to, len);
#endif
}

static void check(const struct found *f, const u64 *words, u32 k)
{
	const struct block *b = (const struct block *)words;

	if (b->sum != sum_of(words, f->len) || b->len != f->len ||
	    b->number != f->number || b->writer != f->writer ||
	    b->key != keys[k]) {
		FAIL("a block is torn: number %" PRIu64 " of writer %u",
		     f->number, f->writer);
		return;
	}
	if (__atomic_fetch_add(&seen[f->writer][k][f->number], 1,
			       __ATOMIC_RELAXED))
		FAIL("number %" PRIu64 " of writer %u twice", f->number,
		     f->writer);
	add(&written, 1);
}

/* As skbtrace_write_found(). Return: true if it is gone */
static bool deliver(const struct found *f, u32 k)
{
	u64 words[MAX_WORDS];

	if (!claim(f->ref))
		return !is_whole(f->ref);
	if (!copy(f->ref, words, f->len))
		return true;
	check(f, words, k);
	return false;
}

static bool fire(struct list *l, u32 k)
{
	l->nr = 0;
	l->missed = false;
	find_key(l, keys[k]);
	/* what another one has claimed by now it will write, or say is gone */
	for (u32 i = l->nr; i--;)
		l->missed |= deliver(&l->v[i], k);
#ifdef BREAK_MISSED
	l->missed = false;
#endif
	add(&histories, 1);
	add(&gaps, l->missed);
	return l->missed;
}

static struct list *list_new(void)
{
	struct list *l = calloc(1, sizeof(*l));

	l->v = calloc(MAX_FOUND, sizeof(*l->v));
	return l;
}

static void list_free(struct list *l)
{
	free(l->v);
	free(l);
}

/* Has any primary of a key reported a gap? */
static bool told[NR_KEYS];

static void *reader(void *arg)
{
	u64 state = seed * 40503 + (uintptr_t)arg + 77;
	struct list *l = list_new();

	while (__atomic_load_n(&writing, __ATOMIC_ACQUIRE)) {
		u32 k = rnd(&state) % NR_KEYS;

		if (fire(l, k))
			__atomic_store_n(&told[k], true, __ATOMIC_RELAXED);
		/* a large log is walked to its end each time */
		if (rnd(&state) % (large ? 2 : 8) == 0)
			usleep(rnd(&state) % 2000);
	}
	list_free(l);
	return NULL;
}

/* ---- all of it ---- */

static void *zalloc(size_t n)
{
	void *p = aligned_alloc(64, (n + 63) / 64 * 64);

	return memset(p, 0, n);
}

static void setup(bool is_large, double seconds)
{
	large = is_large;
	hold.size = is_large ? LARGE_BYTES : SMALL_BYTES;
	hold.secret = seed & ~7ULL;
	hold.word = newest;
	memset(newest, 0, sizeof(newest));
	memset(put_up_to, 0, sizeof(put_up_to));
	memset(told, 0, sizeof(told));
	held = written = histories = gaps = 0;
	seen_size = is_large ? 1 << 14 : 1 << 22;
	for (u32 w = 0; w < NR_WRITERS; w++) {
		logs[w].base = zalloc(hold.size);
		logs[w].head = hold.size;
		logs[w].mask = hold.size - 1;
		for (u32 k = 0; k < NR_KEYS; k++)
			seen[w][k] = zalloc(seen_size);
	}
	for (u32 k = 0; k < NR_KEYS; k++)
		keys[k] = key_of(k);
	writing = NR_WRITERS;
	until = now() + seconds;
}

static void teardown(void)
{
	for (u32 w = 0; w < NR_WRITERS; w++) {
		free(logs[w].base);
		for (u32 k = 0; k < NR_KEYS; k++)
			free(seen[w][k]);
	}
}

static void threads(void)
{
	pthread_t t[NR_WRITERS + NR_READERS];

	for (uintptr_t i = 0; i < NR_WRITERS + NR_READERS; i++)
		pthread_create(&t[i], NULL, i < NR_WRITERS ? writer : reader,
			       (void *)i);
	for (u32 i = 0; i < NR_WRITERS + NR_READERS; i++)
		pthread_join(t[i], NULL);
}

/* After the writers have ended, a last primary for each key finds the rest. */
static void check_end(void)
{
	struct list *l = list_new();
	u64 missing = 0;

	for (u32 k = 0; k < NR_KEYS; k++) {
		u64 of_key = 0;

		if (fire(l, k))
			told[k] = true;
		for (u32 w = 0; w < NR_WRITERS; w++)
			for (u64 i = 1; i <= put_up_to[w][k]; i++)
				of_key += !seen[w][k][i];
		if (of_key && !told[k])
			FAIL("%" PRIu64 " of key %u are gone and nobody has told",
			     of_key, k);
		if (large && told[k])
			FAIL("some are gone, it is told, in a log that is large enough");
		missing += of_key;
	}
	list_free(l);
	if (held != written + missing)
		FAIL("%lu held, %lu written, %" PRIu64 " missing", held,
		     written, missing);
	if (large ? missing : !missing)
		FAIL("a %s log, and %" PRIu64 " are missing",
		     large ? "large" : "small", missing);
	if (!written || (!large && !gaps))
		FAIL("nothing was tried");
}

static void run(bool is_large, double seconds)
{
	unsigned long before = failures;

	setup(is_large, seconds);
	threads();
	check_end();
	printf("%sok %d - a %s log: %lu held back, %lu written, %lu of %lu histories miss some, seed %"
	       PRIu64 "\n", failures != before ? "not " : "", 1 + !is_large,
	       is_large ? "large" : "small", held, written, gaps, histories,
	       seed);
	teardown();
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 2;

	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (u64)time(NULL) | 1;
	run(true, seconds / 2);
	run(false, seconds / 2);
	printf("1..2\n");
	return failures != 0;
}
