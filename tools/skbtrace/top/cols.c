// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "lib/nearest.h"
#include "summary/text.h"
#include "top/cols.h"

static const struct top_column {
	const char *name, *title;
	int width;
	int from;		/* is on screens of this width */
	bool right;		/* a number */
} cols[TOP_NR] = {
	[TOP_CONN] = { "conn", "PEER", 21, 0, false },
	[TOP_SK] = { "sk", "SK", 6, 94, false },
	[TOP_STATE] = { "state", "STATE", 8, 80, false },
	[TOP_VERDICT] = { "verdict", "VERDICT", 16, 0, false },
	[TOP_SINCE] = { "since", "SINCE", 5, 94, true },
	[TOP_SHARE] = { "share", "SHARE", 5, 0, true },
	[TOP_RTT] = { "rtt", "RTT", 6, 56, true },
	[TOP_RETR] = { "retr", "RETR", 4, 72, true },
	[TOP_RATE] = { "rate", "B/s", 5, 62, true },
	[TOP_HELD] = { "held", "HELD BACK BY", 8, 80, false },
};

const char *top_col_name(enum top_col col)
{
	return col < TOP_NR ? cols[col].name : NULL;
}

static void no_column(const char *name)
{
	const char *names[TOP_NR + 1] = {}, *near;
	char list[128] = "";

	for (u32 i = 0; i < TOP_NR; i++) {
		names[i] = cols[i].name;
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
			 " %s", names[i]);
	}
	near = nearest(name, names);
	msg("--sort %s: no such column", name);
	if (near)
		hint("did you mean %s?", near);
	else
		hint("there are:%s", list);
}

enum top_col top_col_parse(const char *name)
{
	for (u32 i = 0; i < TOP_NR; i++)
		if (!strcmp(name, cols[i].name))
			return i;
	no_column(name);
	return TOP_NR;
}

/* ---- which ones ---- */

static int longest_name(const struct scene *v)
{
	int n = 27;

	for (u32 i = 0; i < v->n; i++) {
		const char *s = v->item[i].row->name;

		if (s && (int)strlen(s) > n)
			n = strlen(s);
	}
	return n;
}

static int sum(const struct layout *l)
{
	int n = -1;

	for (u32 i = 0; i < TOP_NR; i++)
		n += l->width[i] ? l->width[i] + 1 : 0;
	return n;
}

/* Give the remaining width to @col, up to @max. */
static void grow(struct layout *l, enum top_col col, int width, int max)
{
	int more = width - sum(l);

	if (!l->width[col] || more <= 0)
		return;
	if (l->width[col] + more > max)
		more = max > l->width[col] ? max - l->width[col] : 0;
	l->width[col] += more;
}

void layout_make(struct layout *l, const struct scene *v, int width)
{
	enum { NARROW = 12, HELD = 20 };
	int name = longest_name(v);

	*l = (struct layout){};
	for (u32 i = 0; i < TOP_NR; i++)
		if (!width || width >= cols[i].from)
			l->width[i] = cols[i].width;
	if (!width) {
		l->width[TOP_CONN] = name;
		l->width[TOP_HELD] = -1;
		l->full = true;
		return;
	}
	if (sum(l) > width)
		l->width[TOP_VERDICT] = NARROW;
	grow(l, TOP_HELD, width, HELD);
	grow(l, TOP_CONN, width, name);
	l->full = l->width[TOP_CONN] >= name;
	grow(l, TOP_HELD, width, width);
}

/* ---- cells ---- */

/* As ss calls them, in eight columns. */
static const char *state_word(const char *state)
{
	static const char *const words[][2] = {
		{ "ESTABLISHED", "ESTAB" }, { "SYN_SENT", "SYN-SENT" },
		{ "SYN_RECV", "SYN-RECV" }, { "FIN_WAIT1", "FIN-1" },
		{ "FIN_WAIT2", "FIN-2" }, { "TIME_WAIT", "TIME-W" },
		{ "CLOSE_WAIT", "CLOSE-W" }, { "LAST_ACK", "LAST-ACK" },
		{ "CLOSE", "CLOSED" }, { "NEW_SYN_RECV", "SYN-RECV" },
	};

	for (u32 i = 0; state && i < ARRAY_SIZE(words); i++)
		if (!strcmp(state, words[i][0]))
			return words[i][1];
	return state ? state : "-";
}

static void put_rate(char *buf, size_t n, float v)
{
	static const char units[] = "kMGT";
	int u = -1;

	while (v >= 999.5f && u + 1 < (int)strlen(units)) {
		v /= 1000;
		u++;
	}
	if (u < 0)
		snprintf(buf, n, "%.0f", v);
	else
		snprintf(buf, n, "%.*f%c", v < 99.95f, v, units[u]);
}

static void put_age(char *buf, size_t n, u64 ns)
{
	unsigned long long s = ns / NSEC_PER_SEC;

	if (s < 100)
		snprintf(buf, n, "%llus", s);
	else if (s < 6000)
		snprintf(buf, n, "%llum", s / 60);
	else
		snprintf(buf, n, "%lluh", s / 3600);
}

static void put_verdict(char *buf, size_t n, const struct scene *v,
			const struct item *it)
{
	bool sure;

	if (!it->rule) {
		snprintf(buf, n, "-");
		return;
	}
	verdict_name(&v->sheet, it->row, &sure);
	snprintf(buf, n, "%s%s", it->rule->name, sure ? "" : "?");
}

/* As many parts as fit @space; < 0: all. */
static void put_held(char *buf, size_t n, const struct scene *v,
		     const struct row *r, int space)
{
	struct held_part p[MAX_PARTS];
	u32 parts = row_parts(r, p);
	int len = 0;

	snprintf(buf, n, held_is_lost(&v->sheet, r) ? "?" : "-");
	if (*buf == '?')
		return;
	for (u32 i = 0; i < parts && p[i].percent; i++) {
		char part[40];
		int k = snprintf(part, sizeof(part), "%s%s %u%%",
				 i ? "  " : "", p[i].word, p[i].percent);

		if (space >= 0 && len + k > space) {
			if (!i)
				snprintf(buf, n, "%s", p[i].word);
			return;
		}
		len += snprintf(buf + len, n - len, "%s", part);
	}
}

static const char *conn_text(const struct layout *l, const struct row *r)
{
	const char *peer = r->name ? strchr(r->name, '>') : NULL;

	if (peer && !l->full)
		return peer + 1;
	return r->name ? r->name : "-";
}

static void put_cell(char *buf, size_t n, const struct layout *l,
		     const struct scene *v, const struct item *it,
		     enum top_col col)
{
	const struct row *r = it->row;
	const struct beat *b = track_beat(it->track, 0);
	char text[CELL_TEXT];

	snprintf(buf, n, "-");
	switch (col) {
	case TOP_CONN:
		snprintf(buf, n, "%s", conn_text(l, r));
		break;
	case TOP_SK:
		snprintf(buf, n, "%llx", (unsigned long long)r->cookie);
		break;
	case TOP_STATE:
		snprintf(buf, n, "%s", state_word(r->state));
		break;
	case TOP_VERDICT:
		put_verdict(buf, n, v, it);
		break;
	case TOP_SINCE:
		put_age(buf, n, v->now - it->track->since);
		break;
	case TOP_SHARE:
		if (it->rule)
			snprintf(buf, n, "%u%%", item_share(it));
		break;
	case TOP_RTT:
		if (item_rtt(it))
			snprintf(buf, n, "%s", say_us(item_rtt(it)));
		break;
	case TOP_RETR:
		snprintf(buf, n, "%s",
			 cell_text(text, row_cell(&v->sheet, r, COL_RETR)));
		break;
	case TOP_RATE:
		if (b && b->rate >= 0)
			put_rate(buf, n, b->rate);
		break;
	case TOP_HELD:
		put_held(buf, n, v, r, l->width[TOP_HELD]);
		break;
	case TOP_NR:
		break;
	}
}

/* ---- lines ---- */

/* Cut a long text at its end, a long name at its beginning. */
static int put_padded(char *to, size_t space, const char *text, int width,
		      bool right, bool keep_end)
{
	int len = strlen(text);

	if (width > 0 && len > width && keep_end)
		return snprintf(to, space, "~%s", text + len - width + 1);
	if (width < 0)
		return snprintf(to, space, "%s", text);
	return snprintf(to, space, right ? "%*.*s" : "%-*.*s", width, width,
			text);
}

static void end_line(char *buf)
{
	size_t n = strlen(buf);

	while (n && buf[n - 1] == ' ')
		buf[--n] = '\0';
}

/* @v: NULL: the titles */
static void put_line(const struct layout *l, const struct scene *v,
		     const struct item *it, char buf[TOP_LINE])
{
	size_t n = 0;

	*buf = '\0';
	for (u32 i = 0; i < TOP_NR; i++) {
		char cell[160];

		if (!l->width[i])
			continue;
		if (v)
			put_cell(cell, sizeof(cell), l, v, it, i);
		else
			snprintf(cell, sizeof(cell), "%s",
				 i == TOP_CONN && l->full ?
				 "CONNECTION (local>peer)" : cols[i].title);
		if (n)
			n += snprintf(buf + n, TOP_LINE - n, " ");
		n += put_padded(buf + n, TOP_LINE - n, cell, l->width[i],
				cols[i].right, v && i == TOP_CONN);
		if (n >= TOP_LINE)
			break;
	}
	end_line(buf);
}

void layout_title(const struct layout *l, char buf[TOP_LINE])
{
	put_line(l, NULL, NULL, buf);
}

void layout_row(const struct layout *l, const struct scene *v,
		const struct item *it, char buf[TOP_LINE])
{
	put_line(l, v, it, buf);
}
