// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the cutting of sub-buffers into frames: link/cut.h. Each block
 * is in one frame, in order; a frame says what its first block is.
 */
#include <kunit/test.h>
#include "../link/cut.h"

#define CUT_SIZE	4096U
#define CUT_EVENT	100	/* prio REST */
#define CUT_OTHER	101	/* prio REST */
#define CUT_BAD		102	/* prio TROUBLE */

/**
 * struct cut_test - a sub-buffer and what it is cut with
 * @h: the sub-buffer
 * @kinds: events
 * @cut: how far it has been cut
 * @p: the last slice
 */
struct cut_test {
	struct skbtrace_subbuf	*h;
	struct skbtrace_kinds	*kinds;
	struct skbtrace_cut	cut;
	struct skbtrace_slice	p;
};

static struct cut_test *cut_make(struct kunit *test)
{
	struct cut_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->h = kunit_kzalloc(test, CUT_SIZE, GFP_KERNEL);
	t->kinds = kunit_kzalloc(test, sizeof(*t->kinds), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->h);
	KUNIT_ASSERT_NOT_NULL(test, t->kinds);
	*t->h = (struct skbtrace_subbuf){
		.magic = SKBTRACE_SUBBUF_MAGIC,
		.hdr_len = sizeof(*t->h),
		.size = CUT_SIZE,
		.used = sizeof(*t->h),
		.first_seq = 1000,
		.lost_total = 7,
	};
	skbtrace_kind(t->kinds, CUT_BAD)->prio = SKBTRACE_PRIO_TROUBLE;
	return t;
}

static struct skbtrace_block *cut_put(struct cut_test *t, u16 event, u16 len)
{
	struct skbtrace_block *b;

	b = (struct skbtrace_block *)((u8 *)t->h + t->h->used);
	b->event = event;
	b->len = len;
	t->h->used += len;
	return b;
}

/* Events @first to @last are lost. */
static void cut_put_lost(struct cut_test *t, u64 first, u64 last)
{
	struct skbtrace_lost *b;

	b = (struct skbtrace_lost *)cut_put(t, SKBTRACE_LOST, sizeof(*b));
	b->first_seq = first;
	b->last_seq = last;
}

/* The next slice has @nr blocks of @event and begins with number @seq. */
static void cut_expect(struct kunit *test, struct cut_test *t, u8 batch,
		       u32 max, u32 nr, u16 event, u64 seq)
{
	KUNIT_ASSERT_TRUE(test, skbtrace_cut_next(&t->cut, t->kinds, batch, max,
						  &t->p));
	KUNIT_EXPECT_EQ(test, t->p.nr, nr);
	KUNIT_EXPECT_EQ(test, t->p.event, event);
	KUNIT_EXPECT_EQ(test, t->p.seq, seq);
	KUNIT_EXPECT_EQ(test, t->p.at->event, event);
}

static void cut_end(struct kunit *test, struct cut_test *t, u64 seq)
{
	KUNIT_EXPECT_FALSE(test, skbtrace_cut_next(&t->cut, t->kinds, 0,
						   CUT_SIZE, &t->p));
	KUNIT_EXPECT_EQ(test, t->cut.seq, seq);
}

/* Three of one, one of another, one that is trouble, one of the first. */
static void cut_mixed(struct cut_test *t)
{
	int i;

	for (i = 0; i < 3; i++)
		cut_put(t, CUT_EVENT, 64);
	cut_put(t, CUT_OTHER, 40);
	cut_put(t, CUT_BAD, 48);
	cut_put(t, CUT_EVENT, 64);
	skbtrace_cut_begin(&t->cut, t->h);
}

static void cut_off_takes_one_block_each(struct kunit *test)
{
	struct cut_test *t = cut_make(test);
	int i;

	cut_mixed(t);
	for (i = 0; i < 3; i++)
		cut_expect(test, t, SKBTRACE_LINK_BATCH_OFF, 1400, 1, CUT_EVENT,
			   1000 + i);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_OFF, 1400, 1, CUT_OTHER, 1003);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_OFF, 1400, 1, CUT_BAD, 1004);
	KUNIT_EXPECT_EQ(test, t->p.prio, SKBTRACE_PRIO_TROUBLE);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_OFF, 1400, 1, CUT_EVENT, 1005);
	KUNIT_EXPECT_EQ(test, t->p.prio, SKBTRACE_PRIO_REST);
	cut_end(test, t, 1006);
}

static void cut_event_takes_a_row_of_one_event(struct kunit *test)
{
	struct cut_test *t = cut_make(test);

	cut_mixed(t);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_EVENT, 1400, 3, CUT_EVENT,
		   1000);
	KUNIT_EXPECT_EQ(test, t->p.len, 3 * 64);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_EVENT, 1400, 1, CUT_OTHER,
		   1003);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_EVENT, 1400, 1, CUT_BAD, 1004);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_EVENT, 1400, 1, CUT_EVENT,
		   1005);
	cut_end(test, t, 1006);
}

static void cut_any_takes_what_is_as_important(struct kunit *test)
{
	struct cut_test *t = cut_make(test);

	cut_mixed(t);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 1400, 4, CUT_EVENT, 1000);
	KUNIT_EXPECT_EQ(test, t->p.len, 3 * 64 + 40);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 1400, 1, CUT_BAD, 1004);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 1400, 1, CUT_EVENT, 1005);
	cut_end(test, t, 1006);
}

/* Up to the last byte; what is larger has a frame of its own. */
static void cut_obeys_the_mtu(struct kunit *test)
{
	struct cut_test *t = cut_make(test);

	cut_mixed(t);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 128, 2, CUT_EVENT, 1000);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 103, 1, CUT_EVENT, 1002);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 20, 1, CUT_OTHER, 1003);
	KUNIT_EXPECT_EQ(test, t->p.len, 40);
}

/* LOST takes its numbers, HISTORY none, PAD is not sent. */
static void cut_numbers_follow_the_stream(struct kunit *test)
{
	struct cut_test *t = cut_make(test);

	t->h->first_seq = 500;
	cut_put_lost(t, 500, 599);
	cut_put(t, SKBTRACE_HISTORY, sizeof(struct skbtrace_history));
	cut_put(t, CUT_EVENT, 64);
	cut_put(t, SKBTRACE_PAD, 8);
	cut_put(t, CUT_EVENT, 64);
	skbtrace_cut_begin(&t->cut, t->h);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 1400, 1, SKBTRACE_LOST,
		   500);
	KUNIT_EXPECT_EQ(test, t->p.prio, SKBTRACE_PRIO_FIRST);
	KUNIT_EXPECT_EQ(test, t->p.lost, 7);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 1400, 1, SKBTRACE_HISTORY,
		   600);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 1400, 1, CUT_EVENT, 600);
	KUNIT_EXPECT_EQ(test, t->p.lost, 107);
	cut_end(test, t, 601);
}

static void cut_counts_what_is_sent(struct kunit *test)
{
	struct cut_test *t = cut_make(test);

	cut_mixed(t);
	while (skbtrace_cut_next(&t->cut, t->kinds, SKBTRACE_LINK_BATCH_ANY,
				 100, &t->p))
		;
	KUNIT_EXPECT_EQ(test, skbtrace_kind(t->kinds, CUT_EVENT)->sent, 4);
	KUNIT_EXPECT_EQ(test, skbtrace_kind(t->kinds, CUT_OTHER)->sent, 1);
	KUNIT_EXPECT_EQ(test, skbtrace_kind(t->kinds, CUT_BAD)->sent, 1);
}

/* An empty one, and one whose block says it is longer than all. */
static void cut_stops_where_nothing_is_left(struct kunit *test)
{
	struct cut_test *t = cut_make(test);

	skbtrace_cut_begin(&t->cut, t->h);
	cut_end(test, t, 1000);
	cut_put(t, CUT_EVENT, 64)->len = 72;
	skbtrace_cut_begin(&t->cut, t->h);
	cut_end(test, t, 1000);
}

/* More events than it has rows for: sent, not counted. */
static void kinds_are_enough_or_do_without(struct kunit *test)
{
	struct cut_test *t = cut_make(test);
	u32 i;

	for (i = 0; i < SKBTRACE_NR_KINDS - 1; i++)
		KUNIT_ASSERT_NOT_NULL(test, skbtrace_kind(t->kinds, 1000 + i));
	KUNIT_EXPECT_NULL(test, skbtrace_kind(t->kinds, 5000));
	KUNIT_EXPECT_EQ(test, skbtrace_kind(t->kinds, 1010)->event, 1010);
	cut_put(t, 5000, 64);
	cut_put(t, 5000, 64);
	skbtrace_cut_begin(&t->cut, t->h);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 1400, 1, 5000, 1000);
	cut_expect(test, t, SKBTRACE_LINK_BATCH_ANY, 1400, 1, 5000, 1001);
	cut_end(test, t, 1002);
}

static void prio_is_what_the_event_says(struct kunit *test)
{
	struct skbtrace_event ev = { .role = SKBTRACE_ROLE_EVENT };

	KUNIT_EXPECT_EQ(test, skbtrace_event_prio(&ev), SKBTRACE_PRIO_REST);
	ev.sets = "send:why";
	KUNIT_EXPECT_EQ(test, skbtrace_event_prio(&ev), SKBTRACE_PRIO_REST);
	ev.sets = "trouble:why";
	KUNIT_EXPECT_EQ(test, skbtrace_event_prio(&ev), SKBTRACE_PRIO_TROUBLE);
	ev.urgent = true;
	KUNIT_EXPECT_EQ(test, skbtrace_event_prio(&ev), SKBTRACE_PRIO_FIRST);
	ev = (struct skbtrace_event){ .role = SKBTRACE_ROLE_CONN };
	KUNIT_EXPECT_EQ(test, skbtrace_event_prio(&ev), SKBTRACE_PRIO_TROUBLE);
}

static struct kunit_case cut_cases[] = {
	KUNIT_CASE(cut_off_takes_one_block_each),
	KUNIT_CASE(cut_event_takes_a_row_of_one_event),
	KUNIT_CASE(cut_any_takes_what_is_as_important),
	KUNIT_CASE(cut_obeys_the_mtu),
	KUNIT_CASE(cut_numbers_follow_the_stream),
	KUNIT_CASE(cut_counts_what_is_sent),
	KUNIT_CASE(cut_stops_where_nothing_is_left),
	KUNIT_CASE(kinds_are_enough_or_do_without),
	KUNIT_CASE(prio_is_what_the_event_says),
	{}
};

static struct kunit_suite cut_suite = {
	.name = "skbtrace_cut",
	.test_cases = cut_cases,
};

kunit_test_suite(cut_suite);
