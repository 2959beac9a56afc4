// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/num.h"
#include "lib/sig.h"
#include "top/batch.h"
#include "top/replay.h"
#include "top/screen.h"
#include "top/typed.h"
#include "top/ui.h"

static enum top_col sort_of(struct top *t, const char *sort)
{
	t->list.reverse = sort && *sort == '-';
	return sort ? top_col_parse(sort + t->list.reverse) : TOP_SHARE;
}

struct top *top_new(const struct top_how *how)
{
	struct top *t = xcalloc(1, sizeof(*t));

	t->how = *how;
	t->list.healthy = how->healthy;
	t->list.sort = sort_of(t, how->sort);
	if (t->list.sort == TOP_NR) {
		free(t);
		return NULL;
	}
	t->filter = how->where ? xstrdup(how->where) : NULL;
	out_open(&t->out, STDOUT_FILENO);
	t->start = mono_ns();
	t->due = t->start + how->delay;
	return t;
}

/* Free the data of a recording, which may be played again. */
static void forget(struct top *t)
{
	if (!t->match)
		return;
	scene_free(&t->v);
	windows_free(&t->w);
	tracks_free(&t->ts);
	t->match = NULL;
}

void top_free(struct top *t)
{
	if (!t)
		return;
	forget(t);
	screen_close(t->screen);
	out_free(&t->out);
	free(t->filter);
	free(t);
}

/* Open the screen late, so that errors are printed on a normal terminal. */
static void open_screen(struct top *t)
{
	const char *why = NULL;

	if (t->tried || t->how.batch)
		return;
	t->tried = true;
	t->screen = screen_open(&why);
	if (why)
		msg("this is %s: as with -b", why);
	if (t->screen && t->how.replay)
		t->wake = sig_setup();
}

void top_begin(struct top *t, struct match *m, struct trace *traces)
{
	char *filter = t->filter ? xstrdup(t->filter) : NULL;

	t->match = m;
	t->traces = traces;
	if (t->how.replay) {
		t->start = traces->clock.t0;
		t->due = t->start + t->how.delay;
		t->now = 0;
	}
	t->then = t->start;
	windows_init(&t->w, t->start, t->how.span, TOP_MAX_ROWS);
	tracks_init(&t->ts, t->start);
	open_screen(t);
	/* In another run what is typed counts, not the command line. */
	if (t->rounds)
		typed_filter_now(t, filter ? filter : "");
	free(filter);
}

/* ---- refreshes ---- */

static void show_note(struct top *t)
{
	if (t->screen)
		ui_draw(t);
}

static void show(struct top *t)
{
	if (t->screen) {
		ui_draw(t);
		return;
	}
	batch_print(t);
	if (t->out.dead || t->out.err)
		t->over = true;
}

static void turn(struct top *t, u64 now)
{
	while (t->match && windows_due(&t->w, now)) {
		tracks_rebase(&t->ts, windows_now(&t->w),
			      windows_next(&t->w));
		windows_turn(&t->w, now);
	}
}

static void look(struct top *t, u64 now)
{
	scene_free(&t->v);
	t->then = t->now ? t->now : t->start;
	t->now = now;
	if (!t->match)
		return;
	turn(t, now - 1);
	scene_make(&t->v, &t->w, &t->ts, t->traces, now);
	scene_list(&t->v, &t->ts, &t->list);
}

static void refresh(struct top *t, u64 now)
{
	t->rounds++;
	look(t, now);
	show(t);
	t->events_then = t->events;
	if (t->how.count && t->rounds >= t->how.count)
		t->over = true;
}

/* Of the recording, whose time is ours. */
static void replay(struct top *t, bool last)
{
	if (t->due < t->skip_to && !last)
		return;
	t->skip_to = 0;
	if (t->due > t->now || !t->rounds)
		refresh(t, t->due);
	else
		show_note(t);
	if (t->screen)
		replay_wait(t, last);
}

void top_add(struct top *t, struct trace *tr, const struct rec *r)
{
	const u64 now = r->time + tr->shift;
	bool who = rec_gap(r) || (match_who(t->match, tr, r) &&
					      match_where(t->match, tr, r));

	while (t->how.replay && now >= t->due && !t->over) {
		replay(t, false);
		t->due += t->how.delay;
	}
	if (t->over)
		return;
	if (r->no == SKBTRACE_LOST)
		t->lost += r->last_seq - r->seq + 1;
	else if (r->ev)
		t->events++;
	if (t->how.replay)
		turn(t, now);
	windows_add(&t->w, tr, r, who);
}

void top_end(struct top *t, u64 last)
{
	if (t->how.replay && !t->over && t->match) {
		t->due = last > t->start ? last : t->start;
		snprintf(t->ui.note, sizeof(t->ui.note),
			 "the recording ends here");
		replay(t, true);
	}
	t->over = true;
	if (t->out.err)
		fail(EXIT_FAILED, "cannot write output: %s",
		     strerror(t->out.err));
	forget(t);
	if (t->again)
		return;
	screen_close(t->screen);
	t->screen = NULL;
}

bool top_again(struct top *t)
{
	bool again = t->again;

	t->again = false;
	t->over = !again;
	t->events = 0;
	t->events_then = 0;
	t->lost = 0;
	return again;
}

/* ---- live ---- */

/* Refreshes that are late are skipped. */
static void next_due(struct top *t, u64 now)
{
	t->due += t->how.delay;
	if (t->due <= now)
		t->due = now + t->how.delay;
}

void top_poll(struct top *t, u64 now)
{
	open_screen(t);
	if (t->screen && !t->now && !t->rounds)
		ui_draw(t);
	if (t->screen)
		ui_keys(t);
	if (now >= t->due && !t->over) {
		if (!t->paused)
			refresh(t, now);
		next_due(t, now);
	}
	turn(t, now);
}

u64 top_due(const struct top *t)
{
	return t->due;
}

int top_input(const struct top *t)
{
	return t->screen ? screen_fd(t->screen) : 0;
}

bool top_over(const struct top *t)
{
	return t->over;
}
