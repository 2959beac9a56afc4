// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <stddef.h>
#include <string.h>

#include "frame/decode.h"
#include "trace/decode.h"

#define HDR		sizeof(struct skbtrace_frame)
#define BLK(p, field)	((p) + offsetof(struct skbtrace_block, field))
#define LOST(p, field)	((p) + offsetof(struct skbtrace_lost, field))

static const char *const faults[FRAME_FAULTS] = {
	[FRAME_SOUND]	= "sound",
	[FRAME_OTHER]	= "something else",
	[FRAME_VERSION]	= "of another version",
	[FRAME_CUT]	= "truncated",
	[FRAME_ORDER]	= "of the other byte order",
	[FRAME_HEADER]	= "with an impossible header",
	[FRAME_KIND]	= "of an unknown kind",
	[FRAME_BLOCK]	= "with an impossible block",
	[FRAME_PART]	= "with an impossible part of a text",
};

const char *frame_fault_text(enum frame_fault fault)
{
	return faults[fault];
}

static u8 own_order(void)
{
	const u16 one = 1;

	return *(const u8 *)&one ? SKBTRACE_FRAME_LITTLE : 0;
}

/* The sequence numbers that a block takes; false: it is not possible. */
static bool block_numbers(const u8 *p, u32 left, u64 seq, u64 *n)
{
	u32 len, event;
	u64 last;

	if (left < sizeof(struct skbtrace_block))
		return false;
	len = ld16(BLK(p, len), false);
	event = ld16(BLK(p, event), false);
	if (len < sizeof(struct skbtrace_block) || len & 7 || len > left)
		return false;
	*n = 1;
	if (event < SKBTRACE_FIRST_SPECIAL)
		return true;
	switch (event) {
	case SKBTRACE_SHED:
		return len >= sizeof(struct skbtrace_shed);
	case SKBTRACE_HISTORY:
		*n = 0;
		return len >= sizeof(struct skbtrace_history);
	case SKBTRACE_LOST:
		if (len < sizeof(struct skbtrace_lost))
			return false;
		last = ld64(LOST(p, last_seq), false);
		*n = last - seq + 1;
		return ld64(LOST(p, first_seq), false) == seq && last >= seq &&
		       last < UINT64_MAX;
	}
	return false;
}

static enum frame_fault check_blocks(struct frame *f)
{
	const u8 *p = f->data, *end = p + f->len;
	u64 seq = f->seq, n;
	u32 nr = 0;

	if (f->cpu >= FRAME_CPUS || !f->nr)
		return FRAME_HEADER;
	for (; p < end; p += ld16(BLK(p, len), false)) {
		if (!block_numbers(p, end - p, seq, &n) || seq + n < seq)
			return FRAME_BLOCK;
		seq += n;
		nr++;
	}
	f->numbers = seq - f->seq;
	return nr == f->nr ? FRAME_SOUND : FRAME_BLOCK;
}

static enum frame_fault check_part(const struct frame *f)
{
	if (!f->len || !f->total || f->total > FRAME_TEXT ||
	    f->len > f->total || f->seq > f->total - f->len)
		return FRAME_PART;
	return FRAME_SOUND;
}

static enum frame_fault check_kind(struct frame *f, u8 flags)
{
	switch (f->kind) {
	case SKBTRACE_FRAME_BLOCKS:
		if ((flags & SKBTRACE_FRAME_LITTLE) != own_order())
			return FRAME_ORDER;
		return check_blocks(f);
	case SKBTRACE_FRAME_FORMAT:
	case SKBTRACE_FRAME_INFO:
		return check_part(f);
	case SKBTRACE_FRAME_PROBE:
	case SKBTRACE_FRAME_ECHO:
		return f->len <= FRAME_COOKIE ? FRAME_SOUND : FRAME_HEADER;
	}
	return FRAME_KIND;
}

enum frame_fault frame_decode(struct frame *f, const u8 *p, size_t len)
{
	struct skbtrace_frame h;
	u32 hdr_len;

	if (!len)
		return FRAME_CUT;
	if (*p != SKBTRACE_FRAME_VERSION)
		return FRAME_VERSION;
	if (len < HDR)
		return FRAME_CUT;
	memcpy(&h, p, HDR);
	hdr_len = be16toh(h.hdr_len);
	*f = (struct frame){
		.kind = h.kind,
		.end = h.flags & SKBTRACE_FRAME_END,
		.session = be32toh(h.session),
		.cpu = be32toh(h.cpu),
		.nr = be32toh(h.nr),
		.epoch = be32toh(h.epoch),
		.total = be32toh(h.total),
		.len = be32toh(h.len),
		.host = be64toh(h.host),
		.seq = be64toh(h.seq),
		.frame_seq = be64toh(h.frame_seq),
		.mono_ns = be64toh(h.mono_ns),
		.real_ns = be64toh(h.real_ns),
		.lost_total = be64toh(h.lost_total),
	};
	if (hdr_len < HDR || hdr_len & 7)
		return FRAME_HEADER;
	if (hdr_len > len || f->len > len - hdr_len)
		return FRAME_CUT;
	f->data = p + hdr_len;
	return check_kind(f, h.flags);
}

/* ---- what they come in ---- */

enum { ETH = 14, VLAN = 4, UDP = 8, IP6 = 40 };

static u32 be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

/* Looks like one: a datagram can be of anybody. */
static const u8 *in_udp(const u8 *p, size_t *len)
{
	u32 n;

	if (*len < UDP)
		return NULL;
	n = be16(p + 4);
	if (n >= UDP && n < *len)
		*len = n;
	*len -= UDP;
	p += UDP;
	if (*len < 6 || !p[1] || p[1] > SKBTRACE_FRAME_ECHO ||
	    be16(p + 4) != HDR)
		return NULL;
	return p;
}

static const u8 *in_ip4(const u8 *p, size_t *len)
{
	u32 hdr, n;

	if (*len < 20 || p[0] >> 4 != 4 || p[9] != 17)
		return NULL;
	hdr = (p[0] & 15) * 4;
	n = be16(p + 2);
	/* no fragment but the first has a header */
	if (hdr < 20 || hdr > *len || be16(p + 6) & 0x1fff)
		return NULL;
	if (n >= hdr && n < *len)
		*len = n;
	*len -= hdr;
	return in_udp(p + hdr, len);
}

static const u8 *in_ip6(const u8 *p, size_t *len)
{
	if (*len < IP6 || p[0] >> 4 != 6 || p[6] != 17)
		return NULL;
	*len -= IP6;
	return in_udp(p + IP6, len);
}

const u8 *frame_in_ethernet(const u8 *p, size_t *len)
{
	u32 type;

	if (*len < ETH)
		return NULL;
	type = be16(p + 12);
	p += ETH;
	*len -= ETH;
	for (int i = 0; i < 2 && (type == 0x8100 || type == 0x88a8); i++) {
		if (*len < VLAN)
			return NULL;
		type = be16(p + 2);
		p += VLAN;
		*len -= VLAN;
	}
	switch (type) {
	case SKBTRACE_ETHERTYPE:
		return p;
	case 0x0800:
		return in_ip4(p, len);
	case 0x86dd:
		return in_ip6(p, len);
	}
	return NULL;
}

void frame_header(struct skbtrace_frame *h, u8 kind, u32 len)
{
	memset(h, 0, sizeof(*h));
	h->version = SKBTRACE_FRAME_VERSION;
	h->kind = kind;
	h->flags = own_order();
	h->hdr_len = htobe16(HDR);
	h->len = htobe32(len);
	h->cpu = htobe32(SKBTRACE_FRAME_NO_CPU);
}
