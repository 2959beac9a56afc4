// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flight/told.h"
#include "lib/num.h"
#include "record/rotate.h"

static const char *base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

int flight_dir(struct flight *f)
{
	const char *name = f->o->name, *base = base_of(name);
	char *dir = base == name ? xstrdup(".") :
		    strndup(name, base - name);

	f->dir = dir ? realpath(dir, NULL) : NULL;
	free(dir);
	if (!f->dir || access(f->dir, W_OK | X_OK)) {
		msg("cannot write %s.0001: %m", name);
		hint("-o FILE names another place");
		return EXIT_FAILED;
	}
	if (*base)
		return 0;
	return fail(EXIT_USAGE, "-o %s: a folder, not the name of a file",
		    name);
}

/* "tcp_rttm at 1.254762, 12 more"; to be freed. */
static char *why(const struct flight *f)
{
	const struct request *w = &f->why;
	const struct event *e = format_event(f->s->format, w->event);
	const u64 t = w->time > f->s->start_ns ? w->time - f->s->start_ns : 0;
	char more[48] = "";

	if (!w->any)
		return xstrdup("asked for");
	if (w->more)
		snprintf(more, sizeof(more), ", %llu more",
			 (unsigned long long)w->more);
	return xasprintf("%s at %llu.%06llu%s", e ? e->name : "an event",
			 (unsigned long long)(t / NSEC_PER_SEC),
			 (unsigned long long)(t % NSEC_PER_SEC / 1000), more);
}

void flight_meta_why(const struct flight *f, struct meta_list *m)
{
	char *s = why(f), *text = xasprintf("%s\n", s);

	snapshot_meta(m, "snapshot", text);
	free(text);
	free(s);
}

/* ---- messages ---- */

void flight_print_begin(const struct flight *f)
{
	char size[NUM_LEN];

	if (f->s->o->quiet)
		return;
	msg("flight recorder: the last %s are kept in memory",
	    fmt_size(size, f->o->size));
	hint("skbtrace snapshot or USR2%s saves them",
	     f->look ? " or an event with snapshot" : "");
}

static void tell_failed(const struct flight *f)
{
	const struct snapshot *s = &f->snap;

	if (!s->told)
		msg("cannot write %s.part: %s", s->name, strerror(-s->err));
	hint("recording goes on, and the window is still in memory: put that"
	     " right,");
	hint("then: skbtrace snapshot");
}

void flight_print(const struct flight *f)
{
	const struct snapshot *s = &f->snap;
	const struct blocks_sum *sum = &s->sum;
	char secs[NUM_LEN], size[NUM_LEN], lost[48] = "", *reason;

	if (!s->err && f->s->o->quiet)
		return;
	progress_clear();
	if (s->err) {
		tell_failed(f);
		return;
	}
	reason = why(f);
	if (sum->lost)
		snprintf(lost, sizeof(lost), ", %llu lost",
			 (unsigned long long)sum->lost);
	msg("snapshot %u: %s, %llu events%s, %s -> %s (%s)", f->done,
	    fmt_age(secs, sum->last_ns - sum->first_ns),
	    (unsigned long long)sum->events, lost, fmt_size(size, s->bytes),
	    s->name, reason);
	free(reason);
}

/* "2 snapshots, skbtrace.dat.0001 to .0002 (2.6MiB)"; NULL: none. */
static char *names(const struct flight *f)
{
	unsigned int kept = f->done, first;
	char size[NUM_LEN], last[16] = "";

	if (!f->done)
		return NULL;
	if (f->o->files && kept > f->o->files)
		kept = f->o->files;
	first = f->number - kept + 1;
	if (kept > 1)
		snprintf(last, sizeof(last), " to .%04u", f->number);
	return xasprintf("%u snapshot%s, %s.%04u%s (%s)", f->done,
			 f->done == 1 ? "" : "s", f->o->name, first, last,
			 fmt_size(size, f->bytes));
}

void flight_print_end(const struct flight *f, bool whole)
{
	char *to = names(f), *more = NULL, *file, size[NUM_LEN], age[NUM_LEN];
	const u64 since = window_since(&f->w);

	if (to) {
		file = rotate_name(f->o->name, f->number);
		more = xasprintf("skbtrace parse %s", file);
		free(file);
	}
	progress_totals(f->s, f->s->reader.events, to, more, whole);
	if (!to && since && !f->s->o->quiet) {
		msg("no snapshot was taken: the window (%s, %s) is gone",
		    fmt_age(age, f->s->end_ns - since),
		    fmt_size(size, f->w.bytes));
		hint("next time: skbtrace snapshot, before it ends");
	}
	free(to);
	free(more);
}

const char *flight_text(struct session *s)
{
	struct flight *f = s->priv;
	char size[NUM_LEN], snaps[32] = "";

	if (f->done)
		snprintf(snaps, sizeof(snaps), ", %u snapshot%s", f->done,
			 f->done == 1 ? "" : "s");
	snprintf(f->text, sizeof(f->text), "window %s%s",
		 fmt_size(size, f->w.bytes), snaps);
	return f->text;
}

/* ---- the board ---- */

void flight_board(struct flight *f)
{
	struct board *b = f->board;

	if (!b)
		return;
	board_begin(b);
	b->size = f->o->size;
	b->bytes = f->w.bytes;
	b->since_ns = window_since(&f->w);
	b->events = window_events(&f->w);
	b->writing = f->writing;
	board_end(b);
}

void flight_board_done(struct flight *f)
{
	const struct snapshot *s = &f->snap;
	struct board *b = f->board;

	if (!b)
		return;
	board_begin(b);
	b->snapshots = f->done;
	b->failed = f->failed;
	b->served_ns = f->upto_ns;
	b->served_ok = !s->err;
	if (!s->err)
		snprintf(b->last, sizeof(b->last), "%s/%s",
			 strcmp(f->dir, "/") ? f->dir : "", base_of(s->name));
	else
		snprintf(b->error, sizeof(b->error), "cannot write %.200s: %s",
			 s->name, strerror(-s->err));
	board_end(b);
}
