// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "d/pool.h"

enum { BLOCK = 16 << 10 };

struct pool_block {
	struct pool_block *next;
	size_t used, size;
	_Alignas(16) char mem[];
};

void *pool_get(struct pool *p, size_t n)
{
	struct pool_block *b = p->blocks;
	void *mem;

	n = (n + 15) & ~(size_t)15;
	if (!b || b->size - b->used < n) {
		size_t size = n > BLOCK ? n : BLOCK;

		b = xcalloc(1, sizeof(*b) + size);
		b->size = size;
		b->next = p->blocks;
		p->blocks = b;
	}
	mem = b->mem + b->used;
	b->used += n;
	return mem;
}

char *pool_text(struct pool *p, const char *s, size_t len)
{
	return memcpy(pool_get(p, len + 1), s, len);
}

void pool_free(struct pool *p)
{
	struct pool_block *b;

	while ((b = p->blocks)) {
		p->blocks = b->next;
		free(b);
	}
}
