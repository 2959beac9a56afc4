// SPDX-License-Identifier: GPL-2.0
/*
 * For KUnit tests: a run that write.c writes to, and its reader.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
#include "../gate.h"
#include "run.h"

#define KUNIT_W_FIELDS(F, S)						\
	F(S, u64, n, "-", "-", "a number")
SKBTRACE_BLOCK(kunit_w_list, KUNIT_W_FIELDS);
static_assert(sizeof(struct kunit_w_list_block) ==
	      sizeof(struct kunit_w_block));

#define KUNIT_W_EVENT(NAME)						\
	.name = NAME,							\
	.len = sizeof(struct kunit_w_block),				\
	.fields = kunit_w_list_fields,					\
	.nr_fields = ARRAY_SIZE(kunit_w_list_fields)

#define KUNIT_NAME_FIELDS(F, S)						\
	F(S, u64, n, "-", "-", "a number")				\
	F(S, str56, name, "-", "-", "a name")
SKBTRACE_BLOCK(kunit_name, KUNIT_NAME_FIELDS);

static void fill_name(void *block, struct sock *sk)
{
	struct kunit_name_block *b = block;

	b->n = sk->sk_num;
}

struct skbtrace_event kunit_ev_name = {
	SKBTRACE_EVENT(kunit_name),
	.nr		= 0x7e10,
	.kind		= SKBTRACE_META,
	.role		= SKBTRACE_ROLE_CONN,
	.important	= true,
	.stability	= "Private",
	.fill		= fill_name,
};

struct skbtrace_event kunit_ev_plain = {
	KUNIT_W_EVENT("kunit_plain"),
	.nr		= 0x7e11,
	.kind		= SKBTRACE_CONN,
	.stability	= "Private",
	.named_by	= &kunit_ev_name,
};

struct skbtrace_event kunit_ev_other = {
	KUNIT_W_EVENT("kunit_other"),
	.nr		= 0x7e12,
	.kind		= SKBTRACE_PACKET,
	.stability	= "Private",
};

struct skbtrace_event kunit_ev_important = {
	KUNIT_W_EVENT("kunit_important"),
	.nr		= 0x7e13,
	.kind		= SKBTRACE_PACKET,
	.important	= true,
	.stability	= "Private",
};

static struct skbtrace_event *const write_events[] = {
	&kunit_ev_name, &kunit_ev_plain, &kunit_ev_other,
	&kunit_ev_important,
};

static struct skbtrace_proto write_proto = {
	.name		= "kunit_write",
	.owner		= THIS_MODULE,
	.events		= write_events,
	.nr_events	= ARRAY_SIZE(write_events),
};

static void write_run_put(void *run)
{
	skbtrace_run_put(run);
}

static void write_channel_close(void *run)
{
	mutex_lock(&skbtrace_lock);
	skbtrace_cpus_finish(run);
	skbtrace_channel_close(run);
	mutex_unlock(&skbtrace_lock);
}

static void write_unregister(void *proto)
{
	skbtrace_unregister_proto(proto);
}

static void write_dir_remove(void *dir)
{
	debugfs_remove(dir);
}

/* The settings of contexts and CPUs have changed. */
void skbtrace_test_contexts(struct write_test *t)
{
	mutex_lock(&skbtrace_lock);
	skbtrace_set_contexts(t->run);
	mutex_unlock(&skbtrace_lock);
}

static int write_start(struct kunit *test, struct write_test *t)
{
	struct skbtrace_run *run = t->run;
	unsigned int i;
	int err;

	run->config.subbuf_size = W_SIZE;
	run->config.subbuf_nr = W_NR;
	run->pub.named.tab = vzalloc(SKBTRACE_NR_NAMED * sizeof(u64));
	if (!run->pub.named.tab)
		return -ENOMEM;
	run->pub.named.mask = SKBTRACE_NR_NAMED - 1;
	run->pub.packet_key[0] = 0x9e3779b97f4a7c15ULL;
	run->pub.packet_key[1] = 0xc2b2ae3d27d4eb4fULL;
	run->location_key.key[0] = 1;
	for (i = 0; i < ARRAY_SIZE(write_events); i++)
		run->pub.slot[write_events[i]->slot].on = true;
	skbtrace_test_contexts(t);
	mutex_lock(&skbtrace_lock);
	err = skbtrace_channel_open(run, t->dir);
	mutex_unlock(&skbtrace_lock);
	if (err)
		return err;
	return kunit_add_action_or_reset(test, write_channel_close, run);
}

/* Of a suite: test->priv is a struct write_test. */
int skbtrace_test_init(struct kunit *test)
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

static void check_shed(struct kunit *test, struct write_test *t,
		       const struct skbtrace_block *b)
{
	KUNIT_ASSERT_EQ(test, b->len, sizeof(t->shed));
	memcpy(&t->shed, b, sizeof(t->shed));
	KUNIT_EXPECT_EQ(test, b->key, 0ULL);
	KUNIT_EXPECT_LE(test, t->shed.since, b->time);
	KUNIT_EXPECT_GE(test, b->time, t->last_time);
	t->sheds++;
	t->next_seq++;
	t->last_time = b->time;
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

/* Read one closed sub-buffer by the uapi header alone. False: there is none. */
bool skbtrace_test_read(struct kunit *test, struct write_test *t)
{
	const u8 *p = skbtrace_ring_peek(&t->c->gate.ring);
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
		if (b->event == SKBTRACE_SHED)
			check_shed(test, t, b);
		else
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
	skbtrace_ring_consume(&t->c->gate.ring);
	return true;
}

void skbtrace_test_drain(struct kunit *test, struct write_test *t)
{
	do {
		while (skbtrace_test_read(test, t))
			;
		skbtrace_flush_cpu(t->run, t->c, true);
	} while (skbtrace_ring_peek(&t->c->gate.ring));
}

/* Everything has been read: do all counters agree? */
void skbtrace_test_sums(struct kunit *test, struct write_test *t)
{
	const struct skbtrace_cpu *c = t->c;

	KUNIT_EXPECT_EQ(test, skbtrace_asked(&c->gate),
			c->held + c->lost + skbtrace_written(&c->gate) -
			c->history);
	KUNIT_EXPECT_EQ(test, c->lost, t->lost);
	KUNIT_EXPECT_EQ(test, skbtrace_written(&c->gate),
			t->n[1] + t->n[2] + t->n[3]);
	KUNIT_EXPECT_EQ(test, c->names, t->n[0] + t->n[4] + t->sheds);
	KUNIT_EXPECT_EQ(test, skbtrace_next_seq(&c->gate), t->next_seq);
	KUNIT_EXPECT_EQ(test, c->gate.ring.consumed, c->gate.ring.produced);
	KUNIT_EXPECT_FALSE(test, c->gate.busy);
	KUNIT_EXPECT_NULL(test, t->run->dead);
}
