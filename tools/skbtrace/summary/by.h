/* SPDX-License-Identifier: GPL-2.0 */
/* --by: the rows of the summary in groups, one row for each. */
#ifndef SKBTRACE_SUMMARY_BY_H
#define SKBTRACE_SUMMARY_BY_H

#include "summary/cell.h"

struct group {
	char *name;		/* NULL: what it would be called is not known */
	u64 conns, trouble;
	struct cell v[COL_NR];	/* of all of them, as the column says */
	struct hist dist[DIST_NR];
	u32 nverdicts;
	struct group_verdict {
		const char *name;
		u64 conns;
	} *verdicts;		/* the most frequent first */
};

/* A key of groups. */
struct by;

/* NULL after a message: there is no such word. */
const struct by *by_find(const char *word);
const char *by_word(const struct by *b);
/* What to record if the key is not known; NULL: nothing helps. */
const char *by_advice(const struct by *b);

struct groups {
	const struct by *by;
	struct group *v;
	u32 n;
	u64 conns, unknown;	/* rows in them, and those without a name */
};

/* 0, or an exit code after a message. */
int groups_sort_check(const char *sort, const struct by *by);
void groups_make(struct groups *g, const struct sheet *c, const struct by *by,
		 struct row *const *rows, u32 n);
/* By @sort; NULL: the most trouble first. */
void groups_sort(struct groups *g, const char *sort);
void groups_free(struct groups *g);

/* by_print.c; the first @top of them, 0: all. */
void groups_print(const struct groups *g, const struct sheet *c, u64 top);

#endif
