/* SPDX-License-Identifier: GPL-2.0 */
/* The table: its columns and cells. */
#ifndef SKBTRACE_TOP_COLS_H
#define SKBTRACE_TOP_COLS_H

#include "top/scene.h"

enum { TOP_LINE = 512 };	/* bytes of the longest line, and NUL */

/* A name for --sort, and for the screen; NULL at TOP_NR. */
const char *top_col_name(enum top_col col);
/* TOP_NR, after a message: there is none of that name. */
enum top_col top_col_parse(const char *name);

struct layout {
	bool full;		/* local>peer, not the peer alone */
	int width[TOP_NR];	/* 0: not shown; < 0: as long as it is */
};

/* For a screen of @width columns; 0: as wide as it gets. */
void layout_make(struct layout *l, const struct scene *v, int width);
void layout_title(const struct layout *l, char buf[TOP_LINE]);
void layout_row(const struct layout *l, const struct scene *v,
		const struct item *it, char buf[TOP_LINE]);

#endif
