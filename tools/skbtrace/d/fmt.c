// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "d/fmt.h"
#include "lib/put.h"

/* Digits, or the "*" for which an argument stands */
static const char *skip_number(const char *s, struct fmt_part *part)
{
	if (*s != '*')
		return s + strspn(s, "0123456789");
	part->stars++;
	return s + 1;
}

/* Past the flags, width and precision of a conversion; NULL: too long. */
static const char *skip_spec(const char *s, struct fmt_part *part)
{
	const char *from = s;

	s += strspn(s, "-+ #0'");
	s = skip_number(s, part);
	if (*s == '.')
		s = skip_number(s + 1, part);
	if (s - from >= FMT_SPEC)
		return NULL;
	memcpy(part->spec, from, s - from);
	return s;
}

static const char *skip_size(const char *s, struct fmt_part *part)
{
	if (s[0] == 'h')
		part->size = s[1] == 'h' ? 1 : 2;
	return s + strspn(s, "hlLzjtqw");
}

/* Wide enough to be a mistake, and to fill memory */
static bool too_wide(const struct fmt_part *part)
{
	const char *p = part->spec;
	u32 digits = 0;

	for (; *p; p++) {
		digits = *p >= '0' && *p <= '9' ? digits + 1 : 0;
		if (digits > 4)
			return true;
	}
	return false;
}

static const char *parse_conv(struct program *p, const struct expr *e,
			      const char *s, struct fmt_part *part)
{
	part->agg = *s == '@';
	s = skip_spec(s + part->agg, part);
	if (s && *s == '@' && !part->agg) {	/* %10@d, as in DTrace */
		part->agg = true;
		s++;
	}
	if (!s || too_wide(part)) {
		d_error(p, e->pos, "format: a conversion is too wide");
		return NULL;
	}
	s = skip_size(s, part);
	if (*s && strchr("kA", *s))
		d_error(p, e->pos, "format: %%%c is for stacks and symbols, of which there are none here",
			*s);
	else if (!*s || !strchr("diuxXocspSYT", *s))
		d_error(p, e->pos, "format: \"%%%s%c\" is no conversion",
			part->spec, *s ? *s : ' ');
	part->conv = *s == 'S' ? 's' : *s;
	return p->failed ? NULL : s + 1;
}

struct fmt *fmt_parse(struct program *p, const struct expr *e)
{
	struct fmt *f = pool_get(&p->pool, sizeof(*f));
	struct fmt_part **last = &f->parts;
	const char *s = e->name;

	while (s) {
		struct fmt_part *part = pool_get(&p->pool, sizeof(*part));

		*last = part;
		last = &part->next;
		part->pos = e->pos;
		part->text = s;
		while (*s && *s != '%')
			s++;
		part->len = s - part->text;
		if (!*s)
			return f;
		if (s[1] == '%') {
			part->len++;
			part->conv = '%';
			s += 2;
			continue;
		}
		s = parse_conv(p, e, s + 1, part);
	}
	return NULL;
}

bool fmt_fits(struct program *p, const struct fmt_part *part,
	      const struct type *t)
{
	char buf[TYPE_TEXT];
	bool fits = part->conv == 's' ? t->kind == KIND_STRING :
					t->kind == KIND_INT;

	if (!fits)
		d_error(p, part->pos, "format: %%%s%c is for %s, its argument is %s",
			part->spec, part->conv,
			part->conv == 's' ? "a string" : "an integer",
			type_text(buf, t));
	return fits;
}

bool fmt_star_fits(struct program *p, const struct fmt_part *part,
		   const struct type *t)
{
	char buf[TYPE_TEXT];

	if (t->kind != KIND_INT)
		d_error(p, part->pos, "format: the * of %%%s%c is for an integer, its argument is %s",
			part->spec, part->conv, type_text(buf, t));
	return t->kind == KIND_INT;
}

struct fmt_part fmt_starred(const struct fmt_part *part, const s64 *numbers)
{
	enum { MOST = 9999 };	/* as of a number in the text */
	struct fmt_part to = *part;
	char *o = to.spec;

	for (const char *s = part->spec; *s; s++) {
		s64 n;

		if (*s != '*') {
			*o++ = *s;
			continue;
		}
		n = *numbers++;
		n = n > MOST ? MOST : n < -MOST ? -MOST : n;
		if (n < 0 && o > to.spec && o[-1] == '.')
			o--;	/* as C has it: none is given */
		else
			o += sprintf(o, "%lld", (long long)n);
	}
	*o = '\0';
	return to;
}

/* As C has it: a short argument is extended, a long one cut. */
static s64 cut(s64 v, u8 size, bool is_signed)
{
	switch (size) {
	case 1:
		return is_signed ? (s64)(int8_t)v : (s64)(u8)v;
	case 2:
		return is_signed ? (s64)(int16_t)v : (s64)(u16)v;
	case 4:
		return is_signed ? (s64)(s32)v : (s64)(u32)v;
	}
	return v;
}

/* "%-20.10s"; what it holds is not ended by a NUL, and may be of a stranger. */
static void put_text(struct text *out, const struct fmt_part *part,
		     const char *s, u32 len)
{
	const char *p = part->spec + strspn(part->spec, "-+ #0'");
	bool left = memchr(part->spec, '-', p - part->spec);
	const char *dot = strchr(p, '.');
	u32 width = 0, most = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		width = width * 10 + *p - '0';
	for (p = dot ? dot + 1 : ""; *p; p++)
		most = most * 10 + *p - '0';
	if (dot && len > most)
		len = most;
	if (!left && width > len)
		text_fill(out, ' ', width - len);
	text_put(out, s, len);
	if (left && width > len)
		text_fill(out, ' ', width - len);
}

/* No more than a width, and to which side: printf() is not needed for it. */
static bool is_plain(const char *spec)
{
	spec += strspn(spec, "-");
	return *spec != '0' && !spec[strspn(spec, "0123456789")];
}

static void put_decimal(struct text *out, const struct fmt_part *part, s64 v,
			bool is_signed)
{
	char buf[24], *end = is_signed ? put_s64(buf, v) : put_u64(buf, v);

	put_text(out, part, buf, end - buf);
}

static void put_int(struct text *out, const struct fmt_part *part, s64 v,
		    const struct type *t)
{
	bool is_signed = part->conv == 'd' || part->conv == 'i';
	char spec[48];

	if (part->conv == 'p') {
		textf(out, "0x%llx", (unsigned long long)v);
		return;
	}
	if (part->size || !is_signed)
		v = cut(v, part->size ? part->size : t->size,
			is_signed && t->is_signed);
	if (part->conv == 'c') {
		char c = v;

		text_put(out, &c, 1);
		return;
	}
	if (is_plain(part->spec) && strchr("diu", part->conv)) {
		put_decimal(out, part, v, is_signed);
		return;
	}
	snprintf(spec, sizeof(spec), "%%%sll%c", part->spec, part->conv);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	textf(out, spec, (long long)v);
#pragma GCC diagnostic pop
}

/*
 * A time of walltimestamp: %Y "2026 Nov 30 03:22:18", %T "Mon, 30 Nov 2026
 * 03:22:18 UTC"
 */
static void put_date(struct text *out, const struct fmt_part *part, s64 ns)
{
	time_t s = ns / (s64)NSEC_PER_SEC;
	size_t len = 0;
	char buf[64];
	struct tm tm;

	if (localtime_r(&s, &tm))
		len = part->conv == 'Y' ?
		      strftime(buf, sizeof(buf), "%Y %b %e %H:%M:%S", &tm) :
		      strftime(buf, sizeof(buf), "%a, %d %b %Y %T %Z", &tm);
	if (!len)
		strcpy(buf, "?");
	put_text(out, part, buf, strlen(buf));
}

void fmt_put_text(struct text *out, const struct fmt_part *part)
{
	text_put(out, part->text, part->len);
}

void fmt_put(struct text *out, const struct fmt_part *part,
	     const struct value *v, const struct type *t)
{
	fmt_put_text(out, part);
	if (part->conv == 's')
		put_text(out, part, v->s, v->len);
	else if (part->conv == 'Y' || part->conv == 'T')
		put_date(out, part, v->i);
	else
		put_int(out, part, v->i, t);
}
