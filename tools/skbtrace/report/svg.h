/* SPDX-License-Identifier: GPL-2.0 */
/* SVG: shapes, text, and charts with axes. */
#ifndef SKBTRACE_REPORT_SVG_H
#define SKBTRACE_REPORT_SVG_H

#include "lib/out.h"
#include "report/points.h"

enum svg_place { SVG_START, SVG_MIDDLE, SVG_END };

/* Where in the picture a chart stands, and what is at its edges. */
struct chart {
	double x, y, w, h;
	u64 t0, t1;		/* ns */
	double v0, v1;
	double unit;		/* of what is printed at the axis, in values */
	const char *title;
	int id;			/* of its frame, for what is cut off there */
};

/* Escapes untrusted text. */
void svg_escaped(struct out *o, const char *text);
void svg_text(struct out *o, double x, double y, enum svg_place place,
	      const char *class, const char *text);
void svg_rect(struct out *o, double x, double y, double w, double h,
	      const char *class);
void svg_line(struct out *o, double x1, double y1, double x2, double y2,
	      const char *class);

double chart_x(const struct chart *c, u64 t);
double chart_y(const struct chart *c, double v);

/* Frame, grid, numbers, title; seconds below only if @times. */
void chart_open(struct out *o, const struct chart *c, u64 zero, bool times);
void chart_close(struct out *o);
/* A curve that keeps a value until the next one, or goes straight there. */
void chart_curve(struct out *o, const struct chart *c, const struct points *s,
		 bool step, const char *class);
void chart_dots(struct out *o, const struct chart *c, const struct points *s,
		const char *class);

#endif
