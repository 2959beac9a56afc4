// SPDX-License-Identifier: GPL-2.0
/* Numbers and short words against printf(). TAP. */
#include <stdio.h>
#include <string.h>

#include "lib/put.h"
#include "tests/tap.h"

static bool same_u64(u64 v)
{
	char is[32], want[32];

	*put_u64(is, v) = '\0';
	snprintf(want, sizeof(want), "%llu", (unsigned long long)v);
	return !strcmp(is, want);
}

/* Numbers at which the count of digits, or of bits, changes */
static bool all_lengths(void)
{
	bool ok = same_u64(0);

	for (u64 ten = 1, i = 0; i < 20; i++, ten *= 10)
		ok = ok && same_u64(ten - 1) && same_u64(ten) &&
		     same_u64(ten + 1);
	for (u32 bit = 0; bit < 64; bit++)
		ok = ok && same_u64((1ULL << bit) - 1) &&
		     same_u64(1ULL << bit) && same_u64((1ULL << bit) + 1);
	return ok && same_u64(UINT64_MAX);
}

static bool same_s64(s64 v)
{
	char is[32], want[32];

	*put_s64(is, v) = '\0';
	snprintf(want, sizeof(want), "%lld", (long long)v);
	return !strcmp(is, want);
}

/* Words as long as the pieces that are copied, a byte shorter and longer */
static bool all_words(void)
{
	char from[4 * PUT_PIECE], to[4 * PUT_PIECE];
	bool ok = true;

	for (size_t len = 0; len <= 3 * PUT_PIECE; len++) {
		memset(from, 'a' + len % 26, sizeof(from));
		memset(to, 0, sizeof(to));
		ok = ok && put_short(to, from, len) == to + len &&
		     !memcmp(to, from, len);
	}
	return ok;
}

int main(void)
{
	result(all_lengths(), "numbers of all lengths");
	result(same_s64(INT64_MIN) && same_s64(-1) && same_s64(INT64_MAX),
	       "signed numbers");
	result(all_words(), "words of all lengths");
	printf("1..%d\n", n);
	return failed != 0;
}
