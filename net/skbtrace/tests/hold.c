// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the hold-back log: a log that is too small, claiming an entry,
 * hashes of flows; conditions split into range and rest.
 */
#include <linux/limits.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>
#include "../ctl/cond.h"
#include "../flow.h"
#include "../hold.h"
#include "run.h"

#define H_SIZE	SZ_64K
#define H_LEN	64U		/* of a block */
#define H_ENTRY	(sizeof(struct skbtrace_held) + H_LEN)
#define H_SECRET	0x123456789abcdef8ULL

struct hold_test {
	struct skbtrace_hold		h;
	struct skbtrace_hold_log	log[2];
};

static int hold_init(struct kunit *test)
{
	struct hold_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = t;
	t->h.size = H_SIZE;
	t->h.secret = H_SECRET;
	t->h.log = t->log;
	t->h.nr_logs = ARRAY_SIZE(t->log);
	t->h.word = kunit_kzalloc(test, SKBTRACE_HOLD_WORDS * sizeof(u64),
				  GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->h.word);
	for (i = 0; i < 2; i++) {
		t->log[i].base = kunit_kzalloc(test, H_SIZE, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, t->log[i].base);
		t->log[i].mask = H_SIZE - 1;
		t->log[i].head = H_SIZE;
	}
	return 0;
}

static void hold_put(struct hold_test *t, u32 cpu, u64 key, u64 n)
{
	u64 block[H_LEN / 8] = { H_LEN, n, n, n, n, n, n, ~n };

	skbtrace_hold_put(&t->h, cpu, 3, key, n, block, H_LEN);
}

static const u64 *hold_set(struct hold_test *t, u64 key, u32 kind)
{
	return skbtrace_hold_set(&t->h, skbtrace_hold_mix(&t->h, key, kind));
}

/* Where a key's newest entry is. Return: 0 if it has none */
static u64 hold_newest(struct hold_test *t, u64 key)
{
	u64 mix = skbtrace_hold_mix(&t->h, key, 3), ref;

	return skbtrace_hold_word(skbtrace_hold_set(&t->h, mix), mix, &ref) ?
	       ref : 0;
}

/* Walks a chain, newest first. Return: entries of @key that are whole */
static unsigned int hold_walk(struct kunit *test, struct hold_test *t, u64 key,
			      u64 newest, bool *gone)
{
	u64 ref = hold_newest(t, key), block[H_LEN / 8];
	struct skbtrace_held held;
	unsigned int n = 0;

	*gone = false;
	for (; ref; ref = held.prev) {
		*gone = !skbtrace_hold_read(&t->h, ref, &held, block, 16);
		if (*gone)
			break;
		if (held.key != key)
			continue;
		KUNIT_EXPECT_EQ(test, block[1], newest - n);
		KUNIT_EXPECT_EQ(test, held.at, newest - n);
		KUNIT_EXPECT_TRUE(test, skbtrace_hold_copy(&t->h, ref, block,
							   H_LEN));
		KUNIT_EXPECT_EQ(test, block[7], ~(newest - n));
		n++;
	}
	return n;
}

static void hold_finds_what_is_there(struct kunit *test)
{
	struct hold_test *t = test->priv;
	bool gone;
	int i;

	for (i = 1; i <= 100; i++) {
		hold_put(t, i % 2, 7, i);
		hold_put(t, i % 2, 8, 1000 + i);
	}
	KUNIT_EXPECT_EQ(test, hold_walk(test, t, 7, 100, &gone), 100U);
	KUNIT_EXPECT_FALSE(test, gone);
	KUNIT_EXPECT_EQ(test, hold_walk(test, t, 8, 1100, &gone), 100U);
	KUNIT_EXPECT_FALSE(test, gone);
	KUNIT_EXPECT_EQ(test, hold_walk(test, t, 9, 0, &gone), 0U);
	KUNIT_EXPECT_FALSE(test, gone);
}

/* Exactly those of the last round are found, and older ones are reported. */
static void hold_overwrites(struct kunit *test)
{
	struct hold_test *t = test->priv;
	unsigned int fit = H_SIZE / H_ENTRY, n;
	bool gone;
	int i;

	for (i = 1; i <= 10000; i++) {
		hold_put(t, 0, 7, i);
		if (i % 97 && i < 9990)
			continue;
		n = hold_walk(test, t, 7, i, &gone);
		KUNIT_EXPECT_EQ(test, gone, i > fit);
		KUNIT_EXPECT_LE(test, n, fit);
		/* what does not fit the end is left unused */
		KUNIT_EXPECT_GE(test, n + 1, min_t(unsigned int, i, fit));
	}
}

#define N_KEYS	200000U
#define N_EACH	5U

/*
 * Stale entries of old connections must not make the history of a new one look
 * incomplete.
 */
static void hold_new_keys_begin(struct kunit *test)
{
	struct hold_test *t = test->priv;
	unsigned int i, key, alarms = 0, short_of = 0;
	bool gone;

	for (key = 1; key <= N_KEYS; key++) {
		for (i = 0; i < N_EACH; i++)
			hold_put(t, key % 2, key, i);
		short_of += hold_walk(test, t, key, N_EACH - 1, &gone) !=
			    N_EACH;
		alarms += gone;
	}
	KUNIT_EXPECT_EQ(test, short_of, 0U);
	/* one word of four has the tag of another key: 1 of 512 */
	KUNIT_EXPECT_LT(test, alarms, N_KEYS / 256);
}

/* Overwritten entries of a key are reported, despite other keys in between. */
static void hold_tells_of_its_own(struct kunit *test)
{
	struct hold_test *t = test->priv;
	unsigned int key, told = 0, i;
	bool gone;

	for (key = 1; key <= 1000; key++)
		hold_put(t, 0, key, 1);
	for (i = 0; i < 2 * H_SIZE / H_ENTRY; i++)
		hold_put(t, 0, 2000 + i % 100, i);
	for (key = 1; key <= 1000; key++) {
		hold_put(t, 0, key, 2);
		KUNIT_EXPECT_EQ(test, hold_walk(test, t, key, 2, &gone), 1U);
		told += gone;
	}
	/* a few have lost their word to one of the hundred */
	KUNIT_EXPECT_GT(test, told, 990U);
}

/* Four keys have words; a fifth one appends the chain that it displaces. */
static void hold_shares_a_set(struct kunit *test)
{
	struct hold_test *t = test->priv;
	u64 key[6], k = 1;
	unsigned int i, n;
	bool gone;

	for (i = 0; i < ARRAY_SIZE(key); k++)
		if (hold_set(t, k, 3) == hold_set(t, 1, 3))
			key[i++] = k;
	for (i = 0; i < ARRAY_SIZE(key); i++)
		for (n = 1; n <= 10; n++)
			hold_put(t, i % 2, key[i], n);
	KUNIT_EXPECT_EQ(test, hold_walk(test, t, key[5], 10, &gone), 10U);
	KUNIT_EXPECT_FALSE(test, gone);
	for (i = 0, n = 0; i < ARRAY_SIZE(key); i++)
		n += hold_newest(t, key[i]) != 0;
	KUNIT_EXPECT_EQ(test, n, SKBTRACE_HOLD_WAYS);
}

/* A reference does not have all bits of a position, which is found anyway. */
static void hold_goes_round(struct kunit *test)
{
	struct hold_test *t = test->priv;
	struct skbtrace_held held;
	u64 ref, block[2];
	unsigned int i;
	bool gone;

	t->log[0].head = BIT_ULL(SKBTRACE_REF_POS_BITS + 3) - 10 * H_ENTRY;
	for (i = 1; i <= 20; i++)
		hold_put(t, 0, 7, i);
	KUNIT_EXPECT_EQ(test, hold_walk(test, t, 7, 20, &gone), 20U);
	KUNIT_EXPECT_FALSE(test, gone);
	ref = hold_newest(t, 7);
	KUNIT_EXPECT_TRUE(test, skbtrace_hold_claim(&t->h, ref));
	/* of a CPU that there is not */
	ref |= U64_MAX << SKBTRACE_REF_CPU_SHIFT;
	KUNIT_EXPECT_FALSE(test, skbtrace_hold_read(&t->h, ref, &held, block,
						    16));
}

static void hold_is_claimed_once(struct kunit *test)
{
	struct hold_test *t = test->priv;
	u64 ref, block[H_LEN / 8];
	struct skbtrace_held held;
	int i;

	hold_put(t, 1, 7, 1);
	ref = hold_newest(t, 7);
	KUNIT_EXPECT_TRUE(test, skbtrace_hold_read(&t->h, ref, &held, block,
						   16));
	KUNIT_EXPECT_FALSE(test, held.tag & SKBTRACE_HELD_CLAIMED);
	KUNIT_EXPECT_TRUE(test, skbtrace_hold_claim(&t->h, ref));
	KUNIT_EXPECT_FALSE(test, skbtrace_hold_claim(&t->h, ref));
	KUNIT_EXPECT_TRUE(test, skbtrace_hold_read(&t->h, ref, &held, block,
						   16));
	KUNIT_EXPECT_TRUE(test, held.tag & SKBTRACE_HELD_CLAIMED);

	hold_put(t, 1, 7, 2);
	ref = hold_newest(t, 7);
	for (i = 0; i < 1000; i++)
		hold_put(t, 1, 8, i);
	KUNIT_EXPECT_FALSE(test, skbtrace_hold_claim(&t->h, ref));
	KUNIT_EXPECT_FALSE(test, skbtrace_hold_read(&t->h, ref, &held, block,
						    16));
	KUNIT_EXPECT_FALSE(test, skbtrace_hold_copy(&t->h, ref, block, H_LEN));
}

#define RANGE_FIELDS(F, S)						\
	F(S, u32, rtt_us, "us", "-", "a time")				\
	F(S, u32, other, "-", "-", "a number")
SKBTRACE_BLOCK(kunit_range, RANGE_FIELDS);

static struct skbtrace_event ev_kunit_range = {
	SKBTRACE_EVENT(kunit_range),
	.kind	= SKBTRACE_PACKET,
	.range	= "rtt_us",
};

/* Its probe can be asked for each field. */
static struct skbtrace_event ev_kunit_ranges = {
	SKBTRACE_EVENT(kunit_range),
	.kind	= SKBTRACE_PACKET,
	.range	= "rtt_us",
	.ranges	= true,
};

/* Its probe computes the second field alone when it is asked for. */
static struct skbtrace_event ev_kunit_early = {
	SKBTRACE_EVENT(kunit_range),
	.kind	= SKBTRACE_PACKET,
	.range	= "rtt_us",
	.early	= "other",
};

static const struct {
	const char	*text;
	bool		ranged;
	unsigned int	rest;
	unsigned int	field;	/* with .ranges, from 1 on; 0: none */
} range_conds[] = {
	{ "rtt>50us", true, 0, 1 },
	{ "rtt>=50us", true, 0, 1 },
	{ "rtt<50us", true, 0, 1 },
	{ "rtt<=50us", true, 0, 1 },
	{ "rtt==50us", true, 0, 1 },
	{ "rtt>10us&&rtt<90us", true, 0, 1 },
	{ "rtt>10us&&rtt<90us&&rtt!=50us", true, 1, 1 },
	{ "rtt<60us&&other==1", true, 1, 1 },
	{ "other==1&&rtt>40us", true, 1, 2 },
	{ "rtt==0", true, 0, 1 },
	{ "rtt<=4294967295", true, 0, 1 },
	{ "rtt>4294967295", false, 1, 0 },
	{ "rtt<0", false, 1, 0 },
	{ "rtt>60us&&rtt<40us", false, 2, 0 },
	{ "rtt>50us||other==1", false, 2, 0 },
	{ "other==1", false, 1, 2 },
	{ "rtt!=50us", false, 1, 0 },
};

/* Range and rest together are equivalent to the condition. */
static void range_of(struct kunit *test, const struct skbtrace_event *ev,
		     const char *text, u8 field, unsigned int nr)
{
	static const u32 values[] = { 0, 1, 9, 10, 11, 39, 40, 41, 49, 50, 51,
				      59, 60, 61, 89, 90, 91, U32_MAX };
	struct kunit_range_block b = {};
	struct skbtrace_cond all, rest;
	unsigned int j;
	u32 low, span;
	bool in;

	mutex_lock(&skbtrace_lock);
	KUNIT_ASSERT_EQ(test, skbtrace_parse_cond(ev, "when", text, &all), 0);
	mutex_unlock(&skbtrace_lock);
	rest = all;
	KUNIT_EXPECT_EQ_MSG(test, skbtrace_cond_range(ev, &rest, &low, &span),
			    field, "%s", text);
	KUNIT_EXPECT_EQ_MSG(test, rest.nr, nr, "%s", text);
	for (j = 0; j < 2 * ARRAY_SIZE(values); j++) {
		b.rtt_us = values[j / 2];
		b.other = j % 2;
		in = !field || (field == 1 ? b.rtt_us : b.other) - low <= span;
		KUNIT_EXPECT_EQ_MSG(test, skbtrace_cond_true(&all, &b),
				    in && skbtrace_cond_true(&rest, &b),
				    "%s: %u", text, b.rtt_us);
	}
}

static void range_agrees(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(range_conds); i++)
		range_of(test, &ev_kunit_range, range_conds[i].text,
			 range_conds[i].ranged, range_conds[i].rest);
}

/* The first field that has a range is asked, the others are the rest. */
static void range_of_any(struct kunit *test)
{
	unsigned int i, nr;

	for (i = 0; i < ARRAY_SIZE(range_conds); i++) {
		nr = range_conds[i].rest;
		/* alone, it is asked as the other field is */
		if (range_conds[i].field && !range_conds[i].ranged)
			nr--;
		range_of(test, &ev_kunit_ranges, range_conds[i].text,
			 range_conds[i].field, nr);
	}
}

static const struct {
	const char	*text;
	u8		early;
} early_conds[] = {
	{ "other==1", 4 },
	{ "other>0", 4 },
	{ "other<1&&rtt>40us", 4 },
	{ "rtt>40us&&other>=1", 4 },
	{ "other>4294967295", 0 },
	{ "other!=1", 0 },
	{ "rtt>50us", 0 },
	{ "rtt>50us||other==1", 0 },
};

/* What the field that is asked early refuses, the condition refuses. */
static void early_refuses_no_more(struct kunit *test)
{
	struct kunit_range_block b = {};
	struct skbtrace_slot slot;
	struct skbtrace_cond all;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(early_conds); i++) {
		mutex_lock(&skbtrace_lock);
		err = skbtrace_parse_cond(&ev_kunit_early, "when",
					  early_conds[i].text, &all);
		mutex_unlock(&skbtrace_lock);
		KUNIT_ASSERT_EQ(test, err, 0);
		memset(&slot, 0, sizeof(slot));
		skbtrace_cond_early(&ev_kunit_early, &all, &slot);
		KUNIT_EXPECT_EQ_MSG(test, slot.early, early_conds[i].early,
				    "%s", early_conds[i].text);
		KUNIT_EXPECT_EQ(test, slot.ranged, slot.early ? 2 : 0);
		for (b.other = 0; b.other < 3 && slot.early; b.other++) {
			b.rtt_us = 45;
			KUNIT_EXPECT_EQ_MSG(test, skbtrace_cond_true(&all, &b),
					    b.other - slot.low <= slot.span,
					    "%s: %u", early_conds[i].text,
					    b.other);
		}
	}
}

#define F_BITS	8
#define F_NR	(4 << 2 * F_BITS)

static int flow_cmp(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* A bit that a value of few bits is moved to: neighbours, and others */
static const u8 flow_shifts[] = { 0, 7, 8, 16, 24 };

/* Hosts of a network: IPv4, the low and the high part of IPv6, and subnets that
 * number their hosts alike. None shares its word with another one's port.
 */
static void flow_is_of_its_own(struct kunit *test)
{
	u64 *words = vmalloc(array_size(F_NR, sizeof(*words)));
	struct skbtrace_tuple t __aligned(8), back __aligned(8);
	unsigned int i, j, host, n, same;

	KUNIT_ASSERT_NOT_NULL(test, words);
	for (j = 0; j < ARRAY_SIZE(flow_shifts); j++) {
		memset(&t, 0, sizeof(t));
		t.peer.s6_addr32[0] = htonl(0x20010db8);
		t.peer.s6_addr32[3] = htonl(1);
		t.pport = 443;
		for (i = 0, n = 0; i < F_NR; i++) {
			host = (i >> 2 & (BIT(F_BITS) - 1)) << flow_shifts[j];
			memset(&t.local, 0, sizeof(t.local));
			if (i & 2)
				t.local.s6_addr32[0] = htonl(0x20010db8);
			else
				t.local.s6_addr32[2] = htonl(0xffff);
			t.local.s6_addr32[3] = htonl(0x0a000000 ^ host);
			if (i & 1)	/* the subnet has the host's number */
				t.local.s6_addr32[1] = htonl(host + 1);
			t.lport = (i >> (2 + F_BITS)) << flow_shifts[j] % 9;
			words[n++] = skbtrace_flow(&t, 0);
			back = t;
			swap(back.local, back.peer);
			swap(back.lport, back.pport);
			if (skbtrace_flow(&back, 0) != words[n - 1])
				KUNIT_FAIL(test, "%u: other back", i);
		}
		sort(words, n, sizeof(*words), flow_cmp, NULL);
		for (i = 1, same = 0; i < n; i++)
			same += words[i] == words[i - 1];
		KUNIT_EXPECT_EQ(test, same, 0U);
	}
	vfree(words);
}

/* The budget is for all chains of a primary together. */
static void hold_looks_end(struct kunit *test)
{
	unsigned int steps = 0, looks = 0, i;

	for (i = 0; i < 3 * SKBTRACE_HOLD_STEPS; i++)
		looks += skbtrace_hold_may_step(&steps);
	KUNIT_EXPECT_EQ(test, looks, SKBTRACE_HOLD_STEPS);
}

#define K_KEYS	4096U

/* Keys that share a set for one kind of event seldom do for the next one */
static void hold_kinds_differ(struct kunit *test)
{
	struct hold_test *t = test->priv;
	unsigned int i, j, shared = 0, both = 0;

	for (i = 0; i < K_KEYS; i++) {
		for (j = i + 1; j < K_KEYS; j++) {
			if (hold_set(t, i, 3) != hold_set(t, j, 3))
				continue;
			shared++;
			both += hold_set(t, i, 4) == hold_set(t, j, 4);
		}
	}
	/* 256 of 8 million pairs by chance */
	KUNIT_EXPECT_GT(test, shared, 128U);
	KUNIT_EXPECT_LT(test, shared, 512U);
	KUNIT_EXPECT_LT(test, both, 8U);
}

/* An address cannot cancel out another port without knowing the secret. */
static void flow_cannot_be_made(struct kunit *test)
{
	struct skbtrace_tuple a = { .lport = 1000, .pport = 443 }, b = a;
	u64 low = 1;

	memcpy(&a.local.s6_addr[8], &low, sizeof(low));
	b.lport = 2000;
	low -= 1000 * SKBTRACE_FLOW_PORT;
	memcpy(&b.local.s6_addr[8], &low, sizeof(low));
	KUNIT_EXPECT_EQ(test, skbtrace_flow(&a, 0), skbtrace_flow(&b, 0));
	KUNIT_EXPECT_NE(test, skbtrace_flow(&a, H_SECRET),
			skbtrace_flow(&b, H_SECRET));
}

static struct kunit_case hold_cases[] = {
	KUNIT_CASE(hold_finds_what_is_there),
	KUNIT_CASE(hold_overwrites),
	KUNIT_CASE(hold_new_keys_begin),
	KUNIT_CASE(hold_tells_of_its_own),
	KUNIT_CASE(hold_shares_a_set),
	KUNIT_CASE(hold_goes_round),
	KUNIT_CASE(hold_is_claimed_once),
	KUNIT_CASE(hold_looks_end),
	KUNIT_CASE(hold_kinds_differ),
	KUNIT_CASE(flow_is_of_its_own),
	KUNIT_CASE(flow_cannot_be_made),
	KUNIT_CASE(range_agrees),
	KUNIT_CASE(range_of_any),
	KUNIT_CASE(early_refuses_no_more),
	{}
};

static struct kunit_suite hold_suite = {
	.name		= "skbtrace_hold",
	.init		= hold_init,
	.test_cases	= hold_cases,
};

kunit_test_suite(hold_suite);
