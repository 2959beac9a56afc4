// SPDX-License-Identifier: GPL-2.0
/*
 * One connection as SVG: bytes over time as in tcptrace, on bands of what held
 * it back; below it the congestion window, and round trips.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/bands.h"
#include "report/palette.h"
#include "report/report.h"
#include "report/svg.h"

enum { WIDTH = 1200, HEIGHT = 880, LEFT = 86, RIGHT = 24 };

struct plot {
	const struct picture *p;
	const struct row *r;
	struct line *l;
	struct out *o;
	u64 t0, t1;
};

static void put_colors(struct out *o, bool dark)
{
	for (const struct paint *c = palette; c->name; c++) {
		const char *color = dark ? c->dark : c->light;

		outf(o, ".%s{stroke:%s}.f-%s{fill:%s}", c->name, color,
		     c->name, color);
	}
}

static void put_style(struct out *o)
{
	outf(o, "<style>\ntext{font:13px system-ui,'DejaVu Sans',sans-serif}"
	     ".head{font-weight:600}.title{font-size:17px}.tick{font-size:12px}"
	     "path,line,.frame{fill:none;stroke-width:1.5}.grid{stroke-width:1}"
	     ".dot{stroke-width:3;stroke-linecap:round}"
	     ".flag{stroke-width:1;stroke-dasharray:3 3}"
	     ".tint{opacity:.2}\n");
	put_colors(o, false);
	outf(o, "\n@media (prefers-color-scheme:dark){");
	put_colors(o, true);
	outf(o, "}\n</style>\n");
}

static const char *band_class(const char *word)
{
	static char class[40];
	const struct paint *c;

	for (c = palette; c->name; c++)
		if (!strncmp(c->name, "held-", 5) && !strcmp(c->name + 5, word))
			break;
	snprintf(class, sizeof(class), "f-%s", c->name ? c->name :
		 "held-other");
	return class;
}

/* ---- ranges ---- */

static void range_of(const struct points *s, double *v0, double *v1)
{
	for (u32 i = 0; s && i < s->n; i++) {
		*v0 = s->v[i].v < *v0 ? s->v[i].v : *v0;
		*v1 = s->v[i].v > *v1 ? s->v[i].v : *v1;
	}
}

/* The range of bytes in this range of time. */
static void seq_range(const struct plot *pl, struct chart *c)
{
	const struct points *acked = pl->l->q[Q_ACKED];
	double v0 = acked && acked->n ? acked->v[0].v : 0, v1 = v0;

	range_of(acked, &v0, &v1);
	range_of(pl->l->q[Q_NEXT], &v0, &v1);
	range_of(pl->l->q[Q_SENT], &v0, &v1);
	c->v0 = v0;
	c->v1 = v1 + (v1 - v0) * 0.1 + 1;
	c->unit = v1 - v0 >= 2e9 ? 1e9 : v1 - v0 >= 2e6 ? 1e6 :
		  v1 - v0 >= 2e3 ? 1e3 : 1;
	c->title = c->unit == 1e9 ? "Sequence, GB" :
		   c->unit == 1e6 ? "Sequence, MB" :
		   c->unit == 1e3 ? "Sequence, kB" : "Sequence, bytes";
}

/* From 0 to what @of reach, all of the axis in @unit. */
static void top_range(const struct plot *pl, struct chart *c,
		      const enum quantity *of, u32 n, double unit)
{
	c->v0 = 0;
	c->v1 = 0;
	for (u32 i = 0; i < n; i++)
		range_of(pl->l->q[of[i]], &c->v0, &c->v1);
	c->v1 = c->v1 ? c->v1 * 1.15 : unit;
	c->unit = unit;
}

/* ---- what held it back ---- */

static void put_bands(const struct plot *pl, const struct chart *c, bool strip)
{
	const struct bands *b = pl->r->held.bands;
	char class[40];

	for (u32 i = 0; pl->r->held.told && i < b->n; i++) {
		double x = chart_x(c, b->v[i].from);
		double w = chart_x(c, b->v[i].to) - x;
		const char *word = band_class(b->v[i].word);

		snprintf(class, sizeof(class), "tint %s", word);
		svg_rect(pl->o, x, c->y, w, c->h, class);
		if (strip)
			svg_rect(pl->o, x, c->y, w, 10, word);
	}
}

static void put_shares(const struct plot *pl, double y)
{
	struct held_part part[MAX_PARTS];
	u32 n = row_parts(pl->r, part);
	double x = LEFT;
	char text[80];

	svg_text(pl->o, x, y, SVG_START, "head f-text", "Held back by");
	x += 100;
	for (u32 i = 0; i < n && x < WIDTH - 120; i++) {
		snprintf(text, sizeof(text), "%s %u%%", part[i].word,
			 part[i].percent);
		svg_rect(pl->o, x, y - 11, 12, 12, band_class(part[i].word));
		svg_text(pl->o, x + 17, y, SVG_START, "f-text", text);
		x += 34 + 8 * strlen(text);
	}
	if (!n)
		svg_text(pl->o, x, y, SVG_START, "f-text", "not known");
	else if (!pl->r->held.told)
		svg_text(pl->o, x, y, SVG_START, "tick f-quiet",
			 "no bands: tcp_sendlimit was not recorded");
}

/* ---- marks ---- */

/* The tooltip. */
static void put_hint(const struct plot *pl, const struct mark *m)
{
	outf(pl->o, "<title>%.6f s ", (m->t - pl->p->t0) / 1e9);
	svg_escaped(pl->o, fact_events[m->what]);
	outf(pl->o, " ");
	svg_escaped(pl->o, m->word ? m->word : "");
	if (m->n > 1)
		outf(pl->o, ", %u alike", m->n);
	outf(pl->o, ", event %u:%llu</title>", m->no.cpu,
	     (unsigned long long)m->no.seq);
}

static void put_shapes(const struct plot *pl, const struct chart *c)
{
	for (u32 i = 0; i < pl->l->marks.n; i++) {
		const struct mark *m = &pl->l->marks.v[i];
		double x = chart_x(c, m->t), y = chart_y(c, m->seq);

		if (!m->has_seq)
			continue;
		if (m->what == FACT_DROP)
			outf(pl->o, "<path class=\"dropped\" d=\"M%.1f %.1fl8 8m-8 0l8 -8\">",
			     x - 4, y - 4);
		else
			outf(pl->o, "<path class=\"resent\" d=\"M%.1f %.1fl5 9h-10z\">",
			     x, y - 5);
		put_hint(pl, m);
		outf(pl->o, "</path>\n");
	}
}

/* Marks without a byte offset; a word at the top, if there is space. */
static void put_flags(const struct plot *pl, const struct chart *c)
{
	double free = 0;

	for (u32 i = 0; i < pl->l->marks.n; i++) {
		const struct mark *m = &pl->l->marks.v[i];
		const char *word = m->word ? m->word : fact_events[m->what];
		double x = chart_x(c, m->t);

		if (m->has_seq)
			continue;
		outf(pl->o, "<path class=\"flag\" d=\"M%.1f %.1fv%.1f\">", x,
		     c->y, c->h);
		put_hint(pl, m);
		outf(pl->o, "</path>\n");
		if (x < free || x + 7 * strlen(word) > c->x + c->w)
			continue;
		svg_text(pl->o, x + 3, c->y + 23, SVG_START, "tick f-quiet",
			 word);
		free = x + 7 * strlen(word) + 8;
	}
}

/* ---- charts ---- */

struct key {
	enum quantity of;	/* left out without it; Q_NR: a mark */
	const char *class, *text;
	char shape;		/* '-': a line, 'x' '^' '.' as they look */
};

/* From the right end, above the chart. */
static void put_keys(const struct plot *pl, const struct chart *c,
		     const struct key *keys, u32 n)
{
	double x = c->x + c->w - 4, y = c->y - 6;

	while (n--) {
		const struct key *k = &keys[n];

		if (k->of != Q_NR && !pl->l->q[k->of])
			continue;
		x -= 7.2 * strlen(k->text);
		svg_text(pl->o, x, y, SVG_START, "f-text", k->text);
		x -= 22;
		if (k->shape == '-')
			svg_line(pl->o, x, y - 4, x + 16, y - 4, k->class);
		else if (k->shape == '.')
			outf(pl->o, "<path class=\"%s dot\" d=\"M%.1f %.1fh0m5 0h0m5 0h0\"/>\n",
			     k->class, x + 2, y - 4);
		else
			outf(pl->o, "<path class=\"%s\" d=\"M%.1f %.1f%s\"/>\n",
			     k->class, x + 8, y - 8, k->shape == 'x' ?
			     "m-4 0l8 8m-8 0l8 -8" : "l5 9h-10z");
		x -= 14;
	}
}

static struct chart chart_at(const struct plot *pl, int id, double y, double h)
{
	return (struct chart){ .x = LEFT, .y = y, .w = WIDTH - LEFT - RIGHT,
			       .h = h, .t0 = pl->t0, .t1 = pl->t1, .id = id };
}

static void put_sequence(const struct plot *pl)
{
	static const struct key keys[] = {
		{ Q_NEXT, "curve-0", "sent up to", '-' },
		{ Q_ACKED, "curve-1", "acknowledged", '-' },
		{ Q_EDGE, "curve-2", "window ends", '-' },
		{ Q_SENT, "curve-0", "packets", '.' },
		{ Q_NR, "resent", "sent again", '^' },
		{ Q_NR, "dropped", "dropped", 'x' },
	};
	struct chart c = chart_at(pl, 1, 104, 390);

	seq_range(pl, &c);
	chart_open(pl->o, &c, pl->p->t0, false);
	put_bands(pl, &c, true);
	put_flags(pl, &c);
	chart_curve(pl->o, &c, pl->l->q[Q_EDGE], true, "curve-2");
	chart_curve(pl->o, &c, pl->l->q[Q_NEXT], true, "curve-0");
	chart_curve(pl->o, &c, pl->l->q[Q_ACKED], true, "curve-1");
	chart_dots(pl->o, &c, pl->l->q[Q_SENT], "curve-0 dot");
	put_shapes(pl, &c);
	chart_close(pl->o);
	put_keys(pl, &c, keys, ARRAY_SIZE(keys));
}

static void put_window(const struct plot *pl)
{
	static const struct key keys[] = {
		{ Q_CWND, "curve-0", "snd_cwnd", '-' },
		{ Q_SSTHRESH, "curve-2", "ssthresh", '-' },
		{ Q_INFLIGHT, "curve-1", "in flight", '-' },
	};
	static const enum quantity of[] = { Q_CWND, Q_INFLIGHT };
	struct chart c = chart_at(pl, 2, 536, 120);

	top_range(pl, &c, of, ARRAY_SIZE(of), 1);
	c.title = "Congestion window, segments";
	chart_open(pl->o, &c, pl->p->t0, false);
	put_bands(pl, &c, false);
	chart_curve(pl->o, &c, pl->l->q[Q_SSTHRESH], true, "curve-2");
	chart_curve(pl->o, &c, pl->l->q[Q_INFLIGHT], true, "curve-1");
	chart_curve(pl->o, &c, pl->l->q[Q_CWND], true, "curve-0");
	chart_close(pl->o);
	put_keys(pl, &c, keys, ARRAY_SIZE(keys));
}

static void put_rtt(const struct plot *pl)
{
	static const struct key keys[] = {
		{ Q_RTT, "curve-0", "RTT sample", '.' },
		{ Q_SRTT, "curve-2", "srtt", '-' },
		{ Q_ANSWER, "resent", "answer of the peer", '.' },
	};
	static const enum quantity of[] = { Q_RTT, Q_SRTT, Q_ANSWER };
	struct chart c = chart_at(pl, 3, 698, 110);

	top_range(pl, &c, of, ARRAY_SIZE(of), 1000);
	c.title = "Round trips, ms";
	chart_open(pl->o, &c, pl->p->t0, true);
	put_bands(pl, &c, false);
	chart_dots(pl->o, &c, pl->l->q[Q_RTT], "curve-0 dot");
	chart_dots(pl->o, &c, pl->l->q[Q_ANSWER], "resent dot");
	chart_curve(pl->o, &c, pl->l->q[Q_SRTT], false, "curve-2");
	chart_close(pl->o);
	put_keys(pl, &c, keys, ARRAY_SIZE(keys));
}

/* ---- the whole ---- */

/* A sentence in two lines; longer ones are cut. */
static void put_lines(const struct plot *pl, char *text)
{
	enum { COLUMNS = 140 };
	char *rest = NULL;

	if (strlen(text) > COLUMNS) {
		rest = memrchr(text, ' ', COLUMNS);
		rest = rest ? rest : text + COLUMNS;
		*rest++ = '\0';
	}
	svg_text(pl->o, LEFT, 52, SVG_START, "f-text", text);
	if (!rest)
		return;
	if (strlen(rest) > COLUMNS)
		strcpy(rest + COLUMNS - 3, "...");
	svg_text(pl->o, LEFT, 69, SVG_START, "f-text", rest);
}

static void put_title(const struct plot *pl)
{
	const struct task *t = pl->r->facts.tgid && pl->r->trace ?
		names_task(pl->r->trace->names, pl->r->facts.tgid) : NULL;
	struct case_file f;
	char *title = xasprintf("%s  sk=%llx  %s[%u]",
				pl->r->name ? pl->r->name : "-",
				(unsigned long long)pl->r->cookie,
				t ? t->text : "", pl->r->facts.tgid);

	if (!t)
		*strrchr(title, '[') = '\0';

	outf(pl->o, "<title>skbtrace: ");
	svg_escaped(pl->o, title);
	outf(pl->o, "</title>\n");
	svg_rect(pl->o, 0, 0, WIDTH, HEIGHT, "f-back");
	svg_text(pl->o, LEFT, 30, SVG_START, "head title f-text", title);
	why_judge(&pl->p->view.why, pl->r, &f);
	if (f.n && f.v[0].rule->kind < RULE_UNKNOWN) {
		char *text = xasprintf("%s, %s: %s", f.v[0].rule->name,
				       sure_words[f.v[0].sure], f.v[0].text);

		put_lines(pl, text);
		free(text);
	}
	free(title);
}

/* A note that the picture is not complete. */
static void put_note(const struct plot *pl)
{
	u64 seen = 0, step = 0, points = line_points(pl->l);
	char text[200];

	for (int i = 0; i < Q_NR; i++) {
		const struct points *s = pl->l->q[i];

		seen += s ? s->seen : 0;
		step = s && s->step > step ? s->step : step;
	}
	if (step)
		snprintf(text, sizeof(text), "Thinned: %llu of %llu points; of each %.3f ms first, least, greatest and last. --since, --until show more.",
			 (unsigned long long)points, (unsigned long long)seen,
			 step / 1e6);
	else
		snprintf(text, sizeof(text), "All %llu points are drawn.",
			 (unsigned long long)points);
	svg_text(pl->o, LEFT, HEIGHT - 14, SVG_START, "tick f-quiet", text);
}

static void put_all(const struct plot *pl)
{
	outf(pl->o, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n",
	     WIDTH, HEIGHT);
	put_style(pl->o);
	put_title(pl);
	put_sequence(pl);
	put_window(pl);
	put_rtt(pl);
	put_shares(pl, HEIGHT - 36);
	put_note(pl);
	outf(pl->o, "</svg>\n");
}

static int not_one(const struct picture *p)
{
	if (!p->n)
		return fail(EXIT_FAILED, "no such connection in the recording; skbtrace parse --summary lists them");
	msg("%u connections match, one is drawn:", p->n);
	for (u32 i = 0; i < p->n && i < 8; i++)
		hint("skbtrace plot sk=%llx    %s",
		     (unsigned long long)p->found[i].row->cookie,
		     p->found[i].row->name ? p->found[i].row->name : "-");
	if (p->n > 8)
		hint("and %u more", p->n - 8);
	return EXIT_USAGE;
}

int report_plot(const struct picture *p, struct out *o)
{
	struct plot pl = { .p = p, .o = o };

	if (p->n != 1)
		return not_one(p);
	pl.r = p->found[0].row;
	pl.l = lines_of(&p->r->lines, pl.r);
	if (!pl.l)
		return fail(EXIT_FAILED, "nothing of sk=%llx can be drawn: too many connections; --conn chooses one",
			    (unsigned long long)pl.r->cookie);
	pl.t0 = pl.r->first;
	pl.t1 = row_end(pl.r);
	pl.t1 = pl.t1 > pl.t0 ? pl.t1 : pl.t0 + 1000;
	put_all(&pl);
	return 0;
}
