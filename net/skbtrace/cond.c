// SPDX-License-Identifier: GPL-2.0
/*
 * when=: a condition on the fields of an event.
 *
 *	cond	= term { ("&&" | "||") term }		&& binds tighter
 *	term	= FIELD op (NUMBER [unit] | WORD)
 *	op	= == = != < <= > >= or .eq. .ne. .lt. .le. .gt. .ge.
 *
 * All is checked against the event's own table of fields when it is set; what
 * is left for the hot path is a load and a comparison for each term. A field
 * that is not valid agrees with nothing.
 */
#include <linux/ctype.h>
#include <linux/string.h>
#include "internal.h"

static const struct {
	const char	*text;
	u8		op;
} skbtrace_ops[] = {
	/* the longer ones first; the first of each is printed */
	{ "==", SKBTRACE_EQ }, { "!=", SKBTRACE_NE }, { "<=", SKBTRACE_LE },
	{ ">=", SKBTRACE_GE }, { "<", SKBTRACE_LT }, { ">", SKBTRACE_GT },
	{ "=", SKBTRACE_EQ },
	{ ".eq.", SKBTRACE_EQ }, { ".ne.", SKBTRACE_NE },
	{ ".lt.", SKBTRACE_LT }, { ".le.", SKBTRACE_LE },
	{ ".gt.", SKBTRACE_GT }, { ".ge.", SKBTRACE_GE },
};

static const struct {
	const char	*type;
	u8		size;
	bool		is_signed;
} skbtrace_numbers[] = {
	{ "u8", 1 }, { "u16", 2 }, { "u32", 4 }, { "u64", 8 },
	{ "s32", 4, true }, { "s64", 8, true },
};

/* What may follow a number: times @mul, divided by @div */
static const struct skbtrace_factor {
	const char	*unit;		/* of the field */
	const char	*suffix;
	u32		mul;
	u32		div;
} skbtrace_factors[] = {
	{ "us", "s", USEC_PER_SEC, 1 },	{ "us", "ms", USEC_PER_MSEC, 1 },
	{ "us", "us", 1, 1 },		{ "us", "ns", 1, NSEC_PER_USEC },
	{ "ns", "s", NSEC_PER_SEC, 1 },	{ "ns", "ms", NSEC_PER_MSEC, 1 },
	{ "ns", "us", NSEC_PER_USEC, 1 }, { "ns", "ns", 1, 1 },
	{ "bytes", "k", 1U << 10, 1 },	{ "bytes", "K", 1U << 10, 1 },
	{ "bytes", "M", 1U << 20, 1 },	{ "bytes", "G", 1U << 30, 1 },
	{ "Bps", "kbit", 1000, 8 },	{ "Bps", "Mbit", 1000000, 8 },
	{ "Bps", "Gbit", 1000000000, 8 }, { "Bps", "bit", 1, 8 },
};

/* The option that is parsed, for messages. Context: skbtrace_lock. */
static const char *skbtrace_cond_key;

static const char *const skbtrace_unit_suffixes[] = { "_us", "_ns", "_Bps" };

/* "rtt" is rtt_us, as text shows it. */
static bool skbtrace_is_field(const struct skbtrace_field *f, const char *name,
			      size_t len)
{
	unsigned int i;

	if (strncmp(f->name, name, len))
		return false;
	if (!f->name[len])
		return true;
	for (i = 0; i < ARRAY_SIZE(skbtrace_unit_suffixes); i++)
		if (!strcmp(f->name + len, skbtrace_unit_suffixes[i]))
			return true;
	return false;
}

/* Those that can be compared: numbers that mean something by themselves */
static int skbtrace_number_type(const struct skbtrace_field *f)
{
	static const char *const no[] = {
		"sseq", "rseq", "dseq", "sym", "pkt"
	};
	unsigned int i;

	if (!strncmp(f->name, "spare", 5))
		return -1;
	for (i = 0; i < ARRAY_SIZE(no); i++)
		if (!strcmp(f->unit, no[i]))
			return -1;
	for (i = 0; i < ARRAY_SIZE(skbtrace_numbers); i++)
		if (!strcmp(f->type, skbtrace_numbers[i].type))
			return i;
	return -1;
}

static int skbtrace_no_cond_field(const struct skbtrace_event *ev,
				  const char *name, size_t len)
{
	char list[SKBTRACE_ERROR_MAX / 2] = "";
	size_t n = 0;
	unsigned int i;

	for (i = 0; i < ev->nr_fields; i++)
		if (skbtrace_number_type(&ev->fields[i]) >= 0)
			n += scnprintf(list + n, sizeof(list) - n, " %s",
				       ev->fields[i].name);
	return skbtrace_err(-EINVAL, "%s: %s=: no field \"%.*s\" to compare; there are%s",
			    ev->name, skbtrace_cond_key,
			    (int)min_t(size_t, len, 32), name, list);
}

static int skbtrace_cond_field(const struct skbtrace_event *ev,
			       const char **text, struct skbtrace_term *term)
{
	size_t len = 0;
	unsigned int i;
	int type;

	while (isalnum((*text)[len]) || (*text)[len] == '_')
		len++;
	for (i = 0; len && i < ev->nr_fields; i++) {
		type = skbtrace_number_type(&ev->fields[i]);
		if (type < 0 || !skbtrace_is_field(&ev->fields[i], *text, len))
			continue;
		term->field = i;
		term->off = ev->fields[i].off;
		term->size = skbtrace_numbers[type].size;
		term->is_signed = skbtrace_numbers[type].is_signed;
		term->na = strstr(ev->fields[i].flags, "na");
		*text += len;
		return 0;
	}
	return skbtrace_no_cond_field(ev, *text, len);
}

static int skbtrace_cond_op(const struct skbtrace_event *ev, const char **text,
			    struct skbtrace_term *term)
{
	size_t len;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skbtrace_ops); i++) {
		len = strlen(skbtrace_ops[i].text);
		if (strncmp(*text, skbtrace_ops[i].text, len))
			continue;
		term->op = skbtrace_ops[i].op;
		*text += len;
		return 0;
	}
	return skbtrace_err(-EINVAL, "%s: %s=: condition has no operator after %s; did the shell take the >? Quote the -e argument",
			    ev->name, skbtrace_cond_key,
			    ev->fields[term->field].name);
}

static int skbtrace_cond_word(const struct skbtrace_event *ev, const char *word,
			      size_t len, struct skbtrace_term *term)
{
	const struct skbtrace_field *field = &ev->fields[term->field];
	const struct skbtrace_syms *syms;
	unsigned int i;

	if (term->op != SKBTRACE_EQ && term->op != SKBTRACE_NE)
		return skbtrace_err(-EINVAL, "%s: %s=: words of %s have no order: == or !=",
				    ev->name, skbtrace_cond_key, field->name);
	syms = skbtrace_find_syms(ev, field->unit);
	for (i = 0; syms && i < syms->nr; i++) {
		if (!syms->tab[i].word ||
		    strlen(syms->tab[i].word) != len ||
		    strncmp(syms->tab[i].word, word, len))
			continue;
		term->value = syms->tab[i].value;
		return 0;
	}
	return skbtrace_err(-EINVAL, "%s: %s=: \"%.*s\" is no %s; \"format\" lists them under syms %s",
			    ev->name, skbtrace_cond_key,
			    (int)min_t(size_t, len, 32), word,
			    field->name, strchr(field->unit, ':') + 1);
}

static const struct skbtrace_factor *
skbtrace_cond_factor(const char *unit, const char *suffix, size_t len)
{
	unsigned int i;

	/* Mbit/s and the like */
	if (!strcmp(unit, "Bps") && len > 2 &&
	    !strncmp(suffix + len - 2, "/s", 2))
		len -= 2;
	for (i = 0; i < ARRAY_SIZE(skbtrace_factors); i++)
		if (!strcmp(skbtrace_factors[i].unit, unit) &&
		    strlen(skbtrace_factors[i].suffix) == len &&
		    !strncmp(skbtrace_factors[i].suffix, suffix, len))
			return &skbtrace_factors[i];
	return NULL;
}

static int skbtrace_no_number(const struct skbtrace_event *ev,
			      const struct skbtrace_term *term,
			      const char *text, size_t len)
{
	const struct skbtrace_field *field = &ev->fields[term->field];
	char list[64] = "";
	size_t n = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skbtrace_factors); i++)
		if (!strcmp(skbtrace_factors[i].unit, field->unit))
			n += scnprintf(list + n, sizeof(list) - n, " %s",
				       skbtrace_factors[i].suffix);
	return skbtrace_err(-EINVAL, "%s: %s=: \"%.*s\" is no number for %s (%s type)%s%s",
			    ev->name, skbtrace_cond_key,
			    (int)min_t(size_t, len, 32), text,
			    field->name, field->type,
			    n ? "; units:" : "", list);
}

/* Does @v, of @negative sign, fit the field? Then it is what that holds. */
static bool skbtrace_cond_fits(struct skbtrace_term *term, u64 v, bool negative)
{
	u64 max = term->size == 8 ? U64_MAX : BIT_ULL(term->size * 8) - 1;

	if (term->is_signed)
		max >>= 1;
	if (v > max || (negative && !term->is_signed))
		return false;
	term->value = negative ? -v : v;
	return true;
}

/* Digits, and some after a point, which @mul must make whole. */
static bool skbtrace_cond_digits(const char **p, u64 *v, u64 mul)
{
	u64 unit = mul;

	if (!isdigit(**p))
		return false;
	for (*v = 0; isdigit(**p); ++*p)
		if (check_mul_overflow(*v, 10ULL, v) ||
		    check_add_overflow(*v, (u64)(**p - '0'), v))
			return false;
	if (check_mul_overflow(*v, mul, v))
		return false;
	if (**p != '.' || !isdigit((*p)[1]))
		return true;
	for (++*p; isdigit(**p); ++*p) {
		if (unit % 10 && **p != '0')
			return false;
		unit = div_u64(unit, 10);
		if (check_add_overflow(*v, unit * (**p - '0'), v))
			return false;
	}
	return true;
}

static int skbtrace_cond_number(const struct skbtrace_event *ev,
				const char *text, size_t len,
				struct skbtrace_term *term)
{
	const struct skbtrace_factor *factor = NULL;
	const char *p = text, *digits, *end = text + len;
	bool negative = *p == '-';
	u64 v;

	p += negative;
	digits = p;
	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		p += 2;
		for (v = 0; p < end && isxdigit(*p) && v < BIT_ULL(60); p++)
			v = v << 4 | hex_to_bin(*p);
		if (p != end || p == digits + 2)
			goto bad;
		goto got;
	}
	while (p < end && (isdigit(*p) || *p == '.'))
		p++;
	if (p < end) {
		factor = skbtrace_cond_factor(ev->fields[term->field].unit, p,
					      end - p);
		if (!factor)
			goto bad;
	}
	if (!skbtrace_cond_digits(&digits, &v, factor ? factor->mul : 1) ||
	    digits != p)
		goto bad;
	if (factor)
		v = div_u64(v, factor->div);
got:
	if (skbtrace_cond_fits(term, v, negative))
		return 0;
bad:
	return skbtrace_no_number(ev, term, text, len);
}

static int skbtrace_cond_value(const struct skbtrace_event *ev,
			       const char **text, struct skbtrace_term *term)
{
	const char *value = *text;
	size_t len = strcspn(value, "&|");

	*text += len;
	if (strncmp(ev->fields[term->field].unit, "enum:", 5) ||
	    isdigit(*value))
		return skbtrace_cond_number(ev, value, len, term);
	return skbtrace_cond_word(ev, value, len, term);
}

/**
 * skbtrace_parse_cond() - parse a condition
 * @ev: event
 * @key: option that it is the value of, for messages
 * @text: condition
 * @cond: the result
 *
 * Context: skbtrace_lock.
 * Return: 0 or -EINVAL, told in "error"
 */
int skbtrace_parse_cond(const struct skbtrace_event *ev, const char *key,
			const char *text, struct skbtrace_cond *cond)
{
	struct skbtrace_term *term;
	int err;

	skbtrace_cond_key = key;
	memset(cond, 0, sizeof(*cond));
	for (;;) {
		if (cond->nr == SKBTRACE_COND_TERMS)
			return skbtrace_err(-EINVAL, "%s: %s=: more than %u comparisons",
					    ev->name, skbtrace_cond_key,
					    SKBTRACE_COND_TERMS);
		term = &cond->term[cond->nr++];
		err = skbtrace_cond_field(ev, &text, term);
		if (!err)
			err = skbtrace_cond_op(ev, &text, term);
		if (!err)
			err = skbtrace_cond_value(ev, &text, term);
		if (err || !*text)
			return err;
		if (text[0] != text[1])
			return skbtrace_err(-EINVAL, "%s: %s=: \"%.16s\": && or || joins comparisons",
					    ev->name, skbtrace_cond_key, text);
		term->or = *text == '|';
		text += 2;
	}
}

/* The values that a term wants, of 32 bits. Return: false: not one range */
static bool skbtrace_term_range(const struct skbtrace_term *term, u64 *from,
				u64 *to)
{
	*from = 0;
	*to = U32_MAX - term->na;
	switch (term->op) {
	case SKBTRACE_EQ:
		*from = term->value;
		*to = min(*to, term->value);
		return true;
	case SKBTRACE_LT:
		*to = min(*to, term->value - 1);
		return term->value;
	case SKBTRACE_LE:
		*to = min(*to, term->value);
		return true;
	case SKBTRACE_GT:
		*from = term->value + 1;
		return true;
	case SKBTRACE_GE:
		*from = term->value;
		return true;
	default:
		return false;
	}
}

/**
 * skbtrace_cond_range() - what of a condition is about skbtrace_event.range
 * @ev: event
 * @cond: condition; these terms are taken out of it
 * @low: least value that is wanted
 * @span: the greatest one, less @low
 *
 * Return: false if there is none such, or it is not that simple
 */
bool skbtrace_cond_range(const struct skbtrace_event *ev,
			 struct skbtrace_cond *cond, u32 *low, u32 *span)
{
	u64 from = 0, to = U32_MAX, a, b;
	struct skbtrace_cond rest = {};
	unsigned int i;

	for (i = 0; ev->range && i < cond->nr; i++) {
		if (cond->term[i].or)
			return false;
		if (!strcmp(ev->fields[cond->term[i].field].name, ev->range) &&
		    skbtrace_term_range(&cond->term[i], &a, &b)) {
			from = max(from, a);
			to = min(to, b);
		} else {
			rest.term[rest.nr++] = cond->term[i];
		}
	}
	/* nothing at all is left to the terms themselves */
	if (!ev->range || rest.nr == cond->nr || from > to)
		return false;
	*cond = rest;
	*low = from;
	*span = to - from;
	return true;
}

static u64 skbtrace_term_load(const struct skbtrace_term *term,
			      const void *block)
{
	const void *p = block + term->off;

	switch (term->size) {
	case 1:
		return *(const u8 *)p;
	case 2:
		return *(const u16 *)p;
	case 4:
		return term->is_signed ? (u64)*(const s32 *)p :
					 *(const u32 *)p;
	default:
		return *(const u64 *)p;
	}
}

static bool skbtrace_term_not_valid(const struct skbtrace_term *term, u64 v)
{
	if (!term->na)
		return false;
	return term->is_signed || term->size == 8 ?
	       v == U64_MAX : v == BIT_ULL(term->size * 8) - 1;
}

static bool skbtrace_term_true(const struct skbtrace_term *term,
			       const void *block)
{
	u64 v = skbtrace_term_load(term, block), want = term->value;

	if (skbtrace_term_not_valid(term, v))
		return false;
	if (term->is_signed) {
		v ^= BIT_ULL(63);	/* so that unsigned order is signed */
		want ^= BIT_ULL(63);
	}
	switch (term->op) {
	case SKBTRACE_EQ:
		return v == want;
	case SKBTRACE_NE:
		return v != want;
	case SKBTRACE_LT:
		return v < want;
	case SKBTRACE_LE:
		return v <= want;
	case SKBTRACE_GT:
		return v > want;
	default:
		return v >= want;
	}
}

/**
 * skbtrace_cond_true() - does a block agree?
 * @cond: condition
 * @block: block of the event, all its fields filled in
 *
 * Context: probe.
 * Return: true if it does
 */
bool skbtrace_cond_true(const struct skbtrace_cond *cond, const void *block)
{
	const struct skbtrace_term *term = cond->term;
	const struct skbtrace_term *end = term + cond->nr;
	bool all = true;

	for (; term < end; term++) {
		all = all && skbtrace_term_true(term, block);
		if (term->or && all)
			return true;
		if (term->or)
			all = true;
	}
	return all;
}

/* A value as it was written, if it has a word */
static const char *skbtrace_term_word(const struct skbtrace_event *ev,
				      const struct skbtrace_term *term)
{
	const char *unit = ev->fields[term->field].unit;
	const struct skbtrace_syms *syms;
	unsigned int i;

	if (strncmp(unit, "enum:", 5) ||
	    (term->op != SKBTRACE_EQ && term->op != SKBTRACE_NE))
		return NULL;
	syms = skbtrace_find_syms(ev, unit);
	for (i = 0; syms && i < syms->nr; i++)
		if (syms->tab[i].value == term->value && !syms->tab[i].alias)
			return syms->tab[i].word;
	return NULL;
}

/* In a form that parses again. */
void skbtrace_print_cond(struct seq_file *m, const struct skbtrace_event *ev,
			 const struct skbtrace_cond *cond)
{
	const struct skbtrace_term *term;
	unsigned int i, op;
	const char *word;

	for (i = 0; i < cond->nr; i++) {
		term = &cond->term[i];
		for (op = 0; skbtrace_ops[op].op != term->op; op++)
			;
		seq_printf(m, "%s%s", ev->fields[term->field].name,
			   skbtrace_ops[op].text);
		word = skbtrace_term_word(ev, term);
		if (word)
			seq_puts(m, word);
		else if (term->is_signed)
			seq_printf(m, "%lld", (s64)term->value);
		else
			seq_printf(m, "%llu", term->value);
		if (i + 1 < cond->nr)
			seq_puts(m, term->or ? "||" : "&&");
	}
}
