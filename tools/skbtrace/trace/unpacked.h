/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An LRU cache of unpacked chunks, of all files together: each CPU reads a
 * chunk in its turn, and there may be a thousand files.
 */
#ifndef SKBTRACE_UNPACKED_H
#define SKBTRACE_UNPACKED_H

#include "lib/util.h"

struct unpacked {
	struct unpacked *next;
	const void *owner;
	u32 nr;			/* of its owner */
	u32 users;
	u32 len;
	u8 *p;
};

/* NULL: not in the cache. It is kept until unpacked_put(). */
struct unpacked *unpacked_get(const void *owner, u32 nr);
/* Add one, and get it; takes ownership of @p. */
struct unpacked *unpacked_add(const void *owner, u32 nr, u8 *p, u32 len);
void unpacked_put(struct unpacked *u);

/* None of it has users. */
void unpacked_forget(const void *owner);

#endif
