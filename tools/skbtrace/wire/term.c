// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <string.h>

#include "lib/addr.h"
#include "wire/frame.h"
#include "wire/term.h"

/* Where a frame has a number. */
struct place {
	u32 off;
	u32 size;
	bool little;
	bool is_signed;
	bool na;		/* all ones: not valid */
	bool none;		/* 0: not valid */
};

struct way {
	u16 yes, no;
};

enum { BLOCK = FRAME_HEAD };

static const struct skbtrace_frame *const header;	/* for their sizes */
static const struct skbtrace_block *const block;

#define HEADER_PLACE(member)						\
	.off = FRAME_ETHER + offsetof(struct skbtrace_frame, member),	\
	.size = sizeof(header->member)
#define BLOCK_PLACE(member)						\
	.off = BLOCK + offsetof(struct skbtrace_block, member),		\
	.size = sizeof(block->member)

/* ---- numbers ---- */

static u64 ones(const struct place *l)
{
	return l->size == 8 ? UINT64_MAX : (1ULL << 8 * l->size) - 1;
}

/* @v of @size bytes, as a load finds it */
static u32 as_loaded(const struct place *l, u32 v, u32 size)
{
	if (!l->little || size == 1)
		return v;
	return size == 2 ? __builtin_bswap16(v) : __builtin_bswap32(v);
}

/* Go to @w.yes if all of it is @v. */
static void write_equal(struct prog *p, const struct place *l, u64 v,
			struct way w)
{
	if (l->size < 8) {
		prog_load(p, l->size, l->off);
		prog_jump(p, BPF_JEQ, as_loaded(l, v & ones(l), l->size),
			  w.yes, w.no);
		return;
	}
	prog_load(p, 4, l->off + (l->little ? 4 : 0));
	prog_jump(p, BPF_JEQ, as_loaded(l, v >> 32, 4), LABEL_NEXT, w.no);
	prog_load(p, 4, l->off + (l->little ? 0 : 4));
	prog_jump(p, BPF_JEQ, as_loaded(l, (u32)v, 4), w.yes, w.no);
}

/* A = the number of @size bytes at @off, its sign bit turned */
static void write_load(struct prog *p, const struct place *l, u32 off, u32 size,
		       bool is_signed)
{
	if (!l->little || size == 1) {
		prog_load(p, size, off);
	} else {
		prog_load(p, 1, off + size - 1);
		for (u32 i = size - 1; i--;) {
			prog_alu(p, BPF_LSH, 8);
			prog_keep(p);
			prog_load(p, 1, off + i);
			prog_or_kept(p);
		}
	}
	if (is_signed)
		prog_alu(p, BPF_XOR, 1u << (8 * size - 1));
}

/* Go to @w.yes if it is greater than @v, or @op is BPF_JGE and it is equal. */
static void write_greater(struct prog *p, const struct place *l, u16 op, u64 v,
			  struct way w)
{
	u64 sign = l->is_signed ? 1ULL << (8 * l->size - 1) : 0;
	u64 k = (v & ones(l)) ^ sign;

	if (l->size < 8) {
		write_load(p, l, l->off, l->size, l->is_signed);
		prog_jump(p, op, k, w.yes, w.no);
		return;
	}
	write_load(p, l, l->off + (l->little ? 4 : 0), 4, l->is_signed);
	prog_jump(p, BPF_JGT, k >> 32, w.yes, LABEL_NEXT);
	prog_jump(p, BPF_JEQ, k >> 32, LABEL_NEXT, w.no);
	write_load(p, l, l->off + (l->little ? 0 : 4), 4, false);
	prog_jump(p, op, (u32)k, w.yes, w.no);
}

/* Beyond what the place can hold: then the answer is always the same. */
static int beyond(const struct place *l, u64 v)
{
	s64 top;

	if (l->size == 8)
		return 0;
	if (!l->is_signed)
		return v > ones(l) ? 1 : 0;
	top = 1LL << (8 * l->size - 1);
	return (s64)v >= top ? 1 : (s64)v < -top ? -1 : 0;
}

/* @side: of the value that it is compared with */
static bool always(enum where_cmp cmp, int side)
{
	switch (cmp) {
	case CMP_NE:
		return true;
	case CMP_LT:
	case CMP_LE:
		return side > 0;
	case CMP_GT:
	case CMP_GE:
		return side < 0;
	default:
		return false;
	}
}

static void write_compare(struct prog *p, const struct place *l,
			  enum where_cmp cmp, u64 v, struct way w)
{
	const struct way turned = { w.no, w.yes };

	if (beyond(l, v)) {
		prog_go(p, always(cmp, beyond(l, v)) ? w.yes : w.no);
		return;
	}
	switch (cmp) {
	case CMP_EQ:
		write_equal(p, l, v, w);
		break;
	case CMP_NE:
		write_equal(p, l, v, turned);
		break;
	case CMP_GT:
		write_greater(p, l, BPF_JGT, v, w);
		break;
	case CMP_GE:
		write_greater(p, l, BPF_JGE, v, w);
		break;
	case CMP_LT:
		write_greater(p, l, BPF_JGE, v, turned);
		break;
	case CMP_LE:
		write_greater(p, l, BPF_JGT, v, turned);
		break;
	case CMP_LIKE:
		break;
	}
}

/* Of flags: all bits of @v are set. */
static void write_bits(struct prog *p, const struct place *l, u64 v,
		       struct way w)
{
	for (u32 bit = 0; bit < 8 * l->size; bit++) {
		u32 byte = l->little ? bit / 8 : l->size - 1 - bit / 8;

		if (!(v >> bit & 1))
			continue;
		prog_load(p, 1, l->off + byte);
		prog_jump(p, BPF_JSET, 1u << bit % 8, LABEL_NEXT, w.no);
	}
	prog_go(p, v & ~ones(l) ? w.no : w.yes);
}

/* A label, for LABEL_NEXT is the second half of what has two loads. */
static void write_number(struct prog *p, const struct place *l,
			 const struct where_bound *b, bool want, u16 yes,
			 u16 no)
{
	u16 ok = prog_label(p);

	if (l->na || l->none) {
		write_equal(p, l, l->na ? ones(l) : 0, (struct way){ no, ok });
		prog_put(p, ok);
	}
	if (b->cmp == CMP_LIKE)
		write_bits(p, l, b->number, want ? (struct way){ yes, no } :
						   (struct way){ no, yes });
	else
		write_compare(p, l, b->cmp, b->number,
			      want ? (struct way){ yes, no } :
				     (struct way){ no, yes });
}

/* ---- bytes ---- */

/* Go to @w.yes if the @n bytes at @off are these. */
static void write_bytes(struct prog *p, u32 off, const u8 *v, u32 n,
			struct way w)
{
	u32 i, word;

	for (i = 0; i + 4 <= n; i += 4) {
		memcpy(&word, v + i, 4);
		prog_load(p, 4, off + i);
		prog_jump(p, BPF_JEQ, be32toh(word), LABEL_NEXT, w.no);
	}
	for (; i < n; i++) {
		prog_load(p, 1, off + i);
		prog_jump(p, BPF_JEQ, v[i], LABEL_NEXT, w.no);
	}
	prog_go(p, w.yes);
}

static bool write_address(struct prog *p, const struct field *f,
			  const struct where_bound *b, bool equal, u16 yes,
			  u16 no)
{
	static const u8 zero[16];
	u16 ok = prog_label(p);
	u8 addr[16];

	if (!addr_parse(addr, b->text))
		return false;
	/* 0 is none */
	write_bytes(p, BLOCK + f->off, zero, 16, (struct way){ no, ok });
	prog_put(p, ok);
	write_bytes(p, BLOCK + f->off, addr, 16,
		    equal ? (struct way){ yes, no } : (struct way){ no, yes });
	return true;
}

static void write_string(struct prog *p, const struct field *f,
			 const struct where_bound *b, bool equal, u16 yes,
			 u16 no)
{
	size_t n = strlen(b->text);

	if (n > f->size)
		prog_go(p, equal ? no : yes);
	else
		/* with the 0 behind it */
		write_bytes(p, BLOCK + f->off, (const u8 *)b->text,
			    n + (n < f->size), equal ? (struct way){ yes, no } :
						       (struct way){ no, yes });
}

/* ---- what all events have ---- */

static struct place field_place(const struct term_in *in, const struct field *f)
{
	return (struct place){
		.off = BLOCK + f->off, .size = f->size, .little = in->little,
		.is_signed = field_signed(f), .na = f->flags & FF_NA,
		.none = f->unit == UNIT_SK || f->unit == UNIT_PKT,
	};
}

static bool key_place(const struct term_in *in, const char *name,
		      struct place *l)
{
	const struct place key = { BLOCK_PLACE(key), .little = in->little,
				   .none = true };
	bool sk = !strcmp(name, "sk");

	*l = key;
	if (in->e->key == (sk ? KEY_SK : KEY_PKT))
		return true;
	if (!sk || !in->e->sk)
		return false;
	*l = field_place(in, in->e->sk);
	return true;
}

/* Ports are in the block only if the event has some of its own. */
static const struct field *tuple_field(const struct event *e, const char *name)
{
	if (!strcmp(name, "local"))
		return e->local;
	if (!strcmp(name, "peer"))
		return e->peer;
	if (!strcmp(name, "lport"))
		return e->lport;
	return strcmp(name, "pport") ? NULL : e->pport;
}

static bool common_place(const struct term_in *in, const char *name,
			 struct place *l)
{
	const struct {
		const char *name;
		struct place place;
	} places[] = {
		{ "cpu", { HEADER_PLACE(cpu) } },
		{ "seq", { HEADER_PLACE(seq) } },
		{ "seqno", { HEADER_PLACE(seq) } },
		{ "ctx", { BLOCK_PLACE(ctx) } },
		{ "pid", { BLOCK_PLACE(tgid), .little = in->little,
			   .none = true } },
		{ "netns", { BLOCK_PLACE(netns), .little = in->little,
			     .none = true } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (strcmp(places[i].name, name))
			continue;
		*l = places[i].place;
		return true;
	}
	return (!strcmp(name, "sk") || !strcmp(name, "pkt")) &&
	       key_place(in, name, l);
}

static bool write_flag(struct prog *p, const struct term_in *in,
		       const char *name, bool set, u16 yes, u16 no)
{
	static const struct {
		const char *name;
		u8 bit;
	} flags[] = {
		{ "held", SKBTRACE_BLOCK_HELD },
		{ "older_missed", SKBTRACE_BLOCK_MISSED },
		{ "inferred", SKBTRACE_BLOCK_INFERRED },
	};
	const struct place l = { BLOCK_PLACE(flags) };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strcmp(flags[i].name, name))
			continue;
		if (flags[i].bit == SKBTRACE_BLOCK_INFERRED &&
		    in->e->state == STATE_INFERRED) {
			prog_go(p, set ? yes : no);
			return true;
		}
		prog_load(p, 1, l.off);
		prog_jump(p, BPF_JSET, flags[i].bit, set ? yes : no,
			  set ? no : yes);
		return true;
	}
	return false;
}

static bool event_is(const struct event *e, const struct where_bound *b)
{
	bool same = b->cmp == CMP_LIKE ? where_like(b->text, e->name) :
					 !strcmp(b->text, e->name);

	return b->cmp == CMP_NE ? !same : same;
}

static bool write_common(struct prog *p, const struct term_in *in,
			 const struct where_bound *b, bool want, u16 yes,
			 u16 no)
{
	const char *name = b->common->name;
	const struct field *f = tuple_field(in->e, name);
	bool equal = (b->cmp == CMP_EQ) == want;
	struct place l;

	if (b->common->constant) {
		prog_go(p, event_is(in->e, b) == want ? yes : no);
		return true;
	}
	if (f && f->type == FT_ADDR)
		return b->cmp != CMP_LIKE &&
		       write_address(p, f, b, equal, yes, no);
	if (f)
		l = field_place(in, f);
	else if (!common_place(in, name, &l))
		return b->cmp != CMP_LIKE && b->kind == KIND_WORD &&
		       write_flag(p, in, name, equal == !!b->number, yes, no);
	if (b->by_text)
		return false;
	write_number(p, &l, b, want, yes, no);
	return true;
}

/* ---- */

static bool write_field(struct prog *p, const struct term_in *in,
			const struct where_bound *b, bool want, u16 yes,
			u16 no)
{
	const struct place l = field_place(in, b->f);
	bool equal = (b->cmp == CMP_EQ) == want;

	if (b->kind == KIND_ADDR)
		return b->cmp != CMP_LIKE &&
		       write_address(p, b->f, b, equal, yes, no);
	if (b->f->type == FT_STR && b->cmp != CMP_LIKE) {
		write_string(p, b->f, b, equal, yes, no);
		return true;
	}
	if (b->by_text)
		return false;
	write_number(p, &l, b, want, yes, no);
	return true;
}

bool term_write(struct prog *p, const struct term_in *in,
		const struct where_bound *b, const char *field, bool want,
		u16 yes, u16 no)
{
	bool done;

	if (b->common)
		done = write_common(p, in, b, want, yes, no);
	else
		done = write_field(p, in, b, want, yes, no);
	if (!done) {
		msg("%s of %s: a filter of frames cannot compare that", field,
		    in->e->name);
		hint("it sees one block: numbers, words, whole addresses and texts");
	}
	return done;
}
