// SPDX-License-Identifier: GPL-2.0
#include <curses.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/sig.h"
#include "top/screen.h"

enum { ESC_MS = 25 };

struct screen {
	SCREEN *term;
	FILE *keys;		/* /dev/tty: stdin may be something else */
	int said;		/* what stderr gets, -1: not diverted */
	int stderr_fd;		/* the real one */
	off_t told;		/* of @said */
	bool color;
};

/* The terminal, to be restored by a signal handler or at exit(). */
static struct screen *on;
static struct termios before;
static char leave[128];

/* ---- leaving ---- */

/* Only what a signal handler may do. */
static void restore_now(void)
{
	if (!on)
		return;
	tcsetattr(fileno(on->keys), TCSANOW, &before);
	if (write(STDOUT_FILENO, leave, strlen(leave)) < 0)
		return;
}

static void die(int sig)
{
	restore_now();
	raise(sig);	/* by default now */
}

static void add_cap(const char *name)
{
	char id[8], *cap;

	snprintf(id, sizeof(id), "%s", name);
	cap = tigetstr(id);
	/* One with delays in it, as "$<5>", is of no use as bytes. */
	if (cap && cap != (char *)-1 && !strchr(cap, '$') &&
	    strlen(leave) + strlen(cap) < sizeof(leave))
		strcat(leave, cap);
}

static void guard(void)
{
	static const int sigs[] = { SIGQUIT, SIGABRT };
	struct sigaction sa = { .sa_handler = die, .sa_flags = SA_RESETHAND };

	*leave = '\0';
	add_cap("sgr0");
	add_cap("cnorm");
	add_cap("rmkx");
	add_cap("rmcup");
	for (size_t i = 0; i < ARRAY_SIZE(sigs); i++)
		sigaction(sigs[i], &sa, NULL);
	sig_at_exit(restore_now);
}

static void unguard(void)
{
	signal(SIGQUIT, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
	sig_at_exit(NULL);
}

/* ---- messages ---- */

static void divert(struct screen *s)
{
	s->said = -1;
	if (!isatty(STDERR_FILENO))
		return;
	s->stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	s->said = memfd_create("stderr", MFD_CLOEXEC);
	if (s->said >= 0)
		dup2(s->said, STDERR_FILENO);
}

static void undivert(struct screen *s)
{
	char buf[4096];
	ssize_t n;

	if (s->said < 0)
		return;
	dup2(s->stderr_fd, STDERR_FILENO);
	while ((n = pread(s->said, buf, sizeof(buf), s->told)) > 0 &&
	       !write_all(STDERR_FILENO, buf, n))
		s->told += n;
	close(s->said);
	close(s->stderr_fd);
	s->said = -1;
}

void screen_said(struct screen *s, char *buf, size_t size)
{
	static const char lead[] = "skbtrace: ";
	ssize_t n = s->said < 0 ? 0 : pread(s->said, buf, size - 1, s->told);
	ssize_t skip = sizeof(lead) - 1;
	size_t to = 0;

	if (n < skip || memcmp(buf, lead, skip))
		skip = 0;
	for (ssize_t i = skip; i < n; i++) {
		char c = buf[i] == '\n' ? ' ' : buf[i];

		if (c != ' ' || (to && buf[to - 1] != ' '))
			buf[to++] = c;
	}
	buf[to] = '\0';
	if (s->said >= 0)
		s->told = lseek(s->said, 0, SEEK_CUR);
}

/* ---- opening ---- */

static void last_resort(void)
{
	screen_close(on);
}

static void set_colors(struct screen *s)
{
	static const short colors[] = {
		[LOOK_BAD] = COLOR_RED, [LOOK_WARN] = COLOR_YELLOW,
		[LOOK_GOOD] = COLOR_GREEN,
	};

	s->color = !getenv("NO_COLOR") && has_colors() && start_color() == OK;
	if (!s->color)
		return;
	use_default_colors();
	for (short i = LOOK_BAD; i <= LOOK_GOOD; i++)
		init_pair(i, colors[i], -1);
}

static const char *start(struct screen *s)
{
	int err;

	if (setupterm(NULL, STDOUT_FILENO, &err) == ERR)
		return "an unknown type of terminal ($TERM)";
	err = cursor_address ? 0 : -1;
	del_curterm(cur_term);
	if (err)
		return "a terminal that cannot move its cursor";
	s->keys = fopen("/dev/tty", "r+e");
	if (!s->keys)
		return "no terminal to read keys from";
	tcgetattr(fileno(s->keys), &before);
	setlocale(LC_CTYPE, "");
	s->term = newterm(NULL, stdout, s->keys);
	return s->term ? NULL : "a terminal that ncurses cannot use";
}

struct screen *screen_open(const char **why)
{
	static bool registered;
	struct screen *s;

	if (!isatty(STDOUT_FILENO)) {
		*why = NULL;
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	*why = start(s);
	if (*why) {
		if (s->keys)
			fclose(s->keys);
		free(s);
		return NULL;
	}
	set_colors(s);
	set_escdelay(ESC_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	divert(s);
	on = s;
	guard();
	if (!registered)
		atexit(last_resort);
	registered = true;
	return s;
}

void screen_close(struct screen *s)
{
	if (!s)
		return;
	unguard();
	on = NULL;
	endwin();
	delscreen(s->term);
	fclose(s->keys);
	undivert(s);
	free(s);
}

/* ---- keys ---- */

int screen_fd(const struct screen *s)
{
	return fileno(s->keys);
}

int screen_key(struct screen *s)
{
	static const struct {
		int curses, key;
	} keys[] = {
		{ ERR, PRESS_NONE },
		{ '\r', PRESS_ENTER }, { '\n', PRESS_ENTER },
		{ KEY_ENTER, PRESS_ENTER }, { 27, PRESS_ESC },
		{ KEY_UP, PRESS_UP }, { KEY_DOWN, PRESS_DOWN },
		{ KEY_PPAGE, PRESS_PAGE_UP }, { KEY_NPAGE, PRESS_PAGE_DOWN },
		{ KEY_HOME, PRESS_HOME }, { KEY_END, PRESS_END },
		{ KEY_BACKSPACE, PRESS_BACK }, { 127, PRESS_BACK },
		{ '\b', PRESS_BACK }, { KEY_RESIZE, PRESS_RESIZED },
	};
	int c = getch();

	(void)s;
	/* what the terminal has made of the old lines is not known */
	if (c == KEY_RESIZE)
		clearok(curscr, TRUE);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].curses == c)
			return keys[i].key;
	return c > 0xff ? PRESS_OTHER : c;
}

/* ---- lines ---- */

void screen_size(const struct screen *s, int *height, int *width)
{
	(void)s;
	getmaxyx(stdscr, *height, *width);
}

void screen_begin(struct screen *s)
{
	(void)s;
	erase();
}

void screen_put(struct screen *s, int y, const char *text, int look)
{
	const short pair = s->color ? look & LOOK_COLOR : 0;
	attr_t attr = A_NORMAL;
	int height, width;

	screen_size(s, &height, &width);
	if (y < 0 || y >= height)
		return;
	if (look & LOOK_BOLD)
		attr |= A_BOLD;
	if (look & LOOK_REVERSE)
		attr |= A_REVERSE;
	attr_set(attr, pair, NULL);
	mvaddnstr(y, 0, text, width);
	if (look & LOOK_REVERSE)
		mvchgat(y, 0, -1, attr, pair, NULL);
	attr_set(A_NORMAL, 0, NULL);
}

void screen_end(struct screen *s, int x)
{
	int height, width;

	screen_size(s, &height, &width);
	curs_set(x >= 0);
	if (x >= 0)
		move(height - 1, x < width ? x : width - 1);
	refresh();
}

void screen_again(struct screen *s)
{
	(void)s;
	clearok(stdscr, TRUE);
}
