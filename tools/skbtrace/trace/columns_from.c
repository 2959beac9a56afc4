// SPDX-License-Identifier: GPL-2.0
/* Encodes chunks as columns. */
#include <stdlib.h>

#include "trace/columns.h"
#include "trace/columns_model.h"

struct col {
	u8 *p;
	u32 n, cap;
};

struct columns {
	struct model m;
	const u8 *raw;
	struct col *cols;
	u32 ncols;		/* there is memory for */
	struct col all;
};

struct columns *columns_new(void)
{
	return xcalloc(1, sizeof(struct columns));
}

void columns_free(struct columns *c)
{
	if (!c)
		return;
	for (u32 i = 0; i < c->ncols; i++)
		free(c->cols[i].p);
	free(c->cols);
	free(c->all.p);
	free(c);
}

/* ---- bytes ---- */

static u8 *reserve(struct col *c, u32 n)
{
	u8 *p;

	if (c->n + n > c->cap) {
		c->cap = 2 * (c->n + n) + 64;
		c->p = xrealloc(c->p, c->cap);
	}
	p = c->p + c->n;
	c->n += n;
	return p;
}

static void put_bytes(struct col *c, const void *p, u32 n)
{
	if (n)
		memcpy(reserve(c, n), p, n);
}

static void put_byte(struct col *c, u8 v)
{
	*reserve(c, 1) = v;
}

static void put_large(struct col *c, u64 v)
{
	enum { MOST = 10 };
	u8 *from = reserve(c, MOST), *p = from;

	while (v >= 0x80) {
		*p++ = v | 0x80;
		v >>= 7;
	}
	*p++ = v;
	c->n -= MOST - (p - from);
}

/* Most are small, and there is space for them. */
static inline void put_number(struct col *c, u64 v)
{
	if (v < 0x80 && c->n < c->cap)
		c->p[c->n++] = v;
	else
		put_large(c, v);
}

/* Zigzag encoding: small differences are short, up or down. */
static void put_step(struct col *c, u64 d)
{
	put_number(c, d << 1 ^ -(d >> 63));
}

static void put_step32(struct col *c, u32 d)
{
	put_number(c, d << 1 ^ -(d >> 31));
}

/* Allocate the columns of all kinds. */
static void have_columns(struct columns *c)
{
	if (c->ncols >= c->m.columns)
		return;
	c->cols = xrealloc(c->cols, c->m.columns * sizeof(*c->cols));
	memset(c->cols + c->ncols, 0,
	       (c->m.columns - c->ncols) * sizeof(*c->cols));
	c->ncols = c->m.columns;
}

/* ---- blocks ---- */

static struct kind *find_kind(struct columns *c, u32 first)
{
	for (u32 i = 0; i < c->m.nkinds; i++)
		if (c->m.kinds[i].first == first)
			return &c->m.kinds[i];
	return NULL;
}

static void put_op(struct columns *c, u8 op)
{
	put_byte(&c->cols[COL_OP], op);
}

static void put_key(struct columns *c, struct col *to, u64 key)
{
	struct model *m = &c->m;
	u32 i = 0;

	while (i < m->nkeys && m->keys[i] != key)
		i++;
	if (i < m->nkeys) {
		put_byte(to, i + 1);
	} else {
		put_byte(to, 0);
		put_step(&c->cols[COL_KEY], key - m->new_key);
		m->new_key = key;
		if (m->nkeys < NR_KEYS)
			m->nkeys++;
		else
			i = NR_KEYS - 1;
	}
	model_key(m, i, key);
}

static inline void put_word(struct col *to, u8 *changed, u32 i, const u8 *p,
			    const u8 *ref)
{
	u32 now = ld32(p + 4 * kind_word(i), false);
	u32 was = ld32(ref + 4 * kind_word(i), false);

	if (now == was)
		return;
	changed[i / 8] |= 1 << i % 8;
	put_step32(&to[KIND_WORD + i], now - was);
}

/* The first word is alone; of the others two are compared at once. */
static void put_words(struct columns *c, const struct kind *k, u32 at, u32 ref)
{
	static const u8 none[4 * MAX_WORDS];
	const u32 n = kind_changed_len(k), words = kind_words(k);
	struct col *to = &c->cols[k->column];
	const u8 *p = c->raw + at, *was = ref ? c->raw + ref : none;
	u8 *changed = memset(reserve(&to[KIND_CHANGED], n), 0, n);

	put_word(to, changed, 0, p, was);
	for (u32 i = 1; i < words; i += 2) {
		if (ld64(p + 4 * kind_word(i), false) ==
		    ld64(was + 4 * kind_word(i), false))
			continue;
		put_word(to, changed, i, p, was);
		put_word(to, changed, i + 1, p, was);
	}
}

static void put_block(struct columns *c, u32 at, u32 len)
{
	const u32 first = ld32(c->raw + at, false);
	struct kind *k = find_kind(c, first);
	u64 time, key;

	if (k) {
		put_op(c, OP_KIND + (k - c->m.kinds));
	} else if (model_can_have(&c->m, len)) {
		put_op(c, OP_NEW_KIND);
		put_bytes(&c->cols[COL_KIND], &first, 4);
		k = model_add(&c->m, first, len);
		have_columns(c);
	} else {
		put_op(c, OP_BLOCK);
		put_bytes(&c->cols[COL_TEXT], c->raw + at, len);
		return;
	}
	time = ld64(c->raw + at + offsetof(struct skbtrace_block, time), false);
	key = ld64(c->raw + at + offsetof(struct skbtrace_block, key), false);
	put_step(&c->cols[k->column + KIND_TIME], time - c->m.time);
	c->m.time = time;
	put_key(c, &c->cols[k->column + KIND_KEY], key);
	put_words(c, k, at, model_ref(&c->m, k, key, c->raw, at));
}

/* ---- chunks ---- */

static void put_head(struct columns *c, u32 at)
{
	u32 changed = 0;

	for (u32 i = 0; i < HEAD_WORDS; i++) {
		u32 was = c->m.head ?
			  ld32(c->raw + c->m.head + 4 * i, false) : 0;
		u32 now = ld32(c->raw + at + 4 * i, false);

		if (now == was)
			continue;
		changed |= 1u << i;
		put_step32(&c->cols[COL_WORD + i], now - was);
	}
	put_number(&c->cols[COL_HEAD], changed);
	c->m.head = at;
	c->m.time = ld64(c->raw + at + offsetof(struct skbtrace_subbuf,
						mono_ns), false);
}

static u32 block_len(const u8 *p)
{
	return ld16(p, false);
}

/* Does a sub-buffer consist of valid blocks only? */
static bool is_regular(const struct sbt_chunk_hdr *h, const u8 *p)
{
	struct skbtrace_subbuf s;
	u32 off = sizeof(s), len;

	if (h->len < sizeof(s))
		return false;
	memcpy(&s, p, sizeof(s));
	if (s.hdr_len != sizeof(s) || s.used != h->len || s.cpu != h->cpu)
		return false;
	for (; h->len - off >= sizeof(struct skbtrace_block); off += len) {
		len = block_len(p + off);
		if (len < sizeof(struct skbtrace_block) || len % 8 ||
		    len > h->len - off)
			return false;
	}
	return off == h->len;
}

static void put_subbuf(struct columns *c, u32 at, u32 len)
{
	const u32 end = at + len;

	put_op(c, OP_SUBBUF);
	put_head(c, at);
	for (at += sizeof(struct skbtrace_subbuf); at < end;
	     at += block_len(c->raw + at))
		put_block(c, at, block_len(c->raw + at));
}

static void put_mark(struct columns *c, u32 cpu, u32 at)
{
	u64 time = ld64(c->raw + at, false);

	put_op(c, OP_MARK);
	put_number(&c->cols[COL_CHUNK], cpu);
	put_step(&c->cols[COL_MARK], time - c->m.time);
	c->m.time = time;
}

static void put_chunk(struct columns *c, const struct sbt_chunk_hdr *h, u32 at)
{
	if (h->type == SBT_SUBBUF && is_regular(h, c->raw + at)) {
		put_subbuf(c, at, h->len);
	} else if (h->type == SBT_MARK && h->len == sizeof(struct sbt_mark)) {
		put_mark(c, h->cpu, at);
	} else {
		put_op(c, OP_BYTES);
		put_number(&c->cols[COL_CHUNK], h->type);
		put_number(&c->cols[COL_CHUNK], h->len);
		put_number(&c->cols[COL_CHUNK], h->cpu);
		put_bytes(&c->cols[COL_TEXT], c->raw + at, h->len);
	}
}

static void put_all(struct columns *c)
{
	c->all.n = 0;
	put_number(&c->all, c->m.columns);
	for (u32 i = 0; i < c->m.columns; i++)
		put_number(&c->all, c->cols[i].n);
	for (u32 i = 0; i < c->m.columns; i++)
		put_bytes(&c->all, c->cols[i].p, c->cols[i].n);
}

const u8 *columns_from(struct columns *c, const u8 *raw, u32 len, u32 *n)
{
	struct sbt_chunk_hdr h;

	model_init(&c->m, false);
	have_columns(c);
	for (u32 i = 0; i < c->ncols; i++)
		c->cols[i].n = 0;
	c->raw = raw;
	for (u32 at = 0; at < len; at += chunk_size(h.len)) {
		memcpy(&h, raw + at, sizeof(h));
		put_chunk(c, &h, at + sizeof(h));
	}
	put_all(c);
	*n = c->all.n;
	return c->all.p;
}
