// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

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

/* One in four is on the next level, too. */
static u32 any_level(void)
{
	static u64 x;

	if (!x && getrandom(&x, sizeof(x), 0) < 0)
		x = 1;
	x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	return 1 + __builtin_ctz((u32)(x >> 32) |
				 1u << 2 * (STREAM_LEVELS - 1)) / 2;
}

static enum stream_take enqueue(struct stream *s, const struct frame *f,
				u64 now)
{
	struct waiting **at[STREAM_LEVELS], **next = s->queue;
	struct waiting *prev = NULL, *w;

	for (int i = STREAM_LEVELS - 1; i >= 0; i--) {
		while (next[i] && before(&next[i]->f, f)) {
			prev = next[i];
			next = prev->next;
		}
		at[i] = &next[i];
	}
	if (*next && same(&(*next)->f, f))
		return STREAM_AGAIN;
	if ((prev && end_of(&prev->f) > f->seq) ||
	    (*next && end_of(f) > (*next)->f.seq))
		return STREAM_OVERLAPS;
	w = copy(f, now);
	for (u32 i = 0, n = any_level(); i < STREAM_LEVELS; i++) {
		w->next[i] = i < n ? *at[i] : NULL;
		if (i < n)
			*at[i] = w;
	}
	s->bytes += size_of(w);
	return STREAM_WAITS;
}

enum stream_take stream_take(struct stream *s, const struct frame *f, u64 now)
{
	const struct waiting *first = stream_first(s);
	const u64 next = s->build.seq;

	if (f->seq > next && f->seq - next > HOLE_MAX)
		return STREAM_OVERLAPS;
	if (f->seq < next)
		return end_of(f) <= next ? STREAM_AGAIN : STREAM_OVERLAPS;
	/* Without a number, only the frame's own tells that it is new. */
	if (f->seq == next && !f->numbers && s->frame_seq >= f->frame_seq &&
	    s->frame_seq)
		return STREAM_AGAIN;
	if (f->seq == next && (!first || before(f, &first->f))) {
		if (first && end_of(f) > first->f.seq)
			return STREAM_OVERLAPS;
		s->frame_seq = f->frame_seq;
		return STREAM_NEXT;
	}
	return enqueue(s, f, now);
}

struct waiting *stream_next(struct stream *s)
{
	struct waiting *w = stream_first(s);

	if (!w || w->f.seq != s->build.seq)
		return NULL;
	for (u32 i = 0; i < STREAM_LEVELS && s->queue[i] == w; i++)
		s->queue[i] = w->next[i];
	s->bytes -= size_of(w);
	s->frame_seq = w->f.frame_seq;
	return w;
}

u64 stream_hole(const struct stream *s)
{
	const u64 next = s->build.seq;

	if (stream_first(s))
		return stream_first(s)->f.seq - next;
	return s->told_seq > next ? s->told_seq - next : 0;
}

u64 stream_missing(const struct stream *s)
{
	u64 at = s->build.seq, n = 0;

	for (const struct waiting *w = stream_first(s); w && at < s->told_seq;
	     w = w->next[0]) {
		u64 to = w->f.seq < s->told_seq ? w->f.seq : s->told_seq;

		n += to > at ? to - at : 0;
		at = end_of(&w->f);
	}
	return n + (s->told_seq > at ? s->told_seq - at : 0);
}

void stream_free(struct stream *s)
{
	struct waiting *w;

	while ((w = stream_first(s))) {
		s->queue[0] = w->next[0];
		free(w);
	}
	build_free(&s->build);
	memset(s, 0, sizeof(*s));
}
