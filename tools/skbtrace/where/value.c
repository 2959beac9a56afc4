// SPDX-License-Identifier: GPL-2.0
/* The value behind an operator of --where: is it one of that field? */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"
#include "lib/num.h"
#include "where/tree.h"

/* ---- numbers ---- */

/* What may follow one: times @mul, divided by @div. As the kernel's when=. */
static const struct suffix {
	enum field_unit unit;
	const char *text;
	u64 mul;
	u32 div;
} suffixes[] = {
	{ UNIT_US, "s", 1000000, 1 }, { UNIT_US, "ms", 1000, 1 },
	{ UNIT_US, "us", 1, 1 }, { UNIT_US, "ns", 1, 1000 },
	{ UNIT_NS, "s", 1000000000, 1 }, { UNIT_NS, "ms", 1000000, 1 },
	{ UNIT_NS, "us", 1000, 1 }, { UNIT_NS, "ns", 1, 1 },
	{ UNIT_BYTES, "k", 1 << 10, 1 }, { UNIT_BYTES, "K", 1 << 10, 1 },
	{ UNIT_BYTES, "M", 1 << 20, 1 }, { UNIT_BYTES, "G", 1 << 30, 1 },
	{ UNIT_BPS, "bit/s", 1, 8 }, { UNIT_BPS, "kbit/s", 1000, 8 },
	{ UNIT_BPS, "Mbit/s", 1000000, 8 },
	{ UNIT_BPS, "Gbit/s", 1000000000, 8 },
};

static const struct suffix *suffix_of(enum field_unit unit, const char *text)
{
	static const struct suffix none = { UNIT_NONE, "", 1, 1 };

	if (!*text)
		return &none;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (suffixes[i].unit == unit && !strcmp(suffixes[i].text, text))
			return &suffixes[i];
	return NULL;
}

/* Digits, and some behind a point, of which @x must leave no fraction. */
static bool scaled(const char *s, const struct suffix *x, u64 *v)
{
	u64 place = x->mul;
	bool point = false;

	for (*v = 0; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(*v, 10, v) ||
		    __builtin_add_overflow(*v, *s - '0', v))
			return false;
	if (__builtin_mul_overflow(*v, x->mul, v))
		return false;
	for (; *s == '.' || (*s >= '0' && *s <= '9'); s++) {
		if (*s == '.') {
			if (point)
				return false;
			point = true;
			continue;
		}
		if (place % 10 && *s != '0')
			return false;
		place /= 10;
		if (__builtin_add_overflow(*v, place * (*s - '0'), v))
			return false;
	}
	if (*v % x->div)
		return false;
	*v /= x->div;
	return true;
}

static bool parse_number(const char *s, enum field_unit unit, u64 *v)
{
	const struct suffix *x;

	if (*s < '0' || *s > '9')
		return false;
	if (s[0] == '0' && (s[1] | 0x20) == 'x')
		return parse_u64(s, v);
	x = suffix_of(unit, s + strspn(s, "0123456789."));
	return x && scaled(s, x, v);
}

static bool no_number(const struct where_bound *b, const char *s,
		      struct where_why *why)
{
	const char *noun = "number", *like = "443, 0x1bb; it has no unit";

	switch (b->f ? (enum field_unit)b->f->unit : UNIT_NONE) {
	case UNIT_US:
		noun = "time in whole us";
		like = "500, 500us, 50ms, 1.5s";
		break;
	case UNIT_NS:
		noun = "time in whole ns";
		like = "500, 500us, 50ms, 1.5s";
		break;
	case UNIT_BYTES:
		noun = "number of bytes";
		like = "1460, 64k, 1.5M";
		break;
	case UNIT_BPS:
		noun = "rate";
		like = "94.21Mbit/s, 500kbit/s, or bytes a second";
		break;
	default:
		break;
	}
	snprintf(why->what, sizeof(why->what), "\"%s\" is no %s", s, noun);
	snprintf(why->todo, sizeof(why->todo), "%s", like);
	return false;
}

static bool number(struct where_bound *b, const char *s, struct where_why *why)
{
	bool negative = b->is_signed && *s == '-';

	if (b->f && b->f->flags & FF_INF && !strcmp(s, "inf")) {
		b->number = b->f->size == 8 ? UINT64_MAX :
					      (1ULL << 8 * b->f->size) - 1;
		return true;
	}
	if (!parse_number(s + negative, b->f ? b->f->unit : UNIT_NONE,
			  &b->number) ||
	    (b->is_signed && b->number > INT64_MAX))
		return no_number(b, s, why);
	if (negative)
		b->number = -b->number;
	return true;
}

/* ---- words ---- */

bool where_like(const char *pattern, const char *text)
{
	return strpbrk(pattern, "*?[") ? !fnmatch(pattern, text, 0) :
					 !!strstr(text, pattern);
}

static const struct sym *sym_of(const struct symtab *t, const char *word,
				size_t n)
{
	for (u32 i = 0; i < t->n; i++)
		if (t->v[i].len == n && !memcmp(t->v[i].word, word, n))
			return &t->v[i];
	return NULL;
}

/* As many as there is room for. */
static void list_words(char *buf, size_t size, const char *const *words)
{
	size_t n = snprintf(buf, size, "there are:");

	for (; *words && n + strlen(*words) + 6 < size; words++)
		n += sprintf(buf + n, " %s", *words);
	if (*words)
		strcpy(buf + n, " ...");
}

static bool no_word(const struct where_bound *b, const char *word,
		    struct where_why *why)
{
	const char **words = xcalloc(b->syms->n + 1, sizeof(*words)), *near;

	for (u32 i = 0; i < b->syms->n; i++)
		words[i] = b->syms->v[i].word;
	near = nearest(word, words);
	why->near = near;
	snprintf(why->what, sizeof(why->what), "\"%s\" is no word of it", word);
	if (near)
		snprintf(why->todo, sizeof(why->todo), "did you mean %s?",
			 near);
	else
		list_words(why->todo, sizeof(why->todo), words);
	free(words);
	return false;
}

/* A word, or the number of one that has no word: #17, as text prints it */
static bool one_word(struct where_bound *b, const char *word, size_t n, u64 *v)
{
	const struct sym *s = sym_of(b->syms, word, n);

	if (s) {
		*v = s->val;
		return true;
	}
	return parse_u64(word + (*word == '#'), v);
}

static bool any_like(const struct symtab *t, const char *pattern)
{
	for (u32 i = 0; i < t->n; i++)
		if (where_like(pattern, t->v[i].word))
			return true;
	return *pattern == '#';
}

static bool word(struct where_bound *b, const char *s, struct where_why *why)
{
	if (b->cmp == CMP_LIKE) {
		b->by_text = true;
		return any_like(b->syms, s) || no_word(b, s, why);
	}
	return one_word(b, s, strlen(s), &b->number) || no_word(b, s, why);
}

/* syn|ack, as text prints them */
static bool flags(struct where_bound *b, const char *s, struct where_why *why)
{
	const char *rest = s;
	u64 v;

	while (*rest) {
		size_t n = strcspn(rest, "|");

		if (!one_word(b, rest, n, &v))
			return no_word(b, s, why);
		b->number |= v;
		rest += n + (rest[n] == '|');
	}
	return true;
}

/* ---- the whole ---- */

static bool id(struct where_bound *b, const char *s, struct where_why *why)
{
	if (parse_hex(s, &b->number))
		return true;
	snprintf(why->what, sizeof(why->what), "\"%s\" is no id", s);
	snprintf(why->todo, sizeof(why->todo),
		 "in hex, as text and JSON print it: 1003, 0x1003");
	return false;
}

/* However it is written, it is compared as it is printed. */
static bool address(struct where_bound *b, const char *s, struct where_why *why)
{
	u8 addr[16];

	b->by_text = true;
	if (b->cmp == CMP_LIKE)
		return true;
	if (addr_parse(addr, s)) {
		b->addr[addr_text(b->addr, addr)] = '\0';
		b->text = b->addr;
		return true;
	}
	snprintf(why->what, sizeof(why->what), "\"%s\" is no address", s);
	snprintf(why->todo, sizeof(why->todo),
		 "10.0.0.1, 2001:db8::1, or a glob: ~ '10.0.*'");
	return false;
}

static bool has_cmp(const struct where_bound *b, struct where_why *why)
{
	bool is_number = b->kind == KIND_NUMBER;
	bool is_id = b->kind == KIND_ID;
	bool order = b->cmp != CMP_EQ && b->cmp != CMP_NE && b->cmp != CMP_LIKE;

	if (is_number ? b->cmp != CMP_LIKE :
	    is_id ? !order && b->cmp != CMP_LIKE : !order)
		return true;
	snprintf(why->what, sizeof(why->what), "%s",
		 order ? "it has no order" : "it is no text");
	snprintf(why->todo, sizeof(why->todo), "%s",
		 is_number ? "= != < <= > >=" : is_id ? "= !=" : "= != ~");
	return false;
}

bool where_value(struct where_bound *b, const struct where_term *t,
		 struct where_why *why)
{
	b->cmp = t->cmp;
	b->text = t->value;
	if (!has_cmp(b, why))
		return false;
	switch (b->kind) {
	case KIND_NUMBER:
		return number(b, t->value, why);
	case KIND_WORD:
		return word(b, t->value, why);
	case KIND_FLAGS:
		return flags(b, t->value, why);
	case KIND_ID:
		return id(b, t->value, why);
	case KIND_ADDR:
		return address(b, t->value, why);
	case KIND_TEXT:
	case KIND_NONE:
		break;
	}
	b->by_text = true;
	return true;
}
