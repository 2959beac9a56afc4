/* SPDX-License-Identifier: GPL-2.0 */
/* --sort: the rows of the summary, or its groups, by a column. */
#ifndef SKBTRACE_SUMMARY_SORT_H
#define SKBTRACE_SUMMARY_SORT_H

#include "summary/cell.h"

/* What an item is sorted by: a text, if @text, else a number. */
struct sort_key {
	void *item;
	u32 rank;		/* among its equals */
	struct cell c;
	const char *text;
};

/*
 * The largest number first, texts from a to z, reversed with @reverse; rows
 * without a value are last in any case.
 */
void sort_keys(struct sort_key *k, u32 n, bool reverse);

/* "-life" is "life", reversed. */
const char *sort_name(const char *sort, bool *reverse);
/* The column of this name in --sort or JSON; COL_NR: none. */
enum column_no sort_column(const char *name);

/*
 * Is it a column, of groups, or one of @words (the last is NULL)? 0, or an exit
 * code after a message.
 */
int sort_check(const char *sort, const char *const *words, bool groups);

/* As above, for rows. */
int sort_rows_check(const char *sort);
/* By @sort; NULL: the worst first. */
void sort_rows(const struct sheet *c, struct row **rows, u32 n,
	       const char *sort);

#endif
