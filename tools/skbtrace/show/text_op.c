// SPDX-License-Identifier: GPL-2.0
/* How a value looks in text. */
#include <stdio.h>

#include "lib/put.h"
#include "show/evprint.h"

/* In place of a value that is all ones. */
static char *put_none(char *p, const struct op *op)
{
	return op->f->flags & FF_INF ? put_lit(p, "inf") : put_char(p, '-');
}

OP(put_unsigned)
{
	u64 v = op_int(op, r);

	return op_none(op, v) ? put_none(p, op) : put_u64(p, v);
}

OP(put_signed)
{
	u64 v = op_int(op, r);

	return op_none(op, v) ? put_none(p, op) : put_s64(p, v);
}

static char *put_thousandths(char *p, u64 v)
{
	p = put_u64(p, v / 1000);
	*p++ = '.';
	return put_3(p, v % 1000);
}

/* Milliseconds, always: lines sort and compare. Most durations are such. */
OP(put_us)
{
	u64 v = op_int(op, r);

	if (op_none(op, v))
		return put_none(p, op);
	return put_lit(put_thousandths(p, v), "ms");
}

OP(put_duration)
{
	u64 v = op_int(op, r);

	if (op_none(op, v))
		return put_none(p, op);
	if (field_signed(op->f) && (s64)v < 0) {
		*p++ = '-';
		v = -v;
	}
	if (op->f->unit == UNIT_NS)
		v /= 1000;
	p = op->f->flags & FF_WHOLE ? put_u64(p, v / 1000) :
				      put_thousandths(p, v);
	return put_lit(p, "ms");
}

OP(put_rate)
{
	u64 v = op_int(op, r);

	if (op_none(op, v))
		return put_none(p, op);
	/* Bytes into thousandths of a megabit: 8 / 1000. */
	p = put_thousandths(p, v / 125);
	return put_lit(p, "Mbit/s");
}

OP(put_enum)
{
	u64 v = op_int(op, r);
	const struct sym *s;

	if (op_none(op, v))
		return put_none(p, op);
	s = symtab_find(op->f->syms, v);
	if (s)
		return put_short(p, s->word, s->len);
	*p++ = '#';
	return put_s64(p, v);
}

OP(put_flags)
{
	u64 v = op_int(op, r);
	const struct symtab *tab = op->f->syms;
	char *from = p;

	if (op_none(op, v))
		return put_none(p, op);
	for (u32 i = 0; i < tab->n; i++) {
		if (!tab->v[i].val || (v & tab->v[i].val) != tab->v[i].val)
			continue;
		if (p != from)
			*p++ = '|';
		p = put_short(p, tab->v[i].word, tab->v[i].len);
		v &= ~tab->v[i].val;
	}
	if (v) {
		if (p != from)
			*p++ = '|';
		p = put_lit(p, "#0x");
		p = put_hex(p, v);
	}
	return p == from ? put_char(p, '0') : p;
}

OP(put_id)
{
	u64 v = op_int(op, r);

	if (op_none(op, v))
		return put_none(p, op);
	return v ? put_hex(p, v) : put_char(p, '-');
}

OP(put_mask)
{
	u64 v = op_int(op, r);

	if (op_none(op, v))
		return put_none(p, op);
	if (field_signed(op->f) && op->f->size < 8)
		v &= (1ULL << (8 * op->f->size)) - 1;
	return put_hex(put_lit(p, "0x"), v);
}

OP(put_symbol)
{
	u64 v = op_int(op, r);
	const struct symbol *s;

	if (op_none(op, v))
		return put_none(p, op);
	if (!v)
		return put_char(p, '-');
	s = names_symbol(t->names, v);
	return s ? put_mem(p, s->name, s->len) : put_char(p, '?');
}

/* Relative to where the connection began, as far as that is known. */
static char *put_seq(char *p, const struct op *op, u64 v, bool send,
		     const struct conn *c)
{
	if (op_none(op, v))
		return put_none(p, op);
	if (c && op->f->size == 4 && (send ? c->has_snd_base : c->has_rcv_base))
		v = (u32)(v - (send ? c->snd_base : c->rcv_base));
	return put_u64(p, v);
}

OP(put_sseq)
{
	return put_seq(p, op, op_int(op, r), true, c);
}

OP(put_rseq)
{
	return put_seq(p, op, op_int(op, r), false, c);
}

/*
 * A packet of no socket here may still be of a connection that is known by its
 * addresses: one that is forwarded, or dropped before its socket was found. It
 * goes from local to peer if it is sent, or forwarded.
 */
OP(put_dseq)
{
	bool send, swapped = false;
	s32 dir = -2;

	if (op->dir && rec_has(r, op->dir))
		dir = rec_int(r, op->dir);
	send = dir == op->dir_tx || dir == op->dir_fwd;
	if (!c && op_int(op, r))
		c = names_packet(t->names, r, &swapped);
	else if (!send && dir != op->dir_rx)
		c = NULL;
	return put_seq(p, op, op_int(op, r), send != swapped, c);
}

OP(put_address)
{
	const u8 *a = r->p + op->f->off;
	char buf[48];

	if (addr_is_zero(a))
		return put_char(p, '-');
	return put_mem(p, buf, addr_text(buf, a));
}

OP(put_string)
{
	const u8 *s = r->p + op->f->off;

	return *s ? p + escape_text(p, s, op->f->size) : put_char(p, '-');
}

/* Does the text depend on nothing but the value? */
static bool is_pure(const struct op *op)
{
	return op->put != put_address && op->put != put_string &&
	       op->put != put_symbol && op->put != put_sseq &&
	       op->put != put_rseq && op->put != put_dseq;
}

static void choose(struct op *op, const struct field *f)
{
	op->put = field_signed(f) ? put_signed : put_unsigned;
	if (f->type == FT_ADDR) {
		op->put = put_address;
		return;
	}
	if (f->type == FT_STR) {
		op->put = put_string;
		return;
	}
	switch ((enum field_unit)f->unit) {
	case UNIT_US:
	case UNIT_NS:
		op->put = f->type == FT_U32 && f->unit == UNIT_US &&
			  !(f->flags & FF_WHOLE) ? put_us : put_duration;
		break;
	case UNIT_BPS:
		op->put = put_rate;
		break;
	case UNIT_ENUM:
		op->put = put_enum;
		break;
	case UNIT_FLAGS:
		op->put = put_flags;
		break;
	case UNIT_SK:
	case UNIT_PKT:
		op->put = put_id;
		break;
	case UNIT_SYM:
		op->put = put_symbol;
		break;
	case UNIT_HEX:
		op->put = put_mask;
		break;
	case UNIT_SSEQ:
		op->put = put_sseq;
		break;
	case UNIT_RSEQ:
		op->put = put_rseq;
		break;
	case UNIT_DSEQ:
		op->put = put_dseq;
		break;
	case UNIT_NONE:
	case UNIT_BYTES:
	case UNIT_PACKETS:
	case UNIT_SEGS:
	case UNIT_PORT:
		break;
	}
}

void text_op(struct op *op, const struct event *e, const struct field *f)
{
	op_init(op, f);
	choose(op, f);
	op->pure = is_pure(op);
	op->dir = e->dir;
	op->dir_tx = e->dir_tx;
	op->dir_rx = e->dir_rx;
	op->dir_fwd = e->dir_fwd;
	op->prefix_len = snprintf(op->prefix, sizeof(op->prefix), " %s=",
				  f->text_name);
}
