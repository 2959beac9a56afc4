/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Encodes chunks as columns, which compress to half the size: a block becomes
 * the difference from the previous one of its kind and connection, and the
 * differences of a field are stored together. The encoding is described in
 * Documentation/networking/skbtrace.rst. It depends on blocks, not on events.
 */
#ifndef SKBTRACE_COLUMNS_H
#define SKBTRACE_COLUMNS_H

#include "lib/util.h"

struct columns;

struct columns *columns_new(void);
void columns_free(struct columns *c);

/*
 * Encode @len bytes of whole chunks, padded, in host byte order, their
 * checksums 0. The result is valid until the next call.
 */
const u8 *columns_from(struct columns *c, const u8 *raw, u32 len, u32 *n);

/* Decode; false: @p of @n bytes does not contain exactly @len bytes. */
bool columns_to(const u8 *p, u32 n, u8 *raw, u32 len, bool swap);

#endif
