/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decodes sub-buffers into records. Strict and total: for any bytes the result
 * is a record, the end, or a message.
 */
#ifndef SKBTRACE_DECODE_H
#define SKBTRACE_DECODE_H

#include <byteswap.h>
#include <string.h>

#include "linux/skbtrace_api.h"
#include "trace/format.h"

/* Header of a sub-buffer, in our byte order. */
struct sb_info {
	u32 cpu;
	u32 size, used, hdr_len;
	u32 epoch;
	u32 nr_events;
	u64 first_seq;
	u64 lost_total;
	u64 mono_ns, real_ns;
	bool swap;		/* integers are in foreign order */
};

/* A block: an event, LOST, SHED, HISTORY. Points into the sub-buffer. */
struct rec {
	const struct format *fmt;
	const struct event *ev;	/* NULL: no event, or one not in the format */
	const u8 *p;
	u32 len;
	u32 cpu;
	u64 time;		/* CLOCK_MONOTONIC */
	u64 at;			/* by history.h: where it belongs in time */
	u64 seq;		/* LOST: of the first one lost */
	u64 key;
	u32 netns;
	u32 tgid;
	u16 no;
	u8 ctx;
	u8 flags;
	bool swap;
	bool has_stack;
	bool first;		/* by history.h: of those held for a primary */
	u32 depth;		/* entries of the stack */
	const u8 *stack;	/* its first entry */
	u32 payload_len;	/* first bytes of a packet; 0: none */
	u32 payload_of;		/* of how many */
	const u8 *payload;
	/* LOST only */
	u64 last_seq;
	u64 last_time;
	u32 nr_kinds;
	/* HISTORY only */
	u32 nr;			/* held blocks that follow, at most */
	bool missed;
};

struct sb_iter {
	const struct format *fmt;
	struct sb_info info;
	const u8 *p;
	u32 off;
	u32 events;		/* seen so far */
	u64 omitted;		/* numbers of events that were cut away */
	u64 seq;		/* of the next event */
	bool raw;		/* as read from trace.cpuN, padding included */
};

enum { DECODE_ERRLEN = 160 };

/*
 * Decodes the header only; false: it is wrong, see @err. @fmt may be NULL: then
 * it is not checked against the format.
 */
bool sb_header(struct sb_info *info, const struct format *fmt, const void *p,
	       size_t len, char err[DECODE_ERRLEN]);

/* A sub-buffer of @len bytes: the used part at least. */
bool sb_open(struct sb_iter *it, const struct format *fmt, const void *p,
	     size_t len, char err[DECODE_ERRLEN]);

/* 1: a record in @r. 0: no more. -1: damaged from here on, see @err. */
int sb_next(struct sb_iter *it, struct rec *r, char err[DECODE_ERRLEN]);

/* Does it tell what is missing, and happened to no connection? */
static inline bool rec_gap(const struct rec *r)
{
	return r->no == SKBTRACE_LOST || r->no == SKBTRACE_SHED;
}

/* Entry @i < nr_kinds of a LOST record. */
void rec_lost_kind(const struct rec *r, u32 i, u16 *event, u32 *count);

/* Entry @i < depth of the stack. */
u64 rec_stack(const struct rec *r, u32 i);

/* Was it held back, and written when a primary fired? */
static inline bool rec_held(const struct rec *r)
{
	return r->flags & SKBTRACE_BLOCK_HELD;
}

/* Is it inferred? */
static inline bool rec_inferred(const struct rec *r)
{
	return r->flags & SKBTRACE_BLOCK_INFERRED;
}

/* A primary: is a part of its history missing? */
static inline bool rec_older_missed(const struct rec *r)
{
	return r->flags & SKBTRACE_BLOCK_MISSED;
}

/* In a recording that was cut: is it there only because others refer to it? */
static inline bool rec_context(const struct rec *r)
{
	return r->flags & SKBTRACE_BLOCK_CONTEXT;
}

/* ---- loads, in either byte order ---- */

static inline u16 ld16(const u8 *p, bool swap)
{
	u16 v;

	memcpy(&v, p, 2);
	return swap ? bswap_16(v) : v;
}

static inline u32 ld32(const u8 *p, bool swap)
{
	u32 v;

	memcpy(&v, p, 4);
	return swap ? bswap_32(v) : v;
}

static inline u64 ld64(const u8 *p, bool swap)
{
	u64 v;

	memcpy(&v, p, 8);
	return swap ? bswap_64(v) : v;
}

/* Does the block have the field? Blocks of older kernels may be shorter. */
static inline bool rec_has(const struct rec *r, const struct field *f)
{
	return (u32)f->off + f->size <= r->len;
}

/* Value of an integer field, sign extended; the field must be there. */
static inline u64 rec_int(const struct rec *r, const struct field *f)
{
	const u8 *p = r->p + f->off;

	switch (f->type) {
	case FT_U8:
		return *p;
	case FT_S8:
		return (u64)(s64)(int8_t)*p;
	case FT_U16:
		return ld16(p, r->swap);
	case FT_S16:
		return (u64)(s64)(int16_t)ld16(p, r->swap);
	case FT_U32:
		return ld32(p, r->swap);
	case FT_S32:
		return (u64)(s64)(s32)ld32(p, r->swap);
	case FT_U64:
	case FT_S64:
		return ld64(p, r->swap);
	default:
		return 0;
	}
}

static inline bool field_signed(const struct field *f)
{
	return f->type >= FT_S8 && f->type <= FT_S64;
}

/* All bits of its width set: what "na" and "inf" mean. */
static inline bool field_ones(const struct field *f, u64 v)
{
	return field_signed(f) ? v == ~0ULL :
	       v == (f->size == 8 ? ~0ULL : (1ULL << (8 * f->size)) - 1);
}

/* 0 if the block does not have it. */
static inline u64 rec_int_or_0(const struct rec *r, const struct field *f)
{
	return rec_has(r, f) ? rec_int(r, f) : 0;
}

/* Value of @f if the block has it and it is valid. */
static inline bool rec_get(const struct rec *r, const struct field *f, u64 *v)
{
	if (!f || !rec_has(r, f))
		return false;
	*v = rec_int(r, f);
	return !((f->flags & (FF_NA | FF_INF)) && field_ones(f, *v));
}

#endif
