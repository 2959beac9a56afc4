/* SPDX-License-Identifier: GPL-2.0 */
/* Cells of the summary, as text. */
#ifndef SKBTRACE_SUMMARY_TEXT_H
#define SKBTRACE_SUMMARY_TEXT_H

#include "summary/cell.h"

enum { CELL_TEXT = 32 };

/* Into @buf, which is returned, or a literal; cell_ms: microseconds as ms. */
const char *cell_text(char buf[CELL_TEXT], struct cell c);
const char *cell_ms(char buf[CELL_TEXT], struct cell c);

/* Titles and cells of percentiles, if they are wanted, with blanks behind. */
void text_dist_titles(const struct sheet *c);
void text_dists(const struct sheet *c, const struct hist *h);

/* The header of the table. */
void text_lost_head(const struct sheet *c);
/* The note about rows that --top left out. */
void text_more(struct out *o, u64 n);

#endif
