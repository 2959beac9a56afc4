// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the two structures that CPUs share: skbtrace_ring.h, the ring
 * of sub-buffers, and skbtrace_named.h, the set of connections that have been
 * named. Here one thread checks the arithmetic;
 * tools/skbtrace/tests/ring_stress.c runs the same headers under real threads.
 */
#include <kunit/test.h>
#include <linux/skbtrace_named.h>
#include <linux/skbtrace_ring.h>

#define RING_SIZE	64U
#define RING_HDR	8U

/* A ring over memory of the test, with counters that are about to wrap. */
static struct skbtrace_ring *ring_make(struct kunit *test, u32 nr, u32 spare,
				       unsigned long count)
{
	struct skbtrace_ring *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->base = kunit_kzalloc(test, nr * RING_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r->base);
	r->size = RING_SIZE;
	r->nr = nr;
	r->spare = spare;
	r->produced = count;
	r->consumed = count;
	return r;
}

/* Open, fill to the brim, mark, close. */
static bool ring_fill(struct skbtrace_ring *r, u8 mark, bool important)
{
	u8 *p;

	if (!skbtrace_ring_open(r, RING_HDR, important))
		return false;
	p = skbtrace_ring_reserve(r, RING_SIZE - RING_HDR, important);
	if (!p)
		return false;
	memset(r->cur, mark, RING_SIZE);
	skbtrace_ring_close(r);
	return true;
}

static void ring_starts_empty(struct kunit *test)
{
	struct skbtrace_ring *r = ring_make(test, 4, 1, 0);

	KUNIT_EXPECT_EQ(test, skbtrace_ring_unread(r), 0UL);
	KUNIT_EXPECT_NULL(test, skbtrace_ring_peek(r));
	KUNIT_EXPECT_NULL(test, r->cur);
	/* nothing open: neither path has room */
	KUNIT_EXPECT_EQ(test, r->limit, 0U);
	KUNIT_EXPECT_NULL(test, skbtrace_ring_reserve(r, 1, true));
}

static void ring_reserves_the_last_byte(struct kunit *test)
{
	struct skbtrace_ring *r = ring_make(test, 4, 1, 0);
	u8 *p;

	KUNIT_ASSERT_TRUE(test, skbtrace_ring_open(r, RING_HDR, false));
	KUNIT_EXPECT_PTR_EQ(test, r->cur, r->base);
	KUNIT_EXPECT_EQ(test, r->off, RING_HDR);
	KUNIT_EXPECT_EQ(test, r->limit, RING_SIZE);

	p = skbtrace_ring_reserve(r, 16, false);
	KUNIT_EXPECT_PTR_EQ(test, p, r->base + RING_HDR);
	KUNIT_EXPECT_NULL(test, skbtrace_ring_reserve(r, RING_SIZE, false));
	KUNIT_EXPECT_EQ(test, r->off, RING_HDR + 16);
	p = skbtrace_ring_reserve(r, RING_SIZE - RING_HDR - 16, false);
	KUNIT_EXPECT_PTR_EQ(test, p, r->base + RING_HDR + 16);
	KUNIT_EXPECT_EQ(test, r->off, RING_SIZE);
	KUNIT_EXPECT_NULL(test, skbtrace_ring_reserve(r, 1, true));
}

static void ring_shows_only_what_is_closed(struct kunit *test)
{
	struct skbtrace_ring *r = ring_make(test, 4, 1, 0);

	KUNIT_ASSERT_TRUE(test, skbtrace_ring_open(r, RING_HDR, false));
	KUNIT_EXPECT_NULL(test, skbtrace_ring_peek(r));
	skbtrace_ring_close(r);
	KUNIT_EXPECT_NULL(test, r->cur);
	KUNIT_EXPECT_EQ(test, r->limit, 0U);
	KUNIT_EXPECT_PTR_EQ(test, skbtrace_ring_peek(r), (const u8 *)r->base);
	/* looking takes nothing away */
	KUNIT_EXPECT_PTR_EQ(test, skbtrace_ring_peek(r), (const u8 *)r->base);
	skbtrace_ring_consume(r);
	KUNIT_EXPECT_NULL(test, skbtrace_ring_peek(r));
}

static void ring_keeps_the_spare_part(struct kunit *test)
{
	struct skbtrace_ring *r = ring_make(test, 8, 2, 0);
	int i;

	for (i = 0; i < 6; i++)
		KUNIT_ASSERT_TRUE(test, ring_fill(r, i, false));
	KUNIT_EXPECT_FALSE(test, skbtrace_ring_open(r, RING_HDR, false));
	KUNIT_EXPECT_NULL(test, r->cur);
	KUNIT_EXPECT_TRUE(test, ring_fill(r, 6, true));
	KUNIT_EXPECT_TRUE(test, ring_fill(r, 7, true));
	KUNIT_EXPECT_FALSE(test, skbtrace_ring_open(r, RING_HDR, true));
	KUNIT_EXPECT_EQ(test, skbtrace_ring_unread(r), 8UL);
	KUNIT_EXPECT_EQ(test, r->fullest, 8U);
}

static void ring_spare_one_is_ordinary_once_read(struct kunit *test)
{
	struct skbtrace_ring *r = ring_make(test, 8, 1, 0);
	int i;

	for (i = 0; i < 7; i++)
		KUNIT_ASSERT_TRUE(test, ring_fill(r, i, false));
	KUNIT_ASSERT_TRUE(test, skbtrace_ring_open(r, RING_HDR, true));
	/* the fast path must not put ordinary blocks here */
	KUNIT_EXPECT_EQ(test, r->limit, 0U);
	KUNIT_EXPECT_NOT_NULL(test, skbtrace_ring_reserve(r, 8, true));
	KUNIT_EXPECT_NULL(test, skbtrace_ring_reserve(r, 8, false));
	KUNIT_EXPECT_EQ(test, r->off, RING_HDR + 8);
	skbtrace_ring_consume(r);
	KUNIT_EXPECT_NOT_NULL(test, skbtrace_ring_reserve(r, 8, false));
}

/* A ring of two, the smallest: one for all, one for important blocks. */
static void ring_of_two(struct kunit *test)
{
	struct skbtrace_ring *r = ring_make(test, 2, 1, 0);

	KUNIT_EXPECT_TRUE(test, ring_fill(r, 1, false));
	KUNIT_EXPECT_FALSE(test, skbtrace_ring_open(r, RING_HDR, false));
	KUNIT_EXPECT_TRUE(test, ring_fill(r, 2, true));
	KUNIT_EXPECT_FALSE(test, skbtrace_ring_open(r, RING_HDR, true));
	KUNIT_EXPECT_EQ(test, *skbtrace_ring_peek(r), 1);
	skbtrace_ring_consume(r);
	KUNIT_EXPECT_FALSE(test, skbtrace_ring_open(r, RING_HDR, false));
	KUNIT_EXPECT_EQ(test, *skbtrace_ring_peek(r), 2);
	skbtrace_ring_consume(r);
	KUNIT_EXPECT_TRUE(test, skbtrace_ring_open(r, RING_HDR, false));
}

/* Each byte comes out once and in order, whatever the reader's pace. */
static void ring_keeps_order_over_many_rounds(struct kunit *test)
{
	struct skbtrace_ring *r = ring_make(test, 5, 1, 0);
	const u8 *p;
	u8 in = 0, out = 0;
	int i, j;

	for (i = 0; i < 100; i++) {
		for (j = 0; j < i % 6; j++)
			if (ring_fill(r, in, j & 1))
				in++;
		KUNIT_ASSERT_LE(test, skbtrace_ring_unread(r), 5UL);
		for (j = 0; j < i % 5 && (p = skbtrace_ring_peek(r)); j++) {
			KUNIT_ASSERT_EQ(test, p[0], out);
			KUNIT_ASSERT_EQ(test, p[RING_SIZE - 1], out);
			skbtrace_ring_consume(r);
			out++;
		}
	}
	KUNIT_EXPECT_EQ(test, (u8)(in - out), skbtrace_ring_unread(r));
}

/* The counters run for ever; 2^n sub-buffers stay in step when they wrap. */
static void ring_counters_wrap(struct kunit *test)
{
	struct skbtrace_ring *r = ring_make(test, 4, 1, ULONG_MAX - 1);
	int i;

	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_TRUE(test, ring_fill(r, i, false));
	KUNIT_EXPECT_EQ(test, r->produced, 1UL);
	KUNIT_EXPECT_EQ(test, skbtrace_ring_unread(r), 3UL);
	KUNIT_EXPECT_FALSE(test, skbtrace_ring_open(r, RING_HDR, false));
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_NOT_NULL(test, skbtrace_ring_peek(r));
		KUNIT_EXPECT_EQ(test, *skbtrace_ring_peek(r), i);
		skbtrace_ring_consume(r);
	}
	KUNIT_EXPECT_NULL(test, skbtrace_ring_peek(r));
}

static void ring_consumer_has_its_own_cache_line(struct kunit *test)
{
	size_t consumed = offsetof(struct skbtrace_ring, consumed);

	KUNIT_EXPECT_EQ(test, consumed % SMP_CACHE_BYTES, 0);
	KUNIT_EXPECT_GE(test, consumed,
			offsetofend(struct skbtrace_ring, produced));
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(ring_starts_empty),
	KUNIT_CASE(ring_reserves_the_last_byte),
	KUNIT_CASE(ring_shows_only_what_is_closed),
	KUNIT_CASE(ring_keeps_the_spare_part),
	KUNIT_CASE(ring_spare_one_is_ordinary_once_read),
	KUNIT_CASE(ring_of_two),
	KUNIT_CASE(ring_keeps_order_over_many_rounds),
	KUNIT_CASE(ring_counters_wrap),
	KUNIT_CASE(ring_consumer_has_its_own_cache_line),
	{}
};

static struct kunit_suite ring_suite = {
	.name		= "skbtrace_ring",
	.test_cases	= ring_cases,
};

#define NAMES_NR	64U

static struct skbtrace_named *names_make(struct kunit *test)
{
	struct skbtrace_named *n = kunit_kzalloc(test, sizeof(*n), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, n);
	n->tab = kunit_kcalloc(test, NAMES_NR, sizeof(u64), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, n->tab);
	n->mask = NAMES_NR - 1;
	return n;
}

static void names_has_what_was_added(struct kunit *test)
{
	struct skbtrace_named *n = names_make(test);

	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 7, 1));
	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 7, -1));
	skbtrace_named_add(n, 7, 1);
	KUNIT_EXPECT_TRUE(test, skbtrace_named_has(n, 7, 1));
	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 8, 1));
	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 8, -1));
}

static void names_belong_to_an_epoch(struct kunit *test)
{
	struct skbtrace_named *n = names_make(test);
	u32 i, used = 0;

	skbtrace_named_add(n, 7, 1);
	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 7, 2));
	KUNIT_EXPECT_TRUE(test, skbtrace_named_has(n, 7, -1));
	skbtrace_named_add(n, 7, 2);
	KUNIT_EXPECT_TRUE(test, skbtrace_named_has(n, 7, 2));
	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 7, 1));
	/* a connection takes one entry, however often it is named */
	for (i = 0; i < NAMES_NR; i++)
		used += !!n->tab[i];
	KUNIT_EXPECT_EQ(test, used, 1U);
}

/* A socket becomes another connection: only its entries are removed. */
static void names_are_forgotten(struct kunit *test)
{
	struct skbtrace_named *n = names_make(test);

	skbtrace_named_add(n, 7, 1);
	skbtrace_named_add(n, 8, 1);
	skbtrace_named_del(n, 7);
	skbtrace_named_del(n, 9);
	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 7, -1));
	KUNIT_EXPECT_TRUE(test, skbtrace_named_has(n, 8, 1));
}

/* Epoch 65536 looks like epoch 0, but not like those just before it. */
static void names_epoch_wraps(struct kunit *test)
{
	struct skbtrace_named *n = names_make(test);

	skbtrace_named_add(n, 7, 65535);
	KUNIT_EXPECT_TRUE(test, skbtrace_named_has(n, 7, 65535));
	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 7, 65536));
	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 7, 65537));
	skbtrace_named_add(n, 7, 65536);
	KUNIT_EXPECT_TRUE(test, skbtrace_named_has(n, 7, 65536));
	KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, 7, 65535));
	KUNIT_EXPECT_TRUE(test, skbtrace_named_has(n, 7, -1));
}

static void names_knows_large_cookies(struct kunit *test)
{
	struct skbtrace_named *n = names_make(test);

	skbtrace_named_add(n, SKBTRACE_NAMED_COOKIE, 3);
	KUNIT_EXPECT_TRUE(test,
			  skbtrace_named_has(n, SKBTRACE_NAMED_COOKIE, 3));
	KUNIT_EXPECT_FALSE(test,
			   skbtrace_named_has(n, SKBTRACE_NAMED_COOKIE - 1, 3));
}

/* More cookies of one bucket than it has ways. */
static void names_full_bucket_forgets_but_never_lies(struct kunit *test)
{
	struct skbtrace_named *n = names_make(test);
	u64 in[SKBTRACE_NAMED_WAYS + 1], cookie = 0;
	u32 home, i, kept = 0;

	home = skbtrace_named_home(n, 1) / SKBTRACE_NAMED_WAYS;
	for (i = 0; i < ARRAY_SIZE(in); i++) {
		do {
			cookie++;
		} while (skbtrace_named_home(n, cookie) / SKBTRACE_NAMED_WAYS !=
			 home);
		in[i] = cookie;
		KUNIT_EXPECT_FALSE(test, skbtrace_named_has(n, cookie, -1));
		skbtrace_named_add(n, cookie, 1);
		/* the newest is always there */
		KUNIT_EXPECT_TRUE(test, skbtrace_named_has(n, cookie, 1));
	}
	for (i = 0; i < ARRAY_SIZE(in); i++)
		kept += skbtrace_named_has(n, in[i], 1);
	KUNIT_EXPECT_EQ(test, kept, SKBTRACE_NAMED_WAYS);
	/* nothing has been written outside of the bucket */
	for (i = 0; i < NAMES_NR; i++)
		if (i / SKBTRACE_NAMED_WAYS != home)
			KUNIT_EXPECT_EQ(test, n->tab[i], 0ULL);
}

static struct kunit_case names_cases[] = {
	KUNIT_CASE(names_has_what_was_added),
	KUNIT_CASE(names_belong_to_an_epoch),
	KUNIT_CASE(names_are_forgotten),
	KUNIT_CASE(names_epoch_wraps),
	KUNIT_CASE(names_knows_large_cookies),
	KUNIT_CASE(names_full_bucket_forgets_but_never_lies),
	{}
};

static struct kunit_suite names_suite = {
	.name		= "skbtrace_named",
	.test_cases	= names_cases,
};

kunit_test_suites(&ring_suite, &names_suite);
