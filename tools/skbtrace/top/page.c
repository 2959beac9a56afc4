// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "lib/num.h"
#include "top/page.h"

void page_time(const struct top *t, u64 mono, char buf[16])
{
	struct day_cache day = {};
	u64 real;
	u32 s;

	*buf = '\0';
	if (t->match)
		real = clock_real(&t->traces->clock, mono);
	else if (!t->how.replay)
		real = real_ns();
	else
		return;
	s = day_of(&day, real / NSEC_PER_SEC, false);
	snprintf(buf, 16, "%02u:%02u:%02u", s / 3600 % 24, s / 60 % 60, s % 60);
}

static double rate(const struct top *t)
{
	if (t->now <= t->then)
		return 0;
	return (t->events - t->events_then) * 1e9 / (t->now - t->then);
}

void page_status(const struct top *t, char buf[TOP_LINE], int width)
{
	char time[16], up[NUM_LEN], per_s[NUM_LEN];
	u64 now = t->now ? t->now : t->start;

	page_time(t, now, time);
	fmt_age(up, now > t->start ? now - t->start : 0);
	fmt_rate(per_s, rate(t));
	if (!width || width >= 72)
		snprintf(buf, TOP_LINE, "%s  up %s  %s events/s  lost %llu  %u connections",
			 time, up, per_s, (unsigned long long)t->lost,
			 t->v.all);
	else
		snprintf(buf, TOP_LINE, "%s  %s ev/s  lost %llu  %u conns",
			 time, per_s, (unsigned long long)t->lost, t->v.all);
}

void page_scope(const struct top *t, char buf[TOP_LINE])
{
	const struct scene *v = &t->v;
	u64 from = v->from > t->start ? v->from : t->start;
	char span[NUM_LEN];

	if (!v->s) {
		snprintf(buf, TOP_LINE, "%sno event yet",
			 t->paused ? "PAUSED  " : "");
		return;
	}
	fmt_age(span, v->now > from ? v->now - from : 0);
	snprintf(buf, TOP_LINE, "%s%u in trouble, of the last %s  sorted by %s%s%s%s",
		 t->paused ? "PAUSED  " : "", v->bad, span,
		 top_col_name(t->list.sort),
		 t->list.reverse ? ", reversed" : "",
		 t->filter ? "  where " : "", t->filter ? t->filter : "");
}

void page_doubts(const struct top *t, char buf[TOP_LINE])
{
	struct doubts d = {};
	size_t n = 0;

	*buf = '\0';
	if (!t->v.s)
		return;
	why_doubts(&t->v.sheet.why, &d);
	for (u32 i = 0; i < d.n && n < TOP_LINE; i++)
		n += snprintf(buf + n, TOP_LINE - n, "%s%s", i ? "; " : "",
			      d.text[i]);
	if (t->v.s->left_out && n < TOP_LINE)
		snprintf(buf + n, TOP_LINE - n,
			 "%s%llu more than the %d connections that fit were given up",
			 n ? "; " : "", (unsigned long long)t->v.s->left_out,
			 TOP_MAX_ROWS);
}

/* One line of what "why" prints in several. */
static void one_line(char *buf, const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < TOP_LINE - 3; i++) {
		if (text[i] != '\n')
			buf[n++] = text[i];
		else if (n && i + 1 < len && text[i + 1] != '\n')
			n += sprintf(buf + n, "; ");
	}
	buf[n] = '\0';
}

void page_healthy(const struct top *t, char buf[TOP_LINE])
{
	const struct scene *v = &t->v;
	struct printer pr = {};
	struct out o;

	*buf = '\0';
	if (!v->s)
		return;
	out_open(&o, -1);
	pr.o = &o;
	why_text_healthy(&v->sheet.why, &pr, v->found, v->all);
	one_line(buf, o.buf, o.len);
	out_free(&o);
}
