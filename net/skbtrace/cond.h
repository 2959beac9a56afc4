/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A condition on the fields of an event, parsed by ctl/cond.c: of when=,
 * primary= and snapshot=.
 */
#ifndef _NET_SKBTRACE_COND_H
#define _NET_SKBTRACE_COND_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/types.h>

#define SKBTRACE_COND_TERMS	8

enum skbtrace_op {
	SKBTRACE_EQ, SKBTRACE_NE, SKBTRACE_LT, SKBTRACE_LE, SKBTRACE_GT,
	SKBTRACE_GE
};

/**
 * struct skbtrace_term - a comparison
 * @value: to compare with; signed if @is_signed
 * @from: the least value of the range
 * @span: the greatest value of the range, less @from
 * @off: bytes from the beginning of the block
 * @field: which field of the event
 * @size: bytes
 * @op: enum skbtrace_op
 * @is_signed: the field is
 * @na: all ones mean "not valid"
 * @outside: true outside of the range
 * @or: followed by ||, else by &&
 */
struct skbtrace_term {
	u64	value;
	u64	from;
	u64	span;
	u16	off;
	u8	field;
	u8	size;
	u8	op;
	bool	is_signed;
	bool	na;
	bool	outside;
	bool	or;
};

/**
 * struct skbtrace_cond - when=
 * @nr: comparisons
 * @term: comparisons
 */
struct skbtrace_cond {
	unsigned int		nr;
	struct skbtrace_term	term[SKBTRACE_COND_TERMS];
};

static __always_inline u64 skbtrace_term_load(const struct skbtrace_term *term,
					      const void *block)
{
	const void *p = block + term->off;

	if (likely(term->size == 4))
		return term->is_signed ? (u64)*(const s32 *)p :
					 *(const u32 *)p;
	if (term->size == 8)
		return *(const u64 *)p;
	return term->size == 2 ? *(const u16 *)p : *(const u8 *)p;
}

static __always_inline bool
skbtrace_term_not_valid(const struct skbtrace_term *term, u64 v)
{
	return term->is_signed || term->size == 8 ?
	       v == U64_MAX : v == BIT_ULL(term->size * 8) - 1;
}

/* Never true for a field that is not valid. Context: probe. */
static __always_inline bool skbtrace_term_true(const struct skbtrace_term *term,
					       const void *block)
{
	u64 v = skbtrace_term_load(term, block);

	if (term->na && skbtrace_term_not_valid(term, v))
		return false;
	return (v - term->from <= term->span) != term->outside;
}

bool skbtrace_cond_true(const struct skbtrace_cond *cond, const void *block);

#endif /* _NET_SKBTRACE_COND_H */
