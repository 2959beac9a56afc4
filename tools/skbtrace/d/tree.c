// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "d/tree.h"

struct expr *expr_new(struct program *p, enum expr_kind kind, u32 pos)
{
	struct expr *e = pool_get(&p->pool, sizeof(*e));

	e->kind = kind;
	e->pos = pos;
	return e;
}

static const struct d_piece *piece_of(const struct program *p, u32 pos)
{
	u32 i = p->npieces - 1;

	while (i && p->pieces[i].from > pos)
		i--;
	return &p->pieces[i];
}

u32 d_line(const struct program *p, u32 pos)
{
	u32 line = 1;

	for (u32 i = piece_of(p, pos)->from; i < pos && i < p->len; i++)
		line += p->text[i] == '\n';
	return line;
}

/* Around @pos of a line too long for the screen */
static void show_line(const char *line, u32 len, u32 pos)
{
	enum { WIDTH = 72 };
	u32 from = len > WIDTH && pos > WIDTH / 2 ? pos - WIDTH / 2 : 0;

	if (len - from > WIDTH)
		len = from + WIDTH;
	fprintf(stderr, "    ");
	for (u32 i = from; i < len; i++)
		fputc((u8)line[i] < ' ' || line[i] == 127 ? ' ' : line[i],
		      stderr);
	fprintf(stderr, "\n    %*s^\n", (int)(pos - from), "");
}

static void show_place(const struct program *p, u32 pos)
{
	const char *start = p->text + pos, *end = start;

	while (start > p->text && start[-1] != '\n')
		start--;
	while (end < p->text + p->len && *end != '\n')
		end++;
	show_line(start, end - start, p->text + pos - start);
}

void d_error(struct program *p, u32 pos, const char *fmt, ...)
{
	const char *file;
	char *what = NULL;
	va_list ap;

	if (p->failed)
		return;
	p->failed = true;
	if (pos > p->len)
		pos = p->len;
	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		what = NULL;
	va_end(ap);
	file = piece_of(p, pos)->file;
	msg("%s%sline %u: %s", file ? file : "", file ? ", " : "",
	    d_line(p, pos), what ? what : "");
	free(what);
	show_place(p, pos);
}
