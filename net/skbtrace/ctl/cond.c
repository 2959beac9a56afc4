// SPDX-License-Identifier: GPL-2.0
/*
 * when=: a condition on the fields of an event.
 *
 *	cond	= term { ("&&" | "||") term }		&& binds tighter
 *	term	= FIELD op (NUMBER [unit] | WORD)
 *	op	= == = != < <= > >= or .eq. .ne. .lt. .le. .gt. .ge.
 *
 * It is checked against the event's table of fields when it is set, so that the
 * hot path, ../cond.c, takes a load and a comparison per term.
 */
#include <linux/ctype.h>
#include <linux/string.h>
#include "../error.h"
#include "cond.h"

static const struct {
	const char	*text;
	u8		op;
} skbtrace_ops[] = {
	/* longer ones first; the first spelling of each is printed */
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

/* Suffixes of a number, which multiply it by @mul / @div */
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

/* The option that is being parsed, for messages. Context: skbtrace_lock. */
static const char *skbtrace_cond_key;

static const char *const skbtrace_unit_suffixes[] = { "_us", "_ns", "_Bps" };

/* The unit may be left out, as in the text of parse: "rtt" is rtt_us. */
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

/* Units that can be compared */
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

/* Does @v, of @negative sign, fit the field? If so, convert it. */
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

/* Digits, maybe with a fraction; times @mul it must be an integer. */
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

/* The range for skbtrace_term_true(), in the order of the type */
static void skbtrace_term_bounds(struct skbtrace_term *term)
{
	u64 bias = term->is_signed ? BIT_ULL(63) : 0;
	u64 want = term->value ^ bias, from = 0, to = U64_MAX;

	switch (term->op) {
	case SKBTRACE_EQ:
	case SKBTRACE_NE:
		from = want;
		to = want;
		term->outside = term->op == SKBTRACE_NE;
		break;
	case SKBTRACE_LT:
		term->outside = !want;
		to = want ? want - 1 : to;
		break;
	case SKBTRACE_LE:
		to = want;
		break;
	case SKBTRACE_GT:
		term->outside = want == U64_MAX;
		from = want < U64_MAX ? want + 1 : from;
		break;
	case SKBTRACE_GE:
		from = want;
		break;
	}
	term->from = from ^ bias;
	term->span = to - from;
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
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_term *term;
	int err;

	lockdep_assert_held(&skbtrace_lock);
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
		if (!err)
			skbtrace_term_bounds(term);
		if (err || !*text)
			return err;
		if (text[0] != text[1])
			return skbtrace_err(-EINVAL, "%s: %s=: \"%.16s\": && or || joins comparisons",
					    ev->name, skbtrace_cond_key, text);
		term->or = *text == '|';
		text += 2;
	}
}

/* The 32-bit values for which a term is true. Return: false: not one range */
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

/* The terms on one field. Return: false: their values are not one range */
static bool skbtrace_field_range(u8 field, struct skbtrace_cond *cond, u32 *low,
				 u32 *span)
{
	u64 from = 0, to = U32_MAX, a, b;
	struct skbtrace_cond rest = {};
	unsigned int i;

	for (i = 0; i < cond->nr; i++) {
		if (cond->term[i].or)
			return false;
		if (cond->term[i].field == field &&
		    skbtrace_term_range(&cond->term[i], &a, &b)) {
			from = max(from, a);
			to = min(to, b);
		} else {
			rest.term[rest.nr++] = cond->term[i];
		}
	}
	/* the range is empty */
	if (rest.nr == cond->nr || from > to)
		return false;
	*cond = rest;
	*low = from;
	*span = to - from;
	return true;
}

/* May the probe of @ev be asked for this field before there is a block? */
static bool skbtrace_has_range(const struct skbtrace_event *ev,
			       const struct skbtrace_term *term)
{
	return !strcmp(ev->fields[term->field].name, ev->range) ||
	       (ev->ranges && term->size == sizeof(u32) && !term->is_signed);
}

/**
 * skbtrace_cond_range() - extract the terms on a field that can be asked first
 * @ev: event
 * @cond: condition; these terms are removed
 * @low: least value for which they are true
 * @span: the greatest one, less @low
 *
 * Return: for skbtrace_slot.ranged: which field, from 1 on; 0 if there is none,
 * or the values of each are not one range
 */
u8 skbtrace_cond_range(const struct skbtrace_event *ev,
		       struct skbtrace_cond *cond, u32 *low, u32 *span)
{
	unsigned int i;
	u8 field;

	for (i = 0; ev->range && i < cond->nr; i++) {
		field = cond->term[i].field;
		if (skbtrace_has_range(ev, &cond->term[i]) &&
		    skbtrace_field_range(field, cond, low, span))
			return field + 1;
	}
	return 0;
}

/**
 * skbtrace_cond_early() - find a field that can be asked before the others
 * @ev: event
 * @cond: condition
 * @slot: result: @ranged, @early, @low and @span; left alone if there is none
 *
 * What is outside of the range is refused; the rest needs all of @cond.
 */
void skbtrace_cond_early(const struct skbtrace_event *ev,
			 const struct skbtrace_cond *cond,
			 struct skbtrace_slot *slot)
{
	const struct skbtrace_term *term;
	struct skbtrace_cond rest = *cond;
	u16 first;

	if (!ev->early)
		return;
	first = skbtrace_find_field(ev, ev->early)->off;
	for (term = cond->term; term < cond->term + cond->nr; term++) {
		if (term->off < first || term->is_signed ||
		    (term->size != sizeof(u16) && term->size != sizeof(u32)) ||
		    !skbtrace_field_range(term->field, &rest, &slot->low,
					  &slot->span))
			continue;
		slot->ranged = term->field + 1;
		slot->early = term->size;
		return;
	}
}

/**
 * skbtrace_cond_follows() - does it ask for what only marks can tell?
 * @ev: event
 * @cond: condition
 *
 * Return: true if a field is one of those that skbtrace_event.follow begins
 */
bool skbtrace_cond_follows(const struct skbtrace_event *ev,
			   const struct skbtrace_cond *cond)
{
	const struct skbtrace_field *first;
	unsigned int i;

	if (!ev->follow)
		return false;
	first = skbtrace_find_field(ev, ev->follow);
	for (i = 0; i < cond->nr; i++)
		if (&ev->fields[cond->term[i].field] >= first)
			return true;
	return false;
}

/* Print a value as it was written, by its word if it has one. */
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

/* Print a condition so that it can be parsed again. */
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
