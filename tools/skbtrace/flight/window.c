// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "flight/window.h"
#include "lib/num.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE	23
#endif

/* Smaller slabs would waste too much at their ends. */
enum { SUBBUFS_PER_SLAB = 2 };

static bool earlier(u32 epoch, u32 than)
{
	return (s32)(epoch - than) < 0;
}

static size_t space_of(u32 len)
{
	return sizeof(struct window_rec) + ((len + 7) & ~7u);
}

/* ---- memory ---- */

u64 window_least(u32 subbuf_size)
{
	return (u64)subbuf_size * SUBBUFS_PER_SLAB * WINDOW_SLABS_MIN;
}

/* Available memory, in bytes; 0: not known. */
static u64 spare_memory(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[128];

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			break;
	fclose(f);
	return kib * 1024;
}

static int no_memory(u64 size, u64 spare)
{
	char want[NUM_LEN], have[NUM_LEN];

	if (spare)
		msg("--flight-recorder: no memory for %s, %s can be had",
		    fmt_size(want, size), fmt_size(have, spare));
	else
		msg("--flight-recorder: no memory for %s: %m",
		    fmt_size(want, size));
	hint("a smaller window, or fewer events: a narrower filter, sample=");
	return EXIT_FAILED;
}

/*
 * Populate the window now: so a lack of memory is known before the recording
 * begins, and page faults do not slow down the reader. The other half is for
 * cuts, and not touched until then.
 */
static int get_memory(struct window *w, u64 size)
{
	const u64 spare = spare_memory();
	const size_t all = w->slab_size * w->max;

	if (spare && size > spare)
		return no_memory(size, spare);
	w->mem = mmap(NULL, 2 * all, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (w->mem == MAP_FAILED) {
		w->mem = NULL;
		return no_memory(size, 0);
	}
	/* EINVAL: before Linux 5.14; pages are allocated when used. */
	if (madvise(w->mem, all, MADV_POPULATE_WRITE) && errno != EINVAL)
		return no_memory(size, 0);
	for (int i = 0; i < 2 * w->max; i++) {
		w->slabs[i].mem = w->mem + i * w->slab_size;
		w->slabs[i].touched = i < w->max;
	}
	return 0;
}

int window_init(struct window *w, u64 size, u32 subbuf_size)
{
	char want[NUM_LEN], least[NUM_LEN], one[NUM_LEN];
	int code;

	memset(w, 0, sizeof(*w));
	if (size < window_least(subbuf_size)) {
		msg("--flight-recorder %s is too small: with sub-buffers of %s"
		    " it takes %s", fmt_size(want, size),
		    fmt_size(one, subbuf_size),
		    fmt_size(least, window_least(subbuf_size)));
		hint("-b makes them smaller");
		return EXIT_USAGE;
	}
	w->max = WINDOW_SLABS;
	if (size / w->max < (u64)subbuf_size * SUBBUFS_PER_SLAB)
		w->max = WINDOW_SLABS_MIN;
	w->slab_size = size / w->max & ~4095ull;
	code = get_memory(w, size);
	if (code)
		window_free(w);
	return code;
}

void window_free(struct window *w)
{
	if (w->mem)
		munmap(w->mem, 2 * w->slab_size * w->max);
	w->mem = NULL;
	w->n = 0;
}

/* A free slab; preferably one that has memory. */
static struct slab *find_free(struct window *w)
{
	struct slab *found = NULL;

	for (int i = 0; i < 2 * w->max; i++) {
		struct slab *s = &w->slabs[i];

		if (s->in_use || s->cut)
			continue;
		if (s->touched)
			return s;
		found = s;
	}
	return found;
}

/* Free the additional memory of a cut. */
static void give_back(struct window *w)
{
	int keep = w->max - w->n;

	for (int i = 0; i < 2 * w->max; i++) {
		struct slab *s = &w->slabs[i];

		if (s->in_use || s->cut || !s->touched || keep-- > 0)
			continue;
		madvise(s->mem, w->slab_size, MADV_DONTNEED);
		s->touched = false;
	}
}

/* ---- the row of slabs ---- */

static void drop_first(struct window *w)
{
	w->row[0]->in_use = false;
	w->bytes -= w->row[0]->used;
	memmove(w->row, w->row + 1, --w->n * sizeof(*w->row));
}

/* The first slab of an epoch; NULL: it has been discarded. */
static struct slab *slab_of(const struct window *w, u32 epoch)
{
	for (int i = w->n - 1; i >= 0; i--)
		if (w->row[i]->begins && !earlier(epoch, w->row[i]->epoch))
			return w->row[i];
	return NULL;
}

/*
 * Discard the oldest epoch. If it is the only one, since data arrives too fast,
 * discard its first slab only: events without names are better than none.
 */
static void drop_oldest(struct window *w)
{
	int i;

	drop_first(w);
	for (i = 0; i < w->n && !w->row[i]->begins; i++)
		;
	if (i == w->n)
		return;
	w->first_epoch = w->row[i]->epoch;
	while (i--)
		drop_first(w);
}

void window_next_slab(struct window *w, bool begins, u32 epoch)
{
	struct slab *s;

	if (w->n == w->max)
		drop_oldest(w);
	/* There is a free slab: a cut has at most as many as a window. */
	s = find_free(w);
	s->used = 0;
	s->begins = begins;
	s->epoch = epoch;
	s->first_ns = 0;
	s->events = 0;
	s->in_use = true;
	s->touched = true;
	if (!w->n)
		w->first_epoch = epoch;
	w->row[w->n++] = s;
}

bool window_fits(const struct window *w, u32 len)
{
	return w->row[w->n - 1]->used + space_of(len) <= w->slab_size;
}

static void put(struct window *w, const struct window_rec *r, const void *data)
{
	struct slab *s = w->row[w->n - 1];
	u8 *p = s->mem + s->used;

	memcpy(p, r, sizeof(*r));
	memcpy(p + sizeof(*r), data, r->len);
	s->used += space_of(r->len);
	w->bytes += space_of(r->len);
}

void window_subbuf(struct window *w, u32 cpu, const struct skbtrace_subbuf *h)
{
	const struct window_rec r = {
		.type = SBT_SUBBUF, .cpu = cpu, .len = h->used,
		.epoch = h->epoch,
	};
	struct slab *s = slab_of(w, h->epoch);

	/* A late sub-buffer of an epoch that has been discarded. */
	if (earlier(h->epoch, w->first_epoch))
		return;
	put(w, &r, h);
	if (!s)
		s = w->row[w->n - 1];
	s->events += h->nr_events;
	if (!s->first_ns || h->mono_ns < s->first_ns)
		s->first_ns = h->mono_ns;
}

void window_mark(struct window *w, u32 cpu, u64 complete_ns)
{
	const struct sbt_mark m = { .complete_ns = complete_ns };
	const struct window_rec r = {
		.type = SBT_MARK, .cpu = cpu, .len = sizeof(m),
	};

	put(w, &r, &m);
}

u64 window_since(const struct window *w)
{
	u64 first = 0;

	for (int i = 0; i < w->n; i++) {
		u64 ns = w->row[i]->first_ns;

		if (ns && (!first || ns < first))
			first = ns;
	}
	return first;
}

u64 window_events(const struct window *w)
{
	u64 n = 0;

	for (int i = 0; i < w->n; i++)
		n += w->row[i]->events;
	return n;
}

/* ---- cuts ---- */

void window_cut(struct window *w, struct window_cut *c)
{
	c->n = w->n;
	c->first_epoch = w->first_epoch;
	for (int i = 0; i < w->n; i++) {
		c->v[i].slab = w->row[i];
		c->v[i].used = w->row[i]->used;
		w->row[i]->cut = true;
	}
}

void window_release(struct window *w, struct window_cut *c)
{
	for (int i = 0; i < c->n; i++)
		c->v[i].slab->cut = false;
	c->n = 0;
	give_back(w);
}

const struct window_rec *window_next(const struct window_cut *c,
				     struct window_pos *pos)
{
	while (pos->slab < c->n) {
		const struct window_rec *r;

		if (pos->off == c->v[pos->slab].used) {
			pos->slab++;
			pos->off = 0;
			continue;
		}
		r = (const void *)(c->v[pos->slab].slab->mem + pos->off);
		pos->off += space_of(r->len);
		if (r->type != SBT_SUBBUF ||
		    !earlier(r->epoch, c->first_epoch))
			return r;
	}
	return NULL;
}
