/* SPDX-License-Identifier: GPL-2.0 */
/* Packs chunks, and unpacks them. */
#ifndef SKBTRACE_PACK_H
#define SKBTRACE_PACK_H

#include "trace/file.h"

struct pack;

struct pack *pack_new(void);
void pack_free(struct pack *p);

/*
 * The payload of a packed chunk that holds @len bytes of chunks, valid until
 * the next call; @texts: no data. NULL: packing does not make them smaller.
 */
const u8 *pack_chunks(struct pack *p, const u8 *raw, u32 len, bool texts,
		      u32 *n);

/*
 * The content of a file so far. An extreme ratio of unpacked to packed bytes is
 * an attack; up to 64 MiB are always allowed.
 */
struct pack_sum {
	u64 raw, packed;
};

/* Add a chunk; false: the ratio is too large. */
bool pack_sum_add(struct pack_sum *s, u32 raw, u32 packed);

/*
 * To be freed: the chunks in a payload of @n bytes. NULL: it is damaged. @s:
 * what the file holds; NULL: it counts already.
 */
u8 *unpack_chunks(const void *p, u32 n, bool swap, struct pack_sum *s,
		  u32 *len);

#endif
