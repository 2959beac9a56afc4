// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "show/lives.h"

enum { CHUNK = 512 };

/* Allocate many at a time, since they are many and small. */
struct lives_chunk {
	struct lives_chunk *next;
	struct life v[CHUNK];
};

struct life *lives_get(const struct lives *l, u64 key)
{
	return hash_get_u64(&l->hash, key);
}

static void put_free(struct lives *l, struct life *life)
{
	life->n = 0;
	life->next = l->free;
	l->free = life;
}

void lives_del(struct lives *l, struct life *life)
{
	hash_del(&l->hash, &life->key);
	put_free(l, life);
}

static struct life *take_free(struct lives *l)
{
	struct life *life;

	if (!l->free) {
		struct lives_chunk *c = xmalloc(sizeof(*c));

		c->next = l->chunks;
		l->chunks = c;
		l->n += CHUNK;
		for (int i = CHUNK; i--;)
			put_free(l, &c->v[i]);
	}
	life = l->free;
	l->free = life->next;
	return life;
}

struct life *lives_add(struct lives *l, u64 key, struct life *gone)
{
	struct life *life;

	gone->n = 0;
	l->hash.key_len = sizeof(key);
	if (l->hash.used == MAX_LIVES) {
		life = hash_victim(&l->hash, &key);
		*gone = *life;
		lives_del(l, life);
	}
	life = take_free(l);
	memset(life, 0, sizeof(*life));
	life->key = key;
	hash_put(&l->hash, life);
	return life;
}

void lives_free(struct lives *l)
{
	struct lives_chunk *c;

	while ((c = l->chunks)) {
		l->chunks = c->next;
		free(c);
	}
	hash_free(&l->hash, NULL);
}
