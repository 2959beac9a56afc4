// SPDX-License-Identifier: GPL-2.0
/* The hash table against an array, with keys of several lengths. TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "tests/tap.h"

enum { KEYS = 3000, KEY = 36 };

static const u8 zero[KEY], ones[KEY] = { 0xff };

struct val {
	u8 key[KEY] __attribute__((aligned(8)));
	u32 no;
};

static u64 rng = 1;

static u32 next(u32 below)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (rng >> 33) % below;
}

/* Keys that differ in their last bytes only */
static struct val *val_new(u32 no, u32 key_len)
{
	struct val *v = xcalloc(1, sizeof(*v));

	v->no = no;
	memcpy(v->key + key_len - sizeof(no), &no, sizeof(no));
	return v;
}

static bool come_or_go(struct hash *h, struct val **there, u32 no)
{
	struct val *v = val_new(no, h->key_len), *old = there[no];

	if (hash_get(h, v->key) != old ||
	    (h->key_len == 8 && hash_get_u64(h, (u64)no << 32) != old))
		return false;
	if (old && next(2)) {
		hash_del(h, v->key);
		free(v);
		v = NULL;
	} else if (hash_put(h, v) != old) {
		return false;
	}
	free(old);
	there[no] = v;
	return true;
}

static bool same(const struct hash *h, struct val *const *there)
{
	u32 count = 0;
	struct val *v;

	hash_each(h, i, v) {
		if (there[v->no] != v)
			return false;
		count++;
	}
	if (count != h->used || 2 * h->used > h->size)
		return false;
	for (u32 i = 0; i < KEYS; i++)
		count -= there[i] && hash_get(h, there[i]->key) == there[i];
	return !count;
}

static bool is_odd(const void *val)
{
	return ((const struct val *)val)->no & 1;
}

static void test_random(u32 key_len)
{
	static struct val *there[KEYS];
	struct hash h = { .key_len = key_len };
	struct val *v;
	bool ok = true;
	char what[80];

	memset(there, 0, sizeof(there));
	for (u32 i = 0; i < 100000 && ok; i++)
		ok = come_or_go(&h, there, next(KEYS));
	snprintf(what, sizeof(what), "keys of %u bytes come and go", key_len);
	result(ok && same(&h, there), what);

	v = hash_victim(&h, there[0] ? there[0]->key : zero);
	ok = there[v->no] == v;
	for (u32 i = 0; i < KEYS; i += 2)
		there[i] = NULL;
	hash_keep(&h, is_odd, free);
	snprintf(what, sizeof(what), "keys of %u bytes, every other stays",
		 key_len);
	result(ok && same(&h, there), what);
	hash_free(&h, free);
	result(!h.used && !hash_get(&h, zero), "empty again");
}

/* Which entry is removed when a table is full is not the same in all tables. */
static void test_seed(void)
{
	u32 first = 0, differ = 0;

	for (u32 round = 0; round < 20; round++) {
		struct hash h = { .key_len = 8 };
		struct val *v;

		hash_seed = round * 0x9e3779b97f4a7c15ULL;
		for (u32 i = 0; i < 1000; i++)
			hash_put(&h, val_new(i, 8));
		v = hash_victim(&h, ones);
		if (!round)
			first = v->no;
		differ += v->no != first;
		hash_free(&h, free);
	}
	result(differ > 10, "order differs with the seed");
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	test_random(8);
	test_random(12);
	test_random(KEY);
	test_seed();
	printf("1..%d\n", n);
	return failed != 0;
}
