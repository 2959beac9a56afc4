/* SPDX-License-Identifier: GPL-2.0 */
/* The content of a refresh. */
#ifndef SKBTRACE_TOP_SCENE_H
#define SKBTRACE_TOP_SCENE_H

#include "summary/cell.h"
#include "top/track.h"
#include "top/windows.h"

/* One connection. */
struct item {
	const struct row *row;
	const struct rule *rule;	/* as track->rule; or NULL */
	u64 us;			/* of the time that is shown */
	const struct track *track;
};

/* Columns, in the order of the screen; what it may be sorted by. */
enum top_col {
	TOP_CONN, TOP_SK, TOP_STATE, TOP_VERDICT, TOP_SINCE, TOP_SHARE,
	TOP_RTT, TOP_RETR, TOP_RATE, TOP_HELD, TOP_NR
};

struct scene {
	u64 now, from;		/* the time that is shown */
	struct summary *s;	/* closed; NULL: nothing yet */
	struct sheet sheet;
	struct found *found;	/* all, the worst first */
	struct item *item;	/* those that are listed, in their order */
	u32 all, n, bad;	/* connections, of them listed, in trouble */
};

/* What is listed, in which order. */
struct scene_how {
	enum top_col sort;
	bool reverse;
	bool healthy;		/* they have lines of their own, too */
};

void scene_make(struct scene *v, const struct windows *w, struct tracks *ts,
		const struct trace *traces, u64 now);
/* May be done again. */
void scene_list(struct scene *v, const struct tracks *ts,
		const struct scene_how *how);
void scene_free(struct scene *v);

/* Of its time, in percent. */
u32 item_share(const struct item *it);
/* The last RTT, us; 0: none is known. */
u64 item_rtt(const struct item *it);

#endif
