// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "top/page.h"
#include "top/pages.h"
#include "top/screen.h"
#include "top/typed.h"
#include "top/ui.h"

/* Lines above and below the table. */
enum { HEAD = 3, FOOT = 2 };

/* ---- the table ---- */

static u32 table_lines(const struct top *t)
{
	int height, width;

	screen_size(t->screen, &height, &width);
	return height > HEAD + FOOT ? height - HEAD - FOOT : 1;
}

static void choose(struct top *t, u32 line)
{
	struct ui *ui = &t->ui;

	if (!t->v.n)
		return;
	ui->line = line < t->v.n ? line : t->v.n - 1;
	ui->cookie = t->v.item[ui->line].row->cookie;
	ui->host = t->v.item[ui->line].row->host;
}

/*
 * The selected connection may have moved, or be gone. A selection of the first
 * line stays on the first line.
 */
static void find_chosen(struct top *t)
{
	struct ui *ui = &t->ui;
	u32 lines = table_lines(t);

	for (u32 i = 0; ui->line && i < t->v.n; i++)
		if (t->v.item[i].row->cookie == ui->cookie &&
		    t->v.item[i].row->host == ui->host)
			ui->line = i;
	choose(t, ui->line);
	if (ui->line < ui->first)
		ui->first = ui->line;
	if (ui->line >= ui->first + lines)
		ui->first = ui->line - lines + 1;
	if (ui->first && ui->first + lines > t->v.n)
		ui->first = t->v.n > lines ? t->v.n - lines : 0;
}

static int look_of(const struct top *t, u32 i)
{
	const struct item *it = &t->v.item[i];
	int look = LOOK_PLAIN;

	if (it->rule)
		look = it->rule->kind == RULE_FATE ? LOOK_BAD : LOOK_WARN;
	/* A verdict that has just changed */
	if (it->track->since > t->start &&
	    t->v.now - it->track->since < 3 * t->how.delay)
		look |= LOOK_BOLD;
	return i == t->ui.line ? look | LOOK_REVERSE : look;
}

static void draw_table(struct top *t, int width)
{
	u32 lines = table_lines(t);
	char buf[TOP_LINE];
	struct layout l;

	find_chosen(t);
	layout_make(&l, &t->v, width);
	layout_title(&l, buf);
	screen_put(t->screen, HEAD - 1, buf, LOOK_BOLD);
	for (u32 k = 0; k < lines && t->ui.first + k < t->v.n; k++) {
		u32 i = t->ui.first + k;

		layout_row(&l, &t->v, &t->v.item[i], buf);
		screen_put(t->screen, HEAD + k, buf, look_of(t, i));
	}
	page_healthy(t, buf);
	screen_put(t->screen, HEAD + lines, buf, LOOK_GOOD);
	/* It has a line if it costs none. */
	page_doubts(t, buf);
	if (t->v.n < lines)
		screen_put(t->screen, HEAD + lines - 1, buf, LOOK_BAD);
}

/* ---- pages ---- */

static void draw_page(struct top *t, int height, int width)
{
	int space = height - 2, y = 1;
	struct out o;
	u32 n = 0;

	out_open(&o, -1);
	if (t->ui.mode == UI_HELP)
		pages_help(t, &o);
	else
		pages_why(t, &o, width);
	for (size_t i = 0; i < o.len; i++)
		n += o.buf[i] == '\n';
	if (t->ui.scroll + space > n)
		t->ui.scroll = (int)n > space ? n - space : 0;
	n = 0;
	for (char *p = o.buf; p < o.buf + o.len; n++) {
		char *end = memchr(p, '\n', o.buf + o.len - p);

		*end = '\0';
		if (n >= t->ui.scroll && y < height - 1)
			screen_put(t->screen, y++, p, LOOK_PLAIN);
		p = end + 1;
	}
	out_free(&o);
}

/* ---- all ---- */

static const char *keys_text(const struct top *t, int width)
{
	if (t->ui.mode != UI_TABLE)
		return "q back";
	if (width < 64)
		return "q quit  enter why  h help";
	return "q quit  enter why  s sort  r reverse  f filter  a all  "
	       "p pause  h help";
}

/* The last line: a prompt, an error, or help. */
static void draw_last(struct top *t, int height, int width)
{
	const struct ui *ui = &t->ui;
	char buf[TOP_LINE];
	int n = -1;

	if (ui->asks)
		n = snprintf(buf, sizeof(buf), "%s: %s",
			     ui->asks == 'f' ? "filter" : "go to", ui->text);
	else
		snprintf(buf, sizeof(buf), "%s", *ui->note ? ui->note :
			 keys_text(t, width));
	/* Show the end of the input. */
	screen_put(t->screen, height - 1,
		   n >= width ? buf + n - width + 1 : buf,
		   *ui->note && !ui->asks ? LOOK_BAD : LOOK_PLAIN);
	screen_end(t->screen, n);
}

static void draw_head(struct top *t, int width)
{
	char buf[TOP_LINE];

	page_status(t, buf, width);
	screen_put(t->screen, 0, buf, t->lost ? LOOK_BAD : LOOK_PLAIN);
	if (t->ui.mode != UI_TABLE)
		return;
	page_scope(t, buf);
	screen_put(t->screen, 1, buf, t->paused ? LOOK_BOLD : LOOK_PLAIN);
}

void ui_draw(struct top *t)
{
	int height, width;

	screen_size(t->screen, &height, &width);
	screen_begin(t->screen);
	draw_head(t, width);
	if (t->ui.mode == UI_TABLE)
		draw_table(t, width);
	else
		draw_page(t, height, width);
	draw_last(t, height, width);
}

/* ---- keys ---- */

static void take_text(struct top *t)
{
	char what = t->ui.asks;

	t->ui.asks = 0;
	if (what == 'f')
		typed_filter(t, t->ui.text);
	else
		typed_time(t, t->ui.text);
	screen_said(t->screen, t->ui.note, sizeof(t->ui.note));
}

static void type(struct top *t, int key)
{
	size_t n = strlen(t->ui.text);

	if (key == PRESS_ENTER)
		take_text(t);
	else if (key == PRESS_ESC)
		t->ui.asks = 0;
	else if (key == PRESS_BACK && n)
		t->ui.text[n - 1] = '\0';
	else if (key == 'u' - 'a' + 1)
		*t->ui.text = '\0';
	else if (key >= ' ' && key < 0x7f && n + 1 < sizeof(t->ui.text))
		snprintf(t->ui.text + n, sizeof(t->ui.text) - n, "%c", key);
}

static void ask(struct top *t, char what)
{
	t->ui.asks = what;
	snprintf(t->ui.text, sizeof(t->ui.text), "%s",
		 what == 'f' && t->filter ? t->filter : "");
}

static void sort_by(struct top *t, int step)
{
	t->list.sort = (t->list.sort + TOP_NR + step) % TOP_NR;
}

static void move(struct top *t, int key)
{
	u32 *at = t->ui.mode == UI_TABLE ? &t->ui.line : &t->ui.scroll;
	u32 page = table_lines(t), to = *at;

	if (key == PRESS_UP || key == 'k')
		to -= !!to;
	else if (key == PRESS_DOWN || key == 'j')
		to++;
	else if (key == PRESS_PAGE_UP)
		to = to > page ? to - page : 0;
	else if (key == PRESS_PAGE_DOWN)
		to += page;
	else if (key == PRESS_HOME)
		to = 0;
	else if (key == PRESS_END)
		to = t->ui.mode == UI_TABLE ? t->v.n : 1000;
	else
		return;
	if (t->ui.mode == UI_TABLE)
		choose(t, to);
	else
		t->ui.scroll = to;
}

static void open_page(struct top *t, enum ui_mode mode)
{
	if (mode == UI_WHY && !t->v.n)
		return;
	t->ui.mode = mode;
	t->ui.scroll = 0;
}

static void leave(struct top *t)
{
	if (t->ui.mode == UI_TABLE)
		t->over = true;
	t->ui.mode = UI_TABLE;
}

static void press(struct top *t, int key)
{
	switch (key) {
	case 'q':
		leave(t);
		break;
	case PRESS_ESC:
		t->ui.mode = UI_TABLE;
		break;
	case 'h':
	case '?':
		open_page(t, UI_HELP);
		break;
	case PRESS_ENTER:
		open_page(t, t->ui.mode == UI_TABLE ? UI_WHY : UI_TABLE);
		break;
	case '<':
		sort_by(t, -1);
		break;
	case '>':
	case 's':
		sort_by(t, 1);
		break;
	case 'r':
		t->list.reverse = !t->list.reverse;
		break;
	case 'a':
		t->list.healthy = !t->list.healthy;
		break;
	case 'p':
	case ' ':
		t->paused = !t->paused;
		break;
	case 'n':
		t->step = t->how.replay;
		break;
	case 'f':
		ask(t, 'f');
		break;
	case 'g':
		if (t->how.replay)
			ask(t, 'g');
		break;
	case 'l' - 'a' + 1:
		screen_again(t->screen);
		break;
	default:
		move(t, key);
	}
}

void ui_keys(struct top *t)
{
	bool any = false;
	int key;

	while (!t->over && (key = screen_key(t->screen)) != PRESS_NONE) {
		any = true;
		*t->ui.note = '\0';
		if (t->ui.asks)
			type(t, key);
		else
			press(t, key);
	}
	if (!any || t->over)
		return;
	if (t->v.s)
		scene_list(&t->v, &t->ts, &t->list);
	ui_draw(t);
}
