// SPDX-License-Identifier: GPL-2.0
/* The histogram and the table of lives against slow, simple ones. TAP. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/hist.h"
#include "show/lives.h"
#include "tests/chance.h"
#include "tests/tap.h"

static u64 rng = 1;

static u64 next(void)
{
	return chance(&rng);
}

static int by_value(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static bool near(u64 is, u64 want)
{
	u64 d = is > want ? is - want : want - is;

	return want < HIST_STEPS ? !d : d <= want / 250;
}

/* @count values of up to 2^@bits, all sizes equally often. */
static bool percentiles(u32 count, u32 bits)
{
	u64 *v = xcalloc(count, sizeof(*v));
	struct hist h = {};
	bool ok = true;

	for (u32 i = 0; i < count; i++) {
		v[i] = next() >> (64 - bits) >> next() % bits;
		hist_add(&h, v[i]);
	}
	qsort(v, count, sizeof(*v), by_value);
	ok = h.n == count && h.min == v[0] && h.max == v[count - 1];
	for (u32 p = 1; p <= 100; p++)
		ok = ok && near(hist_percentile(&h, p),
				v[((u64)count * p + 99) / 100 - 1]);
	hist_free(&h);
	free(v);
	return ok;
}

/* The first @to_a of @count values in one, the others in another */
static bool joined(u32 count, u32 to_a)
{
	struct hist a = {}, b = {}, all = {};
	bool ok;

	for (u32 i = 0; i < count; i++) {
		u64 v = next() >> next() % 64;

		hist_add(i < to_a ? &a : &b, v);
		hist_add(&all, v);
	}
	hist_join(&a, &b);
	ok = a.n == all.n && a.min == all.min && a.max == all.max;
	for (u32 p = 0; p <= 100; p++)
		ok = ok && hist_percentile(&a, p) == hist_percentile(&all, p);
	hist_free(&a);
	hist_free(&b);
	hist_free(&all);
	return ok;
}

static void test_join(void)
{
	static const u32 sizes[] = { 0, 1, 2, 31, 32, 33, 64, 65, 1000 };
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (u32 a = 0; a <= sizes[i]; a += sizes[i] > 65 ? 97 : 1)
			ok = ok && joined(sizes[i], a);
	result(ok, "histogram: joined");
}

/* A few values are not rounded. */
static bool few_exact(void)
{
	struct hist h = {};
	bool ok = true;

	for (u32 i = HIST_FEW; i; i--)
		hist_add(&h, i * 1000003ULL);
	for (u32 p = 1; p <= 100; p++)
		ok = ok && hist_percentile(&h, p) ==
			   (HIST_FEW * p + 99) / 100 * 1000003ULL;
	hist_free(&h);
	return ok;
}

static void test_hist(void)
{
	struct hist h = {};

	result(!hist_percentile(&h, 50), "histogram: of nothing");
	hist_add(&h, UINT64_MAX);
	result(hist_percentile(&h, 1) == UINT64_MAX &&
	       hist_percentile(&h, 100) == UINT64_MAX, "histogram: largest");
	hist_add(&h, 0);
	result(!hist_percentile(&h, 50) && !h.min, "histogram: smallest");
	hist_free(&h);
	for (u32 bits = 4; bits <= 64; bits += 12)
		result(percentiles(10007, bits), "histogram: within 0.4 %");
	test_join();
	result(percentiles(1, 40) && percentiles(2, 40) && percentiles(3, 40),
	       "histogram: of few");
	result(few_exact(), "histogram: exact while they are few");
}

/* Few keys, so that they collide; lives begin and end. */
static void test_lives(void)
{
	enum { KEYS = 3000 };
	static bool there[KEYS];
	struct lives l = {};
	struct life gone;
	bool ok = true;

	for (u32 i = 0; i < 300000 && ok; i++) {
		u64 key = next() % KEYS;
		struct life *p = lives_get(&l, key << 40);

		ok = !!p == there[key] && (!p || p->key == key << 40);
		if (p) {
			lives_del(&l, p);
		} else {
			lives_add(&l, key << 40, &gone)->n = 1;
			ok = ok && !gone.n;
		}
		there[key] = !p;
	}
	result(ok, "lives: come and go");
	lives_free(&l);
}

static void test_full(void)
{
	struct lives l = {};
	struct life gone;
	u32 evicted = 0;
	bool ok = true;

	for (u64 key = 1; key <= MAX_LIVES + 1000; key++) {
		lives_add(&l, key, &gone)->n = 1;
		evicted += gone.n;
		if (gone.n)
			ok = ok && !lives_get(&l, gone.key) && gone.key != key;
	}
	result(ok && evicted == 1000 && l.hash.used == MAX_LIVES &&
	       l.n == MAX_LIVES, "lives: one goes for each that comes");
	lives_free(&l);
}

int main(void)
{
	test_hist();
	test_lives();
	test_full();
	printf("1..%d\n", n);
	return failed != 0;
}
