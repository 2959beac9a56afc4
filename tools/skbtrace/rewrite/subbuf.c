// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rewrite/subbuf.h"

/* ---- stores, in either byte order ---- */

static void st16(u8 *p, u16 v, bool swap)
{
	v = swap ? bswap_16(v) : v;
	memcpy(p, &v, sizeof(v));
}

static void st32(u8 *p, u32 v, bool swap)
{
	v = swap ? bswap_32(v) : v;
	memcpy(p, &v, sizeof(v));
}

static void st64(u8 *p, u64 v, bool swap)
{
	v = swap ? bswap_64(v) : v;
	memcpy(p, &v, sizeof(v));
}

#define HEAD(p, field)	((p) + offsetof(struct skbtrace_subbuf, field))
#define BLOCK(p, field)	((p) + offsetof(struct skbtrace_block, field))

/* ---- the sub-buffer that is made ---- */

struct made {
	struct reading *rd;
	struct stream *s;
	const struct sb_iter *it;	/* of the one that it is made of */
	u8 *p;
	u32 cap, used, events;
	u64 seq;			/* of the next event */
	bool open;
};

static u8 *reserve(struct made *m, u32 len)
{
	u8 *p;

	if (m->used + len > m->cap) {
		m->cap = 2 * (m->used + len);
		m->p = xrealloc(m->p, m->cap);
	}
	p = m->p + m->used;
	m->used += len;
	return p;
}

/*
 * It begins with the sequence number that a reader expects, or with @seq if
 * something is missing. The header is copied, except for counters.
 */
static void begin(struct made *m, u64 seq)
{
	const struct sb_info *in = &m->it->info;
	const u32 known = offsetof(struct skbtrace_subbuf, spare);
	const struct stream *s = m->s;
	u64 first_seq = s->written && !s->gap && seq >= s->out_next ?
			s->out_next : seq;

	m->used = 0;
	m->events = 0;
	memcpy(reserve(m, in->hdr_len), m->it->p, in->hdr_len);
	if (m->rd->job->ops->known_only)
		memset(m->p + known, 0, in->hdr_len - known);
	st64(HEAD(m->p, first_seq), first_seq, in->swap);
	st64(HEAD(m->p, lost_total), in->lost_total - m->s->unlost, in->swap);
	m->seq = first_seq;
	m->open = true;
	m->s->gap = false;
	m->s->written = true;
}

/* A reader of a pipe waits for marks of every CPU. */
static int write_marks(struct reading *rd)
{
	int err = 0;

	for (u32 i = 0; i < rd->n && !err; i++) {
		struct stream *s = rd->streams[i];

		if (s->marked)
			err = output_mark(&rd->job->out, s->cpu, s->mark);
		s->marked = false;
	}
	return err;
}

static int finish(struct made *m)
{
	const struct sb_info *in = &m->it->info;
	u32 size = m->used > in->size ? m->used : in->size;
	int err;

	if (!m->open)
		return 0;
	m->open = false;
	m->s->out_next = m->seq;
	m->rd->events += m->events;
	st32(HEAD(m->p, used), m->used, in->swap);
	st32(HEAD(m->p, size), size, in->swap);
	st32(HEAD(m->p, nr_events), m->events, in->swap);
	err = write_marks(m->rd);
	return err ? err : output_chunk(&m->rd->job->out, SBT_SUBBUF,
					m->s->cpu, m->p, m->used);
}

/* ---- blocks ---- */

static void put_omitted(struct made *m, u64 nr)
{
	const u32 len = sizeof(struct skbtrace_block);
	u8 *p = reserve(m, len);

	memset(p, 0, len);
	st16(BLOCK(p, len), len, m->it->info.swap);
	st16(BLOCK(p, event), SKBTRACE_OMITTED, m->it->info.swap);
	st64(BLOCK(p, key), nr, m->it->info.swap);
}

static void put_history(struct made *m, const void *block)
{
	const u32 len = sizeof(struct skbtrace_history);
	u8 *p = reserve(m, len);

	memcpy(p, block, len);
	st16(BLOCK(p, len), len, m->it->info.swap);
	if (m->rd->job->ops->known_only)
		st16(BLOCK(p, spare), 0, false);
}

/* Append the block of a record. */
static void put_block(struct made *m, const struct rec *r, bool context)
{
	const struct job *j = m->rd->job;
	u8 *p = reserve(m, r->len);

	memcpy(p, r->p, r->len);
	if (context)
		*BLOCK(p, flags) |= SKBTRACE_BLOCK_CONTEXT;
	if (j->ops->block)
		j->ops->block(j->arg, r, p);
}

static bool is_lost(const struct rec *r)
{
	return r->no == SKBTRACE_LOST;
}

/* Account for the sequence numbers before @r, by an OMITTED block. */
static int count_up(struct made *m, const struct rec *r)
{
	int err = 0;

	if (m->open && r->seq < m->seq && !is_lost(r))
		err = finish(m);
	if (!m->open)
		begin(m, r->seq);
	if (!err && r->seq > m->seq && !is_lost(r))
		put_omitted(m, r->seq - m->seq);
	return err;
}

static int put_rec(struct made *m, const struct rec *r, bool context)
{
	int err = count_up(m, r);

	if (err)
		return err;
	if (m->s->waits && !rec_gap(r) &&
	    (rec_held(r) || !r->ev || r->ev->role == ROLE_EVENT)) {
		put_history(m, &m->s->block);
		m->s->waits = false;
	}
	put_block(m, r, context);
	if (is_lost(r)) {
		m->seq = r->last_seq + 1;
		m->rd->lost += r->last_seq - r->seq + 1;
		m->rd->job->lost += r->last_seq - r->seq + 1;
		return 0;
	}
	m->seq = r->seq + 1;
	m->events++;
	return 0;
}

/* ---- records ---- */

static void take_history(struct made *m, const struct rec *r)
{
	if (!m->rd->job->ops->action) {
		put_history(m, r->p);
		return;
	}
	memcpy(&m->s->block, r->p, sizeof(m->s->block));
	m->s->waits = true;
}

static void leave_out(struct made *m, const struct rec *r)
{
	u64 n = r->last_seq - r->seq + 1;

	if (is_lost(r)) {
		m->s->unlost += n;
		m->rd->unlost += n;
		return;
	}
	/* The primary: its history has been left out. */
	if (!rec_held(r) && (!r->ev || r->ev->role == ROLE_EVENT))
		m->s->waits = false;
}

static void count(struct job *j, const struct rec *r, enum action action)
{
	if (rec_gap(r))
		return;
	if (r->ev && event_is_name(r->ev))
		j->names++;
	else if (action == ACTION_CONTEXT || rec_context(r))
		j->context++;
	else
		j->kept++;
}

static void look_at_history(struct made *m, struct rec *r)
{
	char err[DECODE_ERRLEN];

	if (history_take(&m->s->history, r, err) < 0)
		job_damage(m->rd->job, m->rd->t->name, err);
}

static int take(struct made *m, struct rec *r, bool twice)
{
	struct job *j = m->rd->job;
	enum action action = ACTION_KEEP;

	if (!twice)
		look_at_history(m, r);
	if (r->time > m->rd->last_ns)
		m->rd->last_ns = r->time;
	if (r->no == SKBTRACE_HISTORY) {
		if (!twice)
			take_history(m, r);
		return 0;
	}
	if (j->ops->action)
		action = j->ops->action(j->arg, m->rd->id, m->s->cpu);
	if (twice)
		return 0;
	if (action == ACTION_OMIT) {
		leave_out(m, r);
		return 0;
	}
	count(j, r, action);
	/* A name is not shown in any case. */
	return put_rec(m, r, action == ACTION_CONTEXT &&
		       !(r->ev && event_is_name(r->ev)));
}

/* ---- parts that overlap ---- */

struct seen {
	u64 first_seq, mono_ns;		/* the key */
	u32 crc;
};

static int overlap(const struct reading *rd, const struct stream *s)
{
	msg("%s has events of CPU %u that another file has, too, but not in the same way",
	    rd->t->name, s->cpu);
	hint("parts that were cut differently: merge what they were cut from");
	return EXIT_FAILED;
}

/* Snapshots of a flight recorder may have sub-buffers in common. */
static int look_twice(struct reading *rd, struct stream *s,
		      const struct sb_info *in, u32 crc, bool *twice)
{
	struct seen key = { in->first_seq, in->mono_ns, crc }, *old, *new;

	*twice = false;
	if (!rd->parts)
		return 0;
	s->seen.key_len = offsetof(struct seen, crc);
	old = hash_get(&s->seen, &key);
	if (old) {
		*twice = old->crc == crc;
		rd->job->twice += *twice;
		if (!*twice)
			return overlap(rd, s);
		if (!rd->job->ops->action)
			return 0;
		msg("%s has events that another file has, too", rd->t->name);
		hint("skbtrace merge makes one recording of them: cut that");
		return EXIT_FAILED;
	}
	if (s->counted && in->first_seq < s->in_next && s->part != rd->id)
		return overlap(rd, s);
	new = xmalloc(sizeof(*new));
	*new = key;
	hash_put(&s->seen, new);
	return 0;
}

/* ---- a sub-buffer ---- */

static int take_all(struct made *m, struct sb_iter *it, bool twice)
{
	char err[DECODE_ERRLEN];
	struct rec r;
	int ret, code = 0;

	while (!code && (ret = sb_next(it, &r, err)) > 0)
		code = take(m, &r, twice);
	if (code)
		return code;
	if (ret < 0)
		job_damage(m->rd->job, m->rd->t->name, err);
	return finish(m);
}

/* Events that are missing without a LOST block: damage. */
static void take_gap(struct reading *rd, struct stream *s, u64 first_seq)
{
	char what[96];

	snprintf(what, sizeof(what),
		 "cpu %u: event %llu follows, %llu was expected", s->cpu,
		 (unsigned long long)first_seq,
		 (unsigned long long)s->in_next);
	job_damage(rd->job, rd->t->name, what);
	s->gap = true;
	s->waits = false;
}

static int copy(struct reading *rd, struct stream *s, struct sb_iter *it,
		u32 crc)
{
	struct made m = { .rd = rd, .s = s, .it = it };
	bool twice, gap = s->counted && it->info.first_seq != s->in_next;
	int code = look_twice(rd, s, &it->info, crc, &twice);

	if (code)
		return code;
	if (!twice)
		history_subbuf(&s->history, it->info.mono_ns, gap);
	if (!twice && gap)
		take_gap(rd, s, it->info.first_seq);
	/* Nothing is left out: keep empty ones, too. */
	if (!rd->job->ops->action && !twice)
		begin(&m, it->info.first_seq);
	code = take_all(&m, it, twice);
	free(m.p);
	if (twice)
		return code;
	s->in_next = it->seq;
	s->counted = true;
	s->part = rd->id;
	return code;
}

int subbuf_copy(struct reading *rd, struct stream *s, const u8 *p, u32 len,
		u32 crc)
{
	char err[DECODE_ERRLEN];
	struct sb_iter it;

	if (!sb_open(&it, rd->t->fmt, p, len, err)) {
		job_damage(rd->job, rd->t->name, err);
		return 0;
	}
	if (it.info.cpu != s->cpu) {
		job_damage(rd->job, rd->t->name,
			   "a sub-buffer is of another CPU than its chunk");
		return 0;
	}
	return copy(rd, s, &it, crc);
}

/* ---- streams ---- */

struct stream *stream_get(struct reading *rd, u32 cpu)
{
	enum { MAX_STREAMS = 16384 };
	struct stream *s;

	for (u32 i = 0; i < rd->n; i++)
		if (rd->streams[i]->cpu == cpu)
			return rd->streams[i];
	if (rd->n == MAX_STREAMS) {
		job_damage(rd->job, rd->t->name, "more CPUs than there can be");
		return NULL;
	}
	if (!(rd->n & (rd->n - 1)))
		rd->streams = xrealloc(rd->streams, (rd->n ? 2 * rd->n : 1) *
				       sizeof(s));
	s = xcalloc(1, sizeof(*s));
	s->cpu = cpu;
	return rd->streams[rd->n++] = s;
}

void streams_free(struct reading *rd)
{
	for (u32 i = 0; i < rd->n; i++) {
		hash_free(&rd->streams[i]->seen, free);
		free(rd->streams[i]);
	}
	free(rd->streams);
	rd->streams = NULL;
	rd->n = 0;
}
