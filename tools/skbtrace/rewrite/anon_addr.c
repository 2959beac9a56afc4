// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "rewrite/anon_addr.h"

enum { MAX_DONE = 1 << 18 };

/*
 * Classes of addresses, by their first @len bits: these keep their first @keep
 * bits, and no other address is mapped into the class. Longer ones first.
 */
struct kind {
	u8 first[16];
	u8 len, keep;
};

static const struct kind v4_kinds[] = {
	{ { 255, 255, 255, 255 }, 32, 32 },	/* broadcast */
	{ { 224, 0, 0 },	24, 32 },	/* multicast on the link */
	{ { 192, 168 },		16, 16 },	/* private */
	{ { 169, 254 },		16, 16 },	/* of the link */
	{ { 172, 16 },		12, 12 },	/* private */
	{ { 100, 64 },		10, 10 },	/* shared, of providers */
	{ { 0 },		8, 32 },	/* unspecified */
	{ { 10 },		8, 8 },		/* private */
	{ { 127 },		8, 32 },	/* loopback */
	{ { 224 },		4, 4 },		/* multicast */
	{ { 240 },		4, 4 },		/* reserved, yet some use it */
	{}
};

static const struct kind v6_kinds[] = {
	{ { 0 },		128, 128 },	/* unspecified */
	{ { [15] = 1 },		128, 128 },	/* loopback */
	/* solicited node: behind it stands the end of an address */
	{ { 0xff, 0x02, [11] = 1, [12] = 0xff }, 104, 104 },
	{ { 0xfe, 0x80 },	64, 64 },	/* of the link, as they are */
	{ { 0xff, 0x00 },	12, 128 },	/* well-known multicast */
	{ { 0xfe, 0x80 },	10, 10 },	/* of the link, some day */
	{ { 0xff },		8, 16 },	/* multicast: with its scope */
	{ { 0xfc },		7, 7 },		/* unique local */
	{ { 0x20 },		3, 3 },		/* global */
	{}
};

/* In front of an IPv4 address. */
static const u8 v4_prefixes[][12] = {
	{ [10] = 0xff, [11] = 0xff },			/* mapped */
	{ 0x00, 0x64, 0xff, 0x9b },			/* NAT64 */
};

void anon_addr_init(struct anon_addr *a, const u8 key[ANON_KEY])
{
	*a = (struct anon_addr){ .done = { .key_len = 16 } };
	aes128_set_encrypt_key(&a->aes, key);
	aes128_encrypt(&a->aes, sizeof(a->pad), a->pad, key + AES_BLOCK_SIZE);
}

void anon_addr_free(struct anon_addr *a)
{
	hash_free(&a->done, free);
	explicit_bzero(a, sizeof(*a));
}

/* The first @n bits of @from into @to. */
static void copy_bits(u8 *to, const u8 *from, u32 n)
{
	const u32 rest = n % 8;
	const u8 mask = 0xff00 >> rest;

	memcpy(to, from, n / 8);
	if (rest)
		to[n / 8] = (from[n / 8] & mask) | (to[n / 8] & ~mask);
}

static bool same_bits(const u8 *a, const u8 *b, u32 n)
{
	const u32 rest = n % 8;

	return !memcmp(a, b, n / 8) &&
	       (!rest || !((a[n / 8] ^ b[n / 8]) & (0xff00 >> rest)));
}

/* Each bit is flipped or not, depending on the bits before it and the key. */
static void pan(const struct anon_addr *a, const u8 *addr, u8 *out, u32 bits)
{
	u8 in[AES_BLOCK_SIZE], flip[AES_BLOCK_SIZE];

	memcpy(out, addr, bits / 8);
	for (u32 i = 0; i < bits; i++) {
		memcpy(in, a->pad, sizeof(in));
		copy_bits(in, addr, i);
		aes128_encrypt(&a->aes, sizeof(in), flip, in);
		out[i / 8] ^= (flip[0] & 0x80) >> i % 8;
	}
}

static const struct kind *kind_of(const struct kind *k, const u8 *addr)
{
	while (k->len && !same_bits(k->first, addr, k->len))
		k++;
	return k;
}

/*
 * Map it again until it is in its own class (cycle walking): that ends, since a
 * permutation returns to its start.
 */
static void map(const struct anon_addr *a, const struct kind *kinds, u8 *addr,
		u32 bits)
{
	const struct kind *kind = kind_of(kinds, addr);
	u8 now[16], next[16];

	if (kind->keep >= bits)
		return;
	memcpy(now, addr, bits / 8);
	do {
		pan(a, now, next, bits);
		copy_bits(next, now, kind->keep);
		memcpy(now, next, bits / 8);
	} while (kind_of(kinds, now) != kind);
	memcpy(addr, now, bits / 8);
}

static void map_any(const struct anon_addr *a, u8 addr[16])
{
	for (size_t i = 0; i < ARRAY_SIZE(v4_prefixes); i++) {
		if (memcmp(addr, v4_prefixes[i], 12))
			continue;
		map(a, v4_kinds, addr + 12, 32);
		return;
	}
	map(a, v6_kinds, addr, 128);
}

struct done {
	u8 from[16];			/* the key */
	u8 to[16];
};

void anon_addr(struct anon_addr *a, u8 addr[16])
{
	struct done *d = hash_get(&a->done, addr);

	if (!d) {
		if (a->done.used == MAX_DONE)
			hash_free(&a->done, free);
		d = xmalloc(sizeof(*d));
		memcpy(d->from, addr, 16);
		memcpy(d->to, addr, 16);
		map_any(a, d->to);
		free(hash_put(&a->done, d));
	}
	memcpy(addr, d->to, 16);
}
