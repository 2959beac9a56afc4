// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the hot path, write.c, on a run of their own with a relay
 * channel of their own: what is written can be read back, all of it, and what
 * is not is told of.
 */
#include <kunit/test.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "internal.h"

#define W_SIZE		SKBTRACE_SUBBUF_SIZE_MIN
#define W_NR		8U

#define KUNIT_W_FIELDS(F, S)						\
	F(S, u64, n, "-", "-", "a number")
SKBTRACE_BLOCK(kunit_w, KUNIT_W_FIELDS);

#define KUNIT_NAME_FIELDS(F, S)						\
	F(S, u64, n, "-", "-", "a number")				\
	F(S, str56, name, "-", "-", "a name")
SKBTRACE_BLOCK(kunit_name, KUNIT_NAME_FIELDS);

static void fill_name(void *block, struct sock *sk)
{
	struct kunit_name_block *b = block;

	b->n = sk->sk_num;
}

static struct skbtrace_event ev_name = {
	SKBTRACE_EVENT(kunit_name),
	.nr		= 0x7e10,
	.kind		= SKBTRACE_META,
	.role		= SKBTRACE_ROLE_CONN,
	.important	= true,
	.stability	= "Private",
	.fill		= fill_name,
};

static struct skbtrace_event ev_plain = {
	SKBTRACE_EVENT(kunit_w),
	.nr		= 0x7e11,
	.kind		= SKBTRACE_CONN,
	.stability	= "Private",
	.names		= &ev_name,
};

static struct skbtrace_event ev_other = {
	.name		= "kunit_other",
	.len		= sizeof(struct kunit_w_block),
	.fields		= kunit_w_fields,
	.nr_fields	= ARRAY_SIZE(kunit_w_fields),
	.nr		= 0x7e12,
	.kind		= SKBTRACE_PACKET,
	.stability	= "Private",
};

static struct skbtrace_event ev_important = {
	.name		= "kunit_important",
	.len		= sizeof(struct kunit_w_block),
	.fields		= kunit_w_fields,
	.nr_fields	= ARRAY_SIZE(kunit_w_fields),
	.nr		= 0x7e13,
	.kind		= SKBTRACE_PACKET,
	.important	= true,
	.stability	= "Private",
};

static struct skbtrace_event *const write_events[] = {
	&ev_name, &ev_plain, &ev_other, &ev_important,
};

static struct skbtrace_proto write_proto = {
	.name		= "kunit_write",
	.owner		= THIS_MODULE,
	.events		= write_events,
	.nr_events	= ARRAY_SIZE(write_events),
};

/*
 * A run, the part of it that is this CPU's, and what its reader has seen: the
 * sequence number that must come next, how many blocks of each kind.
 */
struct write_test {
	struct skbtrace_run	*run;
	struct skbtrace_session	*s;
	struct skbtrace_cpu	*c;
	struct dentry		*dir;
	u64			next_seq;
	u64			last_time;
	u64			n[5];	/* as write_events; [4]: tasks */
	u64			next_n;
	u64			losts;
	u64			lost;
	u32			subbufs;
	u32			epoch;
};

static void write_run_put(void *run)
{
	skbtrace_run_put(run);
}

static void write_channel_close(void *run)
{
	skbtrace_channel_finish(run);
	skbtrace_channel_close(run);
}

static void write_unregister(void *proto)
{
	skbtrace_unregister_proto(proto);
}

static void write_dir_remove(void *dir)
{
	debugfs_remove(dir);
}

static int write_start(struct kunit *test, struct write_test *t)
{
	struct skbtrace_run *run = t->run;
	unsigned int i;
	int err;

	run->config.subbuf_size = W_SIZE;
	run->config.subbuf_nr = W_NR;
	run->known.tab = vzalloc(SKBTRACE_NR_NAMES * sizeof(u64));
	if (!run->known.tab)
		return -ENOMEM;
	run->known.mask = SKBTRACE_NR_NAMES - 1;
	run->pub.id_key[0] = 0x9e3779b97f4a7c15ULL;
	run->pub.id_key[1] = 1;
	for (i = 0; i < ARRAY_SIZE(write_events); i++) {
		run->pub.slot[write_events[i]->slot].on = true;
		run->pub.slot[write_events[i]->slot].nr = write_events[i]->nr;
	}
	skbtrace_set_contexts(run);
	err = skbtrace_channel_open(run, t->dir);
	if (err)
		return err;
	return kunit_add_action_or_reset(test, write_channel_close, run);
}

static int write_init(struct kunit *test)
{
	struct write_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	int err;

	if (!t)
		return -ENOMEM;
	test->priv = t;
	/* what is checked afterwards is this CPU's buffer */
	err = set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));
	if (err)
		return err;
	err = skbtrace_register_proto(&write_proto);
	if (!err)
		err = kunit_add_action_or_reset(test, write_unregister,
						&write_proto);
	if (err)
		return err;
	t->dir = debugfs_create_dir("skbtrace-kunit", NULL);
	if (IS_ERR(t->dir))
		return PTR_ERR(t->dir);
	err = kunit_add_action_or_reset(test, write_dir_remove, t->dir);
	if (err)
		return err;
	t->run = skbtrace_run_new(NULL);
	if (!t->run)
		return -ENOMEM;
	err = kunit_add_action_or_reset(test, write_run_put, t->run);
	if (err)
		return err;
	t->s = &t->run->pub;
	t->c = per_cpu_ptr(t->run->cpu, raw_smp_processor_id());
	t->epoch = t->run->epoch;
	return write_start(test, t);
}

static void write_one(struct write_test *t, const struct skbtrace_event *ev)
{
	struct kunit_w_block *b = skbtrace_begin(t->s, ev, 77, 5);

	if (!b)
		return;
	b->n = t->c->written;
	skbtrace_commit(t->s);
}

static void check_lost(struct kunit *test, struct write_test *t,
		       const struct skbtrace_lost *b)
{
	u64 sum = 0;
	u32 i;

	KUNIT_EXPECT_EQ(test, b->hdr.len, struct_size(b, kinds, b->nr_kinds));
	KUNIT_EXPECT_EQ(test, b->first_seq, t->next_seq);
	KUNIT_EXPECT_GE(test, b->last_seq, b->first_seq);
	KUNIT_EXPECT_GE(test, b->last_time, b->hdr.time);
	for (i = 0; i < b->nr_kinds; i++) {
		KUNIT_EXPECT_GT(test, b->kinds[i].count, 0U);
		sum += b->kinds[i].count;
	}
	KUNIT_EXPECT_EQ(test, sum, b->last_seq - b->first_seq + 1);
	t->losts++;
	t->lost += sum;
	t->next_seq = b->last_seq + 1;
	t->last_time = b->last_time;
}

static void check_event(struct kunit *test, struct write_test *t,
			const struct skbtrace_block *b)
{
	const struct kunit_w_block *w = (const struct kunit_w_block *)b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(write_events); i++)
		if (b->event == write_events[i]->nr)
			break;
	if (i == ARRAY_SIZE(write_events))
		KUNIT_EXPECT_EQ(test, b->event, skbtrace_ev_task.nr);
	else if (i)
		KUNIT_EXPECT_EQ(test, w->n, ++t->next_n);
	t->n[i]++;
	t->next_seq++;
	KUNIT_EXPECT_GE(test, b->time, t->last_time);
	KUNIT_EXPECT_EQ(test, b->ctx, SKBTRACE_CTX_TASK);
	t->last_time = b->time;
}

static void check_header(struct kunit *test, struct write_test *t,
			 const struct skbtrace_subbuf *h)
{
	KUNIT_EXPECT_EQ(test, h->magic, SKBTRACE_SUBBUF_MAGIC);
	KUNIT_EXPECT_EQ(test, h->abi, SKBTRACE_ABI);
	KUNIT_EXPECT_EQ(test, h->hdr_len, sizeof(*h));
	KUNIT_EXPECT_EQ(test, h->cpu, t->c->cpu);
	KUNIT_EXPECT_EQ(test, h->size, W_SIZE);
	KUNIT_EXPECT_EQ(test, h->epoch, t->epoch);
	KUNIT_EXPECT_EQ(test, h->first_seq, t->next_seq);
	KUNIT_EXPECT_EQ(test, h->lost_total, t->lost);
	KUNIT_EXPECT_EQ(test, h->spare, 0U);
	KUNIT_ASSERT_LE(test, h->used, W_SIZE);
}

/* Read one closed sub-buffer as a stranger would. False: there is none. */
static bool write_read(struct kunit *test, struct write_test *t)
{
	const u8 *p = skbtrace_ring_peek(&t->c->ring);
	const struct skbtrace_subbuf *h = (const struct skbtrace_subbuf *)p;
	const struct skbtrace_block *b;
	const struct skbtrace_pad *pad;
	u32 off, events = 0;

	if (!p)
		return false;
	check_header(test, t, h);
	for (off = h->hdr_len; off < h->used; off += b->len) {
		b = (const struct skbtrace_block *)(p + off);
		KUNIT_ASSERT_GE(test, b->len, sizeof(*b));
		KUNIT_ASSERT_EQ(test, b->len % 8, 0);
		KUNIT_ASSERT_LE(test, off + b->len, h->used);
		if (b->event == SKBTRACE_LOST) {
			check_lost(test, t, (const struct skbtrace_lost *)b);
			continue;
		}
		check_event(test, t, b);
		events++;
	}
	KUNIT_EXPECT_EQ(test, h->nr_events, events);
	if (h->used < W_SIZE) {
		pad = (const struct skbtrace_pad *)(p + h->used);
		KUNIT_EXPECT_EQ(test, pad->event, SKBTRACE_PAD);
		KUNIT_EXPECT_EQ(test, pad->len, sizeof(*pad));
		KUNIT_EXPECT_EQ(test, pad->bytes, W_SIZE - h->used);
	}
	t->subbufs++;
	skbtrace_ring_consume(&t->c->ring);
	return true;
}

static void write_drain(struct kunit *test, struct write_test *t)
{
	do {
		while (write_read(test, t))
			;
		skbtrace_flush_cpu(t->run, t->c, true);
	} while (skbtrace_ring_peek(&t->c->ring));
}

/* Everything has been read: do all counters agree? */
static void write_check_sums(struct kunit *test, struct write_test *t)
{
	const struct skbtrace_cpu *c = t->c;

	KUNIT_EXPECT_EQ(test, c->hits,
			c->skipped + c->filtered + c->refused +
			c->held_dropped + c->lost + c->written);
	KUNIT_EXPECT_EQ(test, c->lost, t->lost);
	KUNIT_EXPECT_EQ(test, c->written, t->n[1] + t->n[2] + t->n[3]);
	KUNIT_EXPECT_EQ(test, c->names, t->n[0] + t->n[4]);
	KUNIT_EXPECT_EQ(test, c->seq, t->next_seq);
	KUNIT_EXPECT_EQ(test, c->ring.consumed, c->ring.produced);
	KUNIT_EXPECT_FALSE(test, c->gate.busy);
	KUNIT_EXPECT_NULL(test, t->run->dead);
}

static void write_nothing(struct kunit *test)
{
	struct write_test *t = test->priv;

	skbtrace_flush_cpu(t->run, t->c, false);
	KUNIT_EXPECT_NULL(test, skbtrace_ring_peek(&t->c->ring));
	write_check_sums(test, t);
}

static void write_block_header(struct kunit *test)
{
	struct write_test *t = test->priv;
	u64 before = ktime_get_mono_fast_ns();
	struct kunit_w_block *b, copy;
	bool off;

	b = skbtrace_begin(t->s, &ev_other, 0x1122334455667788ULL, 42);
	off = irqs_disabled();
	copy = b ? *b : (struct kunit_w_block){};
	if (b)
		skbtrace_commit(t->s);
	KUNIT_ASSERT_NOT_NULL(test, b);
	KUNIT_EXPECT_TRUE(test, off);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, copy.hdr.len, sizeof(copy));
	KUNIT_EXPECT_EQ(test, copy.hdr.event, ev_other.nr);
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
		write_one(t, i % 3 ? &ev_other : &ev_important);
		if (i % 100 == 0)
			write_read(test, t);
	}
	write_drain(test, t);
	write_check_sums(test, t);
	KUNIT_EXPECT_EQ(test, t->c->written, 2000ULL);
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
		write_one(t, i % 4 ? &ev_other : &ev_plain);
	KUNIT_EXPECT_EQ(test, t->c->hits, 2000ULL);
	KUNIT_EXPECT_GT(test, t->c->lost, 0ULL);
	KUNIT_EXPECT_EQ(test, t->c->ring.produced, W_NR - 1);
	/* one sub-buffer is read: the next event tells of the loss first */
	write_read(test, t);
	KUNIT_EXPECT_EQ(test, t->losts, 0ULL);
	write_one(t, &ev_other);
	for (i = 0; i < W_NR - 2; i++)
		write_read(test, t);
	skbtrace_flush_cpu(t->run, t->c, false);
	p = skbtrace_ring_peek(&t->c->ring);
	KUNIT_ASSERT_NOT_NULL(test, p);
	lost = (const struct skbtrace_lost *)
		(p + sizeof(struct skbtrace_subbuf));
	KUNIT_ASSERT_EQ(test, lost->hdr.event, SKBTRACE_LOST);
	KUNIT_ASSERT_EQ(test, lost->nr_kinds, 2U);
	KUNIT_EXPECT_EQ(test, lost->kinds[0].event, ev_plain.nr);
	KUNIT_EXPECT_EQ(test, lost->kinds[0].count,
			(u32)t->c->lost_by[ev_plain.slot]);
	KUNIT_EXPECT_EQ(test, lost->kinds[1].event, ev_other.nr);
	KUNIT_EXPECT_EQ(test, lost->kinds[1].count,
			(u32)t->c->lost_by[ev_other.slot]);
	write_drain(test, t);
	write_check_sums(test, t);
	KUNIT_EXPECT_EQ(test, t->losts, 1ULL);
}

/* Losses that no event follows are told of at the end, once there is room. */
static void write_tells_the_last_loss(struct kunit *test)
{
	struct write_test *t = test->priv;
	u64 complete = t->c->complete;
	int i;

	for (i = 0; i < 2000; i++)
		write_one(t, &ev_important);
	KUNIT_EXPECT_EQ(test, t->c->ring.produced, W_NR);
	KUNIT_EXPECT_GT(test, t->c->lost, 0ULL);
	/* no room even for that: then "complete" must not go on */
	skbtrace_flush_cpu(t->run, t->c, false);
	KUNIT_EXPECT_EQ(test, t->c->complete, complete);
	KUNIT_EXPECT_EQ(test, t->c->ring.produced, W_NR);
	write_drain(test, t);
	write_check_sums(test, t);
	KUNIT_EXPECT_EQ(test, t->losts, 1ULL);
	KUNIT_EXPECT_GT(test, t->c->complete, complete);
}

static void write_important_has_the_spare_part(struct kunit *test)
{
	struct write_test *t = test->priv;
	u64 full;
	int i;

	for (i = 0; i < 2000; i++)
		write_one(t, &ev_other);
	full = t->c->written;
	write_one(t, &ev_important);
	KUNIT_EXPECT_EQ(test, t->c->written, full + 1);
	/* and nobody else, though there is room in the open sub-buffer */
	write_one(t, &ev_other);
	KUNIT_EXPECT_EQ(test, t->c->written, full + 1);
	write_one(t, &ev_important);
	KUNIT_EXPECT_EQ(test, t->c->written, full + 2);
	/* the loss between both is told of between both */
	write_drain(test, t);
	write_check_sums(test, t);
	KUNIT_EXPECT_EQ(test, t->losts, 2ULL);
	KUNIT_EXPECT_EQ(test, t->n[3], 2ULL);
}

/* At every pace of the reader, the sums are right. */
static void write_at_any_pace(struct kunit *test)
{
	struct write_test *t = test->priv;
	static const struct skbtrace_event *const which[] = {
		&ev_other, &ev_other, &ev_important, &ev_plain, &ev_other,
	};
	int i, j;

	for (i = 0; i < 300; i++) {
		for (j = 0; j < i % 211; j++)
			write_one(t, which[(i + j) % ARRAY_SIZE(which)]);
		for (j = 0; j < i % 2 + !(i % 5); j++)
			write_read(test, t);
		if (i % 7 == 0)
			skbtrace_flush_cpu(t->run, t->c, false);
	}
	KUNIT_EXPECT_GT(test, t->losts, 5ULL);
	KUNIT_EXPECT_EQ(test, t->c->ring.fullest, W_NR);
	write_drain(test, t);
	write_check_sums(test, t);
}

static void write_contexts(struct kunit *test)
{
	struct write_test *t = test->priv;

	t->run->config.ctx_mask = BIT(SKBTRACE_CTX_SOFTIRQ);
	skbtrace_set_contexts(t->run);
	write_one(t, &ev_other);
	KUNIT_EXPECT_EQ(test, t->c->skipped, 1ULL);
	t->run->config.ctx_mask = BIT(SKBTRACE_CTX_TASK);
	skbtrace_set_contexts(t->run);
	write_one(t, &ev_other);
	KUNIT_EXPECT_EQ(test, t->c->written, 1ULL);
	cpumask_clear_cpu(t->c->cpu, t->run->config.cpus);
	skbtrace_set_contexts(t->run);
	write_one(t, &ev_other);
	KUNIT_EXPECT_EQ(test, t->c->skipped, 2ULL);
	write_drain(test, t);
	write_check_sums(test, t);
}

static void write_recursion(struct kunit *test)
{
	struct write_test *t = test->priv;
	struct kunit_w_block *b = skbtrace_begin(t->s, &ev_other, 1, 1);
	void *inner;

	if (b) {
		b->n = 1;
		inner = skbtrace_begin(t->s, &ev_other, 2, 2);
		skbtrace_commit(t->s);
		KUNIT_EXPECT_NULL(test, inner);
	}
	KUNIT_EXPECT_EQ(test, t->c->recursion, 1ULL);
	KUNIT_EXPECT_EQ(test, t->c->hits, 1ULL);
	write_drain(test, t);
	write_check_sums(test, t);
}

static void write_dead_is_final(struct kunit *test)
{
	struct write_test *t = test->priv;

	skbtrace_die(t->run, "first reason");
	skbtrace_die(t->run, "second reason");
	KUNIT_EXPECT_STREQ(test, t->run->dead, "first reason");
	skbtrace_set_contexts(t->run);
	write_one(t, &ev_other);
	KUNIT_EXPECT_EQ(test, t->c->written, 0ULL);
	KUNIT_EXPECT_EQ(test, t->c->skipped, 1ULL);
}

/* A CPU that came up without memory for its buffer: all is lost, no crash. */
static void write_without_buffer(struct kunit *test)
{
	struct write_test *t = test->priv;
	u8 *base = t->c->ring.base;

	t->c->ring.base = NULL;
	write_one(t, &ev_other);
	write_one(t, &ev_important);
	skbtrace_flush_cpu(t->run, t->c, false);
	KUNIT_EXPECT_EQ(test, t->c->lost, 2ULL);
	t->c->ring.base = base;
	write_drain(test, t);
	write_check_sums(test, t);
}

static struct sock *write_sock(struct kunit *test, u64 cookie, u16 num)
{
	struct sock *sk = kunit_kzalloc(test, sizeof(*sk), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, sk);
	atomic64_set(&sk->sk_cookie, cookie);
	sock_net_set(sk, &init_net);
	sk->sk_num = num;
	return sk;
}

static void write_sk(struct write_test *t, struct sock *sk)
{
	struct kunit_w_block *b = skbtrace_begin_sk(t->s, &ev_plain, sk);

	if (!b)
		return;
	b->n = t->c->written;
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
	skbtrace_name_sk(t->s, &ev_name, sk);
	KUNIT_EXPECT_TRUE(test, skbtrace_is_named(t->s, sk));
	write_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 1ULL);
	KUNIT_EXPECT_EQ(test, t->n[1], 2ULL);

	/* an epoch later it is named once more, and so is the task */
	t->run->epoch++;
	write_sk(t, sk);
	write_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 1ULL);
	t->epoch++;
	write_sk(t, sk);
	write_sk(t, sk);
	write_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 2ULL);
	KUNIT_EXPECT_EQ(test, t->n[4], 2ULL);

	/* without a port it will have another name soon */
	write_sk(t, unbound);
	unbound->sk_num = 99;
	write_sk(t, unbound);
	write_sk(t, unbound);
	write_drain(test, t);
	KUNIT_EXPECT_EQ(test, t->n[0], 4ULL);
	write_check_sums(test, t);
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

static struct kunit_case write_cases[] = {
	KUNIT_CASE(write_nothing),
	KUNIT_CASE(write_block_header),
	KUNIT_CASE(write_and_read),
	KUNIT_CASE(write_loses_and_tells),
	KUNIT_CASE(write_tells_the_last_loss),
	KUNIT_CASE(write_important_has_the_spare_part),
	KUNIT_CASE(write_at_any_pace),
	KUNIT_CASE(write_contexts),
	KUNIT_CASE(write_recursion),
	KUNIT_CASE(write_dead_is_final),
	KUNIT_CASE(write_without_buffer),
	KUNIT_CASE(write_names_connections),
	KUNIT_CASE(write_makes_cookies),
	{}
};

static struct kunit_suite write_suite = {
	.name		= "skbtrace_write",
	.init		= write_init,
	.test_cases	= write_cases,
};

kunit_test_suites(&write_suite);
