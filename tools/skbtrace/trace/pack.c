// SPDX-License-Identifier: GPL-2.0
#include <byteswap.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "trace/columns.h"
#include "trace/pack.h"

/*
 * For columns more effort gains nothing: level 3 takes half as much again for
 * 0.5 % fewer bytes. For the texts at both ends of each file it gains 6 %.
 */
enum { LEVEL = 1, LEVEL_TEXTS = 6 };

enum { MAX_RATIO = 1000, RATIO_FROM = 64 << 20 };

/* Columns may be longer than their chunks, if these are few long texts. */
enum { COLUMNS_MORE = 4096 };

struct pack {
	struct columns *columns;
	ZSTD_CCtx *zstd;
	u8 *out;
	size_t cap;
	struct pack_sum sum;
};

static void *there(void *p)
{
	if (!p)
		exit(fail(EXIT_FAILED, "out of memory"));
	return p;
}

struct pack *pack_new(void)
{
	struct pack *p = xcalloc(1, sizeof(*p));

	p->columns = columns_new();
	p->zstd = there(ZSTD_createCCtx());
	return p;
}

void pack_free(struct pack *p)
{
	if (!p)
		return;
	columns_free(p->columns);
	ZSTD_freeCCtx(p->zstd);
	free(p->out);
	free(p);
}

bool pack_sum_add(struct pack_sum *s, u32 raw, u32 packed)
{
	if (s->raw + raw > RATIO_FROM + MAX_RATIO * (s->packed + packed))
		return false;
	s->raw += raw;
	s->packed += packed;
	return true;
}

static bool is_credible(const struct sbt_packed *h)
{
	return h->len && h->len <= SBT_UNPACKED_MAX &&
	       h->columns <= h->len + COLUMNS_MORE;
}

const u8 *pack_chunks(struct pack *p, const u8 *raw, u32 len, bool texts,
		      u32 *n)
{
	struct sbt_packed h = { .len = len };
	const u8 *columns = columns_from(p->columns, raw, len, &h.columns);
	size_t bound = sizeof(h) + ZSTD_compressBound(h.columns), got;

	if (bound > p->cap) {
		p->cap = bound;
		p->out = xrealloc(p->out, bound);
	}
	memcpy(p->out, &h, sizeof(h));
	got = ZSTD_compressCCtx(p->zstd, p->out + sizeof(h),
				bound - sizeof(h), columns, h.columns,
				texts ? LEVEL_TEXTS : LEVEL);
	if (ZSTD_isError(got))
		return NULL;
	*n = sizeof(h) + got;
	return *n < len && is_credible(&h) &&
	       pack_sum_add(&p->sum, len, *n) ? p->out : NULL;
}

/* The header limits the memory, not the frame. */
static bool unpack_to(const struct sbt_packed *h, const void *p, u32 n,
		      u8 *raw, bool swap)
{
	u8 *columns = xmalloc(h->columns + 1);
	size_t got = ZSTD_decompress(columns, h->columns, p, n);
	bool ok = !ZSTD_isError(got) && got == h->columns &&
		  columns_to(columns, got, raw, h->len, swap);

	free(columns);
	return ok;
}

u8 *unpack_chunks(const void *p, u32 n, bool swap, struct pack_sum *s,
		  u32 *len)
{
	struct sbt_packed h;
	u8 *raw;

	if (n < sizeof(h))
		return NULL;
	memcpy(&h, p, sizeof(h));
	if (swap) {
		h.len = bswap_32(h.len);
		h.columns = bswap_32(h.columns);
	}
	if (!is_credible(&h) || (s && !pack_sum_add(s, h.len, n)))
		return NULL;
	raw = xmalloc(h.len);
	*len = h.len;
	if (unpack_to(&h, (const u8 *)p + sizeof(h), n - sizeof(h), raw, swap))
		return raw;
	free(raw);
	return NULL;
}
