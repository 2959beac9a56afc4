// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of histograms' buckets, and of marks that are on their way. */
#include <kunit/test.h>
#include <linux/skbtrace_marks.h>

static void hist_bounds(struct kunit *test)
{
	u32 i;

	for (i = 0; i < SKBTRACE_HIST_BUCKETS; i++) {
		u64 low = skbtrace_hist_low(i), width = skbtrace_hist_width(i);

		KUNIT_ASSERT_EQ(test, skbtrace_hist_bucket(low), i);
		KUNIT_ASSERT_EQ(test, skbtrace_hist_bucket(low + width - 1), i);
		/* one follows the other */
		if (i)
			KUNIT_ASSERT_EQ(test, skbtrace_hist_bucket(low - 1),
					i - 1);
		/* 3 % at most, where one is not a nanosecond */
		if (width > 1)
			KUNIT_ASSERT_LE(test, width * 100, low * 3);
	}
}

static void hist_too_long(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, skbtrace_hist_bucket(0), 0U);
	KUNIT_EXPECT_EQ(test, skbtrace_hist_bucket(U64_MAX),
			SKBTRACE_HIST_BUCKETS - 1);
	KUNIT_EXPECT_EQ(test, skbtrace_hist_bucket(BIT_ULL(40)),
			SKBTRACE_HIST_BUCKETS - 1);
	/* four minutes are not */
	KUNIT_EXPECT_LT(test, skbtrace_hist_bucket(240 * NSEC_PER_SEC),
			SKBTRACE_HIST_BUCKETS - 1);
}

/* The smallest table: all keys want the same places. */
struct marks_test {
	struct skbtrace_marks	marks;
	struct skbtrace_mark	tab[SKBTRACE_MARK_WAYS];
	struct skbtrace_stages	*stages;
};

static int marks_init(struct kunit *test)
{
	struct marks_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	int cpu;

	if (!t)
		return -ENOMEM;
	test->priv = t;
	t->stages = kvzalloc(sizeof(*t->stages), GFP_KERNEL);
	t->marks.tab = t->tab;
	t->marks.mask = 0;
	t->marks.stages = alloc_percpu(struct skbtrace_stages *);
	if (!t->stages || !t->marks.stages)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct skbtrace_stages **one = per_cpu_ptr(t->marks.stages,
							   cpu);

		*one = t->stages;
	}
	return 0;
}

static void marks_exit(struct kunit *test)
{
	struct marks_test *t = test->priv;

	if (!t)
		return;
	free_percpu(t->marks.stages);
	kvfree(t->stages);
}

static s64 missed(const struct marks_test *t, enum skbtrace_miss why)
{
	return local64_read(&t->stages->missed[why]);
}

static void mark_at(struct kunit *test, u64 key, u64 now)
{
	struct marks_test *t = test->priv;
	struct skbtrace_mark *m = skbtrace_mark_make(&t->marks, key, now);

	KUNIT_ASSERT_NOT_NULL(test, m);
	skbtrace_mark_move(m, now, 1);
	skbtrace_mark_put(m, key);
}

static void marks_found_and_gone(struct kunit *test)
{
	struct marks_test *t = test->priv;
	struct skbtrace_mark *m;

	KUNIT_EXPECT_NULL(test, skbtrace_mark_find(&t->marks, 5));
	mark_at(test, 5, 100);
	m = skbtrace_mark_find(&t->marks, 5);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_EXPECT_EQ(test, skbtrace_mark_age(m, 130), 30ULL);
	/* who comes meanwhile does not wait */
	KUNIT_EXPECT_NULL(test, skbtrace_mark_find(&t->marks, 5));
	KUNIT_EXPECT_EQ(test, missed(t, SKBTRACE_MISSED_BUSY), 1LL);
	skbtrace_mark_put(m, 0);
	KUNIT_EXPECT_NULL(test, skbtrace_mark_find(&t->marks, 5));
	KUNIT_EXPECT_EQ(test, missed(t, SKBTRACE_MISSED_BUSY), 1LL);
}

/* The oldest one makes room; it is missed only if it is on its way yet. */
static void marks_full(struct kunit *test)
{
	struct marks_test *t = test->priv;
	u64 key, now = 20 * NSEC_PER_SEC;

	for (key = 1; key <= SKBTRACE_MARK_WAYS; key++)
		mark_at(test, key, key == 2 ? 1 : now);
	mark_at(test, 7, now + 10);
	KUNIT_EXPECT_NULL(test, skbtrace_mark_find(&t->marks, 2));
	KUNIT_EXPECT_EQ(test, missed(t, SKBTRACE_MISSED_EVICTED), 0LL);
	mark_at(test, 8, now + 20);
	KUNIT_EXPECT_EQ(test, missed(t, SKBTRACE_MISSED_EVICTED), 1LL);
	KUNIT_EXPECT_NOT_NULL(test, skbtrace_mark_find(&t->marks, 7));
	KUNIT_EXPECT_NOT_NULL(test, skbtrace_mark_find(&t->marks, 8));
}

/* A mark that somebody looks at is not taken away. */
static void marks_taken_stay(struct kunit *test)
{
	struct marks_test *t = test->priv;
	u64 key;

	for (key = 1; key <= SKBTRACE_MARK_WAYS; key++) {
		mark_at(test, key, key);
		KUNIT_ASSERT_NOT_NULL(test,
				      skbtrace_mark_find(&t->marks, key));
	}
	KUNIT_EXPECT_NULL(test, skbtrace_mark_make(&t->marks, 9, 100));
	KUNIT_EXPECT_EQ(test, missed(t, SKBTRACE_MISSED_BUSY), 1LL);
}

static void marks_count(struct kunit *test)
{
	struct marks_test *t = test->priv;
	u32 bucket = skbtrace_hist_bucket(1000);
	struct skbtrace_stage_hist *h;

	h = &t->stages->hist[SKBTRACE_STAGE_NIC - 1];
	skbtrace_stage_add(&t->marks, SKBTRACE_STAGE_NIC, 1000);
	skbtrace_stage_add(&t->marks, SKBTRACE_STAGE_NIC, 1001);
	KUNIT_EXPECT_EQ(test, (u64)local64_read(&h->sum), 2001ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_hist_bucket(1001), bucket);
	KUNIT_EXPECT_EQ(test, (u64)local64_read(&h->bucket[bucket]), 2ULL);
}

static struct kunit_case marks_cases[] = {
	KUNIT_CASE(hist_bounds),
	KUNIT_CASE(hist_too_long),
	KUNIT_CASE(marks_found_and_gone),
	KUNIT_CASE(marks_full),
	KUNIT_CASE(marks_taken_stay),
	KUNIT_CASE(marks_count),
	{}
};

static struct kunit_suite marks_suite = {
	.name		= "skbtrace_marks",
	.init		= marks_init,
	.exit		= marks_exit,
	.test_cases	= marks_cases,
};

kunit_test_suite(marks_suite);
