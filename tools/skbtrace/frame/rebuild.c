// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "frame/rebuild.h"
#include "frame/share.h"
#include "trace/decode.h"

static u32 all_streams;

void rebuild_init(struct rebuild *r, struct sink *to)
{
	memset(r, 0, sizeof(*r));
	r->to = to;
	r->by_cpu = xcalloc(FRAME_CPUS, sizeof(struct stream *));
	r->by_event = xcalloc(UINT16_MAX + 1, sizeof(*r->by_event));
}

void rebuild_free(struct rebuild *r)
{
	for (u32 i = 0; i < r->nstreams; i++) {
		stream_free(r->streams[i]);
		free(r->streams[i]);
	}
	all_streams -= r->nstreams;
	free(r->streams);
	free(r->by_cpu);
	free(r->by_event);
	free(r->kinds);
	account_free(&r->info);
	memset(r, 0, sizeof(*r));
}

u64 rebuild_events(const struct rebuild *r)
{
	u64 n = 0;

	for (u32 i = 0; i < r->nstreams; i++)
		n += r->streams[i]->build.events;
	return n;
}

/* It begins with number @seq. NULL: too many. */
static struct stream *stream_of(struct rebuild *r, u32 cpu, u64 seq)
{
	struct stream *s = r->by_cpu[cpu];

	if (s || all_streams == REBUILD_STREAMS)
		return s;
	if (!(r->nstreams & (r->nstreams - 1)))
		r->streams = xrealloc(r->streams, sizeof(struct stream *) *
				      (r->nstreams ? 2 * r->nstreams : 1));
	s = xcalloc(1, sizeof(*s));
	s->build.cpu = cpu;
	s->build.seq = seq;
	r->by_cpu[cpu] = s;
	r->streams[r->nstreams++] = s;
	all_streams++;
	return s;
}

/* ---- counts ---- */

static struct rebuild_kind *kind_of(struct rebuild *r, u16 event)
{
	u16 i = r->by_event[event];

	if (i)
		return &r->kinds[i - 1];
	if (r->nkinds == REBUILD_KINDS)
		return NULL;
	if (!(r->nkinds & (r->nkinds - 1)))
		r->kinds = xrealloc(r->kinds, sizeof(*r->kinds) *
				    (r->nkinds ? 2 * r->nkinds : 1));
	r->kinds[r->nkinds] = (struct rebuild_kind){ .event = event };
	r->by_event[event] = ++r->nkinds;
	return &r->kinds[r->nkinds - 1];
}

static void count(struct rebuild *r, const struct frame *f)
{
	const bool later = r->pending && f->frame_seq >= r->info.frame_seq;
	const u8 *b = f->data, *end = b + f->len;

	for (; b < end; b += ld16(b, false)) {
		struct rebuild_kind *k = kind_of(r, ld16(b + 2, false));

		if (k && later)
			k->got_later++;
		else if (k)
			k->got++;
	}
}

static void note_lost(struct rebuild *r, const struct stream *s, u64 before)
{
	r->lost += s->build.lost - before;
}

/* ---- frames ---- */

static int put_frame(struct rebuild *r, struct stream *s, const struct frame *f)
{
	u64 lost = s->build.lost;
	int err = build_frame(&s->build, r->to, f);

	note_lost(r, s, lost);
	s->changed = true;
	return err;
}

/* Pass on what waited for what has come now. */
static int run(struct rebuild *r, struct stream *s)
{
	struct waiting *w;
	size_t bytes = s->bytes;
	int err = 0;

	while (!err && (w = stream_next(s))) {
		err = put_frame(r, s, &w->f);
		free(w);
	}
	r->bytes -= bytes - s->bytes;
	return err;
}

static void note_clock(struct rebuild *r, const struct frame *f)
{
	if (f->mono_ns >= r->clock.mono_ns) {
		r->clock.mono_ns = f->mono_ns;
		r->clock.real_ns = f->real_ns;
	}
	/* a text has an epoch of its own */
	if (f->kind == SKBTRACE_FRAME_BLOCKS)
		r->clock.epoch = f->epoch;
}

int rebuild_blocks(struct rebuild *r, const struct frame *f, u64 now)
{
	struct stream *s = stream_of(r, f->cpu, f->seq);
	int err = 0;

	if (!s) {
		r->overlaps++;
		return 0;
	}
	note_clock(r, f);
	switch (stream_take(s, f, now)) {
	case STREAM_NEXT:
		count(r, f);
		err = put_frame(r, s, f);
		return err ? err : stream_first(s) ? run(r, s) : 0;
	case STREAM_WAITS:
		count(r, f);
		r->bytes += sizeof(struct waiting) + f->len;
		return r->bytes > REBUILD_BYTES ? rebuild_tick(r, now) : 0;
	case STREAM_AGAIN:
		r->again++;
		break;
	case STREAM_OVERLAPS:
		r->overlaps++;
		break;
	}
	return 0;
}

/* ---- what is lost ---- */

/* The first hole of @s is lost, of these kinds. */
static int give_up(struct rebuild *r, struct stream *s, u64 n,
		   const struct build_kind *k, u32 nk)
{
	const struct waiting *w = stream_first(s);
	/* up to the event behind it, or up to what INFO says */
	u64 until = w ? ld64(w->data + 8, false) : s->told_ns;
	u64 lost = s->build.lost;
	struct frame f = w ? w->f : r->clock;
	int err;

	if (!w)
		f.epoch = r->clock.epoch;
	if (until < s->build.time)
		until = s->build.time;
	err = build_lost(&s->build, r->to, &f, n, until, k, nk);
	note_lost(r, s, lost);
	r->lost_on_way += n;
	s->changed = true;
	return err ? err : run(r, s);
}

/* What INFO says was sent, and has not come, by event; the sum of it. */
static u64 take_missing(struct rebuild *r)
{
	u64 sum = 0;

	for (u32 i = 0; i < r->nkinds; i++)
		r->kinds[i].missing = 0;
	for (u32 i = 0; i < r->info.nsent; i++) {
		const struct account_sent *t = &r->info.sent[i];
		struct rebuild_kind *k = kind_of(r, t->event);

		if (!k || t->n < k->base + k->got)
			continue;
		k->missing = t->n - k->base - k->got;
		/* what it was of is not known; HISTORY takes no number */
		if (k->event >= SKBTRACE_FIRST_SPECIAL &&
		    k->event != SKBTRACE_SHED)
			k->missing = 0;
		sum += k->missing;
	}
	return sum;
}

/* From now on it is counted from here. */
static void count_anew(struct rebuild *r)
{
	for (u32 i = 0; i < r->nkinds; i++)
		r->kinds[i].base = 0;
	for (u32 i = 0; i < r->info.nsent; i++) {
		struct rebuild_kind *k = kind_of(r, r->info.sent[i].event);

		if (k)
			k->base = r->info.sent[i].n;
	}
	for (u32 i = 0; i < r->nkinds; i++) {
		r->kinds[i].got = r->kinds[i].got_later;
		r->kinds[i].got_later = 0;
	}
	r->unknown = 0;
	r->counted = true;
}

static u64 all_missing(const struct rebuild *r)
{
	u64 n = 0;

	for (u32 i = 0; i < r->nstreams; i++)
		n += stream_missing(r->streams[i]);
	return n;
}

/* All holes of @s below what INFO told of. */
static int settle_stream(struct rebuild *r, struct stream *s, bool known,
			 u64 *left)
{
	struct build_kind *k = xcalloc(r->nkinds + 1, sizeof(*k));
	int err = 0;

	while (!err && s->build.seq < s->told_seq) {
		u64 n = stream_hole(s), most = s->told_seq - s->build.seq;

		n = n < most ? n : most;
		if (!n)
			break;
		if (known)
			share_kinds(r->kinds, r->nkinds, n, *left, k);
		err = give_up(r, s, n, k, known ? r->nkinds : 0);
		*left -= n;
	}
	free(k);
	return err;
}

/* A mark covers what was passed on: so that is passed on first. */
static int mark(struct rebuild *r, struct stream *s)
{
	int err = build_flush(&s->build, r->to);

	s->changed = false;
	return err || !s->told_ns ? err :
	       r->to->ops->mark(r->to, s->build.cpu, s->told_ns);
}

/* What INFO told of has come, or is lost. */
static int settle(struct rebuild *r, u64 now)
{
	u64 holes = all_missing(r), sum = take_missing(r);
	const bool known = r->counted && sum == holes && !r->unknown;
	int err = 0;

	for (u32 i = 0; !err && i < r->nstreams; i++)
		err = settle_stream(r, r->streams[i], known, &holes);
	for (u32 i = 0; !err && i < r->nstreams; i++)
		err = mark(r, r->streams[i]);
	count_anew(r);
	r->over = r->info.end;
	account_free(&r->info);
	r->pending = false;
	r->settled_ns = now;
	return err;
}

static void tell_streams(struct rebuild *r)
{
	for (u32 i = 0; i < r->info.ncpus; i++) {
		const struct account_cpu *c = &r->info.cpus[i];
		struct stream *s = stream_of(r, c->cpu, c->seq);

		if (!s || c->seq < s->told_seq)
			continue;
		s->told_seq = c->seq;
		if (c->complete_ns > s->told_ns)
			s->told_ns = c->complete_ns;
	}
}

/* Were we there when the first block was sent? Then all counts are from 0. */
static void begin_counting(struct rebuild *r)
{
	for (u32 i = 0; i < r->info.nsent; i++) {
		struct rebuild_kind *k = kind_of(r, r->info.sent[i].event);

		if (k && r->info.sent[i].n > k->got)
			k->base = r->info.sent[i].n - k->got;
	}
	r->counted = true;
}

int rebuild_info(struct rebuild *r, struct account *i, const struct frame *f,
		 u64 now)
{
	note_clock(r, f);
	/* One after the other; the last one is told again and again. */
	if (r->over || (r->pending && (!i->end || r->info.end))) {
		account_free(i);
		return 0;
	}
	for (u32 n = 0; r->pending && n < r->nkinds; n++) {
		r->kinds[n].got += r->kinds[n].got_later;
		r->kinds[n].got_later = 0;
	}
	account_free(&r->info);
	r->info = *i;
	memset(i, 0, sizeof(*i));
	r->pending = true;
	r->pending_ns = now;
	if (!r->counted)
		begin_counting(r);
	tell_streams(r);
	return rebuild_tick(r, now);
}

/* INFO has stayed away for long: it is not waited for any more. */
static bool wants_info(const struct rebuild *r, u64 now)
{
	return !r->pending && now > r->settled_ns + REBUILD_INFO_NS;
}

/* The first holes, for want of an INFO, or of memory. */
static int give_up_all(struct rebuild *r, u64 now, bool all)
{
	int err = 0;

	for (u32 i = 0; !err && i < r->nstreams; i++) {
		struct stream *s = r->streams[i];

		while (!err && stream_first(s) &&
		       (all || (wants_info(r, now) &&
				stream_first(s)->since_ns + REBUILD_INFO_NS <
				now))) {
			u64 n = stream_hole(s);

			r->unknown += n;
			err = n ? give_up(r, s, n, NULL, 0) : run(r, s);
		}
	}
	return err;
}

int rebuild_tick(struct rebuild *r, u64 now)
{
	int err = 0;

	if (r->pending && (!all_missing(r) ||
			   now >= r->pending_ns + REBUILD_LATE_NS))
		err = settle(r, now);
	if (!err)
		err = give_up_all(r, now, r->bytes > REBUILD_BYTES);
	return err;
}

int rebuild_flush(struct rebuild *r)
{
	int err = 0;

	for (u32 i = 0; !err && i < r->nstreams; i++)
		err = build_flush(&r->streams[i]->build, r->to);
	return err;
}

int rebuild_end(struct rebuild *r)
{
	int err = r->pending ? settle(r, 0) : 0;

	if (!err)
		err = give_up_all(r, 0, true);
	return err ? err : rebuild_flush(r);
}
