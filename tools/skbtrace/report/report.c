// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "conn/bands.h"
#include "report/report.h"
#include "segment/segments.h"
#include "trace/whole.h"

/*
 * Points of a page: some ten bytes each, and a browser has to draw them. The
 * detail of all connections shrinks until they fit, to that of a narrow screen
 * at worst.
 */
enum { PAGE_POINTS = 800000, MOST_DETAIL = 4096, LEAST_DETAIL = 256 };

struct report *report_new(const struct report_opts *o, struct summary *s)
{
	struct report *r = xcalloc(1, sizeof(*r));

	r->o = *o;
	r->s = s;
	s->draw = true;
	lines_init(&r->lines);
	return r;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	lines_free(&r->lines);
	free(r);
}

void report_segments(struct report *r, struct segments *s)
{
	r->segments = s;
	segments_want_heat(s);
}

static u64 all_points(const struct picture *p)
{
	u64 n = 0;

	for (u32 i = 0; i < p->shown; i++) {
		const struct row *row = p->found[i].row;
		const struct line *l = lines_of(&p->r->lines, row);

		n += row->held.bands->n + (l ? line_points(l) : 0);
	}
	return n;
}

static void thin_to(const struct picture *p, u32 detail)
{
	for (u32 i = 0; i < p->shown; i++) {
		const struct row *row = p->found[i].row;
		struct line *l = lines_of(&p->r->lines, row);

		bands_thin(row->held.bands, detail);
		if (l)
			line_thin(l, detail);
	}
}

static void thin(const struct picture *p)
{
	u32 detail = MOST_DETAIL;

	thin_to(p, detail);
	while (all_points(p) > PAGE_POINTS && detail > LEAST_DETAIL) {
		detail /= 2;
		thin_to(p, detail);
	}
}

static void picture_open(struct picture *p, struct report *r,
			 const struct trace *traces, u64 last, u64 to)
{
	struct sheet *v = &p->view;

	v->s = r->s;
	summary_recorded(r->s, traces, v->recorded);
	summary_close(r->s, traces, last, to);
	why_open(&v->why, r->s, traces, v->recorded);
	p->r = r;
	p->traces = traces;
	p->t0 = traces->clock.t0;
	p->t1 = last < to ? last : to;
	p->n = why_find(&v->why, &p->found);
	p->shown = p->n;
	if (r->o.top && p->shown > r->o.top)
		p->shown = r->o.top;
}

static int draw(const struct picture *p, struct out *o)
{
	if (p->r->o.plot)
		return report_plot(p, o);
	report_page(p, o);
	return 0;
}

static void tell(const struct picture *p)
{
	const char *name = p->r->o.out;

	if (!strcmp(name, "-"))
		return;
	if (p->r->o.plot)
		msg("%s of sk=%llx; a browser shows it", name,
		    (unsigned long long)p->found[0].row->cookie);
	else
		msg("%s: %u of %u connections; a browser shows it", name,
		    p->shown, p->n);
	if (p->shown < p->n && !p->r->o.plot)
		hint("the worst ones; --top, --conn and -S choose others");
}

int report_print(struct report *r, const struct trace *traces, u64 last, u64 to,
		 bool complete)
{
	struct picture p = { .complete = complete };
	struct whole w;
	int code;

	picture_open(&p, r, traces, last, to);
	thin(&p);
	code = whole_open(&w, r->o.out);
	if (!code) {
		code = draw(&p, &w.out);
		if (code)
			whole_drop(&w);
		else
			code = whole_close(&w);
	}
	if (!code)
		tell(&p);
	why_close(&p.view.why);
	free(p.found);
	return code;
}
