// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/wrap.h"

static const char *place;

bool line_on_screen;

void msg_where(const char *where)
{
	place = where;
}

enum { MAX_LINE = 2048, INDENT = 4 };

/* Lines that fit a terminal: two of them hold more than what they add. */
static int wrapped(char out[2 * MAX_LINE], const char *text)
{
	int len = 0, at = 0;

	do {
		const char *line = text;
		int n = wrap_line(line, WRAP_WIDTH - at, &text);

		len += sprintf(out + len, "%*s%.*s\n", at, "", n, line);
		at = INDENT;
	} while (*text);
	return len;
}

/* Wrap messages on a terminal only: in a log, one line is easier to search. */
static bool for_eyes(void)
{
	const int err = errno;	/* isatty() changes it */
	const bool terminal = isatty(STDERR_FILENO);

	errno = err;
	return terminal || getenv("COLUMNS");
}

/* One write() per message, so that those of two threads do not mix. */
static void vline(const char *prefix, const char *fmt, va_list ap)
{
	char text[MAX_LINE], out[sizeof(SCREEN_CLEAR) + 2 * MAX_LINE];
	int n = snprintf(text, sizeof(text) / 2, "%s%s%s", prefix,
			 place && *prefix != ' ' ? place : "",
			 place && *prefix != ' ' ? ": " : "");

	if (n >= (int)sizeof(text) / 2)
		n = sizeof(text) / 2 - 1;
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	n = line_on_screen ? sprintf(out, SCREEN_CLEAR) : 0;
	line_on_screen = false;
	n += for_eyes() ? wrapped(out + n, text) :
			  sprintf(out + n, "%s\n", text);
	/* Keep the order of stdout and stderr on a terminal. */
	fflush(stdout);
	if (write(STDERR_FILENO, out, n) < 0)
		return;
}

void msg(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vline("skbtrace: ", fmt, ap);
	va_end(ap);
}

void hint(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vline("  ", fmt, ap);
	va_end(ap);
}

int fail(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vline("skbtrace: ", fmt, ap);
	va_end(ap);
	return code;
}
