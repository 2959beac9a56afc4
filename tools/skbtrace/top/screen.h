/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terminal; the only user of ncurses. However the program ends, the
 * terminal is restored; messages in the meantime are printed then.
 */
#ifndef SKBTRACE_TOP_SCREEN_H
#define SKBTRACE_TOP_SCREEN_H

#include "lib/util.h"

/* A colour, if there are any, and how it stands out. */
enum look {
	LOOK_PLAIN, LOOK_BAD, LOOK_WARN, LOOK_GOOD, LOOK_COLOR = 7,
	LOOK_BOLD = 8, LOOK_REVERSE = 16,
};

/* What is no character. */
enum press {
	PRESS_NONE = -1, PRESS_ENTER = 0x10000, PRESS_ESC, PRESS_UP, PRESS_DOWN,
	PRESS_PAGE_UP, PRESS_PAGE_DOWN, PRESS_HOME, PRESS_END, PRESS_BACK,
	PRESS_RESIZED, PRESS_OTHER,
};

/*
 * NULL: there is no terminal that can move its cursor; *@why: what it is, NULL
 * if it is none at all.
 */
struct screen *screen_open(const char **why);
void screen_close(struct screen *s);

/* Readable when there may be a key. */
int screen_fd(const struct screen *s);
int screen_key(struct screen *s);
void screen_size(const struct screen *s, int *height, int *width);

/* Begin to draw lines; screen_end() shows all of them. */
void screen_begin(struct screen *s);
void screen_put(struct screen *s, int y, const char *text, int look);
/* @x: column of the cursor in the last line; -1: hidden. */
void screen_end(struct screen *s, int x);
/* Something else has written to the terminal: redraw. */
void screen_again(struct screen *s);

/* Messages since the last call, in one line; they are not printed again. */
void screen_said(struct screen *s, char *buf, size_t size);

#endif
