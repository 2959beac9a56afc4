// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "frame/build.h"
#include "trace/decode.h"

enum { MAX_KINDS = 256, FIRST_SIZE = 4096 };

#define BLK(p, field)	((p) + offsetof(struct skbtrace_block, field))

static struct skbtrace_subbuf *header(struct build_cpu *p)
{
	return (struct skbtrace_subbuf *)p->buf;
}

/*
 * The clock pair is of when the sub-buffer was opened: not before what was
 * written into the last one, not after what is written into this one. @time is
 * of the first block.
 */
static void begin(struct build_cpu *p, const struct frame *f, u64 time,
		  bool held)
{
	u64 mono = held || time < p->time ? p->time : time;

	if (!mono || mono > f->mono_ns)
		mono = f->mono_ns;
	if (!p->buf) {
		p->cap = FIRST_SIZE;
		p->buf = xmalloc(p->cap);
	}
	*header(p) = (struct skbtrace_subbuf){
		.magic = SKBTRACE_SUBBUF_MAGIC, .abi = SKBTRACE_ABI,
		.hdr_len = sizeof(struct skbtrace_subbuf), .cpu = p->cpu,
		.size = BUILD_SIZE, .epoch = f->epoch, .first_seq = p->seq,
		.lost_total = p->lost, .mono_ns = mono,
		.real_ns = f->real_ns - (f->mono_ns - mono),
	};
	p->used = sizeof(struct skbtrace_subbuf);
	p->nr_events = 0;
}

int build_flush(struct build_cpu *p, struct sink *to)
{
	struct skbtrace_subbuf *h = header(p);

	if (!p->used)
		return 0;
	h->used = p->used;
	h->nr_events = p->nr_events;
	p->events += p->nr_events;
	p->used = 0;
	return to->ops->subbuf(to, p->cpu, h);
}

/* Space for @len bytes at p->buf + p->used; @f as in begin() */
static int reserve(struct build_cpu *p, struct sink *to, const struct frame *f,
		   u32 len, u64 time, bool held)
{
	int err = 0;

	if (p->used && (p->used + len > BUILD_SIZE ||
			header(p)->epoch != f->epoch))
		err = build_flush(p, to);
	if (!p->used)
		begin(p, f, time, held);
	if (p->used + len > p->cap) {
		while (p->used + len > p->cap)
			p->cap *= 2;
		p->buf = xrealloc(p->buf, p->cap);
	}
	return err;
}

static void note(struct build_cpu *p, const u8 *b)
{
	u64 time = ld64(BLK(b, time), false);

	switch (ld16(BLK(b, event), false)) {
	case SKBTRACE_LOST:
		time = ld64(b + offsetof(struct skbtrace_lost, last_time),
			    false);
		p->lost += ld64(b + offsetof(struct skbtrace_lost, last_seq),
				false) -
			   ld64(b + offsetof(struct skbtrace_lost, first_seq),
				false) + 1;
		break;
	case SKBTRACE_HISTORY:
		break;
	default:
		p->nr_events++;
	}
	/* what was held back is older than what stands before it */
	if (time > p->time && !(*BLK(b, flags) & SKBTRACE_BLOCK_HELD))
		p->time = time;
}

int build_frame(struct build_cpu *p, struct sink *to, const struct frame *f)
{
	const bool held = *BLK(f->data, flags) & SKBTRACE_BLOCK_HELD;
	int err = reserve(p, to, f, f->len, ld64(BLK(f->data, time), false),
			  held);
	const u8 *b = f->data, *end = b + f->len;

	memcpy(p->buf + p->used, b, f->len);
	p->used += f->len;
	p->seq = f->seq + f->numbers;
	for (; b < end; b += ld16(BLK(b, len), false))
		note(p, b);
	return err;
}

/* Counts of more than 32 bits do not fit: then it is better not to say. */
static u32 put_kinds(struct skbtrace_lost_kind *to, const struct build_kind *k,
		     u32 nk)
{
	u32 n = 0;

	for (u32 i = 0; i < nk; i++) {
		if (!k[i].n)
			continue;
		if (k[i].n > UINT32_MAX || n == MAX_KINDS)
			return 0;
		to[n++] = (struct skbtrace_lost_kind){
			.event = k[i].event, .count = k[i].n,
		};
	}
	return n;
}

int build_lost(struct build_cpu *p, struct sink *to, const struct frame *f,
	       u64 n, u64 until, const struct build_kind *k, u32 nk)
{
	struct skbtrace_lost_kind kinds[MAX_KINDS];
	u64 from = p->time && p->time < until ? p->time : until;
	u32 nr = put_kinds(kinds, k, nk);
	struct skbtrace_lost l = {
		.hdr = { .len = sizeof(l) + nr * sizeof(*kinds),
			 .event = SKBTRACE_LOST, .time = from },
		.first_seq = p->seq, .last_seq = p->seq + n - 1,
		.last_time = until, .nr_kinds = nr,
	};
	int err = reserve(p, to, f, l.hdr.len, from, false);

	memcpy(p->buf + p->used, &l, sizeof(l));
	memcpy(p->buf + p->used + sizeof(l), kinds, nr * sizeof(*kinds));
	p->used += l.hdr.len;
	p->seq += n;
	p->lost += n;
	if (until > p->time)
		p->time = until;
	return err;
}

void build_free(struct build_cpu *p)
{
	free(p->buf);
	memset(p, 0, sizeof(*p));
}
