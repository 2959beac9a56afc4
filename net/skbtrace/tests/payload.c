// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of payload=: which bytes follow the fields, and what is left out.
 */
#include <kunit/test.h>
#include <linux/skbtrace_payload.h>
#include <linux/skbuff.h>
#include "../payload.h"
#include "run.h"

struct payload_form {
	const char	*name;
	u32		linear;
	u32		frag;		/* bytes of a fragment */
	u32		list;		/* bytes of a packet in its list */
	int		l3;		/* negative: headers are pulled */
	u16		snap;
	u8		first;		/* byte of the IP header; 0: 0x45 */
	u32		len;		/* bytes that must be there */
};

static const struct payload_form payload_forms[] = {
	{ "linear", 100, .snap = 64, .len = 64 },
	{ "all", 100, .snap = 100, .len = 100 },
	{ "short", 30, .snap = 64, .len = 30 },
	{ "one byte", 100, .snap = 1, .len = 1 },
	{ "with a link header", 114, .l3 = 14, .snap = 200, .len = 100 },
	{ "IPv6", 100, .first = 0x60, .snap = 40, .len = 40 },
	{ "in a fragment", 60, 5000, .snap = 1500, .len = 1500 },
	{ "IP in a fragment", 14, 5000, .l3 = 14, .snap = 96, .len = 96 },
	{ "a list", 60, 100, 900, .snap = 500, .len = 500 },
	{ "headers pulled", 80, .l3 = -28, .snap = 64, .len = 64 },
	{ "the most", 60, 5000, .snap = SKBTRACE_PAYLOAD_MAX,
	  .len = SKBTRACE_PAYLOAD_MAX },
	{ "not IP", 100, .first = 0x30, .snap = 64 },
	{ "no place", 100, .l3 = SKBTRACE_NO_L3, .snap = 64 },
	{ "behind its end", 100, .l3 = 100, .snap = 64 },
	{ "before its memory", 100, .l3 = -5000, .snap = 64 },
	{ "none wanted", 100 },
};

static void payload_form_name(const struct payload_form *f, char *name)
{
	strscpy(name, f->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(payload_form, payload_forms, payload_form_name);

static void free_skb(void *skb)
{
	kfree_skb(skb);
}

static void fill(u8 *p, u32 n, u8 from)
{
	u32 i;

	for (i = 0; i < n; i++)
		p[i] = from + i * 7;
}

static struct sk_buff *linear(struct kunit *test, u32 head, u32 n)
{
	struct sk_buff *skb = alloc_skb(head + n + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, head);
	fill(skb_put(skb, n), n, n);
	return skb;
}

static struct sk_buff *payload_packet(struct kunit *test,
				      const struct payload_form *f)
{
	struct sk_buff *skb = linear(test, 64, f->linear), *other;
	struct page *page;
	u8 first = f->first ?: 0x45;

	kunit_add_action(test, free_skb, skb);
	if (f->frag) {
		page = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);
		KUNIT_ASSERT_NOT_NULL(test, page);
		fill(page_address(page), f->frag, 99);
		skb_add_rx_frag(skb, 0, page, 0, f->frag, PAGE_SIZE << 1);
	}
	if (f->list) {
		other = linear(test, 0, f->list);
		skb_shinfo(skb)->frag_list = other;
		skb->len += other->len;
		skb->data_len += other->len;
		skb->truesize += other->truesize;
	}
	if (f->l3 < (int)f->linear && f->l3 > -64)
		skb->data[f->l3] = first;
	else if (f->frag)
		*(u8 *)page_address(page) = first;
	return skb;
}

static void payload_on(struct write_test *t, u16 snap)
{
	t->run->payload[kunit_ev_other.slot] = snap;
	t->s->slot[kunit_ev_other.slot].payload = snap;
	t->s->checks = SKBTRACE_CHECK_SPECIAL;
}

/* @want: what must follow the fields of @b. Interrupts may be off. */
static void payload_check(struct kunit *test, const struct payload_form *f,
			  const struct sk_buff *skb, const u8 *want,
			  const struct skbtrace_block *b)
{
	const struct skbtrace_payload *p = (void *)b + kunit_ev_other.len;

	if (!f->len) {
		KUNIT_EXPECT_EQ(test, b->len, kunit_ev_other.len);
		KUNIT_EXPECT_EQ(test, b->flags & SKBTRACE_BLOCK_PAYLOAD, 0);
		return;
	}
	KUNIT_EXPECT_EQ(test, (u32)b->len, kunit_ev_other.len +
			skbtrace_payload_space(f->len));
	KUNIT_EXPECT_TRUE(test, b->flags & SKBTRACE_BLOCK_PAYLOAD);
	KUNIT_EXPECT_EQ(test, p->len, f->len);
	KUNIT_EXPECT_EQ(test, p->of, skb->len - f->l3);
	KUNIT_EXPECT_EQ(test, memcmp(p->data, want, f->len), 0);
}

static void payload_write(struct kunit *test, struct write_test *t,
			  const struct payload_form *f,
			  const struct sk_buff *skb)
{
	struct kunit_w_block b = { .n = t->c->gate.written };

	skbtrace_write_packet(t->s, &kunit_ev_other, skb, f->l3, 5, &b);
}

/* Written at once, then staged: as if when= had to see the fields first */
static void payload_bytes(struct kunit *test)
{
	const struct payload_form *f = test->param_value;
	struct write_test *t = test->priv;
	struct sk_buff *skb = payload_packet(test, f);
	struct skbtrace_slot *slot = &t->s->slot[kunit_ev_other.slot];
	u8 *want = kunit_kzalloc(test, SKBTRACE_PAYLOAD_MAX, GFP_KERNEL);
	struct kunit_w_block *b;

	KUNIT_ASSERT_NOT_NULL(test, want);
	if (f->len)
		KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, f->l3, want, f->len),
				0);
	payload_on(t, f->snap);
	b = skbtrace_begin_packet(t->s, &kunit_ev_other, skb, f->l3, 5);
	KUNIT_ASSERT_NOT_NULL(test, b);
	b->n = t->next_n;
	skbtrace_commit(t->s);
	payload_check(test, f, skb, want, &b->hdr);
	slot->staged = SKBTRACE_STAGED;
	payload_write(test, t, f, skb);
	slot->staged = 0;
	payload_check(test, f, skb, want, (void *)(t->c->gate.ring.cur +
		      t->c->gate.ring.off - b->hdr.len));
	KUNIT_EXPECT_EQ(test, t->c->gate.written, 2ULL);
	KUNIT_EXPECT_EQ(test, t->c->lost, 0ULL);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

/* The largest block with the most bytes fits into the smallest sub-buffer. */
static void payload_fits(struct kunit *test)
{
	const u32 more = SKBTRACE_BLOCK_MAX + SKBTRACE_STACK_BYTES +
			 SKBTRACE_PAYLOAD_BYTES;

	const u32 before = sizeof(struct skbtrace_subbuf) +
			   sizeof(struct skbtrace_lost) + SKBTRACE_MAX_EVENTS *
			   sizeof(struct skbtrace_lost_kind);

	KUNIT_EXPECT_LE(test, before + more, SKBTRACE_SUBBUF_SIZE_MIN);
}

static struct kunit_case payload_cases[] = {
	KUNIT_CASE_PARAM(payload_bytes, payload_form_gen_params),
	KUNIT_CASE(payload_fits),
	{}
};

static struct kunit_suite payload_suite = {
	.name		= "skbtrace_payload",
	.init		= skbtrace_test_init,
	.test_cases	= payload_cases,
};

kunit_test_suite(payload_suite);
