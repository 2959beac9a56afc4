// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flight/snapshot.h"
#include "lib/thread.h"
#include "record/outfile.h"
#include "record/rotate.h"

/* Lower the priority: reading the kernel's buffers is more urgent. */
enum { NICE = 10 };

int snapshot_meta(void *meta_list, const char *name, const char *text)
{
	struct meta_list *m = meta_list;

	m->v = xrealloc(m->v, (m->n + 1) * sizeof(*m->v));
	m->v[m->n].name = xstrdup(name);
	m->v[m->n++].text = xstrdup(text);
	return 0;
}

void snapshot_meta_free(struct meta_list *m)
{
	for (int i = 0; i < m->n; i++)
		free((char *)(uintptr_t)m->v[i].name);
	meta_free(m);
}

/* The errno of an error that outfile.c has reported; it was 0 before. */
static int reason(void)
{
	return errno ? -errno : -EIO;
}

static int put_meta(void *writer, const char *name, const char *text)
{
	return sbt_writer_meta(writer, name, text);
}

static int put_head(struct snapshot *s, struct sbt_writer *w)
{
	int err = sbt_writer_format(w, s->format);

	for (int i = 0; !err && i < s->meta.n; i++)
		err = put_meta(w, s->meta.v[i].name, s->meta.v[i].text);
	return err;
}

static int put_records(struct snapshot *s, struct sbt_writer *w)
{
	const struct window_rec *r;
	struct window_pos pos = {};
	int err = 0;

	while (!err && (r = window_next(&s->cut, &pos))) {
		err = sbt_writer_chunk(w, r->type, r->cpu, r + 1, r->len);
		if (r->type == SBT_SUBBUF)
			blocks_sum((const void *)(r + 1), &s->sum);
	}
	return err;
}

static int write_all_of_it(struct snapshot *s, struct outfile *f)
{
	struct sbt_end end = { .mono_ns = s->end_ns };
	int err = put_head(s, f->w);

	if (!err)
		err = put_records(s, f->w);
	if (!err)
		err = meta_clock(put_meta, f->w);
	if (!err)
		err = sbt_writer_flush(f->w);
	if (err) {
		/* Remove an incomplete file; the disk may be full. */
		outfile_drop(f);
		return err;
	}
	end.events = s->sum.events;
	end.lost = s->sum.lost;
	errno = 0;
	s->told = outfile_finish(f, &end);
	s->bytes = f->bytes;
	return s->told ? reason() : 0;
}

static void *thread(void *arg)
{
	struct snapshot *s = arg;
	struct outfile f;

	/* Only of this thread. */
	if (nice(NICE) == -1)
		errno = 0;
	errno = 0;
	s->told = outfile_open(&f, s->name, OUT_REPLACE,
			       s->pack ? SBT_PACK : 0);
	s->err = s->told ? reason() : write_all_of_it(s, &f);
	if (!s->err && s->keep)
		rotate_prune(s->row, s->keep);
	__atomic_store_n(&s->done, true, __ATOMIC_RELEASE);
	return NULL;
}

void snapshot_start(struct snapshot *s)
{
	int err = thread_start(&s->thread, thread, s);

	s->running = !err;
	/* If it runs the result is its own to write. */
	if (err) {
		s->err = -err;
		s->done = true;
	}
}

bool snapshot_is_done(const struct snapshot *s)
{
	return __atomic_load_n(&s->done, __ATOMIC_ACQUIRE);
}

void snapshot_join(struct snapshot *s)
{
	if (s->running)
		pthread_join(s->thread, NULL);
	s->running = false;
}
