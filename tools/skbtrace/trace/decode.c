// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdio.h>

#include "trace/decode.h"

enum { MAX_SUBBUF = 16 << 20 };

#define SB(p, field)	((p) + offsetof(struct skbtrace_subbuf, field))
#define BLK(p, field)	((p) + offsetof(struct skbtrace_block, field))
#define LOST(p, field)	((p) + offsetof(struct skbtrace_lost, field))
#define HISTORY(p, field)	((p) + offsetof(struct skbtrace_history, field))

bool sb_header(struct sb_info *info, const struct format *fmt, const void *buf,
	       size_t len, char err[DECODE_ERRLEN])
{
	const u8 *p = buf;
	u32 magic, abi;
	bool swap;

	if (len < sizeof(struct skbtrace_subbuf)) {
		snprintf(err, DECODE_ERRLEN, "sub-buffer of %zu bytes", len);
		return false;
	}
	magic = ld32(SB(p, magic), false);
	swap = magic == bswap_32(SKBTRACE_SUBBUF_MAGIC);
	if (magic != SKBTRACE_SUBBUF_MAGIC && !swap) {
		snprintf(err, DECODE_ERRLEN, "not a sub-buffer (magic 0x%08x)",
			 magic);
		return false;
	}
	abi = ld16(SB(p, abi), swap);
	if (abi != SKBTRACE_ABI) {
		snprintf(err, DECODE_ERRLEN,
			 "sub-buffer of ABI %u, this program reads %d%s", abi,
			 SKBTRACE_ABI,
			 abi > SKBTRACE_ABI ? ": update skbtrace" : "");
		return false;
	}
	*info = (struct sb_info){
		.cpu = ld32(SB(p, cpu), swap),
		.size = ld32(SB(p, size), swap),
		.used = ld32(SB(p, used), swap),
		.hdr_len = ld16(SB(p, hdr_len), swap),
		.epoch = ld32(SB(p, epoch), swap),
		.nr_events = ld32(SB(p, nr_events), swap),
		.first_seq = ld64(SB(p, first_seq), swap),
		.lost_total = ld64(SB(p, lost_total), swap),
		.mono_ns = ld64(SB(p, mono_ns), swap),
		.real_ns = ld64(SB(p, real_ns), swap),
		.swap = swap,
	};
	if (info->hdr_len < sizeof(struct skbtrace_subbuf) ||
	    info->hdr_len & 7 || info->hdr_len > info->used ||
	    info->used > info->size || info->used & 7 ||
	    info->size > MAX_SUBBUF) {
		snprintf(err, DECODE_ERRLEN,
			 "sub-buffer header %u, used %u, size %u do not fit",
			 info->hdr_len, info->used, info->size);
		return false;
	}
	if (fmt) {
		const u16 one = 1;
		bool big = swap != !*(const u8 *)&one;

		if (fmt->big != big) {
			snprintf(err, DECODE_ERRLEN,
				 "sub-buffer is %s-endian, its format says %s",
				 big ? "big" : "little",
				 fmt->big ? "big" : "little");
			return false;
		}
	}
	return true;
}

bool sb_open(struct sb_iter *it, const struct format *fmt, const void *p,
	     size_t len, char err[DECODE_ERRLEN])
{
	if (!sb_header(&it->info, fmt, p, len, err))
		return false;
	if (it->info.used > len) {
		snprintf(err, DECODE_ERRLEN,
			 "sub-buffer uses %u bytes, %zu are there",
			 it->info.used, len);
		return false;
	}
	it->fmt = fmt;
	it->p = p;
	it->off = it->info.hdr_len;
	it->events = 0;
	it->omitted = 0;
	it->seq = it->info.first_seq;
	return true;
}

static int damaged(const struct sb_iter *it, char *err, const char *what)
{
	snprintf(err, DECODE_ERRLEN, "%s at byte %u of a sub-buffer of cpu %u",
		 what, it->off, it->info.cpu);
	return -1;
}

static int next_lost(struct sb_iter *it, struct rec *r, char *err)
{
	const u8 *p = r->p;

	if (r->len < sizeof(struct skbtrace_lost))
		return damaged(it, err, "LOST is too short");
	r->seq = ld64(LOST(p, first_seq), r->swap);
	r->last_seq = ld64(LOST(p, last_seq), r->swap);
	r->last_time = ld64(LOST(p, last_time), r->swap);
	r->nr_kinds = ld32(LOST(p, nr_kinds), r->swap);
	if (r->nr_kinds > (r->len - sizeof(struct skbtrace_lost)) /
			   sizeof(struct skbtrace_lost_kind))
		return damaged(it, err, "LOST names more kinds than it holds");
	if (r->last_seq < r->seq)
		return damaged(it, err, "LOST ends before it begins");
	it->seq = r->last_seq + 1;
	return 1;
}

/* HISTORY has no sequence number and does not count as an event. */
static int next_history(struct sb_iter *it, struct rec *r, char *err)
{
	if (r->len < sizeof(struct skbtrace_history))
		return damaged(it, err, "HISTORY is too short");
	r->seq = it->seq;
	r->nr = ld32(HISTORY(r->p, nr), r->swap);
	r->missed = ld32(HISTORY(r->p, missed), r->swap);
	return 1;
}

/* It takes a sequence number, as for a reader that does not know it. */
static int next_shed(struct sb_iter *it, struct rec *r, char *err)
{
	if (r->len < sizeof(struct skbtrace_shed))
		return damaged(it, err, "SHED is too short");
	r->seq = it->seq++;
	it->events++;
	return 1;
}

static int next_special(struct sb_iter *it, struct rec *r, char *err)
{
	int ret;

	r->ev = NULL;
	r->flags = 0;
	r->has_stack = false;
	r->payload_len = 0;
	ret = r->no == SKBTRACE_LOST ? next_lost(it, r, err) :
	      r->no == SKBTRACE_SHED ? next_shed(it, r, err) :
				       next_history(it, r, err);
	if (ret > 0)
		it->off += r->len;
	return ret;
}

/* The stack follows the fields. */
static int take_stack(struct sb_iter *it, struct rec *r, char *err)
{
	const u8 *p;
	u32 left;

	if (r->len < r->ev->len + sizeof(struct skbtrace_stack))
		return damaged(it, err, "block is too short for its stack");
	p = r->p + r->ev->len;
	left = r->len - r->ev->len - sizeof(struct skbtrace_stack);
	r->depth = ld32(p + offsetof(struct skbtrace_stack, depth), r->swap);
	r->stack = p + offsetof(struct skbtrace_stack, at);
	if (r->depth > left / sizeof(u64))
		return damaged(it, err, "stack is deeper than its block");
	r->has_stack = true;
	return 1;
}

/* The first bytes of a packet follow the fields, or the stack. */
static int take_payload(struct sb_iter *it, struct rec *r, char *err)
{
	u32 off = r->ev->len;
	const u8 *p;

	if (r->has_stack)
		off += sizeof(struct skbtrace_stack) + r->depth * sizeof(u64);
	if (r->len < off + sizeof(struct skbtrace_payload))
		return damaged(it, err, "block is too short for its payload");
	p = r->p + off;
	r->payload = p + offsetof(struct skbtrace_payload, data);
	r->payload_len = ld32(p, r->swap);
	r->payload_of = ld32(p + offsetof(struct skbtrace_payload, of),
			     r->swap);
	if (r->payload_len > r->len - off - sizeof(struct skbtrace_payload))
		return damaged(it, err, "payload is larger than its block");
	return 1;
}

/*
 * What follows the fields. The length of an unknown event is not known; it is
 * not printed, so this is ignored.
 */
static int take_tail(struct sb_iter *it, struct rec *r, char *err)
{
	int ret = 1;

	r->has_stack = false;
	r->depth = 0;
	r->payload_len = 0;
	if (!(r->flags & (SKBTRACE_BLOCK_STACK | SKBTRACE_BLOCK_PAYLOAD)) ||
	    !r->ev)
		return 1;
	if (r->flags & SKBTRACE_BLOCK_STACK)
		ret = take_stack(it, r, err);
	if (ret > 0 && r->flags & SKBTRACE_BLOCK_PAYLOAD)
		ret = take_payload(it, r, err);
	return ret;
}

/* Skip the sequence numbers of events that were cut. */
static void skip_omitted(struct sb_iter *it, const u8 *p, u16 len)
{
	u64 n = ld64(BLK(p, key), it->info.swap);

	it->seq += n;
	it->omitted += n;
	it->off += len;
}

static int at_end(struct sb_iter *it, char *err)
{
	if (it->events == it->info.nr_events)
		return 0;
	snprintf(err, DECODE_ERRLEN,
		 "a sub-buffer of cpu %u holds %u events, its header says %u",
		 it->info.cpu, it->events, it->info.nr_events);
	/* Report it once. */
	it->info.nr_events = it->events;
	return -1;
}

/*
 * The header of a block, whose length has been checked. @swap is a constant
 * where it is called: nothing is asked per number.
 */
static inline void take_block(const struct sb_iter *it, struct rec *r,
			      const u8 *p, u16 len, u16 no, const bool swap)
{
	r->fmt = it->fmt;
	r->p = p;
	r->len = len;
	r->no = no;
	r->cpu = it->info.cpu;
	r->swap = swap;
	r->ctx = *BLK(p, ctx);
	r->flags = *BLK(p, flags);
	r->time = ld64(BLK(p, time), swap);
	r->at = r->time;
	r->first = false;
	r->key = ld64(BLK(p, key), swap);
	r->netns = ld32(BLK(p, netns), swap);
	r->tgid = ld32(BLK(p, tgid), swap);
}

int sb_next(struct sb_iter *it, struct rec *r, char err[DECODE_ERRLEN])
{
	bool swap = it->info.swap;
	const u8 *p;
	u16 len, no;
	u32 left;
	int ret;

	for (;;) {
		p = it->p + it->off;
		left = it->info.used - it->off;
		if (!left)
			return at_end(it, err);
		/* off and used are multiples of 8: these four bytes exist. */
		len = ld16(BLK(p, len), swap);
		no = ld16(BLK(p, event), swap);
		if (no == SKBTRACE_PAD) {
			it->off = it->info.used;
			return at_end(it, err);
		}
		if (len < sizeof(struct skbtrace_block) || len & 7)
			return damaged(it, err, "block of impossible length");
		if (len > left)
			return damaged(it, err, "block reaches over the end");
		if (no != SKBTRACE_OMITTED)
			break;
		skip_omitted(it, p, len);
	}
	if (swap)
		take_block(it, r, p, len, no, true);
	else
		take_block(it, r, p, len, no, false);
	if (no == SKBTRACE_LOST || no == SKBTRACE_HISTORY ||
	    no == SKBTRACE_SHED)
		return next_special(it, r, err);
	r->ev = format_event(it->fmt, no);
	ret = take_tail(it, r, err);
	if (ret < 0)
		return ret;
	r->seq = it->seq++;
	it->events++;
	it->off += len;
	return 1;
}

u64 rec_stack(const struct rec *r, u32 i)
{
	return ld64(r->stack + i * sizeof(u64), r->swap);
}

void rec_lost_kind(const struct rec *r, u32 i, u16 *event, u32 *count)
{
	const u8 *p = LOST(r->p, kinds) +
		      i * sizeof(struct skbtrace_lost_kind);

	*event = ld16(p, r->swap);
	*count = ld32(p + 4, r->swap);
}
