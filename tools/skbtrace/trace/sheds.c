// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/sheds.h"

/* At one change in 100 ms these are hours; of more the last are not kept. */
enum { MAX_SHEDS = 1 << 18, LISTED = 3 };

#define SHED(p, field)	((p) + offsetof(struct skbtrace_shed, field))

void rec_shed(const struct rec *r, struct shed *s)
{
	*s = (struct shed){
		.since = ld64(SHED(r->p, since), r->swap),
		.factor = ld32(SHED(r->p, factor), r->swap),
		.was = ld32(SHED(r->p, was), r->swap),
		.share_ppm = ld32(SHED(r->p, share_ppm), r->swap),
		.limit_ppm = ld32(SHED(r->p, limit_ppm), r->swap),
	};
}

/* The first that is not before @since. */
static u32 place_of(const struct sheds *l, u64 since)
{
	u32 from = 0, to = l->n;

	while (from < to) {
		u32 mid = from + (to - from) / 2;

		if (l->v[mid].since < since)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

bool sheds_add(struct sheds *l, const struct shed *s)
{
	u32 at = place_of(l, s->since);

	if ((at < l->n && l->v[at].since == s->since) || l->n == MAX_SHEDS)
		return false;
	if (!(l->n & (l->n - 1)))
		l->v = xrealloc(l->v, sizeof(*l->v) * (l->n ? 2 * l->n : 1));
	memmove(&l->v[at + 1], &l->v[at], (l->n - at) * sizeof(*l->v));
	l->v[at] = *s;
	l->n++;
	return true;
}

void sheds_free(struct sheds *l)
{
	free(l->v);
	*l = (struct sheds){};
}

u32 sheds_factor(const struct sheds *l)
{
	return l->n ? l->v[l->n - 1].factor : 1;
}

char *fmt_ppm(char buf[PPM_TEXT], u32 ppm)
{
	int n = snprintf(buf, PPM_TEXT, "%u.%04u", ppm / 10000, ppm % 10000);

	while (buf[n - 1] == '0')
		n--;
	n -= buf[n - 1] == '.';
	memcpy(buf + n, "%", 2);
	return buf;
}

char *fmt_factor(char buf[PPM_TEXT], u32 factor)
{
	if (factor > 1)
		snprintf(buf, PPM_TEXT, "1/%u", factor);
	else
		snprintf(buf, PPM_TEXT, factor ? "all" : "none");
	return buf;
}

/* "1 of 4 connections" */
static const char *say_part(char buf[32], u32 factor)
{
	if (factor > 1)
		snprintf(buf, 32, "1 of %u connections", factor);
	else
		snprintf(buf, 32, factor ? "all again" : "no connection");
	return buf;
}

static double secs(const struct shed *s, u64 t0)
{
	return (double)(s64)(s->since - t0) / NSEC_PER_SEC;
}

/* No connection is less than one of many. */
static u32 least(const struct sheds *l)
{
	u32 factor = 1;

	for (u32 i = 0; i < l->n && factor; i++)
		if (!l->v[i].factor || l->v[i].factor > factor)
			factor = l->v[i].factor;
	return factor;
}

void sheds_text(const struct sheds *l, u64 t0, char buf[SHEDS_TEXT])
{
	const struct shed *last = l->n ? &l->v[l->n - 1] : NULL;
	char part[32];
	size_t n = 0;

	buf[0] = '\0';
	for (u32 i = 0; l->n <= LISTED && i < l->n; i++)
		n += snprintf(buf + n, SHEDS_TEXT - n, "%sfrom %.3f s on %s",
			      i ? ", " : "", secs(&l->v[i], t0),
			      say_part(part, l->v[i].factor));
	if (l->n <= LISTED)
		return;
	n = snprintf(buf, SHEDS_TEXT, "from %.3f s on a part, at times %s, in %u steps",
		     secs(&l->v[0], t0), say_part(part, least(l)), l->n);
	if (last->factor == 1)
		snprintf(buf + n, SHEDS_TEXT - n, ", from %.3f s on all again",
			 secs(last, t0));
}
