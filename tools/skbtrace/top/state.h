/* SPDX-License-Identifier: GPL-2.0 */
/* The state of top between refreshes; top.c updates it. */
#ifndef SKBTRACE_TOP_STATE_H
#define SKBTRACE_TOP_STATE_H

#include "top/cols.h"
#include "top/top.h"

struct screen;

enum ui_mode { UI_TABLE, UI_WHY, UI_HELP };

/* Of the screen alone. */
struct ui {
	enum ui_mode mode;
	u64 cookie;		/* of the line that is chosen */
	u32 host;
	u32 line;		/* its place, should it go */
	u32 first;		/* line of the table on top */
	u32 scroll;		/* of a page of text */
	char asks;		/* key that asked for text; 0: none has */
	char text[200];
	char note[200];		/* until the next key */
};

struct top {
	struct top_how how;
	struct scene_how list;
	struct match *match;	/* NULL: nothing has come yet */
	struct trace *traces;
	struct windows w;
	struct tracks ts;
	struct scene v;		/* as of the last refresh */
	struct screen *screen;	/* NULL: batch */
	struct ui ui;
	int wake;		/* of signals; replay only */
	bool tried;		/* to open a screen */
	struct out out;
	char *filter;		/* text of match->where; NULL: none */
	u64 start, due;		/* live: by our clock, else its own */
	u64 now;		/* of the last refresh */
	u64 rounds;
	u64 events, events_then;	/* all, and at the refresh before */
	u64 then;		/* time of that */
	u64 lost;
	u64 skip_to;		/* replay: nothing is shown before */
	bool again;		/* replay: from the beginning */
	bool step;		/* one refresh more, though paused */
	bool paused;
	bool over;
};

/* Limit of connections; beyond it those least in trouble are dropped. */
enum { TOP_MAX_ROWS = 1 << 15 };

#endif
