// SPDX-License-Identifier: GPL-2.0
/*
 * Text: TIME CPU+ctx EVENT CONN FIELD=VALUE... A "<" before the CPU marks what
 * had been held back: its time is an earlier one than where it stands.
 */
#include <stdio.h>
#include <stdlib.h>

#include "out.h"
#include "put.h"

enum { PAD_TIME = 12, PAD_CPU = 5, PAD_EVENT = 18, PAD_CONN = 39 };

#define RED	"\033[1;31m"
#define BOLD	"\033[1m"
#define RESET	"\033[0m"

/* "-" or "inf" in place of a value that is all ones. */
static bool put_none(char **p, const struct op *op, u64 v)
{
	if (!(op->f->flags & (FF_NA | FF_INF)) || !field_ones(op->f, v))
		return false;
	*p = op->f->flags & FF_INF ? put_lit(*p, "inf") : put_char(*p, '-');
	return true;
}

#define OP(name)							\
	static char *name(char *p, const struct op *op,			\
			  const struct rec *r,				\
			  const struct conn *c __maybe_unused,		\
			  struct trace *t __maybe_unused)
#define __maybe_unused __attribute__((unused))

OP(put_unsigned)
{
	u64 v = rec_int(r, op->f);

	return put_none(&p, op, v) ? p : put_u64(p, v);
}

OP(put_signed)
{
	u64 v = rec_int(r, op->f);

	return put_none(&p, op, v) ? p : put_s64(p, v);
}

static char *put_thousandths(char *p, u64 v)
{
	p = put_u64(p, v / 1000);
	*p++ = '.';
	return put_3(p, v % 1000);
}

/* Milliseconds, always: lines sort and compare. */
OP(put_duration)
{
	u64 v = rec_int(r, op->f);

	if (put_none(&p, op, v))
		return p;
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
	u64 v = rec_int(r, op->f);

	if (put_none(&p, op, v))
		return p;
	/* Bytes into thousandths of a megabit: 8 / 1000. */
	p = put_thousandths(p, v / 125);
	return put_lit(p, "Mbit/s");
}

OP(put_enum)
{
	u64 v = rec_int(r, op->f);
	const struct sym *s;

	if (put_none(&p, op, v))
		return p;
	s = symtab_find(op->f->syms, v);
	if (s)
		return put_mem(p, s->word, s->len);
	*p++ = '#';
	return put_s64(p, v);
}

OP(put_flags)
{
	u64 v = rec_int(r, op->f);
	const struct symtab *tab = op->f->syms;
	char *from = p;

	if (put_none(&p, op, v))
		return p;
	for (u32 i = 0; i < tab->n; i++) {
		if (!tab->v[i].val || (v & tab->v[i].val) != tab->v[i].val)
			continue;
		if (p != from)
			*p++ = '|';
		p = put_mem(p, tab->v[i].word, tab->v[i].len);
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
	u64 v = rec_int(r, op->f);

	if (put_none(&p, op, v))
		return p;
	return v ? put_hex(p, v) : put_char(p, '-');
}

OP(put_mask)
{
	u64 v = rec_int(r, op->f);

	if (put_none(&p, op, v))
		return p;
	if (field_signed(op->f) && op->f->size < 8)
		v &= (1ULL << (8 * op->f->size)) - 1;
	return put_hex(put_lit(p, "0x"), v);
}

OP(put_symbol)
{
	u64 v = rec_int(r, op->f);
	const struct symbol *s;

	if (put_none(&p, op, v) || !v)
		return v ? p : put_char(p, '-');
	s = names_symbol(t->names, v);
	return s ? put_mem(p, s->name, s->len) : put_char(p, '?');
}

/* Relative to where the connection began, as far as that is known. */
static char *put_seq(char *p, const struct op *op, u64 v, bool send,
		     const struct conn *c)
{
	if (put_none(&p, op, v))
		return p;
	if (c && op->f->size == 4 && (send ? c->has_snd_base : c->has_rcv_base))
		v = (u32)(v - (send ? c->snd_base : c->rcv_base));
	return put_u64(p, v);
}

OP(put_sseq)
{
	return put_seq(p, op, rec_int(r, op->f), true, c);
}

OP(put_rseq)
{
	return put_seq(p, op, rec_int(r, op->f), false, c);
}

/*
 * A packet of no socket here may still be of a connection that is known by its
 * addresses: one that is forwarded, or dropped before its socket was found. It
 * goes from local to peer if it is sent, or forwarded.
 */
OP(put_dseq)
{
	bool send, swapped = false;
	struct addr_pair a;
	s32 dir = -2;

	if (op->dir && rec_has(r, op->dir))
		dir = rec_int(r, op->dir);
	send = dir == op->dir_tx || dir == op->dir_fwd;
	if (!c && rec_int(r, op->f) && rec_tuple(r, &a))
		c = names_tuple(t->names, &a, &swapped);
	else if (!send && dir != op->dir_rx)
		c = NULL;
	return put_seq(p, op, rec_int(r, op->f), send != swapped, c);
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

static void choose(struct op *op, const struct field *f)
{
	op->f = f;
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
		op->put = put_duration;
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

struct evprint *text_compile(const struct event *e, bool verbose)
{
	struct evprint *ep = xcalloc(1, sizeof(*ep) +
				     e->nfields * sizeof(ep->ops[0]));

	ep->ev = e;
	ep->max = 512;
	ep->head_len = snprintf(ep->head, sizeof(ep->head), "%-*s", PAD_EVENT,
				e->name);
	for (u32 i = 0; i < e->nfields; i++) {
		const struct field *f = &e->fields[i];
		struct op *op = &ep->ops[ep->nops];

		/* A packet's line always says which way it goes. */
		if (field_hidden(e, f) ||
		    !(verbose || f->flags & FF_BRIEF || f == e->dir))
			continue;
		choose(op, f);
		op->dir = e->dir;
		op->dir_tx = e->dir_tx;
		op->dir_rx = e->dir_rx;
		op->dir_fwd = e->dir_fwd;
		op->prefix_len = snprintf(op->prefix, sizeof(op->prefix),
					  " %s=", f->text_name);
		ep->max += op->prefix_len + field_max(f);
		ep->nops++;
	}
	return ep;
}

static char *put_head(char *p, struct printer *pr, const struct trace *t,
		      const struct rec *r, char ctx)
{
	char buf[40], *q;
	int n;

	q = put_time(buf, &t->clock, &pr->day, pr->time, r->time, &pr->last);
	n = q - buf;
	for (int i = n; i < PAD_TIME; i++)
		*p++ = ' ';
	p = put_mem(p, buf, n);
	*p++ = ' ';
	q = buf;
	if (rec_held(r))
		*q++ = '<';
	if (rec_inferred(r))
		*q++ = '~';
	q = put_u64(q, r->cpu);
	*q++ = ctx;
	n = q - buf;
	for (int i = n; i < PAD_CPU; i++)
		*p++ = ' ';
	p = put_mem(p, buf, n);
	return put_char(p, ' ');
}

static char *put_conn(char *p, const struct rec *r, const struct conn *c,
		      u64 cookie)
{
	char *from = p;
	struct addr_pair a;
	char buf[CONN_TEXT];

	if (rec_tuple(r, &a))
		p = put_mem(p, buf, tuple_text(buf, &a));
	else if (c)
		p = put_mem(p, c->chars, c->text_len);
	else
		*p++ = '-';
	p = put_pad(p, from, PAD_CONN);
	if (cookie) {
		p = put_lit(p, " sk=");
		p = put_hex(p, cookie);
	}
	return p;
}

static char *put_task(char *p, struct trace *t, u32 tgid)
{
	const struct task *task = names_task(t->names, tgid);

	p = put_lit(p, " pid=");
	p = put_u64(p, tgid);
	if (!task)
		return p;
	p = put_lit(p, " comm=");
	return put_mem(p, task->text, task->text_len);
}

/* What -v adds that is in every block. */
static char *put_rest(char *p, const struct rec *r)
{
	if (r->ev->key == KEY_PKT) {
		p = put_lit(p, " pkt=");
		p = put_hex(p, r->key);
	}
	if (r->ev->state == STATE_INFERRED)
		p = put_lit(p, " inferred=yes");
	p = put_lit(p, " seqno=");
	p = put_u64(p, r->seq);
	if (r->netns) {
		p = put_lit(p, " netns=");
		p = put_u64(p, r->netns);
	}
	return p;
}

void text_event(struct printer *pr, const struct evprint *ep, struct trace *t,
		const struct rec *r)
{
	char *p = out_room(pr->o, ep->max + stack_max(r));
	u64 cookie = rec_cookie(r);
	const struct conn *c = cookie ? names_conn(t->names, cookie) : NULL;
	bool whole = r->len >= ep->ev->len;

	p = put_head(p, pr, t, r, "tsh?"[r->ctx < 3 ? r->ctx : 3]);
	if (pr->color)
		p = put_lit(p, BOLD);
	p = put_mem(p, ep->head, ep->head_len);
	if (pr->color)
		p = put_lit(p, RESET);
	*p++ = ' ';
	p = put_conn(p, r, c, cookie);
	for (u32 i = 0; i < ep->nops; i++) {
		const struct op *op = &ep->ops[i];

		if (op->f->flags & FF_SET && !rec_int_or_0(r, op->f))
			continue;
		p = put_mem(p, op->prefix, op->prefix_len);
		if (whole || rec_has(r, op->f))
			p = op->put(p, op, r, c, t);
		else
			*p++ = '-';
	}
	if (pr->verbose)
		p = put_rest(p, r);
	if (r->tgid)
		p = put_task(p, t, r->tgid);
	if (rec_older_missed(r))
		p = put_lit(p, " older=missed");
	if (r->has_stack)
		p = put_stack_text(p, r, t->names);
	*p++ = '\n';
	out_end(pr->o, p);
}

void text_lost(struct printer *pr, struct trace *t, const struct rec *r)
{
	char *p = out_room(pr->o, 512 + r->nr_kinds * 72);
	u64 last = pr->last;
	char *from;

	p = put_head(p, pr, t, r, '-');
	if (pr->color)
		p = put_lit(p, RED);
	from = p;
	p = put_pad(put_lit(p, "LOST"), from, PAD_EVENT);
	if (pr->color)
		p = put_lit(p, RESET);
	*p++ = ' ';
	from = p;
	p = put_pad(put_char(p, '-'), from, PAD_CONN);
	p = put_lit(p, " events=");
	p = put_u64(p, r->last_seq - r->seq + 1);
	p = put_lit(p, " until=");
	/* Relative to the line above: this one. */
	p = put_time(p, &t->clock, &pr->day, pr->time, r->last_time, &last);
	p = put_lit(p, " kinds=");
	if (!r->nr_kinds)
		*p++ = '-';
	for (u32 i = 0; i < r->nr_kinds; i++) {
		const struct event *e;
		u32 count;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		e = format_event(r->fmt, no);
		if (i)
			*p++ = ',';
		if (e) {
			p = put_str(p, e->name);
		} else {
			*p++ = '#';
			p = put_u64(p, no);
		}
	}
	*p++ = '\n';
	out_end(pr->o, p);
}

/* The comment line that begins a trace. */
void text_trace(struct printer *pr, const struct trace *t)
{
	u64 real = clock_real(&t->clock, t->start);
	struct day_cache day = { 0 };
	char host[TRACE_WORD], kernel[TRACE_WORD], start[40];
	char host_text[4 * TRACE_WORD];
	char *p, *from;
	u32 s;

	s = day_of(&day, real / NSEC_PER_SEC, pr->time == TFMT_UTC);
	snprintf(start, sizeof(start), "%s %02u:%02u:%02u.%06u %s", day.date,
		 s / 3600 % 24, s / 60 % 60, s % 60,
		 (u32)(real % NSEC_PER_SEC / 1000), day.zone);
	from = out_room(pr->o, 1024);
	trace_host(t, host);
	trace_kernel(t, kernel);
	escape_text(host_text, (const u8 *)host, TRACE_WORD);
	p = from + snprintf(from, 768, "# skbtrace %d, host %s, Linux %s, start %s",
			    SKBTRACE_ABI, *host ? host_text : "?",
			    *kernel ? kernel : "?", start);
	if (t->ncpus)
		p += sprintf(p, ", %u CPU%s", t->ncpus, &"s"[t->ncpus == 1]);
	if (!pr->follow)
		p += sprintf(p, ", lost %llu", (unsigned long long)
			     (t->has_end ? t->end.lost : t->lost_seen));
	*p++ = '\n';
	out_end(pr->o, p);
}
