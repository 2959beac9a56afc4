// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of max_cost: the arithmetic, and the SHED blocks that tell of it.
 */
#include <linux/math64.h>
#include "run.h"
#include "../govern.h"

/* One per cent of an interval of 100 ms on one CPU */
#define LIMIT		10000U
#define TIME		(100 * NSEC_PER_MSEC)
#define ALLOWED		(TIME / 100)

static bool shed_step(struct skbtrace_shed_state *st, u64 cost)
{
	return skbtrace_shed_step(st, LIMIT, cost, TIME);
}

static void shed_doubles(struct kunit *test)
{
	struct skbtrace_shed_state st;
	u32 factor;

	skbtrace_shed_init(&st);
	KUNIT_EXPECT_EQ(test, skbtrace_shed_factor(&st), 1U);
	KUNIT_EXPECT_EQ(test, skbtrace_shed_value(&st), 0U);
	for (factor = 2; factor <= SKBTRACE_FACTOR_MAX; factor *= 2) {
		KUNIT_EXPECT_TRUE(test, shed_step(&st, 2 * ALLOWED));
		KUNIT_EXPECT_EQ(test, st.share, 2 * LIMIT);
		KUNIT_EXPECT_EQ(test, skbtrace_shed_factor(&st), factor);
		KUNIT_EXPECT_EQ(test, skbtrace_shed_value(&st), factor);
	}
	KUNIT_EXPECT_TRUE(test, shed_step(&st, 2 * ALLOWED));
	KUNIT_EXPECT_EQ(test, skbtrace_shed_factor(&st), 0U);
	KUNIT_EXPECT_EQ(test, skbtrace_shed_value(&st), SKBTRACE_SHED_ALL);
}

/* Between a quarter of the limit and the limit nothing changes. */
static void shed_keeps(struct kunit *test)
{
	struct skbtrace_shed_state st;
	unsigned int i;

	skbtrace_shed_init(&st);
	KUNIT_EXPECT_FALSE(test, shed_step(&st, ALLOWED));
	KUNIT_EXPECT_TRUE(test, shed_step(&st, ALLOWED + 1));
	for (i = 0; i < 10 * SKBTRACE_CALM_MAX; i++) {
		KUNIT_EXPECT_FALSE(test, shed_step(&st, ALLOWED));
		KUNIT_EXPECT_FALSE(test, shed_step(&st, ALLOWED / 4 + 1));
	}
	KUNIT_EXPECT_EQ(test, st.factor, 2U);
}

static unsigned int shed_until(struct skbtrace_shed_state *st, u64 cost)
{
	unsigned int n = 1;

	while (!shed_step(st, cost) && n < 1000)
		n++;
	return n;
}

static void shed_halves(struct kunit *test)
{
	struct skbtrace_shed_state st;
	u32 factor;

	skbtrace_shed_init(&st);
	for (factor = 1; factor < 16; factor *= 2)
		shed_step(&st, 2 * ALLOWED);
	for (; factor > 1; factor /= 2) {
		KUNIT_EXPECT_EQ(test, st.factor, factor);
		KUNIT_EXPECT_EQ(test, shed_until(&st, ALLOWED / 4),
				SKBTRACE_CALM_MIN);
	}
	KUNIT_EXPECT_EQ(test, skbtrace_shed_value(&st), 0U);
	KUNIT_EXPECT_EQ(test, shed_until(&st, 0), 1000U);
}

/* Who was wrong waits longer; who was right no longer. */
static void shed_is_patient(struct kunit *test)
{
	struct skbtrace_shed_state st;
	unsigned int n, last = 0;

	skbtrace_shed_init(&st);
	shed_step(&st, 2 * ALLOWED);
	do {
		n = shed_until(&st, ALLOWED / 5);
		KUNIT_EXPECT_GT(test, n, last);
		last = n;
		shed_step(&st, 2 * ALLOWED);
	} while (n < SKBTRACE_CALM_MAX && last < 1000);
	KUNIT_EXPECT_EQ(test, shed_until(&st, ALLOWED / 5), SKBTRACE_CALM_MAX);
	shed_step(&st, 2 * ALLOWED);
	shed_step(&st, 2 * ALLOWED);
	shed_until(&st, ALLOWED / 5);
	KUNIT_EXPECT_EQ(test, shed_until(&st, ALLOWED / 5), SKBTRACE_CALM_MAX);
	KUNIT_EXPECT_EQ(test, st.factor, 1U);
	KUNIT_EXPECT_EQ(test, st.patience, SKBTRACE_CALM_MAX / 2);
	/* without any load there is nothing to be wrong about */
	st.factor = 2;
	KUNIT_EXPECT_EQ(test, shed_until(&st, ALLOWED / 20), SKBTRACE_CALM_MIN);
}

/* What no factor helps against is paused: the limit holds on average. */
static void shed_pauses(struct kunit *test)
{
	struct skbtrace_shed_state st;
	unsigned int i, open = 0;
	u64 sum = 0, cost;

	skbtrace_shed_init(&st);
	for (i = 0; i < 20; i++)
		shed_step(&st, 3 * ALLOWED);
	for (i = 0; i < 1000; i++) {
		cost = st.shut ? 3 * ALLOWED / 10 : 3 * ALLOWED;
		open += !st.shut;
		sum += cost;
		shed_step(&st, cost);
	}
	KUNIT_EXPECT_GT(test, open, 200U);
	KUNIT_EXPECT_LE(test, div_u64(sum, 1000), ALLOWED * 105 / 100);
	KUNIT_EXPECT_GE(test, div_u64(sum, 1000), ALLOWED * 95 / 100);
}

/* Not even a pause helps; when the load has gone it does not last. */
static void shed_helpless(struct kunit *test)
{
	struct skbtrace_shed_state st;
	unsigned int i;

	skbtrace_shed_init(&st);
	for (i = 0; i < 1000; i++)
		shed_step(&st, 50 * ALLOWED);
	KUNIT_EXPECT_TRUE(test, st.shut);
	KUNIT_EXPECT_LE(test, shed_until(&st, 0), SKBTRACE_DEBT_MAX);
	KUNIT_EXPECT_FALSE(test, st.shut);
	KUNIT_EXPECT_EQ(test, st.factor, SKBTRACE_FACTOR_MAX);
}

/* A share of many CPUs in a long interval does not overflow. */
static void shed_is_wide(struct kunit *test)
{
	struct skbtrace_shed_state st;
	u64 time = 3600 * NSEC_PER_SEC * 1024;

	skbtrace_shed_init(&st);
	KUNIT_EXPECT_FALSE(test, skbtrace_shed_step(&st, SKBTRACE_PPM, time / 2,
						    time));
	KUNIT_EXPECT_EQ(test, st.share, SKBTRACE_PPM / 2);
	KUNIT_EXPECT_TRUE(test, skbtrace_shed_step(&st, 1, 1, 1));
	KUNIT_EXPECT_EQ(test, st.factor, 2U);
}

static void meter_estimates(struct kunit *test)
{
	struct skbtrace_meter m = {};
	const u64 calls = 100000;
	u64 i;

	for (i = 0; i < calls; i++)
		if (--m.left <= 0)
			skbtrace_meter_add(&m, 100);
	KUNIT_EXPECT_GT(test, m.measured, calls / 66);
	KUNIT_EXPECT_LT(test, m.measured, calls / 63);
	KUNIT_EXPECT_GT(test, m.cost_ns, 100 * calls * 99 / 100);
	KUNIT_EXPECT_LE(test, m.cost_ns, 100 * calls);
}

/* A call that something else interrupted is not taken for 64 such calls. */
static void meter_doubts(struct kunit *test)
{
	struct skbtrace_meter m = {};
	unsigned int i;
	u64 before;

	for (i = 0; i < 100; i++)
		skbtrace_meter_add(&m, 500);
	before = m.cost_ns;
	skbtrace_meter_add(&m, 10 * NSEC_PER_MSEC);
	KUNIT_EXPECT_LT(test, m.cost_ns - before, 500000ULL);
	/* if all are, it is the truth */
	for (i = 0; i < 100; i++)
		skbtrace_meter_add(&m, 10 * NSEC_PER_MSEC);
	before = m.cost_ns;
	skbtrace_meter_add(&m, 10 * NSEC_PER_MSEC);
	KUNIT_EXPECT_GE(test, m.cost_ns - before,
			SKBTRACE_METER_LEAST * 10 * NSEC_PER_MSEC);
}

static void shed_interval(struct write_test *t, u64 cost)
{
	mutex_lock(&skbtrace_lock);
	t->run->config.max_cost = LIMIT;
	skbtrace_govern_interval(t->run, cost, TIME);
	mutex_unlock(&skbtrace_lock);
}

static void shed_is_told(struct kunit *test)
{
	struct write_test *t = test->priv;

	shed_interval(t, 3 * ALLOWED);
	KUNIT_EXPECT_EQ(test, t->s->shed, 2U);
	KUNIT_EXPECT_TRUE(test, t->s->checks & SKBTRACE_CHECK_SLOT);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->sheds, 1ULL);
	KUNIT_EXPECT_EQ(test, t->shed.factor, 2U);
	KUNIT_EXPECT_EQ(test, t->shed.was, 1U);
	KUNIT_EXPECT_EQ(test, t->shed.share_ppm, 3 * LIMIT);
	KUNIT_EXPECT_EQ(test, t->shed.limit_ppm, LIMIT);
	/* once, until the next epoch */
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->sheds, 1ULL);
	t->epoch = ++t->run->epoch;
	skbtrace_flush_cpu(t->run, t->c, true);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->sheds, 2ULL);
	KUNIT_EXPECT_EQ(test, t->shed.factor, 2U);
	skbtrace_test_sums(test, t);
}

/* With a full buffer it is told by the next sub-buffer. */
static void shed_waits(struct kunit *test)
{
	struct write_test *t = test->priv;
	struct kunit_w_block *b;
	u64 n = 0;

	while (!t->c->lost) {
		b = skbtrace_begin(t->s, &kunit_ev_important, 1, 0);
		if (!b)
			continue;
		b->n = ++n;
		skbtrace_commit(t->s);
	}
	shed_interval(t, 3 * ALLOWED);
	KUNIT_EXPECT_EQ(test, t->c->told, 0U);
	shed_interval(t, 3 * ALLOWED);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->losts, 1ULL);
	KUNIT_EXPECT_EQ(test, t->sheds, 1ULL);
	KUNIT_EXPECT_EQ(test, t->shed.factor, 4U);
	skbtrace_test_sums(test, t);
}

static struct kunit_case shed_cases[] = {
	KUNIT_CASE(shed_doubles),
	KUNIT_CASE(shed_keeps),
	KUNIT_CASE(shed_halves),
	KUNIT_CASE(shed_is_patient),
	KUNIT_CASE(shed_pauses),
	KUNIT_CASE(shed_helpless),
	KUNIT_CASE(shed_is_wide),
	KUNIT_CASE(meter_estimates),
	KUNIT_CASE(meter_doubts),
	KUNIT_CASE(shed_is_told),
	KUNIT_CASE(shed_waits),
	{}
};

static struct kunit_suite shed_suite = {
	.name		= "skbtrace_shed",
	.init		= skbtrace_test_init,
	.test_cases	= shed_cases,
};

kunit_test_suite(shed_suite);
