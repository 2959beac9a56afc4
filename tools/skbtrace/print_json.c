// SPDX-License-Identifier: GPL-2.0
/*
 * JSON: one flat object a line. The type of a field decides how it is written,
 * never its value, so that a consumer needs no special cases.
 */
#include <stdio.h>
#include <stdlib.h>

#include "out.h"
#include "put.h"

#define OP(name)							\
	static char *name(char *p, const struct op *op,			\
			  const struct rec *r,				\
			  const struct conn *c __maybe_unused,		\
			  struct trace *t __maybe_unused)
#define __maybe_unused __attribute__((unused))

/* null in place of what is not valid, or has no end. */
static bool put_null(char **p, const struct op *op, u64 v)
{
	if (!(op->f->flags & (FF_NA | FF_INF)) || !field_ones(op->f, v))
		return false;
	*p = put_lit(*p, "null");
	return true;
}

OP(put_unsigned)
{
	u64 v = rec_int(r, op->f);

	return put_null(&p, op, v) ? p : put_u64(p, v);
}

OP(put_signed)
{
	u64 v = rec_int(r, op->f);

	return put_null(&p, op, v) ? p : put_s64(p, v);
}

OP(put_enum)
{
	u64 v = rec_int(r, op->f);
	const struct sym *s;

	if (put_null(&p, op, v))
		return p;
	*p++ = '"';
	s = symtab_find(op->f->syms, v);
	p = s ? put_mem(p, s->word, s->len) : put_s64(put_char(p, '#'), v);
	return put_char(p, '"');
}

OP(put_flags)
{
	u64 v = rec_int(r, op->f);
	const struct symtab *tab = op->f->syms;
	char *from;

	if (put_null(&p, op, v))
		return p;
	*p++ = '[';
	from = p;
	for (u32 i = 0; i < tab->n; i++) {
		if (!tab->v[i].val || (v & tab->v[i].val) != tab->v[i].val)
			continue;
		p = p == from ? put_char(p, '"') : put_lit(p, ",\"");
		p = put_mem(p, tab->v[i].word, tab->v[i].len);
		*p++ = '"';
		v &= ~tab->v[i].val;
	}
	if (v) {
		p = p == from ? put_lit(p, "\"#0x") : put_lit(p, ",\"#0x");
		p = put_hex(p, v);
		*p++ = '"';
	}
	return put_char(p, ']');
}

static char *put_hex_string(char *p, u64 v)
{
	*p++ = '"';
	p = put_hex(p, v);
	return put_char(p, '"');
}

OP(put_id)
{
	u64 v = rec_int(r, op->f);

	if (put_null(&p, op, v))
		return p;
	return v ? put_hex_string(p, v) : put_lit(p, "null");
}

OP(put_mask)
{
	u64 v = rec_int(r, op->f);

	if (put_null(&p, op, v))
		return p;
	if (field_signed(op->f) && op->f->size < 8)
		v &= (1ULL << (8 * op->f->size)) - 1;
	return put_hex_string(p, v);
}

OP(put_symbol)
{
	u64 v = rec_int(r, op->f);
	const struct symbol *s = names_symbol(t->names, v);

	if (put_null(&p, op, v))
		return p;
	if (!s)
		return put_lit(p, "null");
	*p++ = '"';
	p = put_mem(p, s->name, s->len);
	return put_char(p, '"');
}

OP(put_address)
{
	const u8 *a = r->p + op->f->off;
	char buf[48];

	if (addr_is_zero(a))
		return put_lit(p, "null");
	*p++ = '"';
	p = put_mem(p, buf, addr_text(buf, a));
	return put_char(p, '"');
}

OP(put_string)
{
	*p++ = '"';
	p += escape_json(p, r->p + op->f->off, op->f->size);
	return put_char(p, '"');
}

static void choose(struct op *op, const struct field *f)
{
	op->f = f;
	if (f->type == FT_ADDR)
		op->put = put_address;
	else if (f->type == FT_STR)
		op->put = put_string;
	else if (f->unit == UNIT_ENUM)
		op->put = put_enum;
	else if (f->unit == UNIT_FLAGS)
		op->put = put_flags;
	else if (f->unit == UNIT_SK || f->unit == UNIT_PKT)
		op->put = put_id;
	else if (f->unit == UNIT_SYM)
		op->put = put_symbol;
	else if (f->unit == UNIT_HEX)
		op->put = put_mask;
	else
		op->put = field_signed(f) ? put_signed : put_unsigned;
}

/*
 * Every object has these keys; a field of the same name gets a prefix, for an
 * object cannot hold a key twice.
 */
static const char *json_prefix(const struct event *e, const struct field *f)
{
	static const char *const keys[] = {
		"event", "time", "t_ns", "cpu", "seq", "ctx", "pid", "comm",
		"netns", "sk", "local", "lport", "peer", "pport", "inferred",
		"held", "older_missed", "pkt", "stack", "trace", "host",
	};

	/* tcp_active_conn and task say them as a fact about another. */
	(void)e;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(f->name, keys[i]))
			return f->unit == UNIT_SSEQ || f->unit == UNIT_RSEQ ||
			       f->unit == UNIT_DSEQ ? "tcp_" : "field_";
	return "";
}

struct evprint *json_compile(const struct event *e)
{
	struct evprint *ep = xcalloc(1, sizeof(*ep) +
				     e->nfields * sizeof(ep->ops[0]));

	ep->ev = e;
	ep->max = 512 + 6 * TRACE_WORD + CONN_JSON;
	ep->head_len = snprintf(ep->head, sizeof(ep->head),
				"{\"event\":\"%s\",\"time\":\"", e->name);
	for (u32 i = 0; i < e->nfields; i++) {
		const struct field *f = &e->fields[i];
		struct op *op = &ep->ops[ep->nops];

		if (field_hidden(e, f))
			continue;
		choose(op, f);
		op->prefix_len = snprintf(op->prefix, sizeof(op->prefix),
					  ",\"%s%s\":", json_prefix(e, f),
					  f->name);
		ep->max += op->prefix_len + field_max(f);
		ep->nops++;
	}
	return ep;
}

static char *put_host(char *p, const struct trace *t)
{
	char word[TRACE_WORD];

	p = put_lit(p, ",\"host\":\"");
	trace_host(t, word);
	p += escape_json(p, (const u8 *)word, TRACE_WORD);
	return put_char(p, '"');
}

/* Two recordings may be of hosts of one name, so they have numbers as well. */
static char *put_trace(char *p, const struct trace *t)
{
	p = put_lit(p, ",\"trace\":");
	return put_u64(p, t->id);
}

static char *put_times(char *p, struct printer *pr, const struct trace *t,
		       u64 mono)
{
	p = put_iso(p, &pr->day, clock_real(&t->clock, mono));
	p = put_lit(p, "\",\"t_ns\":");
	p = put_s64(p, mono - t->clock.t0);
	return pr->several ? put_host(put_trace(p, t), t) : p;
}

static char *put_ctx(char *p, u8 ctx)
{
	switch (ctx) {
	case SKBTRACE_CTX_TASK:
		return put_lit(p, "\"task\"");
	case SKBTRACE_CTX_SOFTIRQ:
		return put_lit(p, "\"softirq\"");
	case SKBTRACE_CTX_HARDIRQ:
		return put_lit(p, "\"hardirq\"");
	}
	p = put_lit(p, "\"#");
	p = put_u64(p, ctx);
	return put_char(p, '"');
}

static char *put_task(char *p, struct trace *t, u32 tgid)
{
	const struct task *task;

	p = put_lit(p, ",\"pid\":");
	if (!tgid)
		return put_lit(p, "null,\"comm\":null");
	p = put_u64(p, tgid);
	p = put_lit(p, ",\"comm\":");
	task = names_task(t->names, tgid);
	if (!task)
		return put_lit(p, "null");
	*p++ = '"';
	p = put_mem(p, task->json, task->json_len);
	return put_char(p, '"');
}

static char *put_common(char *p, struct trace *t, const struct rec *r)
{
	p = put_lit(p, ",\"cpu\":");
	p = put_u64(p, r->cpu);
	p = put_lit(p, ",\"seq\":");
	p = put_u64(p, r->seq);
	p = put_lit(p, ",\"ctx\":");
	p = put_ctx(p, r->ctx);
	p = put_task(p, t, r->tgid);
	p = put_lit(p, ",\"netns\":");
	p = r->netns ? put_u64(p, r->netns) : put_lit(p, "null");
	return put_char(p, ',');
}

static char *put_bool(char *p, const char *key, bool v)
{
	p = put_str(p, key);
	return v ? put_lit(p, "true") : put_lit(p, "false");
}

/*
 * An event that was recorded with its stack has that key in each object, any
 * other in none: whoever asks for stacks finds columns that do not change.
 */
static char *put_stack(char *p, struct evprint *ep, struct trace *t,
		       const struct rec *r)
{
	if (ep->stack == STACK_ASK)
		ep->stack = spec_has(trace_spec(t, ep->ev->name), "stack") ?
			    STACK_YES : STACK_NO;
	if (r->has_stack)
		return put_stack_json(p, r, t->names);
	return ep->stack == STACK_YES ? put_lit(p, ",\"stack\":null") : p;
}

void json_event(struct printer *pr, struct evprint *ep, struct trace *t,
		const struct rec *r)
{
	char *p = out_room(pr->o, ep->max + stack_max(r));
	bool whole = r->len >= ep->ev->len;
	u64 cookie = rec_cookie(r);
	const struct conn *c = NULL;
	struct addr_pair a;

	p = put_mem(p, ep->head, ep->head_len);
	p = put_times(p, pr, t, r->time);
	p = put_common(p, t, r);
	if (rec_tuple(r, &a)) {
		p = put_conn_json(p, cookie, &a);
	} else {
		c = cookie ? names_conn(t->names, cookie) : NULL;
		p = c ? put_mem(p, c->chars + c->text_len, c->json_len) :
			put_conn_json(p, cookie, NULL);
	}
	p = put_bool(p, ",\"inferred\":", rec_inferred(r) ||
		     ep->ev->state == STATE_INFERRED);
	p = put_bool(p, ",\"held\":", rec_held(r));
	p = put_bool(p, ",\"older_missed\":", rec_older_missed(r));
	if (ep->ev->key == KEY_PKT) {
		p = put_lit(p, ",\"pkt\":");
		p = put_hex_string(p, r->key);
	}
	for (u32 i = 0; i < ep->nops; i++) {
		const struct op *op = &ep->ops[i];

		p = put_mem(p, op->prefix, op->prefix_len);
		p = whole || rec_has(r, op->f) ? op->put(p, op, r, c, t) :
						 put_lit(p, "null");
	}
	p = put_stack(p, ep, t, r);
	p = put_lit(p, "}\n");
	out_end(pr->o, p);
}

void json_lost(struct printer *pr, struct trace *t, const struct rec *r)
{
	char *p = out_room(pr->o, 512 + 6 * TRACE_WORD + r->nr_kinds * 88);

	p = put_lit(p, "{\"event\":\"lost\",\"time\":\"");
	p = put_times(p, pr, t, r->time);
	p = put_lit(p, ",\"cpu\":");
	p = put_u64(p, r->cpu);
	p = put_lit(p, ",\"until_ns\":");
	p = put_s64(p, r->last_time - t->clock.t0);
	p = put_lit(p, ",\"count\":");
	p = put_u64(p, r->last_seq - r->seq + 1);
	p = put_lit(p, ",\"kinds\":[");
	for (u32 i = 0; i < r->nr_kinds; i++) {
		const struct event *e;
		u32 count;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		e = format_event(r->fmt, no);
		p = put_str(p, i ? ",\"" : "\"");
		p = e ? put_str(p, e->name) : put_u64(put_char(p, '#'), no);
		*p++ = '"';
	}
	p = put_lit(p, "],\"counts\":[");
	for (u32 i = 0; i < r->nr_kinds; i++) {
		u32 count;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		if (i)
			*p++ = ',';
		p = put_u64(p, count);
	}
	p = put_lit(p, "],\"first_seq\":");
	p = put_u64(p, r->seq);
	p = put_lit(p, "}\n");
	out_end(pr->o, p);
}

static char *put_number(char *p, const char *key, u64 v, bool known)
{
	p = put_str(p, key);
	return known ? put_u64(p, v) : put_lit(p, "null");
}

void json_trace(struct printer *pr, const struct trace *t)
{
	char *p = out_room(pr->o, 2048);
	char word[TRACE_WORD];

	p = put_lit(p, "{\"event\":\"trace\",\"time\":\"");
	p = put_times(p, pr, t, t->start);
	p = put_lit(p, ",\"version\":");
	p = put_u64(p, SKBTRACE_ABI);
	if (!pr->several)
		p = put_host(p, t);
	p = put_lit(p, ",\"kernel\":\"");
	trace_kernel(t, word);
	p += escape_json(p, (const u8 *)word, TRACE_WORD);
	*p++ = '"';
	p = put_number(p, ",\"cpus\":", t->ncpus, t->ncpus);
	p = put_number(p, ",\"start_mono_ns\":", t->start, true);
	p = put_number(p, ",\"lost\":", t->has_end ? t->end.lost : t->lost_seen,
		       !pr->follow);
	p = put_lit(p, "}\n");
	out_end(pr->o, p);
}

void json_trace_end(struct printer *pr, const struct totals *n)
{
	char *p = out_room(pr->o, 512);

	p = put_lit(p, "{\"event\":\"trace_end\"");
	p = put_str(p, ",\"t_ns\":");
	p = n->ended ? put_s64(p, n->end_ns) : put_lit(p, "null");
	p = put_number(p, ",\"traces\":", n->traces, true);
	p = put_number(p, ",\"events\":", n->events, true);
	p = put_number(p, ",\"lost\":", n->lost, true);
	p = put_number(p, ",\"unknown\":", n->unknown, true);
	p = put_number(p, ",\"backward\":", n->backward, true);
	p = put_number(p, ",\"held\":", n->held, true);
	p = put_str(p, n->complete ? ",\"complete\":true}\n" :
				     ",\"complete\":false}\n");
	out_end(pr->o, p);
}
