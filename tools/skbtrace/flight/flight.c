// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flight/flight.h"
#include "flight/told.h"
#include "lib/num.h"
#include "record/rotate.h"

#define MSEC	1000000ull

/*
 * A new epoch repeats all names, which costs space, and CPUs take up to 100 ms
 * to begin it: not more often than this.
 */
#define EPOCH_NS	(200 * MSEC)
#define STAT_NS		(10 * MSEC)	/* while a snapshot waits for it */
#define LATE_NS		(500 * MSEC)	/* a processor that went away */
#define WRITING_NS	(20 * MSEC)	/* has the thread finished? */

static struct flight *of(struct sink *sink)
{
	return (struct flight *)sink;
}

/* ---- the window ---- */

/* Without epochs the names are lost when the window is discarded. */
static bool begin_epoch(struct flight *f, u64 *epoch)
{
	u64 now = mono_ns();

	if (now < f->epoch_ns + EPOCH_NS ||
	    ctl_write_quiet(&f->s->ctl, "keyframes", "1\n") ||
	    !ctl_number(&f->s->ctl, "keyframes", epoch))
		return false;
	f->epoch_ns = now;
	return true;
}

static void make_space(struct flight *f, u32 len)
{
	u64 epoch = 0;
	bool begins;

	if (window_fits(&f->w, len))
		return;
	begins = begin_epoch(f, &epoch);
	window_next_slab(&f->w, begins, epoch);
}

/*
 * Marks are only needed to read the file from a pipe, and must not displace
 * events: write a few for each part of the window.
 */
static void put_marks(struct flight *f)
{
	for (int i = 0; i < f->nr_marks; i++) {
		make_space(f, sizeof(struct sbt_mark));
		window_mark(&f->w, f->marks[i].cpu, f->marks[i].ns);
	}
	f->marked_bytes = f->seen_bytes;
}

static int flight_subbuf(struct sink *sink, u32 cpu,
			 const struct skbtrace_subbuf *h)
{
	struct flight *f = of(sink);
	struct blocks_asking a;

	if (f->look) {
		blocks_asking(h, &a);
		trigger_events(&f->t, &a, mono_ns());
	}
	make_space(f, h->used);
	window_subbuf(&f->w, cpu, h);
	f->seen_bytes += h->used;
	return 0;
}

static int flight_mark(struct sink *sink, u32 cpu, u64 complete_ns)
{
	struct flight *f = of(sink);
	int i;

	for (i = 0; i < f->nr_marks && f->marks[i].cpu != cpu; i++)
		;
	if (i == f->nr_marks) {
		f->marks = xrealloc(f->marks, (i + 1) * sizeof(*f->marks));
		f->nr_marks++;
	}
	f->marks[i] = (struct flight_mark){ cpu, complete_ns };
	return 0;
}

/* ---- snapshots ---- */

/* @until: all events until then are in the window. */
static void start_snapshot(struct flight *f, u64 until)
{
	struct snapshot *s = &f->snap;

	put_marks(f);
	memset(s, 0, sizeof(*s));
	s->end_ns = mono_ns();
	trigger_serve(&f->t, until, s->end_ns, &f->why);
	f->upto_ns = until;
	s->row = f->o->name;
	s->number = f->number + 1;
	s->keep = f->o->files;
	s->pack = f->o->pack;
	s->name = rotate_name(s->row, s->number);
	s->format = f->s->format_text;
	meta_each(&f->meta, f->s, snapshot_meta, &s->meta);
	flight_meta_why(f, &s->meta);
	window_cut(&f->w, &s->cut);
	/* The thread may have to report an error. */
	progress_clear();
	snapshot_start(s);
	f->writing = true;
}

static void finish_snapshot(struct flight *f)
{
	struct snapshot *s = &f->snap;

	snapshot_join(s);
	window_release(&f->w, &s->cut);
	f->writing = false;
	if (!s->err) {
		f->number = s->number;
		f->done++;
		f->bytes += s->bytes;
	} else {
		f->failed++;
	}
	flight_print(f);
	flight_board_done(f);
	snapshot_meta_free(&s->meta);
	free(s->name);
	s->name = NULL;
}

static bool enough(const struct flight *f)
{
	return f->o->max && f->done >= f->o->max;
}

/* The time up to which all CPUs are complete, in data still to be read. */
static u64 read_complete(struct flight *f)
{
	struct ctl_stat st;
	u64 least = UINT64_MAX;

	if (ctl_stat(&f->s->ctl, &st))
		return 0;
	for (int i = 0; i < st.nr; i++)
		if (st.cpus[i].complete_ns < least)
			least = st.cpus[i].complete_ns;
	if (!st.nr)
		least = 0;
	ctl_stat_free(&st);
	return least;
}

/* Has all data for the file been read? Called after each drain. */
static bool all_here(struct flight *f, u64 until, u64 now)
{
	f->complete_ns = f->stat_ns;
	if (f->complete_ns >= until || now >= until + LATE_NS)
		return true;
	if (now >= f->stat_due) {
		f->stat_due = now + STAT_NS;
		f->stat_ns = read_complete(f);
	}
	return false;
}

/* Save the window: the request @due, and later ones that it covers. */
static u64 served_to(const struct flight *f, u64 due, u64 now)
{
	const u64 until = f->complete_ns < now ? f->complete_ns : now;

	return until > due ? until : due;
}

static void wake_at(struct flight *f, u64 ns)
{
	if (!f->sink.due_ns || ns < f->sink.due_ns)
		f->sink.due_ns = ns;
}

static int flight_flush(struct sink *sink)
{
	struct flight *f = of(sink);
	u64 now = mono_ns(), due;

	sink->due_ns = 0;
	if (f->seen_bytes - f->marked_bytes > f->w.slab_size / 2)
		put_marks(f);
	if (f->writing && snapshot_is_done(&f->snap))
		finish_snapshot(f);
	due = trigger_due(&f->t);
	if (f->writing) {
		wake_at(f, now + WRITING_NS);
	} else if (due && !enough(f)) {
		if (now >= due && all_here(f, due, now))
			start_snapshot(f, served_to(f, due, now));
		wake_at(f, now >= due ? now + STAT_NS : due);
	}
	flight_board(f);
	return 0;
}

static const struct sink_ops flight_ops = {
	.subbuf = flight_subbuf,
	.mark = flight_mark,
	.flush = flight_flush,
};

/* ---- the session's hooks ---- */

static void ask(struct session *s)
{
	struct flight *f = s->priv;

	trigger_hand(&f->t, mono_ns());
}

static bool full(struct session *s)
{
	return enough(s->priv);
}

/* ---- the whole ---- */

int flight_open(struct flight *f, const struct flight_opts *o,
		struct session *s)
{
	u64 subbuf;
	int code;

	memset(f, 0, sizeof(*f));
	f->sink.ops = &flight_ops;
	f->sink.stdout_fd = -1;
	f->o = o;
	f->s = s;
	f->t.after_ns = o->after_ns;
	f->t.gap_ns = o->gap_ns;
	f->number = rotate_last(o->name);
	code = flight_dir(f);
	if (code)
		return code;
	if (!ctl_number(&s->ctl, "subbuf_size", &subbuf))
		return fail(EXIT_FAILED, "cannot read the buffer sizes: %m");
	code = window_init(&f->w, o->size, subbuf);
	if (code)
		return code;
	f->look = !!strstr(s->specs, ",snapshot");
	meta_collect(&f->meta, &s->ctl);
	s->priv = f;
	s->size_text = flight_text;
	s->full = full;
	s->ask = ask;
	return 0;
}

void flight_begin(struct flight *f)
{
	u64 epoch;

	if (!ctl_number(&f->s->ctl, "keyframes", &epoch))
		epoch = 0;
	window_next_slab(&f->w, true, epoch);
	f->epoch_ns = mono_ns();
	f->board = board_open();
	if (!f->board && !f->s->o->quiet)
		msg("skbtrace status cannot show the window: %m");
	flight_board(f);
	flight_print_begin(f);
}

int flight_end(struct flight *f)
{
	u64 now = mono_ns();

	if (f->writing)
		finish_snapshot(f);
	/* A pending request is served at the end. */
	trigger_hurry(&f->t, now);
	if (trigger_due(&f->t) && !enough(f)) {
		start_snapshot(f, now);
		finish_snapshot(f);
	}
	return f->failed ? EXIT_FAILED : 0;
}

void flight_free(struct flight *f)
{
	window_free(&f->w);
	board_close(f->board);
	meta_free(&f->meta);
	free(f->marks);
	free(f->dir);
}
