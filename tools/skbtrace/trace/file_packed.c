// SPDX-License-Identifier: GPL-2.0
#include <byteswap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/crc.h"
#include "trace/file_packed.h"

/* Offsets: this bit, the number of the packed chunk, the place in it. */
#define IN_PACKED	(1ULL << 63)
#define AT_BITS		24
#define AT_MASK		((1u << AT_BITS) - 1)

static struct unpacked *keep(struct packed *p, u32 nr, const void *data, u32 n)
{
	u32 len;
	u8 *raw = unpack_chunks(data, n, p->swap, nr < p->n ? NULL : &p->sum,
				&len);

	return raw ? unpacked_add(p, nr, raw, len) : NULL;
}

static void leave(struct packed *p)
{
	unpacked_put(p->now);
	p->now = NULL;
	/* From a pipe nothing is fetched again. */
	if (!p->seekable)
		unpacked_forget(p);
}

bool packed_begin(struct packed *p, const struct sbt_chunk *c, const void *data)
{
	if (!(p->n & (p->n - 1)))
		p->places = xrealloc(p->places, (p->n ? 2 * p->n : 1) *
				     sizeof(*p->places));
	p->places[p->n] = (struct packed_place){ c->offset, c->len, c->crc };
	p->now = keep(p, p->n, data, c->len);
	p->at = 0;
	p->n += !!p->now;
	return p->now;
}

bool packed_pending(const struct packed *p)
{
	return p->now && p->at < p->now->len;
}

bool packed_next(struct packed *p, struct sbt_chunk *c)
{
	struct sbt_chunk_hdr h;

	if (!packed_pending(p)) {
		leave(p);
		return false;
	}
	memcpy(&h, p->now->p + p->at, sizeof(h));
	if (p->swap) {
		h.type = bswap_32(h.type);
		h.len = bswap_32(h.len);
		h.cpu = bswap_32(h.cpu);
	}
	p->at += sizeof(h);
	*c = (struct sbt_chunk){
		.type = h.type, .len = h.len, .cpu = h.cpu,
		.offset = IN_PACKED | (u64)p->now->nr << AT_BITS | p->at,
		.data = p->now->p + p->at,
	};
	p->at += (h.len + 7) & ~7u;
	return true;
}

bool packed_is(u64 offset)
{
	return offset & IN_PACKED;
}

static u32 number(u64 offset)
{
	return (offset & ~IN_PACKED) >> AT_BITS;
}

u64 packed_where(const struct packed *p, u64 offset)
{
	return p->places[number(offset)].off;
}

/* Read it again from the file, which may have changed. */
static struct unpacked *reload(struct packed *p, u32 nr)
{
	const struct packed_place *from = &p->places[nr];
	u8 *buf = xmalloc(from->len);
	struct unpacked *u = NULL;

	if (pread(p->fd, buf, from->len, from->off) == (ssize_t)from->len &&
	    sbt_crc(buf, from->len) == from->crc)
		u = keep(p, nr, buf, from->len);
	free(buf);
	return u;
}

u32 packed_copy(struct packed *p, u64 offset, void *buf, u32 n)
{
	const u32 nr = number(offset), at = offset & AT_MASK;
	struct unpacked *u = unpacked_get(p, nr);

	if (!u)
		u = reload(p, nr);
	if (!u || at > u->len)
		n = 0;
	else if (n > u->len - at)
		n = u->len - at;
	if (n)
		memcpy(buf, u->p + at, n);
	unpacked_put(u);
	return n;
}

void packed_free(struct packed *p)
{
	unpacked_put(p->now);
	unpacked_forget(p);
	free(p->places);
}
