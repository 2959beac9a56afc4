// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the fast path of an event, which must give the same result as
 * the slow path, and of its clock.
 */
#include <linux/skbtrace_quick.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include "../ctl/cond.h"
#include "../lock.h"
#include "../gate.h"
#include "run.h"

static struct sock *quick_sock(struct kunit *test)
{
	struct sock *sk = skbtrace_test_sock(test);

	atomic64_set(&sk->sk_cookie, 1234);
	sock_net_set(sk, &init_net);
	sk->sk_num = 80;
	return sk;
}

/* As a probe does it. Return: as skbtrace_quick_sk() */
static int quick_write(struct write_test *t, struct sock *sk,
		       struct kunit_w_block *copy)
{
	struct skbtrace_quick q;
	struct kunit_w_block *b;
	int how;

	preempt_disable();
	how = skbtrace_quick_sk(&q, t->s, &kunit_ev_plain, sizeof(*b), sk);
	if (how > 0) {
		b = q.block;
		b->n = skbtrace_written(&t->c->gate);
		*copy = *b;
		skbtrace_quick_commit(&q);
	}
	preempt_enable();
	return how;
}

static void long_write(struct write_test *t, struct sock *sk,
		       struct kunit_w_block *copy)
{
	struct kunit_w_block *b = skbtrace_begin_sk(t->s, &kunit_ev_plain, sk);

	if (!b)
		return;
	b->n = skbtrace_written(&t->c->gate);
	*copy = *b;
	skbtrace_commit(t->s);
}

static void quick_is_the_same(struct kunit *test)
{
	struct kunit_w_block quick = {}, slow = {};
	struct write_test *t = test->priv;
	struct sock *sk = quick_sock(test);

	/* neither the connection nor the task has been named */
	KUNIT_EXPECT_EQ(test, quick_write(t, sk, &quick), -1);
	KUNIT_EXPECT_EQ(test, skbtrace_asked(&t->c->gate), 0ULL);
	long_write(t, sk, &slow);
	KUNIT_EXPECT_EQ(test, quick_write(t, sk, &quick), 1);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_GE(test, quick.hdr.time, slow.hdr.time);
	quick.hdr.time = slow.hdr.time;
	KUNIT_EXPECT_EQ(test, 0, memcmp(&quick.hdr, &slow.hdr,
					sizeof(slow.hdr)));
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[1], 2ULL);
	skbtrace_test_sums(test, t);
}

static int quick_segment(struct write_test *t, struct sk_buff *skb,
			 struct kunit_w_block *copy)
{
	const struct skbtrace_verdicts *counted;
	struct skbtrace_quick q;
	struct kunit_w_block *b;
	int how;

	preempt_disable();
	how = skbtrace_quick_checks(&counted, t->s, &kunit_ev_other, NULL,
				    SKBTRACE_QUICK_PACKET);
	if (how > 0)
		how = skbtrace_quick_segment(&q, t->s, &kunit_ev_other,
					     sizeof(*b), skb, counted);
	if (how > 0) {
		b = q.block;
		b->hdr.netns = 5;
		b->n = skbtrace_written(&t->c->gate);
		*copy = *b;
		skbtrace_quick_commit(&q);
	}
	preempt_enable();
	return how;
}

/* A packet that has no IP header */
static void quick_without_header(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct write_test *t = test->priv;
	struct kunit_w_block b = { .n = 1 };

	KUNIT_ASSERT_NOT_NULL(test, skb);
	/* the task has no name yet */
	KUNIT_EXPECT_EQ(test, quick_segment(t, skb, &b), -1);
	skbtrace_write_packet(t->s, &kunit_ev_other, skb, SKBTRACE_NO_L3, 5,
			      &b);
	KUNIT_EXPECT_EQ(test, quick_segment(t, skb, &b), 1);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, b.hdr.key, skbtrace_packet_id(t->s, skb));
	KUNIT_EXPECT_EQ(test, b.hdr.event, kunit_ev_other.nr);
	KUNIT_EXPECT_EQ(test, b.hdr.tgid, (u32)current->tgid);
	WRITE_ONCE(t->s->checks, SKBTRACE_CHECK_PACKET);
	KUNIT_EXPECT_EQ(test, quick_segment(t, skb, &b), -1);
	/* it may be one that carries events */
	WRITE_ONCE(t->s->checks, SKBTRACE_CHECK_LINK);
	KUNIT_EXPECT_EQ(test, quick_segment(t, skb, &b), -1);
	WRITE_ONCE(t->s->checks, 0);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[2], 2ULL);
	skbtrace_test_sums(test, t);
	kfree_skb(skb);
}

/* If the fast path does not apply, it counts nothing. */
static void quick_gives_way(struct kunit *test)
{
	struct kunit_w_block b = {};
	struct write_test *t = test->priv;
	struct sock *sk = quick_sock(test);
	u32 limit;
	u8 i;

	long_write(t, sk, &b);
	for (i = 0; i < 8; i++) {
		WRITE_ONCE(t->s->checks, BIT(i));
		KUNIT_EXPECT_EQ(test, quick_write(t, sk, &b),
				BIT(i) & (SKBTRACE_CHECK_PACKET |
					  SKBTRACE_CHECK_RANGE |
					  SKBTRACE_CHECK_LINK) ? 1 : -1);
	}
	WRITE_ONCE(t->s->checks, 0);
	limit = t->c->gate.ring.limit;
	t->c->gate.ring.limit = 0;
	KUNIT_EXPECT_EQ(test, quick_write(t, sk, &b), -1);
	t->c->gate.ring.limit = limit;
	t->c->gate.busy = true;
	KUNIT_EXPECT_EQ(test, quick_write(t, sk, &b), -1);
	t->c->gate.busy = false;
	atomic64_set(&sk->sk_cookie, 0);
	KUNIT_EXPECT_EQ(test, quick_write(t, sk, &b), -1);
	KUNIT_EXPECT_EQ(test, skbtrace_asked(&t->c->gate), 4ULL);
	KUNIT_EXPECT_EQ(test, t->c->gate.skipped, 0ULL);
	skbtrace_test_drain(test, t);
	skbtrace_test_sums(test, t);
}

static void quick_asks_the_context(struct kunit *test)
{
	struct kunit_w_block b = {};
	struct write_test *t = test->priv;
	struct sock *sk = quick_sock(test);

	long_write(t, sk, &b);
	t->run->config.ctx_mask = BIT(SKBTRACE_CTX_HARDIRQ);
	skbtrace_test_contexts(t);
	KUNIT_EXPECT_EQ(test, quick_write(t, sk, &b), 0);
	KUNIT_EXPECT_EQ(test, t->c->gate.skipped, 1ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&t->c->gate), 1ULL);
}

static void parse_when(struct kunit *test, struct write_test *t,
		       const char *text)
{
	u16 slot = kunit_ev_plain.slot;

	mutex_lock(&skbtrace_lock);
	KUNIT_EXPECT_EQ(test, skbtrace_parse_cond(&kunit_ev_plain, "when", text,
						  &t->run->cond[slot]), 0);
	mutex_unlock(&skbtrace_lock);
	t->s->slot[slot].cond = true;
}

/* when= is evaluated before a block is reserved. */
static void quick_when(struct kunit *test)
{
	struct write_test *t = test->priv;
	struct sock *sk = quick_sock(test);
	struct kunit_w_block b = {};
	u64 n;

	parse_when(test, t, "n>=95");
	for (n = 0; n < 100; n++) {
		b.n = n;
		skbtrace_event_sk(t->s, &kunit_ev_plain, sk, &b);
	}
	KUNIT_EXPECT_EQ(test, t->c->gate.refused, 95ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_asked(&t->c->gate), 5ULL);
	parse_when(test, t, "n<2||n==50");
	for (n = 0; n < 100; n++) {
		b.n = n;
		skbtrace_event_sk(t->s, &kunit_ev_plain, sk, &b);
	}
	KUNIT_EXPECT_EQ(test, t->c->gate.refused, 95ULL + 97);
	KUNIT_EXPECT_EQ(test, skbtrace_asked(&t->c->gate), 8ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&t->c->gate), 8ULL);
}

/* Between two reads of the kernel's clock, and monotonic. */
static void quick_clock(struct kunit *test)
{
	u64 before, now, after, last = 0;
	unsigned int i, wrong = 0;

	mutex_lock(&skbtrace_lock);
	skbtrace_clock_get();
	mutex_unlock(&skbtrace_lock);
	for (i = 0; i < 100000; i++) {
		before = ktime_get_mono_fast_ns();
		now = skbtrace_now();
		after = ktime_get_mono_fast_ns();
		wrong += now < before || now > after || now < last;
		last = now;
	}
	mutex_lock(&skbtrace_lock);
	skbtrace_clock_put();
	mutex_unlock(&skbtrace_lock);
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

static struct kunit_case quick_cases[] = {
	KUNIT_CASE(quick_is_the_same),
	KUNIT_CASE(quick_without_header),
	KUNIT_CASE(quick_gives_way),
	KUNIT_CASE(quick_asks_the_context),
	KUNIT_CASE(quick_when),
	KUNIT_CASE(quick_clock),
	{}
};

static struct kunit_suite quick_suite = {
	.name		= "skbtrace_quick",
	.init		= skbtrace_test_init,
	.test_cases	= quick_cases,
};

kunit_test_suites(&quick_suite);
