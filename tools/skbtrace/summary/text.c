// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "summary/text.h"

enum { DIST_WIDTH = 21 };

const char *cell_text(char buf[CELL_TEXT], struct cell c)
{
	if (c.state == CELL_LOST)
		return "?";
	if (c.state == CELL_NONE)
		return "-";
	snprintf(buf, CELL_TEXT, "%llu", (unsigned long long)c.v);
	return buf;
}

const char *cell_ms(char buf[CELL_TEXT], struct cell c)
{
	if (c.state != CELL_VALUE)
		return cell_text(buf, c);
	c.v = (c.v + 50) / 100;
	snprintf(buf, CELL_TEXT, "%llu.%llu", (unsigned long long)(c.v / 10),
		 (unsigned long long)(c.v % 10));
	return buf;
}

/* Turns are shown if there can be any. */
static u32 dists_shown(const struct sheet *c)
{
	if (!c->s->dists)
		return 0;
	return c->recorded[SRC_TURN] ? DIST_NR : DIST_RTT + 1;
}

void text_dist_titles(const struct sheet *c)
{
	static const char *const names[DIST_NR] = {
		[DIST_RTT] = "RTT p50/p90/p99 ms",
		[DIST_ANSWER] = "ANSWER p50/p90/p99 ms",
		[DIST_OWN] = "OWN p50/p90/p99 ms",
	};

	for (u32 i = 0; i < dists_shown(c); i++)
		outf(c->pr->o, "%-*s  ", DIST_WIDTH, names[i]);
}

void text_dists(const struct sheet *c, const struct hist *h)
{
	for (u32 i = 0; i < dists_shown(c); i++) {
		const u32 col = COL_DISTS + 3 * i;
		char a[CELL_TEXT], b[CELL_TEXT], d[CELL_TEXT];
		char text[3 * CELL_TEXT];

		snprintf(text, sizeof(text), "%s/%s/%s",
			 cell_ms(a, dist_cell(c, h, col)),
			 cell_ms(b, dist_cell(c, h, col + 1)),
			 cell_ms(d, dist_cell(c, h, col + 2)));
		outf(c->pr->o, "%-*s  ", DIST_WIDTH, text);
	}
}

void text_lost_head(const struct sheet *c)
{
	const struct summary *s = c->s;

	if (s->lost)
		outf(c->pr->o, "# LOST %llu of %llu events: what a ? stands for is not known\n",
		     (unsigned long long)s->lost,
		     (unsigned long long)(s->lost + s->events));
	if (s->shed) {
		char part[SHEDS_TEXT];

		sheds_text(&s->shed->sheds, s->shed->start, part);
		outf(c->pr->o, "# SHED, %s: what a ? stands for is not known\n",
		     part);
	}
	if (s->left_out)
		outf(c->pr->o, "# %llu connections more than fit, the least in trouble: --conn, --since\n",
		     (unsigned long long)s->left_out);
}

void text_more(struct out *o, u64 n)
{
	if (n)
		outf(o, "# rows that --top leaves out: %llu\n",
		     (unsigned long long)n);
}
