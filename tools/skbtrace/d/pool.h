/* SPDX-License-Identifier: GPL-2.0 */
/* Memory of a program, that lives as long as it does. */
#ifndef SKBTRACE_D_POOL_H
#define SKBTRACE_D_POOL_H

#include "lib/util.h"

struct pool {
	struct pool_block *blocks;
};

/* All 0. */
void *pool_get(struct pool *p, size_t n);
/* With a NUL behind it. */
char *pool_text(struct pool *p, const char *s, size_t len);
void pool_free(struct pool *p);

#endif
