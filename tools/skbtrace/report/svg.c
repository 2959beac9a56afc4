// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdio.h>

#include "lib/put.h"
#include "report/svg.h"

enum { MAX_TICKS = 40 };

/* ---- shapes ---- */

void svg_escaped(struct out *o, const char *text)
{
	for (; *text; text++) {
		const u8 c = *text;

		if (c == '<')
			outf(o, "&lt;");
		else if (c == '>')
			outf(o, "&gt;");
		else if (c == '&')
			outf(o, "&amp;");
		else if (c == '"')
			outf(o, "&quot;");
		else
			outf(o, "%c", c < ' ' || c > '~' ? '?' : c);
	}
}

void svg_text(struct out *o, double x, double y, enum svg_place place,
	      const char *class, const char *text)
{
	static const char *const anchors[] = { "start", "middle", "end" };

	outf(o, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">",
	     x, y, anchors[place], class);
	svg_escaped(o, text);
	outf(o, "</text>\n");
}

void svg_rect(struct out *o, double x, double y, double w, double h,
	      const char *class)
{
	outf(o, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" class=\"%s\"/>\n",
	     x, y, w, h, class);
}

void svg_line(struct out *o, double x1, double y1, double x2, double y2,
	      const char *class)
{
	outf(o, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n",
	     x1, y1, x2, y2, class);
}

/* ---- axes ---- */

double chart_x(const struct chart *c, u64 t)
{
	return c->x + c->w * ((double)t - c->t0) / (double)(c->t1 - c->t0);
}

double chart_y(const struct chart *c, double v)
{
	return c->y + c->h - c->h * (v - c->v0) / (c->v1 - c->v0);
}

/* 1, 2 or 5 times a power of ten: some @n of them in @range. */
static double nice(double range, int n)
{
	double unit = pow(10, floor(log10(range / n))), r = range / n / unit;

	return unit * (r < 1.5 ? 1 : r < 3.5 ? 2 : r < 7.5 ? 5 : 10);
}

static int decimals(double step)
{
	double d = -floor(log10(step) + 0.000000001);

	return d < 0 ? 0 : d > 6 ? 6 : d;
}

/* Counted, as a number may be too large for a step to make it another one. */
static void grid_y(struct out *o, const struct chart *c)
{
	double v0 = c->v0 / c->unit, v1 = c->v1 / c->unit;
	double step = nice(v1 - v0, c->h / 45), first = ceil(v0 / step) * step;
	const int last = floor(fmin((v1 - first) / step + 0.001,
				    MAX_TICKS - 1));
	char text[40];

	for (int i = 0; i <= last; i++) {
		double v = first + i * step, y = chart_y(c, v * c->unit);

		snprintf(text, sizeof(text), "%.*f", decimals(step), v);
		svg_line(o, c->x, y, c->x + c->w, y, "grid");
		svg_text(o, c->x - 6, y + 4, SVG_END, "tick f-quiet", text);
	}
}

static void grid_x(struct out *o, const struct chart *c, u64 zero, bool times)
{
	double s0 = ((double)c->t0 - zero) / 1e9;
	double s1 = ((double)c->t1 - zero) / 1e9;
	double step = nice(s1 - s0, 10), first = ceil(s0 / step) * step;
	char text[40];

	for (int i = 0; i <= (s1 - first) / step && i < MAX_TICKS; i++) {
		double s = first + i * step;
		double x = c->x + c->w * (s - s0) / (s1 - s0);

		svg_line(o, x, c->y, x, c->y + c->h, "grid");
		if (!times)
			continue;
		snprintf(text, sizeof(text), "%.*f s", decimals(step), s);
		svg_text(o, x, c->y + c->h + 16, SVG_MIDDLE, "tick f-quiet",
			 text);
	}
}

void chart_open(struct out *o, const struct chart *c, u64 zero, bool times)
{
	grid_x(o, c, zero, times);
	grid_y(o, c);
	svg_text(o, c->x, c->y - 6, SVG_START, "head f-text", c->title);
	outf(o, "<clipPath id=\"clip%d\"><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/></clipPath>\n",
	     c->id, c->x, c->y, c->w, c->h);
	svg_rect(o, c->x, c->y, c->w, c->h, "frame line");
	outf(o, "<g clip-path=\"url(#clip%d)\">\n", c->id);
}

void chart_close(struct out *o)
{
	outf(o, "</g>\n");
}

/* ---- curves ---- */

void chart_curve(struct out *o, const struct chart *c, const struct points *s,
		 bool step, const char *class)
{
	if (!s)
		return;
	outf(o, "<path class=\"%s\" d=\"", class);
	for (u32 i = 0; i < s->n; i++) {
		double x = chart_x(c, s->v[i].t), y = chart_y(c, s->v[i].v);

		if (!i)
			outf(o, "M%.1f %.1f", x, y);
		else if (step)
			outf(o, "H%.1fV%.1f", x, y);
		else
			outf(o, "L%.1f %.1f", x, y);
	}
	outf(o, "\"/>\n");
}

/* Lines of no length with round ends. */
void chart_dots(struct out *o, const struct chart *c, const struct points *s,
		const char *class)
{
	if (!s)
		return;
	outf(o, "<path class=\"%s\" d=\"", class);
	for (u32 i = 0; i < s->n; i++)
		outf(o, "M%.1f %.1fh0", chart_x(c, s->v[i].t),
		     chart_y(c, s->v[i].v));
	outf(o, "\"/>\n");
}
