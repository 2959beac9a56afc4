// SPDX-License-Identifier: GPL-2.0
#include <byteswap.h>
#include <string.h>

#include "lib/num.h"
#include "lib/pcapng.h"

enum {
	BLOCK_SECTION	= 0x0a0d0d0a,
	BLOCK_INTERFACE	= 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET	= 6,		/* "enhanced" */
	ORDER		= 0x1a2b3c4d,
	OPT_END		= 0,
	OPT_COMMENT	= 1,
	OPT_OS		= 3,		/* of a section */
	OPT_APP		= 4,
	OPT_NAME	= 2,		/* of an interface */
	OPT_ABOUT	= 3,
	OPT_TSRESOL	= 9,
	OPT_FLAGS	= 2,		/* of a packet */
	OPT_PACKETID	= 5,
	OPT_RECEIVED	= 4,		/* of statistics */
	OPT_DROPPED	= 5,
	OPT_MAX		= 65532,	/* bytes: 16 bits tell, and padding */
	NANOSECONDS	= 9,
};

bool pcap_magic(u32 word)
{
	/* pcap: of microseconds, of nanoseconds, Kuznetzov's; pcapng */
	static const u32 magic[] = {
		0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, BLOCK_SECTION,
	};

	for (u32 i = 0; i < ARRAY_SIZE(magic); i++)
		if (word == magic[i] || word == bswap_32(magic[i]))
			return true;
	return false;
}

static u32 padded(u32 n)
{
	return (n + 3) & ~3u;
}

static char *put_32(char *p, u32 v)
{
	memcpy(p, &v, 4);
	return p + 4;
}

static char *put_16s(char *p, u16 a, u16 b)
{
	memcpy(p, &a, 2);
	memcpy(p + 2, &b, 2);
	return p + 4;
}

static char *put_padded(char *p, const void *data, u32 n)
{
	if (n)
		memcpy(p, data, n);
	memset(p + n, 0, padded(n) - n);
	return p + padded(n);
}

static u32 opt_len(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	return n < OPT_MAX ? n : OPT_MAX;
}

/* Bytes of an option that may be missing */
static u32 opt_space(const char *s)
{
	return opt_len(s) ? 4 + padded(opt_len(s)) : 0;
}

static char *put_opt(char *p, u16 code, const char *s)
{
	u32 n = opt_len(s);

	return n ? put_padded(put_16s(p, code, n), s, n) : p;
}

static char *put_opt_end(char *p)
{
	return put_16s(p, OPT_END, 0);
}

/* The block is @len bytes, its type and both lengths included. */
static char *begin(struct out *o, u32 type, u32 len)
{
	return put_32(put_32(out_reserve(o, len), type), len);
}

static void end(struct out *o, char *p, u32 len)
{
	out_end(o, put_32(p, len));
}

void pcapng_section(struct out *o, const char *os, const char *app)
{
	u32 len = 28 + opt_space(os) + opt_space(app) + 4;
	char *p = begin(o, BLOCK_SECTION, len);

	p = put_32(p, ORDER);
	p = put_16s(p, 1, 0);		/* version */
	p = put_32(put_32(p, UINT32_MAX), UINT32_MAX);	/* length: not told */
	p = put_opt(put_opt(p, OPT_OS, os), OPT_APP, app);
	end(o, put_opt_end(p), len);
}

void pcapng_interface(struct out *o, u16 linktype, u32 snaplen,
		      const char *name, const char *about)
{
	static const u8 resolution = NANOSECONDS;
	u32 len = 20 + opt_space(name) + opt_space(about) + 8 + 4;
	char *p = begin(o, BLOCK_INTERFACE, len);

	p = put_32(put_16s(p, linktype, 0), snaplen);
	p = put_opt(put_opt(p, OPT_NAME, name), OPT_ABOUT, about);
	p = put_padded(put_16s(p, OPT_TSRESOL, 1), &resolution, 1);
	end(o, put_opt_end(p), len);
}

static u32 packet_opts(const struct pcapng_packet *k)
{
	u32 n = opt_space(k->comment) + (k->flags ? 8 : 0) + (k->id ? 12 : 0);

	return n ? n + 4 : 0;
}

static char *put_packet_opts(char *p, const struct pcapng_packet *k)
{
	p = put_opt(p, OPT_COMMENT, k->comment);
	if (k->flags)
		p = put_32(put_16s(p, OPT_FLAGS, 4), k->flags);
	if (k->id)
		p = put_padded(put_16s(p, OPT_PACKETID, 8), &k->id, 8);
	return put_opt_end(p);
}

void pcapng_packet(struct out *o, const struct pcapng_packet *k)
{
	u32 opts = packet_opts(k);
	u32 len = 32 + padded(k->len) + opts;
	char *p = begin(o, BLOCK_PACKET, len);

	p = put_32(p, k->interface);
	p = put_32(put_32(p, k->time >> 32), (u32)k->time);
	p = put_32(put_32(p, k->len), k->wire_len);
	p = put_padded(p, k->data, k->len);
	if (opts)
		p = put_packet_opts(p, k);
	end(o, p, len);
}

static char *put_count(char *p, u16 code, u64 n)
{
	return put_padded(put_16s(p, code, sizeof(n)), &n, sizeof(n));
}

void pcapng_statistics(struct out *o, u64 received, u64 dropped,
		       const char *comment)
{
	u32 len = 24 + 2 * 12 + opt_space(comment) + 4;
	char *p = begin(o, BLOCK_STATISTICS, len);
	u64 now = real_ns();

	p = put_32(p, 0);		/* interface */
	p = put_32(put_32(p, now >> 32), (u32)now);
	p = put_count(p, OPT_RECEIVED, received);
	p = put_count(p, OPT_DROPPED, dropped);
	p = put_opt(p, OPT_COMMENT, comment);
	end(o, put_opt_end(p), len);
}
