// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of captured packets: their bytes, what is kept, what is lost. */
#include <kunit/test.h>
#include <linux/poll.h>
#include <linux/skbtrace_capture.h>
#include <linux/skbuff.h>
#include "../packets.h"
#include "../packets_block.h"
#include "run.h"

#define EPB_HEAD	28U
#define EPB_TAIL	28U
#define EPB_STATE	20U	/* more of it, if something is referred to */
#define FRAG_ORDER	3

struct packets_form {
	const char	*name;
	u32		linear;
	u32		frag[3];	/* bytes; 0: no more */
	u32		list;		/* bytes of a packet in its list */
	u32		l3;
	u32		snap;
	bool		shared;
	u32		pieces;		/* that it must become */
};

static const struct packets_form packets_forms[] = {
	{ "linear", 100, .pieces = 1 },
	{ "odd", 101, .pieces = 1 },
	{ "one byte", 1, .pieces = 1 },
	{ "with a link header", 114, .l3 = 14, .pieces = 1 },
	{ "small fragment", 60, { 1400 }, .pieces = 1 },
	{ "just too small", 60, { SKBTRACE_REFER - 1 }, .pieces = 1 },
	{ "just large enough", 60, { SKBTRACE_REFER }, .pieces = 3 },
	{ "large", 60, { 20000, 30000 }, .pieces = 4 },
	{ "mixed", 60, { 9000, 100, 9000 }, .pieces = 5 },
	{ "shared", 60, { 20000 }, .shared = true, .pieces = 1 },
	{ "a list", 60, { 9000 }, 5000, .pieces = 1 },
	{ "cut in the header", 100, { 9000 }, .snap = 50, .pieces = 1 },
	{ "cut in a fragment", 60, { 9000, 9000 }, .snap = 1000, .pieces = 3 },
	{ "IP in a fragment", 14, { 9000 }, .l3 = 14, .pieces = 1 },
};

static void packets_form_name(const struct packets_form *f, char *name)
{
	strscpy(name, f->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(packets_form, packets_forms, packets_form_name);

/* No two bytes near each other are the same. */
static void fill(u8 *p, u32 n, u32 from)
{
	u32 i;

	for (i = 0; i < n; i++)
		p[i] = (from + i) * 7 + ((from + i) >> 8);
}

static void free_skb(void *skb)
{
	kfree_skb(skb);
}

static struct sk_buff *linear(struct kunit *test, u32 n)
{
	struct sk_buff *skb = alloc_skb(n + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	fill(skb_put(skb, n), n, n);
	return skb;
}

static void add_frag(struct kunit *test, struct sk_buff *skb, int i, u32 n)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, FRAG_ORDER);

	KUNIT_ASSERT_NOT_NULL(test, page);
	fill((u8 *)page_address(page) + 8, n, i);
	skb_add_rx_frag(skb, i, page, 8, n, PAGE_SIZE << FRAG_ORDER);
}

static struct sk_buff *packet(struct kunit *test, const struct packets_form *f)
{
	struct sk_buff *skb = linear(test, f->linear), *other;
	int i;

	kunit_add_action(test, free_skb, skb);
	for (i = 0; i < ARRAY_SIZE(f->frag) && f->frag[i]; i++)
		add_frag(test, skb, i, f->frag[i]);
	if (f->shared)
		skb_shinfo(skb)->flags |= SKBFL_SHARED_FRAG;
	if (f->list) {
		other = linear(test, f->list);
		skb_shinfo(skb)->frag_list = other;
		skb->len += other->len;
		skb->data_len += other->len;
		skb->truesize += other->truesize;
	}
	return skb;
}

static struct skbtrace_packets *packets_of(struct write_test *t)
{
	return *per_cpu_ptr(t->run->packets, raw_smp_processor_id());
}

static int packets_init(struct kunit *test)
{
	struct write_test *t;
	int err = skbtrace_test_init(test);

	if (err)
		return err;
	t = test->priv;
	mutex_lock(&skbtrace_lock);
	err = skbtrace_packets_make(t->run, t->dir);
	mutex_unlock(&skbtrace_lock);
	t->run->snap[kunit_ev_other.slot] = SKBTRACE_SNAP_MAX;
	return err;
}

static void packets_exit(struct kunit *test)
{
	struct write_test *t = test->priv;

	if (!t || !t->run)
		return;
	mutex_lock(&skbtrace_lock);
	skbtrace_packets_close(t->run);
	mutex_unlock(&skbtrace_lock);
}

static void capture(struct write_test *t, struct sk_buff *skb, int l3)
{
	skbtrace_capture(t->s, &kunit_ev_other, skb, l3, SKBTRACE_DIR_TX);
}

/* All bytes of the next packet, into @to. Return: how many */
static u32 next_packet(struct skbtrace_packets *p, u8 *to, u32 max)
{
	struct skbtrace_piece *piece;
	unsigned long i = p->tail;
	u32 n = 0;

	do {
		piece = &p->piece[i++ % SKBTRACE_NR_PIECES];
		if (n + piece->len > max)
			return 0;
		memcpy(to + n, (u8 *)page_address(piece->page) + piece->off,
		       piece->len);
		n += piece->len;
	} while (!piece->last);
	return n;
}

static void packets_bytes(struct kunit *test)
{
	const struct packets_form *f = test->param_value;
	const u32 max = 200000;
	struct write_test *t = test->priv;
	struct sk_buff *skb = packet(test, f);
	struct skbtrace_packets *p = packets_of(t);
	u8 *got = kunit_kzalloc(test, max, GFP_KERNEL);
	u8 *want = kunit_kzalloc(test, max, GFP_KERNEL);
	u32 len = skb->len - f->l3, total;
	const u32 *epb = (const u32 *)got;

	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_ASSERT_NOT_NULL(test, want);
	if (f->snap) {
		t->run->snap[kunit_ev_other.slot] = f->snap;
		len = f->snap;
	}
	capture(t, skb, f->l3);
	KUNIT_ASSERT_EQ(test, p->captured, 1ULL);
	KUNIT_EXPECT_EQ(test, p->head - p->tail, (unsigned long)f->pieces);
	total = ALIGN(EPB_HEAD + len, 4) + EPB_TAIL +
		(f->pieces > 1 ? EPB_STATE : 0);
	KUNIT_ASSERT_EQ(test, next_packet(p, got, max), total);
	KUNIT_EXPECT_EQ(test, epb[0], 6U);
	KUNIT_EXPECT_EQ(test, epb[1], total);
	KUNIT_EXPECT_EQ(test, epb[5], len);
	KUNIT_EXPECT_EQ(test, epb[6], skb->len - f->l3);
	KUNIT_EXPECT_EQ(test, epb[total / 4 - 1], total);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, f->l3, want, len), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got + EPB_HEAD, want, len), 0);
}

/* A page is pinned once, until what pins it has been read. */
static void packets_pins(struct kunit *test)
{
	static const struct packets_form form = { "", 60, { 9000 } };
	struct write_test *t = test->priv;
	struct sk_buff *skb = packet(test, &form);
	struct page *page = skb_frag_page(&skb_shinfo(skb)->frags[0]);
	struct skbtrace_packets *p = packets_of(t);
	const u64 size = PAGE_SIZE << FRAG_ORDER;

	capture(t, skb, 0);
	capture(t, skb, 0);
	KUNIT_EXPECT_EQ(test, p->pinned, size);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 3);
	skbtrace_packets_drop(p);
	skbtrace_packets_drop(p);
	KUNIT_EXPECT_EQ(test, p->unpinned, size);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	capture(t, skb, 0);
	KUNIT_EXPECT_EQ(test, p->pinned, 2 * size);
}

static void packets_pin_limit(struct kunit *test)
{
	static const struct packets_form form = { "", 60, { 30000 } };
	const u32 limit = SKBTRACE_PINNED_MAX / (PAGE_SIZE << FRAG_ORDER);
	struct write_test *t = test->priv;
	struct skbtrace_packets *p = packets_of(t);
	struct sk_buff *skb[2];
	u32 i;

	skb[0] = packet(test, &form);
	skb[1] = packet(test, &form);
	for (i = 0; i < limit + 10; i++)
		capture(t, skb[i % 2], 0);
	KUNIT_EXPECT_EQ(test, p->captured, limit + 1ULL);
	KUNIT_EXPECT_EQ(test, p->lost[SKBTRACE_LOST_PINNED], 9ULL);
	skbtrace_packets_drop(p);
	skbtrace_packets_drop(p);
	capture(t, skb[0], 0);
	KUNIT_EXPECT_EQ(test, p->captured, limit + 2ULL);
}

static void packets_full(struct kunit *test)
{
	static const struct packets_form form = { "", 40 };
	struct write_test *t = test->priv;
	struct sk_buff *skb = packet(test, &form);
	struct skbtrace_packets *p = packets_of(t);
	u32 i;

	for (i = 0; i < SKBTRACE_NR_PIECES + 7; i++)
		capture(t, skb, 0);
	KUNIT_EXPECT_EQ(test, p->captured, (u64)SKBTRACE_NR_PIECES);
	KUNIT_EXPECT_EQ(test, p->lost[SKBTRACE_LOST_PIECES], 7ULL);
	skbtrace_packets_drop(p);
	capture(t, skb, 0);
	KUNIT_EXPECT_EQ(test, p->captured, SKBTRACE_NR_PIECES + 1ULL);
}

/* A chunk is filled again when it has been read, and nobody refers to it. */
static void packets_chunks(struct kunit *test)
{
	static const struct packets_form form = { "", 60000 };
	struct write_test *t = test->priv;
	struct sk_buff *skb = packet(test, &form);
	struct skbtrace_packets *p = packets_of(t);
	const u32 fit = SKBTRACE_CHUNK_SIZE / 60100 * SKBTRACE_NR_CHUNKS;
	u32 i;

	for (i = 0; i < fit + 3; i++)
		capture(t, skb, 0);
	KUNIT_EXPECT_EQ(test, p->captured, (u64)fit);
	KUNIT_EXPECT_EQ(test, p->lost[SKBTRACE_LOST_CHUNKS], 3ULL);
	get_page(p->chunk[0]);		/* as a pipe does */
	while (skbtrace_packets_unread(p))
		skbtrace_packets_drop(p);
	capture(t, skb, 0);
	KUNIT_EXPECT_EQ(test, p->lost[SKBTRACE_LOST_CHUNKS], 4ULL);
	put_page(p->chunk[0]);
	capture(t, skb, 0);
	KUNIT_EXPECT_EQ(test, p->captured, fit + 1ULL);
}

/* Of the oldest packet, as if it had just been captured */
static bool packets_tells(struct kunit *test, struct skbtrace_packets *p)
{
	struct file *file = kunit_kzalloc(test, sizeof(*file), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, file);
	file->private_data = p;
	skbtrace_piece_at(p, p->tail)->when = jiffies;
	return (skbtrace_packets_fops.poll(file, NULL) & EPOLLIN) != 0;
}

/* poll() tells of enough for a call, then until few are left. */
static void packets_poll(struct kunit *test)
{
	static const struct packets_form form = { "", 40 };
	struct write_test *t = test->priv;
	struct sk_buff *skb = packet(test, &form);
	struct skbtrace_packets *p = packets_of(t);
	u32 i;

	for (i = 1; i < SKBTRACE_WAKE_PIECES; i++)
		capture(t, skb, 0);
	KUNIT_EXPECT_FALSE(test, packets_tells(test, p));
	capture(t, skb, 0);
	KUNIT_EXPECT_TRUE(test, packets_tells(test, p));
	skbtrace_packets_consume(p, p->head - SKBTRACE_CALL_PIECES);
	KUNIT_EXPECT_TRUE(test, packets_tells(test, p));
	skbtrace_packets_consume(p, p->tail + 1);
	KUNIT_EXPECT_FALSE(test, packets_tells(test, p));
	/* asleep again: it takes many */
	capture(t, skb, 0);
	KUNIT_EXPECT_FALSE(test, packets_tells(test, p));
}

/* What does not fit into a chunk is cut, not lost. */
static void packets_huge(struct kunit *test)
{
	static const struct packets_form form = { "", 200000 };
	struct write_test *t = test->priv;
	struct sk_buff *skb = packet(test, &form);
	struct skbtrace_packets *p = packets_of(t);

	capture(t, skb, 0);
	KUNIT_EXPECT_EQ(test, p->captured, 1ULL);
	KUNIT_EXPECT_LT(test, p->bytes, (u64)SKBTRACE_CHUNK_SIZE);
	KUNIT_EXPECT_GT(test, p->bytes, (u64)SKBTRACE_CHUNK_SIZE - 100);
}

/* The state of the oldest packet, as its reader would get it */
static struct epb_changed packets_state(struct kunit *test,
					struct skbtrace_packets *p)
{
	const u32 max = 100000;
	u8 *got = kunit_kzalloc(test, max, GFP_KERNEL);
	struct epb_changed state;
	u32 n;

	KUNIT_ASSERT_NOT_NULL(test, got);
	skbtrace_packets_look(p, p->tail, p->head);
	n = next_packet(p, got, max);
	KUNIT_ASSERT_GT(test, n, EPB_HEAD);
	KUNIT_EXPECT_EQ(test, ((u32 *)got)[1], n);
	memcpy(&state, got + n - 8 - sizeof(state), sizeof(state));
	return state;
}

/* What is written into memory that is kept is told. */
static void packets_changed(struct kunit *test)
{
	static const struct packets_form form = { "", 60, { 9000, 5000 } };
	static const u32 at[] = { 8, 9007 };	/* the first byte, the last */
	struct write_test *t = test->priv;
	struct sk_buff *skb = packet(test, &form);
	u8 *bytes = page_address(skb_frag_page(&skb_shinfo(skb)->frags[0]));
	struct skbtrace_packets *p = packets_of(t);
	struct epb_changed c;
	struct epb_state e;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		capture(t, skb, 0);
		c = packets_state(test, p);
		memcpy(&e, &c, sizeof(e));
		KUNIT_EXPECT_EQ(test, e.code, EPB_OPT_STATE);
		KUNIT_EXPECT_EQ(test, e.len, 16);
		KUNIT_EXPECT_EQ(test, e.state, 0U);
		bytes[at[i]]++;
		c = packets_state(test, p);
		KUNIT_EXPECT_EQ(test, c.comment_code, EPB_OPT_COMMENT);
		KUNIT_EXPECT_STREQ(test, c.comment, "changed");
		KUNIT_EXPECT_EQ(test, c.comment_len, strlen(c.comment));
		KUNIT_EXPECT_EQ(test, c.code, EPB_OPT_STATE);
		KUNIT_EXPECT_EQ(test, c.len, 4);
		KUNIT_EXPECT_EQ(test, c.state, (u32)EPB_CHANGED);
		skbtrace_packets_drop(p);
	}
	KUNIT_EXPECT_EQ(test, p->changed, 2ULL);
}

/* Two pieces are all that has the page, which is told of both. */
static void packets_freed(struct kunit *test)
{
	struct write_test *t = test->priv;
	struct skbtrace_packets *p = packets_of(t);
	struct sk_buff *skb = linear(test, 60);
	struct epb_changed c;
	struct epb_state e;

	add_frag(test, skb, 0, 9000);
	capture(t, skb, 0);
	capture(t, skb, 0);
	c = packets_state(test, p);
	memcpy(&e, &c, sizeof(e));
	KUNIT_EXPECT_EQ(test, e.state, 0U);
	kfree_skb(skb);
	while (skbtrace_packets_unread(p)) {
		c = packets_state(test, p);
		memcpy(&e, &c, sizeof(e));
		KUNIT_EXPECT_EQ(test, e.code, EPB_OPT_STATE);
		KUNIT_EXPECT_EQ(test, e.state, (u32)EPB_FREED);
		skbtrace_packets_drop(p);
	}
	KUNIT_EXPECT_EQ(test, p->freed, 2ULL);
	KUNIT_EXPECT_EQ(test, p->changed, 0ULL);
}

/* An IP header and ports in front, of the one direction or the other */
static void packets_address(struct sk_buff *skb, bool back, u16 port)
{
	struct iphdr *ip = (struct iphdr *)skb->data;
	struct udphdr *udp = (struct udphdr *)(ip + 1);

	memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->protocol = IPPROTO_UDP;
	ip->saddr = htonl(0x0a000001 + back);
	ip->daddr = htonl(0x0a000002 - back);
	udp->source = htons(back ? port : 9);
	udp->dest = htons(back ? 9 : port);
}

/* What has been captured is not captured again, nor what acknowledges it. */
static void packets_own(struct kunit *test)
{
	static const struct packets_form form = { "", 60 };
	struct write_test *t = test->priv;
	struct skbtrace_packets *p = packets_of(t);
	struct sk_buff *spliced = packet(test, &form);
	struct sk_buff *ack = packet(test, &form);
	struct page *page = p->chunk[1] + 3;

	get_page(page);
	skb_add_rx_frag(spliced, 0, page, 8, 2000, PAGE_SIZE);
	skb_shinfo(spliced)->flags |= SKBFL_SHARED_FRAG;
	packets_address(spliced, false, 77);
	packets_address(ack, true, 77);
	capture(t, ack, 0);
	KUNIT_EXPECT_EQ(test, p->captured, 1ULL);
	capture(t, spliced, 0);
	capture(t, ack, 0);
	KUNIT_EXPECT_EQ(test, p->captured, 1ULL);
	KUNIT_EXPECT_EQ(test, p->left_out, 2ULL);
	packets_address(ack, true, 78);
	capture(t, ack, 0);
	KUNIT_EXPECT_EQ(test, p->captured, 2ULL);
}

static struct kunit_case packets_cases[] = {
	KUNIT_CASE_PARAM(packets_bytes, packets_form_gen_params),
	KUNIT_CASE(packets_pins),
	KUNIT_CASE(packets_pin_limit),
	KUNIT_CASE(packets_full),
	KUNIT_CASE(packets_poll),
	KUNIT_CASE(packets_chunks),
	KUNIT_CASE(packets_huge),
	KUNIT_CASE(packets_changed),
	KUNIT_CASE(packets_freed),
	KUNIT_CASE(packets_own),
	{}
};

static struct kunit_suite packets_suite = {
	.name		= "skbtrace_packets",
	.init		= packets_init,
	.exit		= packets_exit,
	.test_cases	= packets_cases,
};

kunit_test_suite(packets_suite);
