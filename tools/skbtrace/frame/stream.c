// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "frame/stream.h"

/* More cannot be lost at once: such a number is not of this session. */
#define HOLE_MAX	(64 * NSEC_PER_SEC)

static u64 end_of(const struct frame *f)
{
	return f->seq + f->numbers;
}

/* HISTORY takes no number: then the numbers of frames are in order. */
static bool before(const struct frame *a, const struct frame *b)
{
	return a->seq != b->seq ? a->seq < b->seq : a->frame_seq < b->frame_seq;
}

static bool same(const struct frame *a, const struct frame *b)
{
	return a->seq == b->seq && a->frame_seq == b->frame_seq;
}

static struct waiting *copy(const struct frame *f, u64 now)
{
	struct waiting *w = xmalloc(sizeof(*w) + f->len);

	w->since_ns = now;
	w->f = *f;
	memcpy(w->data, f->data, f->len);
	w->f.data = w->data;
	return w;
}

static size_t size_of(const struct waiting *w)
{
	return sizeof(*w) + w->f.len;
}

static enum stream_take enqueue(struct stream *s, const struct frame *f,
				u64 now)
{
	struct waiting **p = &s->queue, *prev = NULL, *w;

	/* Most come behind all others. */
	if (s->last && before(&s->last->f, f)) {
		prev = s->last;
		p = &s->last->next;
	}
	for (; *p && before(&(*p)->f, f); p = &(*p)->next)
		prev = *p;
	if (*p && same(&(*p)->f, f))
		return STREAM_AGAIN;
	if ((prev && end_of(&prev->f) > f->seq) ||
	    (*p && end_of(f) > (*p)->f.seq))
		return STREAM_OVERLAPS;
	w = copy(f, now);
	w->next = *p;
	*p = w;
	if (!w->next)
		s->last = w;
	s->bytes += size_of(w);
	return STREAM_WAITS;
}

enum stream_take stream_take(struct stream *s, const struct frame *f, u64 now)
{
	const u64 next = s->build.seq;

	if (f->seq > next && f->seq - next > HOLE_MAX)
		return STREAM_OVERLAPS;
	if (f->seq < next)
		return end_of(f) <= next ? STREAM_AGAIN : STREAM_OVERLAPS;
	/* Without a number, only the frame's own tells that it is new. */
	if (f->seq == next && !f->numbers && s->frame_seq >= f->frame_seq &&
	    s->frame_seq)
		return STREAM_AGAIN;
	if (f->seq == next && (!s->queue || before(f, &s->queue->f))) {
		if (s->queue && end_of(f) > s->queue->f.seq)
			return STREAM_OVERLAPS;
		s->frame_seq = f->frame_seq;
		return STREAM_NEXT;
	}
	return enqueue(s, f, now);
}

struct waiting *stream_next(struct stream *s)
{
	struct waiting *w = s->queue;

	if (!w || w->f.seq != s->build.seq)
		return NULL;
	s->queue = w->next;
	if (!s->queue)
		s->last = NULL;
	s->bytes -= size_of(w);
	s->frame_seq = w->f.frame_seq;
	return w;
}

u64 stream_hole(const struct stream *s)
{
	const u64 next = s->build.seq;

	if (s->queue)
		return s->queue->f.seq - next;
	return s->told_seq > next ? s->told_seq - next : 0;
}

u64 stream_missing(const struct stream *s)
{
	u64 at = s->build.seq, n = 0;

	for (const struct waiting *w = s->queue; w && at < s->told_seq;
	     w = w->next) {
		u64 to = w->f.seq < s->told_seq ? w->f.seq : s->told_seq;

		n += to > at ? to - at : 0;
		at = end_of(&w->f);
	}
	return n + (s->told_seq > at ? s->told_seq - at : 0);
}

void stream_free(struct stream *s)
{
	struct waiting *w;

	while ((w = s->queue)) {
		s->queue = w->next;
		free(w);
	}
	build_free(&s->build);
	memset(s, 0, sizeof(*s));
}
