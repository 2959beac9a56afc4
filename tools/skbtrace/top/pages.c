// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "lib/wrap.h"
#include "top/pages.h"

/* The selected connection, in trouble or not; NULL: it has gone. */
static const struct found *chosen(const struct top *t)
{
	for (u32 i = 0; i < t->v.all; i++) {
		const struct row *r = t->v.found[i].row;

		if (r->cookie == t->ui.cookie && r->host == t->ui.host)
			return &t->v.found[i];
	}
	return NULL;
}

/* The output of "why" is for 80 columns. */
static void put_wrapped(struct out *o, const char *text, size_t len, int width)
{
	while (len) {
		size_t n = strnlen(text, len), k = 0;
		char line[TOP_LINE];
		const char *next = line;

		while (k < n && text[k] != '\n')
			k++;
		snprintf(line, sizeof(line), "%.*s", (int)k, text);
		while (*next || next == line) {
			const char *from = next;
			int part = wrap_line(from, width, &next);

			outf(o, "%.*s\n", part, from);
			if (!*next)
				break;
		}
		k += k < len;
		text += k;
		len -= k;
	}
}

static void put_verdict(const struct top *t, struct out *o,
			const struct row *r, int width)
{
	struct printer pr = {};
	struct out text;

	out_open(&text, -1);
	pr.o = &text;
	why_text_case(&t->v.sheet.why, &pr, r);
	/* It begins with an empty line. */
	put_wrapped(o, text.buf + 1, text.len - 1, width);
	out_free(&text);
}

static const char *rule_name(const struct rule *r)
{
	return r ? r->name : "healthy";
}

static void put_change(const struct top *t, struct out *o,
		       const struct track *k)
{
	char age[NUM_LEN];

	outf(o, "  %s for %s", rule_name(k->rule),
	     fmt_age(age, t->v.now - k->since));
	if (k->rule != k->was && k->since != t->start)
		outf(o, ", before: %s", rule_name(k->was));
	outf(o, "\n");
}

/* Newest first: a small screen has room for these. */
static void put_beats(const struct top *t, struct out *o,
		      const struct track *k)
{
	const struct beat *b;
	char age[NUM_LEN], rate[NUM_LEN];

	outf(o, "\n     AGO     B/s    RTT RETR DROP HELD BY   VERDICT\n");
	for (u32 i = 0; (b = track_beat(k, i)); i++) {
		fmt_age(age, i * t->how.delay);
		if (b->rate >= 0)
			fmt_rate(rate, b->rate);
		else
			snprintf(rate, sizeof(rate), "-");
		outf(o, "%8s %7s %6s %4u %4u %-9s %s\n", age, rate,
		     b->rtt_us ? say_us(b->rtt_us) : "-", b->retrans, b->drops,
		     b->held, b->rule ? b->rule->name : "-");
	}
}

void pages_why(const struct top *t, struct out *o, int width)
{
	const struct found *f = chosen(t);
	const struct row *r;

	if (!f) {
		outf(o, "This connection has been closed, or was quiet for too long.\n");
		return;
	}
	r = f->row;
	if (why_trouble(f))
		put_verdict(t, o, r, width);
	else
		outf(o, "%s  sk=%llx: no trouble\n", r->name ? r->name : "-",
		     (unsigned long long)r->cookie);
	put_change(t, o, track_of(&t->ts, r));
	put_beats(t, o, track_of(&t->ts, r));
}

void pages_help(const struct top *t, struct out *o)
{
	outf(o, "The connections in trouble, the worst first.\n"
	     "\n"
	     "q        leave; back to the table\n"
	     "enter    why this one\n"
	     "arrows, page up and down, home, end, j, k\n"
	     "         choose a line\n"
	     "s < >    sort by another column\n"
	     "r        reverse the order\n"
	     "f        filter, e.g. rtt>50ms\n"
	     "a        healthy ones, too\n"
	     "p space  pause\n");
	if (t->how.replay)
		outf(o, "n        the next refresh, paused\n"
		     "g        go to a time\n");
	outf(o, "\n"
	     "SINCE  the verdict is that for so long\n"
	     "SHARE  of the time that is shown\n"
	     "RTT    the last one\n"
	     "RETR   segments sent again\n"
	     "B/s    acknowledged, just now\n");
}
