/* SPDX-License-Identifier: GPL-2.0 */
/* Formats of printf() and printa(). */
#ifndef SKBTRACE_D_FMT_H
#define SKBTRACE_D_FMT_H

#include "d/text.h"
#include "d/tree.h"

enum { FMT_SPEC = 24, FMT_STARS = 2 };	/* most, of a conversion */

struct fmt_part {
	const char *text;	/* before the conversion */
	u32 len;
	char conv;		/* diuxXocspYT; 0: the end, 'n': a newline */
	bool agg;		/* %@d: the aggregation's value */
	u8 size;		/* %hd: 2; 0: of the argument */
	u8 stars;		/* %*.*d: numbers that arguments give */
	char spec[FMT_SPEC + 16];	/* flags, width, precision */
	u32 pos;
	struct fmt_part *next;
};

struct fmt {
	struct fmt_part *parts;
};

/* Of E_STRING @e; NULL after a message. */
struct fmt *fmt_parse(struct program *p, const struct expr *e);
/* Does @t suit? False after a message. */
bool fmt_fits(struct program *p, const struct fmt_part *part,
	      const struct type *t);
/* Can @t be the width or the precision that a "*" stands for? */
bool fmt_star_fits(struct program *p, const struct fmt_part *part,
		   const struct type *t);
/* @part with the numbers of its "*" in their places */
struct fmt_part fmt_starred(const struct fmt_part *part, const s64 *numbers);
/* One conversion with the text before it. */
void fmt_put(struct text *out, const struct fmt_part *part,
	     const struct value *v, const struct type *t);
/* What stands before a conversion. */
void fmt_put_text(struct text *out, const struct fmt_part *part);

#endif
