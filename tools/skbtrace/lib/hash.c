// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/hash.h"

u64 hash_seed;

static void __attribute__((constructor)) seed(void)
{
	if (getrandom(&hash_seed, sizeof(hash_seed), GRND_NONBLOCK) < 0)
		hash_seed = (u64)getpid() * 0x9e3779b97f4a7c15ULL;
}

enum { MIN_SIZE = 64 };

static u64 word(const void *key, u32 at)
{
	u64 v;

	memcpy(&v, (const u8 *)key + at, sizeof(v));
	return v;
}

/* Hashes words of 8 bytes; the last one may overlap the one before. */
static u32 home(const struct hash *h, const void *key)
{
	u64 v = word(key, 0);

	for (u32 i = 8; i < h->key_len; i += 8)
		v = (hash64(v) | v << 32) ^
		    word(key, i + 8 > h->key_len ? h->key_len - 8 : i);
	return hash64(v) & (h->size - 1);
}

static bool has_key(const struct hash *h, const void *val, const void *key)
{
	return word(val, 0) == word(key, 0) &&
	       word(val, h->key_len - 8) == word(key, h->key_len - 8) &&
	       (h->key_len <= 16 || !memcmp(val, key, h->key_len));
}

/* The slot of @key, or the empty one where it belongs */
static u32 find(const struct hash *h, const void *key)
{
	u32 i = home(h, key);

	while (h->slot[i] && !has_key(h, h->slot[i], key))
		i = (i + 1) & (h->size - 1);
	return i;
}

void *hash_get(const struct hash *h, const void *key)
{
	return h->size ? h->slot[find(h, key)] : NULL;
}

static void grow(struct hash *h)
{
	struct hash old = *h;
	void *val;

	h->size = old.size ? 2 * old.size : MIN_SIZE;
	h->slot = xcalloc(h->size, sizeof(*h->slot));
	hash_each(&old, i, val)
		h->slot[find(h, val)] = val;
	free(old.slot);
}

void *hash_put(struct hash *h, void *val)
{
	void *old;
	u32 i;

	if (2 * (h->used + 1) > h->size)
		grow(h);
	i = find(h, val);
	old = h->slot[i];
	h->used += !old;
	h->slot[i] = val;
	return old;
}

void hash_del(struct hash *h, const void *key)
{
	const u32 mask = h->size - 1;
	u32 i = find(h, key), j = i;

	/* Move up the values after it that may fill the gap. */
	for (;;) {
		j = (j + 1) & mask;
		if (!h->slot[j])
			break;
		if (((j - home(h, h->slot[j])) & mask) < ((j - i) & mask))
			continue;
		h->slot[i] = h->slot[j];
		i = j;
	}
	h->slot[i] = NULL;
	h->used--;
}

void *hash_victim(const struct hash *h, const void *key)
{
	u32 i = home(h, key);

	while (!h->slot[i])
		i = (i + 1) & (h->size - 1);
	return h->slot[i];
}

void hash_keep(struct hash *h, bool (*keep)(const void *val),
	       void (*drop)(void *val))
{
	struct hash old = *h;
	void *val;

	h->slot = xcalloc(h->size, sizeof(*h->slot));
	h->used = 0;
	hash_each(&old, i, val) {
		if (!keep(val)) {
			drop(val);
			continue;
		}
		h->slot[find(h, val)] = val;
		h->used++;
	}
	free(old.slot);
}

void hash_free(struct hash *h, void (*drop)(void *val))
{
	void *val;

	if (drop)
		hash_each(h, i, val)
			drop(val);
	free(h->slot);
	*h = (struct hash){ .key_len = h->key_len };
}
