// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "trace/foretold.h"
#include "trace/history.h"
#include "trace/merge.h"

enum {
	MAX_STREAMS	= 16384,
	MAX_NOTES	= 10,	/* messages about damage; the rest is counted */
};

/*
 * Limit of memory for a pipe. The kernel's buffers have at most 4 MiB per CPU,
 * so a writer with marks stays far below.
 */
#define HELD_MAX	(64u << 20)

struct place {
	const struct format *fmt;
	u8 *mem;		/* NULL: in the file */
	u64 offset;
	int fd;			/* raw, -1: a capture's chunk */
	u32 len;
	u32 crc;
};

/* One CPU of one trace. */
struct stream {
	struct trace *t;
	u32 cpu;
	bool live;		/* rec and key are valid, it is in the heap */
	u64 key;		/* rec.at, clock of the first trace */
	bool counted;		/* next_seq is valid */
	u64 next_seq;		/* what the next sub-buffer begins with */
	u64 bound;		/* nothing earlier comes (0: not known) */
	struct rec rec;
	struct sb_iter it;
	struct history history;
	u8 *mem;		/* the sub-buffer in turn, if passed in */
	u32 mem_len;
	u8 *buf;		/* for those that are fetched */
	u32 cap;
	struct place *q;	/* ring of what comes after it */
	u32 qsize, qhead, qlen;
};

struct merge {
	rec_sink *sink;
	void *arg;
	bool foretell;
	struct foretold foretold;
	struct stream **s;	/* all, by (trace, cpu) */
	u32 n;
	struct stream *last;	/* the one asked for last */
	struct stream **heap;	/* the live ones, earliest first */
	u32 nheap;
	u64 held;		/* bytes in memory */
	u64 prev;		/* key of the record passed on last */
	bool heard;		/* a mark came: there is order to wait for */
	bool all;		/* no more comes */
	bool stop;
	struct merge_stats st;
};

static void pass_on(void *arg, struct trace *t, const struct rec *r)
{
	struct merge *m = arg;

	if (!m->stop)
		m->sink(m->arg, t, r);
}

struct merge *merge_new(rec_sink *sink, void *arg, bool foretell)
{
	struct merge *m = xcalloc(1, sizeof(*m));

	m->sink = sink;
	m->arg = arg;
	m->foretell = foretell;
	foretold_init(&m->foretold, pass_on, m);
	return m;
}

static void damage(struct merge *m, const struct trace *t, const char *what)
{
	if (m->st.damaged++ < MAX_NOTES)
		msg("%s: %s", t->name, what);
	else if (m->st.damaged == MAX_NOTES + 1)
		msg("%s: more damage, counted only", t->name);
}

/* ---- streams ---- */

static struct stream *stream_get(struct merge *m, struct trace *t, u32 cpu)
{
	struct stream *s = m->last;

	if (s && s->t == t && s->cpu == cpu)
		return s;
	for (u32 i = 0; i < m->n; i++) {
		s = m->s[i];
		if (s->t == t && s->cpu == cpu)
			return m->last = s;
	}
	if (m->n == MAX_STREAMS) {
		damage(m, t, "more CPUs than there can be");
		return NULL;
	}
	if (!(m->n & (m->n - 1))) {
		u32 size = m->n ? 2 * m->n : 1;

		m->s = xrealloc(m->s, size * sizeof(*m->s));
		m->heap = xrealloc(m->heap, size * sizeof(*m->heap));
	}
	s = xcalloc(1, sizeof(*s));
	s->t = t;
	s->cpu = cpu;
	m->s[m->n++] = s;
	return m->last = s;
}

static void queue_add(struct stream *s, const struct place *p)
{
	if (s->qlen == s->qsize) {
		u32 size = s->qsize ? 2 * s->qsize : 8;
		struct place *q = xmalloc(size * sizeof(*q));

		for (u32 i = 0; i < s->qlen; i++)
			q[i] = s->q[(s->qhead + i) & (s->qsize - 1)];
		free(s->q);
		s->q = q;
		s->qsize = size;
		s->qhead = 0;
	}
	s->q[(s->qhead + s->qlen++) & (s->qsize - 1)] = *p;
}

static void drop_mem(struct merge *m, struct stream *s)
{
	if (!s->mem)
		return;
	m->held -= s->mem_len;
	free(s->mem);
	s->mem = NULL;
}

/* Bytes of a place in the file of its trace. */
static bool fetch(struct merge *m, struct stream *s, const struct place *p)
{
	struct sbt_chunk c = {
		.len = p->len, .crc = p->crc, .offset = p->offset,
	};

	if (p->len > s->cap) {
		s->cap = p->len;
		free(s->buf);
		s->buf = xmalloc(s->cap);
	}
	if (p->fd < 0 ? sbt_reader_fetch(s->t->rd, &c, s->buf) :
	    pread(p->fd, s->buf, p->len, p->offset) == (ssize_t)p->len)
		return true;
	damage(m, s->t, "a sub-buffer is damaged (checksum), skipped");
	return false;
}

/* Events that are missing without a LOST block: the file is damaged. */
static void check_seq(struct merge *m, struct stream *s)
{
	u64 first = s->it.info.first_seq;
	bool gap = s->counted && first != s->next_seq;
	char what[96];

	history_subbuf(&s->history, s->it.info.mono_ns, gap);
	if (gap) {
		snprintf(what, sizeof(what),
			 "cpu %u: event %llu follows, %llu was expected",
			 s->cpu, (unsigned long long)first,
			 (unsigned long long)s->next_seq);
		damage(m, s->t, what);
	}
	s->counted = true;
}

/* Opens the next sub-buffer of @s; false if there is none. */
static bool next_subbuf(struct merge *m, struct stream *s)
{
	char err[DECODE_ERRLEN];

	drop_mem(m, s);
	while (s->qlen) {
		struct place *p = &s->q[s->qhead];

		s->qhead = (s->qhead + 1) & (s->qsize - 1);
		s->qlen--;
		s->mem = p->mem;
		s->mem_len = p->len;
		if (!p->mem && !fetch(m, s, p))
			continue;
		if (!sb_open(&s->it, p->fmt, p->mem ? p->mem : s->buf, p->len,
			     err)) {
			damage(m, s->t, err);
		} else if (s->it.info.cpu != s->cpu) {
			damage(m, s->t, "a sub-buffer is of another CPU than its chunk");
		} else {
			check_seq(m, s);
			clock_pair(&s->t->clock, s->it.info.mono_ns,
				   s->it.info.real_ns);
			return true;
		}
		s->it.p = NULL;
		drop_mem(m, s);
	}
	return false;
}

/* On the clock of all; what its clock has drifted is taken off. */
static u64 common(const struct trace *t, u64 mono)
{
	return (t->timed_by ? trace_steady(t, mono) : mono) + t->shift;
}

/* So are all times that others see of it, but for the shift. */
static void take_drift_off(const struct trace *t, struct rec *r)
{
	r->time = trace_steady(t, r->time);
	r->at = trace_steady(t, r->at);
	if (r->no == SKBTRACE_LOST)
		r->last_time = trace_steady(t, r->last_time);
}

/* The next record of @s into s->rec; false: none there now. */
static bool advance(struct merge *m, struct stream *s)
{
	char err[DECODE_ERRLEN];

	for (;;) {
		int ret = s->it.p ? sb_next(&s->it, &s->rec, err) : 0;

		if (ret > 0) {
			ret = history_none(&s->history, &s->rec) ? 1 :
			      history_take(&s->history, &s->rec, err);
			if (ret < 0)
				damage(m, s->t, err);
			if (!ret)
				continue;
			s->key = common(s->t, s->rec.at);
			return true;
		}
		if (ret < 0)
			damage(m, s->t, err);
		if (s->it.p)
			s->next_seq = s->it.seq;
		s->it.p = NULL;
		if (!next_subbuf(m, s))
			return false;
	}
}

/* ---- heap ---- */

static inline bool before(const struct stream *a, const struct stream *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	if (a->t != b->t)
		return a->t->id < b->t->id;
	/* Two streams of one trace never are of the same CPU. */
	return a->cpu < b->cpu;
}

static inline void sift_down(struct merge *m)
{
	struct stream *s = m->heap[0];
	u32 i = 0;

	for (;;) {
		u32 c = 2 * i + 1;

		if (c >= m->nheap)
			break;
		if (c + 1 < m->nheap && before(m->heap[c + 1], m->heap[c]))
			c++;
		if (!before(m->heap[c], s))
			break;
		m->heap[i] = m->heap[c];
		i = c;
	}
	m->heap[i] = s;
}

/* The first one has another key: mostly it remains the first. */
static void settle(struct merge *m)
{
	struct stream *const *h = m->heap;

	if ((m->nheap > 1 && before(h[1], h[0])) ||
	    (m->nheap > 2 && before(h[2], h[0])))
		sift_down(m);
}

static void heap_add(struct merge *m, struct stream *s)
{
	u32 i = m->nheap++;

	while (i && before(s, m->heap[(i - 1) / 2])) {
		m->heap[i] = m->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	m->heap[i] = s;
	s->live = true;
}

static void wake(struct merge *m, struct stream *s)
{
	if (!s->live && s->qlen && advance(m, s))
		heap_add(m, s);
}

void merge_reshift(struct merge *m)
{
	struct stream *s;

	m->nheap = 0;
	for (u32 i = 0; i < m->n; i++) {
		s = m->s[i];
		if (!s->live)
			continue;
		s->key = common(s->t, s->rec.at);
		heap_add(m, s);
	}
}

/* ---- input ---- */

static void add(struct merge *m, struct trace *t, u32 cpu, struct place *p)
{
	struct stream *s = stream_get(m, t, cpu);

	if (!s) {
		free(p->mem);
		return;
	}
	p->fmt = t->fmt;
	if (p->mem)
		m->held += p->len;
	queue_add(s, p);
	wake(m, s);
}

void merge_subbuf(struct merge *m, struct trace *t, u32 cpu, const void *data,
		  u32 len)
{
	struct place p = { .mem = xmalloc(len), .len = len };

	memcpy(p.mem, data, len);
	add(m, t, cpu, &p);
}

void merge_place(struct merge *m, struct trace *t, u32 cpu, int fd, u64 offset,
		 u32 len, u32 crc)
{
	struct place p = {
		.fd = fd, .offset = offset, .len = len, .crc = crc,
	};

	add(m, t, cpu, &p);
}

void merge_mark(struct merge *m, struct trace *t, u32 cpu, u64 mono_ns)
{
	struct stream *s = stream_get(m, t, cpu);

	m->heard = true;
	if (s && common(t, mono_ns) > s->bound)
		s->bound = common(t, mono_ns);
}

/* ---- output ---- */

/* Marks are in the clock of the first trace, a history in that of its own. */
static u64 bound_of(const struct stream *s)
{
	return history_bound(&s->history, s->bound - s->t->shift) +
	       s->t->shift;
}

/* The time up to which all CPUs are complete: the least bound of empty ones */
static u64 complete_to(const struct merge *m)
{
	u64 t = UINT64_MAX;

	if (m->all || m->held > HELD_MAX)
		return t;
	if (!m->heard)
		return 0;
	for (u32 i = 0; i < m->n; i++)
		if (!m->s[i]->live && bound_of(m->s[i]) < t)
			t = bound_of(m->s[i]);
	return t;
}

void merge_run(struct merge *m)
{
	u64 limit = complete_to(m);

	while (m->nheap && !m->stop) {
		struct stream *s = m->heap[0];

		if (s->key > limit) {
			/*
			 * Was the limit of memory exceeded, and is not any
			 * more?
			 */
			limit = complete_to(m);
			if (s->key > limit)
				break;
		}
		if (s->key < m->prev && !rec_held(&s->rec))
			m->st.backward++;
		m->prev = s->key;
		if (s->t->timed_by)
			take_drift_off(s->t, &s->rec);
		if (!m->foretell || foretold_none(&m->foretold, &s->rec))
			m->sink(m->arg, s->t, &s->rec);
		else
			foretold_add(&m->foretold, s->t, &s->rec, s->key);
		if (advance(m, s)) {
			settle(m);
			continue;
		}
		s->live = false;
		if (s->bound < m->prev)
			s->bound = m->prev;
		m->heap[0] = m->heap[--m->nheap];
		if (m->nheap)
			sift_down(m);
		if (!m->all && m->held > HELD_MAX)
			m->st.forced++;
		limit = complete_to(m);
	}
}

void merge_flush(struct merge *m)
{
	merge_run(m);
	foretold_flush(&m->foretold);
}

void merge_finish(struct merge *m)
{
	m->all = true;
	merge_flush(m);
}

void merge_pause(struct merge *m)
{
	merge_finish(m);
	m->all = false;
	m->heard = false;
	m->prev = 0;
	for (u32 i = 0; i < m->n; i++)
		m->s[i]->bound = UINT64_MAX;
}

void merge_stop(struct merge *m)
{
	m->stop = true;
}

const struct merge_stats *merge_stats(const struct merge *m)
{
	return &m->st;
}

void merge_free(struct merge *m)
{
	if (!m)
		return;
	for (u32 i = 0; i < m->n; i++) {
		struct stream *s = m->s[i];

		free(s->mem);
		free(s->buf);
		for (u32 j = 0; j < s->qlen; j++)
			free(s->q[(s->qhead + j) & (s->qsize - 1)].mem);
		free(s->q);
		free(s);
	}
	free(m->s);
	free(m->heap);
	foretold_free(&m->foretold);
	free(m);
}
