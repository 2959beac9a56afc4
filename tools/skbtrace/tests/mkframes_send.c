// SPDX-License-Identifier: GPL-2.0
/* Writes frames to a pcap file; drops, repeats, delays, cuts, forges some. */
#include <arpa/inet.h>
#include <endian.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tests/mkframes.h"

enum { ETH_LEN = 14, IP_UDP = 28 };

/* A delayed frame */
struct kept {
	u8 *p;
	u32 len;
};

static struct kept after_next, behind_info[256];
static u32 nbehind;

/* ---- pcap ---- */

void put_header(void)
{
	/* nanoseconds, Ethernet */
	const u32 h[] = { 0xa1b23c4d, 2 | 4 << 16, 0, 0, 1 << 18, 1 };

	fwrite(h, sizeof(h), 1, to);
}

static void put_frame(const u8 *p, u32 len, u32 whole)
{
	u64 t = mono + real_off + 50000;
	const u32 h[] = { t / NSEC_PER_SEC, t % NSEC_PER_SEC, len, whole };

	fwrite(h, sizeof(h), 1, to);
	fwrite(p, len, 1, to);
}

static u32 put_envelope(u8 *p, u32 len)
{
	static const u8 eth[ETH_LEN] = {
		3, 0x73, 0x6b, 0x62, 0x74, 0x72, 2, 0, 0, 0, 0, 1,
		SKBTRACE_ETHERTYPE >> 8, SKBTRACE_ETHERTYPE & 255
	};
	static const u8 ip[IP_UDP] = {
		0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0,
		10, 0, 0, 1, 10, 0, 0, 2
	};

	memcpy(p, eth, ETH_LEN);
	if (!o.port)
		return ETH_LEN;
	p[12] = 8;
	p[13] = 0;
	memcpy(p + ETH_LEN, ip, sizeof(ip));
	*(u16 *)(p + ETH_LEN + 2) = htons(len + IP_UDP);
	*(u16 *)(p + ETH_LEN + 20) = htons(o.port);
	*(u16 *)(p + ETH_LEN + 22) = htons(o.port);
	*(u16 *)(p + ETH_LEN + 24) = htons(len + 8);
	return ETH_LEN + IP_UDP;
}

/* ---- what a frame looks like ---- */

void begin_frame(struct draft *d, u8 kind, u8 prio)
{
	memset(&d->h, 0, sizeof(d->h));
	d->h.version = SKBTRACE_FRAME_VERSION;
	d->h.kind = kind;
	d->h.flags = SKBTRACE_FRAME_LITTLE;
	d->h.prio = prio;
	d->h.hdr_len = htons(HDR);
	d->h.session = htonl(o.session);
	d->h.host = htobe64(o.host);
	d->h.cpu = htonl(SKBTRACE_FRAME_NO_CPU);
	d->len = 0;
}

static u32 put_whole(u8 *p, struct draft *d)
{
	u32 at = put_envelope(p, HDR + d->len);

	d->h.len = htonl(d->len);
	memcpy(p + at, &d->h, HDR);
	memcpy(p + at + HDR, d->data, d->len);
	return at + HDR + d->len;
}

/* A forged frame, of each kind in turn, which its receiver must refuse */
static void forge(const struct draft *from)
{
	static u8 p[MAX_FRAME + HDR + ETH_LEN + IP_UDP];
	static struct draft d;
	u32 len, whole;

	d = *from;
	switch (forged++ % 12) {
	case 0:
		d.h.version = SKBTRACE_FRAME_VERSION + 1;
		break;
	case 1:
		d.h.hdr_len = htons(HDR - 8);
		break;
	case 2:
		d.h.hdr_len = htons(65535);
		break;
	case 3:
		d.h.kind = 99;
		break;
	case 4:
		*(u16 *)d.data = 0;
		break;
	case 5:
		*(u16 *)d.data = 65528;
		break;
	case 6:
		d.h.nr = htonl(ntohl(d.h.nr) + 1);
		break;
	case 7:
		d.h.kind = SKBTRACE_FRAME_FORMAT;
		d.h.total = htonl(UINT32_MAX);
		d.h.seq = 0;
		break;
	case 8:
		d.h.kind = SKBTRACE_FRAME_INFO;
		d.h.total = htonl(16);
		d.h.seq = htobe64(UINT64_MAX - 8);
		break;
	case 9:
		d.h.flags ^= SKBTRACE_FRAME_LITTLE;
		break;
	case 10:
		d.h.cpu = htonl(UINT32_MAX - 1);
		break;
	}
	len = whole = put_whole(p, &d);
	/* longer than the frame */
	if (forged % 12 == 0)
		memset(p + len - d.len - HDR +
		       offsetof(struct skbtrace_frame, len), 0xff, 4);
	put_frame(p, len, whole);
}

static void keep(struct kept *k, const u8 *p, u32 len)
{
	k->p = xmalloc(len);
	memcpy(k->p, p, len);
	k->len = len;
}

static void put_kept(struct kept *k)
{
	if (k->p)
		put_frame(k->p, k->len, k->len);
	free(k->p);
	k->p = NULL;
}

bool each(u32 n, u64 count)
{
	return n && count % n == n - 1;
}

void send_frame(struct draft *d)
{
	static u8 p[MAX_FRAME + HDR + ETH_LEN + IP_UDP];
	const bool blocks = d->h.kind == SKBTRACE_FRAME_BLOCKS;
	u32 len, n = frame_seq++;

	d->h.frame_seq = htobe64(n);
	d->h.mono_ns = htobe64(mono);
	d->h.real_ns = htobe64(mono + real_off);
	len = put_whole(p, d);
	if (n < o.late)
		return;
	if (blocks && each(o.behind, nblocks) &&
	    nbehind < ARRAY_SIZE(behind_info)) {
		keep(&behind_info[nbehind++], p, len);
		return;
	}
	if (each(o.swap, n) && !after_next.p) {
		keep(&after_next, p, len);
		return;
	}
	put_frame(p, each(o.cut, n) ? len / 2 : len, len);
	put_kept(&after_next);
	if (each(o.twice, n))
		put_frame(p, len, len);
	if (blocks && each(o.forge, n))
		forge(d);
	if (d->h.kind == SKBTRACE_FRAME_INFO)
		while (nbehind)
			put_kept(&behind_info[--nbehind]);
}

void put_all_kept(void)
{
	put_kept(&after_next);
	while (nbehind)
		put_kept(&behind_info[--nbehind]);
}
