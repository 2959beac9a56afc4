// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the hot path, write.c: all events that are written can be read
 * back, and losses are reported.
 */
#include <net/net_namespace.h>
#include <net/sock.h>
#include "../ctl/cond.h"
#include "../gate.h"
#include "run.h"

static void write_one(struct write_test *t, const struct skbtrace_event *ev)
{
	struct kunit_w_block *b = skbtrace_begin(t->s, ev, 77, 5);

	if (!b)
		return;
	b->n = skbtrace_written(&t->c->gate);
	skbtrace_commit(t->s);
}

static void write_nothing(struct kunit *test)
{
	struct write_test *t = test->priv;

	skbtrace_flush_cpu(t->run, t->c, false);
	KUNIT_EXPECT_NULL(test, skbtrace_ring_peek(&t->c->gate.ring));
	skbtrace_test_sums(test, t);
}

static void write_block_header(struct kunit *test)
{
	struct write_test *t = test->priv;
	u64 before = ktime_get_mono_fast_ns();
	struct kunit_w_block *b, copy;
	bool off;

	b = skbtrace_begin(t->s, &kunit_ev_other, 0x1122334455667788ULL, 42);
	off = irqs_disabled();
	copy = b ? *b : (struct kunit_w_block){};
	if (b)
		skbtrace_commit(t->s);
	KUNIT_ASSERT_NOT_NULL(test, b);
	KUNIT_EXPECT_TRUE(test, off);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, copy.hdr.len, sizeof(copy));
	KUNIT_EXPECT_EQ(test, copy.hdr.event, kunit_ev_other.nr);
	KUNIT_EXPECT_EQ(test, copy.hdr.ctx, SKBTRACE_CTX_TASK);
	KUNIT_EXPECT_EQ(test, copy.hdr.flags, 0);
	KUNIT_EXPECT_EQ(test, copy.hdr.spare, 0);
	KUNIT_EXPECT_EQ(test, copy.hdr.key, 0x1122334455667788ULL);
	KUNIT_EXPECT_EQ(test, copy.hdr.netns, 42U);
	KUNIT_EXPECT_EQ(test, copy.hdr.tgid, (u32)current->tgid);
	KUNIT_EXPECT_GE(test, copy.hdr.time, before);
	KUNIT_EXPECT_LE(test, copy.hdr.time, ktime_get_mono_fast_ns());
}

/* Several sub-buffers, all of it read: every number once, in order. */
static void write_and_read(struct kunit *test)
{
	struct write_test *t = test->priv;
	int i;

	for (i = 0; i < 2000; i++) {
		write_one(t, i % 3 ? &kunit_ev_other : &kunit_ev_important);
		if (i % 100 == 0)
			skbtrace_test_read(test, t);
	}
	skbtrace_test_drain(test, t);
	skbtrace_test_sums(test, t);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&t->c->gate), 2000ULL);
	KUNIT_EXPECT_EQ(test, t->lost, 0ULL);
	KUNIT_EXPECT_EQ(test, t->n[4], 1ULL);	/* the task is named once */
	KUNIT_EXPECT_GE(test, t->subbufs, 2000 * 40 / W_SIZE);
}

static void write_loses_and_tells(struct kunit *test)
{
	struct write_test *t = test->priv;
	const struct skbtrace_lost *lost;
	const u8 *p;
	int i;

	for (i = 0; i < 2000; i++)
		write_one(t, i % 4 ? &kunit_ev_other : &kunit_ev_plain);
	KUNIT_EXPECT_EQ(test, skbtrace_asked(&t->c->gate), 2000ULL);
	KUNIT_EXPECT_GT(test, t->c->lost, 0ULL);
	KUNIT_EXPECT_EQ(test, t->c->gate.ring.produced, W_NR - 1);
	/* one sub-buffer is read: the next event tells of the loss first */
	skbtrace_test_read(test, t);
	KUNIT_EXPECT_EQ(test, t->losts, 0ULL);
	write_one(t, &kunit_ev_other);
	for (i = 0; i < W_NR - 2; i++)
		skbtrace_test_read(test, t);
	skbtrace_flush_cpu(t->run, t->c, false);
	p = skbtrace_ring_peek(&t->c->gate.ring);
	KUNIT_ASSERT_NOT_NULL(test, p);
	lost = (const struct skbtrace_lost *)
		(p + sizeof(struct skbtrace_subbuf));
	KUNIT_ASSERT_EQ(test, lost->hdr.event, SKBTRACE_LOST);
	KUNIT_ASSERT_EQ(test, lost->nr_kinds, 2U);
	KUNIT_EXPECT_EQ(test, lost->kinds[0].event, kunit_ev_plain.nr);
	KUNIT_EXPECT_EQ(test, lost->kinds[0].count,
			(u32)t->c->lost_by[kunit_ev_plain.slot]);
	KUNIT_EXPECT_EQ(test, lost->kinds[1].event, kunit_ev_other.nr);
	KUNIT_EXPECT_EQ(test, lost->kinds[1].count,
			(u32)t->c->lost_by[kunit_ev_other.slot]);
	skbtrace_test_drain(test, t);
	skbtrace_test_sums(test, t);
	KUNIT_EXPECT_EQ(test, t->losts, 1ULL);
}

/* Losses without a following event are reported at the end, if possible. */
static void write_tells_the_last_loss(struct kunit *test)
{
	struct write_test *t = test->priv;
	u64 complete = t->c->complete;
	int i;

	for (i = 0; i < 2000; i++)
		write_one(t, &kunit_ev_important);
	KUNIT_EXPECT_EQ(test, t->c->gate.ring.produced, W_NR);
	KUNIT_EXPECT_GT(test, t->c->lost, 0ULL);
	/* no room even for that: then "complete" must not go on */
	skbtrace_flush_cpu(t->run, t->c, false);
	KUNIT_EXPECT_EQ(test, t->c->complete, complete);
	KUNIT_EXPECT_EQ(test, t->c->gate.ring.produced, W_NR);
	skbtrace_test_drain(test, t);
	skbtrace_test_sums(test, t);
	KUNIT_EXPECT_EQ(test, t->losts, 1ULL);
	KUNIT_EXPECT_GT(test, t->c->complete, complete);
}

static void write_important_has_the_spare_part(struct kunit *test)
{
	struct write_test *t = test->priv;
	u64 full;
	int i;

	for (i = 0; i < 2000; i++)
		write_one(t, &kunit_ev_other);
	full = skbtrace_written(&t->c->gate);
	write_one(t, &kunit_ev_important);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&t->c->gate), full + 1);
	/* and nobody else, though there is room in the open sub-buffer */
	write_one(t, &kunit_ev_other);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&t->c->gate), full + 1);
	write_one(t, &kunit_ev_important);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&t->c->gate), full + 2);
	/* the loss between both is told of between both */
	skbtrace_test_drain(test, t);
	skbtrace_test_sums(test, t);
	KUNIT_EXPECT_EQ(test, t->losts, 2ULL);
	KUNIT_EXPECT_EQ(test, t->n[3], 2ULL);
}

/* The sums are right at every speed of the reader. */
static void write_at_any_pace(struct kunit *test)
{
	struct write_test *t = test->priv;
	static const struct skbtrace_event *const which[] = {
		&kunit_ev_other, &kunit_ev_other, &kunit_ev_important,
		&kunit_ev_plain, &kunit_ev_other,
	};
	int i, j;

	for (i = 0; i < 300; i++) {
		for (j = 0; j < i % 211; j++)
			write_one(t, which[(i + j) % ARRAY_SIZE(which)]);
		for (j = 0; j < i % 2 + !(i % 5); j++)
			skbtrace_test_read(test, t);
		if (i % 7 == 0)
			skbtrace_flush_cpu(t->run, t->c, false);
	}
	KUNIT_EXPECT_GT(test, t->losts, 5ULL);
	KUNIT_EXPECT_EQ(test, t->c->gate.ring.fullest, W_NR);
	skbtrace_test_drain(test, t);
	skbtrace_test_sums(test, t);
}

static void write_contexts(struct kunit *test)
{
	struct write_test *t = test->priv;

	t->run->config.ctx_mask = BIT(SKBTRACE_CTX_SOFTIRQ);
	skbtrace_test_contexts(t);
	write_one(t, &kunit_ev_other);
	KUNIT_EXPECT_EQ(test, t->c->gate.skipped, 1ULL);
	t->run->config.ctx_mask = BIT(SKBTRACE_CTX_TASK);
	skbtrace_test_contexts(t);
	write_one(t, &kunit_ev_other);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&t->c->gate), 1ULL);
	cpumask_clear_cpu(t->c->cpu, t->run->config.cpus);
	skbtrace_test_contexts(t);
	write_one(t, &kunit_ev_other);
	KUNIT_EXPECT_EQ(test, t->c->gate.skipped, 2ULL);
	skbtrace_test_drain(test, t);
	skbtrace_test_sums(test, t);
}

static void write_recursion(struct kunit *test)
{
	struct write_test *t = test->priv;
	struct kunit_w_block *b = skbtrace_begin(t->s, &kunit_ev_other, 1, 1);
	void *inner;

	if (b) {
		b->n = 1;
		inner = skbtrace_begin(t->s, &kunit_ev_other, 2, 2);
		skbtrace_commit(t->s);
		KUNIT_EXPECT_NULL(test, inner);
	}
	KUNIT_EXPECT_EQ(test, t->c->recursion, 1ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_asked(&t->c->gate), 1ULL);
	skbtrace_test_drain(test, t);
	skbtrace_test_sums(test, t);
}

static void write_dead_is_final(struct kunit *test)
{
	struct write_test *t = test->priv;

	skbtrace_die(t->run, "first reason");
	skbtrace_die(t->run, "second reason");
	KUNIT_EXPECT_STREQ(test, t->run->dead, "first reason");
	skbtrace_test_contexts(t);
	write_one(t, &kunit_ev_other);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&t->c->gate), 0ULL);
	KUNIT_EXPECT_EQ(test, t->c->gate.skipped, 1ULL);
}

/* A CPU that came up without memory for its buffer: all is lost, no crash. */
static void write_without_buffer(struct kunit *test)
{
	struct write_test *t = test->priv;
	u8 *base = t->c->gate.ring.base;

	t->c->gate.ring.base = NULL;
	write_one(t, &kunit_ev_other);
	write_one(t, &kunit_ev_important);
	skbtrace_flush_cpu(t->run, t->c, false);
	KUNIT_EXPECT_EQ(test, t->c->lost, 2ULL);
	t->c->gate.ring.base = base;
	skbtrace_test_drain(test, t);
	skbtrace_test_sums(test, t);
}

/* More than 32 bits of losses are split into parts, which add up. */
static void write_loses_many(struct kunit *test)
{
	struct write_test *t = test->priv;

	write_one(t, &kunit_ev_plain);
	t->c->loss.first_seq = skbtrace_next_seq(&t->c->gate);
	t->c->loss.count = 5000000000ULL;
	t->c->loss.kinds[kunit_ev_plain.slot] = 5000000000ULL;
	t->c->loss.nr[kunit_ev_plain.slot] = kunit_ev_plain.nr;
	t->c->lost += 5000000000ULL;
	t->c->gate.seq += 5000000000ULL;
	t->c->gate.ring.limit = 0;	/* as skbtrace_lose() */
	write_one(t, &kunit_ev_plain);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->lost, 5000000000ULL);
}

/*
 * Ids must not preserve distances between addresses, even after inverting the
 * public part of the hash: else the names of two functions reveal the key, and
 * with it the base address of the kernel.
 */
static void write_ids_tell_no_address(struct kunit *test)
{
	static const unsigned long at[] = { 0x81000000, 0x81000010,
					    0x81234560, 0x81234570 };
	struct write_test *t = test->priv;
	struct sk_buff *skb = kunit_kcalloc(test, 3, sizeof(*skb), GFP_KERNEL);
	u64 id[4];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	local_irq_disable();
	for (i = 0; i < 4; i++) {
		id[i] = skbtrace_location_id(t->s, (void *)at[i]);
		id[i] ^= id[i] >> 32;
	}
	local_irq_enable();
	KUNIT_EXPECT_NE(test, id[1] - id[0], id[3] - id[2]);
	for (i = 0; i < 3; i++)
		id[i] = skbtrace_packet_id(t->s, &skb[i]);
	KUNIT_EXPECT_NE(test, id[1] - id[0], id[2] - id[1]);
}

static struct sock *write_sock(struct kunit *test, u64 cookie, u16 num)
{
	struct sock *sk = skbtrace_test_sock(test);

	atomic64_set(&sk->sk_cookie, cookie);
	sock_net_set(sk, &init_net);
	sk->sk_num = num;
	return sk;
}

static void write_sk(struct write_test *t, struct sock *sk)
{
	struct kunit_w_block *b = skbtrace_begin_sk(t->s, &kunit_ev_plain, sk);

	if (!b)
		return;
	b->n = skbtrace_written(&t->c->gate);
	skbtrace_commit(t->s);
}

static void write_names_connections(struct kunit *test)
{
	struct write_test *t = test->priv;
	struct sock *sk = write_sock(test, 1234, 80);
	struct sock *unbound = write_sock(test, 1235, 0);

	KUNIT_EXPECT_FALSE(test, skbtrace_is_named(t->s, sk));
	write_sk(t, sk);
	write_sk(t, sk);
	skbtrace_name_sk(t->s, &kunit_ev_name, sk);
	KUNIT_EXPECT_TRUE(test, skbtrace_is_named(t->s, sk));
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 1ULL);
	KUNIT_EXPECT_EQ(test, t->n[1], 2ULL);

	/* an epoch later it is named once more, and so is the task */
	t->run->epoch++;
	write_sk(t, sk);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 1ULL);
	t->epoch++;
	write_sk(t, sk);
	write_sk(t, sk);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 2ULL);
	KUNIT_EXPECT_EQ(test, t->n[4], 2ULL);

	/* it connects a second time */
	skbtrace_forget_name(t->s, sk);
	KUNIT_EXPECT_FALSE(test, skbtrace_is_named(t->s, sk));
	write_sk(t, sk);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 3ULL);

	/* without a port it will have another name soon */
	write_sk(t, unbound);
	unbound->sk_num = 99;
	write_sk(t, unbound);
	write_sk(t, unbound);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 5ULL);
	skbtrace_test_sums(test, t);
}

static void write_makes_cookies(struct kunit *test)
{
	struct write_test *t = test->priv;
	struct sock *sk = write_sock(test, 0, 80);

	KUNIT_EXPECT_FALSE(test, skbtrace_is_named(t->s, sk));
	write_sk(t, sk);
	KUNIT_EXPECT_NE(test, (u64)atomic64_read(&sk->sk_cookie), 0ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_cookie(sk),
			(u64)atomic64_read(&sk->sk_cookie));
	KUNIT_EXPECT_TRUE(test, skbtrace_is_named(t->s, sk));
}

/* Every tenth passes; the others are only counted. */
static void write_conditions(struct kunit *test)
{
	struct write_test *t = test->priv;
	u16 slot = kunit_ev_plain.slot;
	struct sock *sk = write_sock(test, 7, 80);
	struct kunit_w_block *b;
	int i;

	mutex_lock(&skbtrace_lock);
	KUNIT_EXPECT_EQ(test, skbtrace_parse_cond(&kunit_ev_plain,
						  "when", "n>0",
						  &t->run->cond[slot]), 0);
	mutex_unlock(&skbtrace_lock);
	t->s->slot[slot].cond = true;
	t->s->slot[slot].staged = true;
	WRITE_ONCE(t->s->checks, SKBTRACE_CHECK_SPECIAL);
	for (i = 0; i < 100; i++) {
		b = skbtrace_begin_sk(t->s, &kunit_ev_plain, sk);
		KUNIT_ASSERT_NOT_NULL(test, b);
		/* recursion is seen while it is made */
		KUNIT_EXPECT_NULL(test, skbtrace_begin(t->s, &kunit_ev_other, 1,
						       1));
		b->n = i % 10 ? 0 : skbtrace_written(&t->c->gate) + 1;
		skbtrace_commit(t->s);
		KUNIT_EXPECT_FALSE(test, irqs_disabled());
		/* one without a condition goes its own way */
		write_one(t, &kunit_ev_other);
	}
	KUNIT_EXPECT_EQ(test, t->c->gate.refused, 90ULL);
	KUNIT_EXPECT_EQ(test, t->c->recursion, 100ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&t->c->gate), 110ULL);
	skbtrace_test_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 1ULL);
	KUNIT_EXPECT_EQ(test, t->n[1], 10ULL);
	KUNIT_EXPECT_EQ(test, t->n[2], 100ULL);
	skbtrace_test_sums(test, t);
}

static struct kunit_case write_cases[] = {
	KUNIT_CASE(write_nothing),
	KUNIT_CASE(write_block_header),
	KUNIT_CASE(write_and_read),
	KUNIT_CASE(write_loses_and_tells),
	KUNIT_CASE(write_tells_the_last_loss),
	KUNIT_CASE(write_loses_many),
	KUNIT_CASE(write_ids_tell_no_address),
	KUNIT_CASE(write_important_has_the_spare_part),
	KUNIT_CASE(write_at_any_pace),
	KUNIT_CASE(write_contexts),
	KUNIT_CASE(write_recursion),
	KUNIT_CASE(write_dead_is_final),
	KUNIT_CASE(write_without_buffer),
	KUNIT_CASE(write_names_connections),
	KUNIT_CASE(write_makes_cookies),
	KUNIT_CASE(write_conditions),
	{}
};

static struct kunit_suite write_suite = {
	.name		= "skbtrace_write",
	.init		= skbtrace_test_init,
	.test_cases	= write_cases,
};

kunit_test_suites(&write_suite);
