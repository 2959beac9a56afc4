// SPDX-License-Identifier: GPL-2.0
/* Decodes columns into chunks. Strict: the input may be hostile. */
#include <stdlib.h>

#include "trace/columns.h"
#include "trace/columns_model.h"

struct col {
	const u8 *p, *end;
	u32 len;		/* until its place is known */
};

struct unpack {
	struct model m;
	struct col *cols;
	u32 ncols;
	u8 *raw;
	u32 at, len;
	bool bad;		/* a column is too short */
};

/* ---- bytes ---- */

static const u8 *get_bytes(struct unpack *u, struct col *c, u32 n)
{
	const u8 *p = c->p;

	if ((size_t)(c->end - p) < n) {
		u->bad = true;
		return NULL;
	}
	c->p += n;
	return p;
}

static u8 get_byte(struct unpack *u, struct col *c)
{
	const u8 *p = get_bytes(u, c, 1);

	return p ? *p : 0;
}

static u64 get_number(struct unpack *u, struct col *c)
{
	u64 v = 0;
	u8 b;

	if (c->p < c->end && *c->p < 0x80)
		return *c->p++;
	for (u32 shift = 0; shift < 64; shift += 7) {
		b = get_byte(u, c);
		v |= (u64)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	u->bad = true;
	return 0;
}

static u64 get_step(struct unpack *u, struct col *c)
{
	u64 v = get_number(u, c);

	return v >> 1 ^ -(v & 1);
}

static void st32(u8 *p, u32 v, bool swap)
{
	v = swap ? bswap_32(v) : v;
	memcpy(p, &v, 4);
}

static void st64(u8 *p, u64 v, bool swap)
{
	v = swap ? bswap_64(v) : v;
	memcpy(p, &v, 8);
}

/* Append @n bytes; NULL: the output is full. */
static u8 *make(struct unpack *u, u32 n)
{
	u8 *p = u->raw + u->at;

	if (n > u->len - u->at)
		return NULL;
	u->at += n;
	return p;
}

/* ---- blocks ---- */

static u64 get_key(struct unpack *u, struct col *from)
{
	struct model *m = &u->m;
	u32 i = get_byte(u, from);
	u64 key;

	if (i > m->nkeys) {
		u->bad = true;
		return 0;
	}
	if (i) {
		key = m->keys[--i];
	} else {
		key = m->new_key += get_step(u, &u->cols[COL_KEY]);
		i = m->nkeys < NR_KEYS ? m->nkeys++ : NR_KEYS - 1;
	}
	model_key(m, i, key);
	return key;
}

static void get_words(struct unpack *u, const struct kind *k, u8 *p, u32 ref)
{
	struct col *from = &u->cols[k->column];
	const u32 n = kind_changed_len(k), words = kind_words(k);
	const u8 *changed = get_bytes(u, &from[KIND_CHANGED], n);

	if (ref)
		memcpy(p, u->raw + ref, 4 * k->words);
	else
		memset(p, 0, 4 * k->words);
	for (u32 b = 0; changed && b < n; b++) {
		for (u32 bits = changed[b]; bits; bits &= bits - 1) {
			u32 i = 8 * b + __builtin_ctz(bits);
			u8 *w = p + 4 * kind_word(i);
			u32 step;

			if (i >= words) {
				u->bad = true;
				return;
			}
			step = get_step(u, &from[KIND_WORD + i]);
			st32(w, ld32(w, u->m.swap) + step, u->m.swap);
		}
	}
}

static bool get_block(struct unpack *u, struct kind *k)
{
	struct col *from = &u->cols[k->column];
	const bool swap = u->m.swap;
	u32 at = u->at;
	u8 *p = make(u, 4 * k->words);
	u64 key;

	if (!p)
		return false;
	u->m.time += get_step(u, &from[KIND_TIME]);
	key = get_key(u, &from[KIND_KEY]);
	get_words(u, k, p, model_ref(&u->m, k, key, u->raw, at));
	st32(p, k->first, swap);
	st64(p + offsetof(struct skbtrace_block, time), u->m.time, swap);
	st64(p + offsetof(struct skbtrace_block, key), key, swap);
	return !u->bad;
}

/* Is @len a valid length of a block? */
static bool is_block(u32 len)
{
	return len >= sizeof(struct skbtrace_block) && !(len % 8);
}

static bool get_new_kind(struct unpack *u)
{
	const u8 *p = get_bytes(u, &u->cols[COL_KIND], 4);
	u32 len = p ? ld16(p, u->m.swap) : 0;
	struct kind *k;

	if (!is_block(len) || !model_can_have(&u->m, len))
		return false;
	k = model_add(&u->m, ld32(p, u->m.swap), len);
	return u->m.columns <= u->ncols && get_block(u, k);
}

static bool get_verbatim(struct unpack *u)
{
	struct col *from = &u->cols[COL_TEXT];
	u32 len = from->end - from->p < 2 ? 0 : ld16(from->p, u->m.swap);
	const u8 *p = is_block(len) ? get_bytes(u, from, len) : NULL;
	u8 *to = p ? make(u, len) : NULL;

	if (!to)
		return false;
	memcpy(to, p, len);
	return true;
}

static bool get_any_block(struct unpack *u)
{
	u32 op = get_byte(u, &u->cols[COL_OP]);

	if (op == OP_NEW_KIND)
		return get_new_kind(u);
	if (op == OP_BLOCK)
		return get_verbatim(u);
	return op >= OP_KIND && op - OP_KIND < u->m.nkinds &&
	       get_block(u, &u->m.kinds[op - OP_KIND]);
}

/* ---- chunks ---- */

static u8 *make_chunk(struct unpack *u, u32 type, u32 len, u32 cpu)
{
	u8 *p;

	if (len > SBT_CHUNK_MAX)
		return NULL;
	p = make(u, sizeof(struct sbt_chunk_hdr));
	if (!p)
		return NULL;
	st32(p, type, u->m.swap);
	st32(p + 4, len, u->m.swap);
	st32(p + 8, cpu, u->m.swap);
	st32(p + 12, 0, u->m.swap);
	return p;
}

static void get_head(struct unpack *u, u8 *p)
{
	u32 changed = get_number(u, &u->cols[COL_HEAD]);
	u32 was = u->m.head;

	for (u32 i = 0; i < HEAD_WORDS; i++) {
		u32 v = was ? ld32(u->raw + was + 4 * i, u->m.swap) : 0;

		if (changed & 1u << i)
			v += get_step(u, &u->cols[COL_WORD + i]);
		st32(p + 4 * i, v, u->m.swap);
	}
}

static bool get_subbuf(struct unpack *u)
{
	u8 *chunk = make_chunk(u, SBT_SUBBUF, 0, 0);
	u32 at = u->at, used;
	u8 *p = make(u, sizeof(struct skbtrace_subbuf));

	if (!chunk || !p)
		return false;
	get_head(u, p);
	u->m.head = at;
	u->m.time = ld64(p + offsetof(struct skbtrace_subbuf, mono_ns),
			 u->m.swap);
	used = ld32(p + offsetof(struct skbtrace_subbuf, used), u->m.swap);
	if (used > u->len - at)
		return false;
	memcpy(chunk + 4, p + offsetof(struct skbtrace_subbuf, used), 4);
	memcpy(chunk + 8, p + offsetof(struct skbtrace_subbuf, cpu), 4);
	while (u->at < at + used)
		if (!get_any_block(u))
			return false;
	return u->at == at + used && !(used % 8);
}

static bool get_mark(struct unpack *u)
{
	u32 cpu = get_number(u, &u->cols[COL_CHUNK]);
	u8 *p = make_chunk(u, SBT_MARK, sizeof(struct sbt_mark), cpu);

	if (!p || !make(u, sizeof(struct sbt_mark)))
		return false;
	u->m.time += get_step(u, &u->cols[COL_MARK]);
	st64(p + sizeof(struct sbt_chunk_hdr), u->m.time, u->m.swap);
	return true;
}

static bool get_chunk(struct unpack *u)
{
	struct col *from = &u->cols[COL_CHUNK];
	u32 type = get_number(u, from), len = get_number(u, from);
	u8 *p = make_chunk(u, type, len, get_number(u, from));
	const u8 *text = p ? get_bytes(u, &u->cols[COL_TEXT], len) : NULL;

	p = text ? make(u, chunk_size(len) - sizeof(struct sbt_chunk_hdr)) :
		   NULL;
	if (!p)
		return false;
	memcpy(p, text, len);
	memset(p + len, 0, -len & 7);
	return true;
}

static bool get_any_chunk(struct unpack *u)
{
	switch (get_byte(u, &u->cols[COL_OP])) {
	case OP_BYTES:
		return get_chunk(u);
	case OP_MARK:
		return get_mark(u);
	case OP_SUBBUF:
		return get_subbuf(u);
	}
	return false;
}

/* The lengths of the columns, then the columns. */
static bool open_columns(struct unpack *u, const u8 *in, u32 n)
{
	struct col all = { .p = in, .end = in + n };
	const u32 max = COL_FIXED + MAX_KINDS * (KIND_WORD + MAX_WORDS);
	u64 ncols = get_number(u, &all), len;

	if (ncols < COL_FIXED || ncols > max)
		return false;
	u->ncols = ncols;
	u->cols = xcalloc(ncols, sizeof(*u->cols));
	for (u32 i = 0; i < u->ncols; i++) {
		len = get_number(u, &all);
		if (len > n)
			return false;
		u->cols[i].len = len;
	}
	for (u32 i = 0; i < u->ncols; i++) {
		u->cols[i].p = get_bytes(u, &all, u->cols[i].len);
		if (!u->cols[i].p)
			return false;
		u->cols[i].end = all.p;
	}
	return !u->bad;
}

bool columns_to(const u8 *p, u32 n, u8 *raw, u32 len, bool swap)
{
	struct unpack *u = xcalloc(1, sizeof(*u));
	bool ok;

	model_init(&u->m, swap);
	u->raw = raw;
	u->len = len;
	ok = open_columns(u, p, n);
	while (ok && u->at < len)
		ok = get_any_chunk(u) && !u->bad;
	free(u->cols);
	free(u);
	return ok;
}
