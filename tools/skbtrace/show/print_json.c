// SPDX-License-Identifier: GPL-2.0
/*
 * JSON: one flat object per line. How a field is written depends on its type,
 * never on its value, so that consumers need no special cases.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/json.h"
#include "lib/json_put.h"
#include "show/evprint.h"

/* null in place of values that are not valid, or infinite. */
OP(put_unsigned)
{
	u64 v = op_int(op, r);

	return op_none(op, v) ? jput_null(p) : jput_u64(p, v);
}

OP(put_signed)
{
	u64 v = op_int(op, r);

	return op_none(op, v) ? jput_null(p) : jput_s64(p, v);
}

OP(put_enum)
{
	u64 v = op_int(op, r);
	const struct sym *s;

	if (op_none(op, v))
		return jput_null(p);
	s = symtab_find(op->f->syms, v);
	if (s)
		return jput_word(p, s->word, s->len);
	return put_lit(put_s64(put_lit(p, "\"#"), v), "\",");
}

OP(put_flags)
{
	u64 v = op_int(op, r);
	const struct symtab *tab = op->f->syms;

	if (op_none(op, v))
		return jput_null(p);
	p = jput_open(p, '[');
	for (u32 i = 0; i < tab->n; i++) {
		if (!tab->v[i].val || (v & tab->v[i].val) != tab->v[i].val)
			continue;
		p = jput_word(p, tab->v[i].word, tab->v[i].len);
		v &= ~tab->v[i].val;
	}
	if (v)
		p = put_lit(put_hex(put_lit(p, "\"#0x"), v), "\",");
	return jput_close(p, ']');
}

OP(put_id)
{
	u64 v = op_int(op, r);

	return op_none(op, v) || !v ? jput_null(p) : jput_hex(p, v);
}

OP(put_mask)
{
	u64 v = op_int(op, r);

	if (op_none(op, v))
		return jput_null(p);
	if (field_signed(op->f) && op->f->size < 8)
		v &= (1ULL << (8 * op->f->size)) - 1;
	return jput_hex(p, v);
}

OP(put_symbol)
{
	u64 v = op_int(op, r);
	const struct symbol *s = names_symbol(t->names, v);

	return op_none(op, v) || !s ? jput_null(p) :
				      jput_word(p, s->name, s->len);
}

OP(put_address)
{
	const u8 *a = r->p + op->f->off;
	char buf[48];

	return addr_is_zero(a) ? jput_null(p) :
				 jput_word(p, buf, addr_text(buf, a));
}

OP(put_string)
{
	return jput_text(p, r->p + op->f->off, op->f->size);
}

static void choose(struct op *op, const struct field *f)
{
	op_init(op, f);
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
					  "\"%s%s\":", field_prefix(f),
					  f->name);
		ep->max += op->prefix_len + field_max(f);
		ep->nops++;
	}
	return ep;
}

static char *put_host(char *p, const struct trace *t)
{
	char word[TRACE_WORD];

	trace_host(t, word);
	return jput_text(jput_key(p, "host"), word, TRACE_WORD);
}

/*
 * After the key "time" and its first quote. Hosts may have the same name, so
 * recordings have numbers as well.
 */
static char *put_times(char *p, struct printer *pr, const struct trace *t,
		       u64 mono)
{
	p = put_iso(p, &pr->day, clock_real(&t->clock, mono));
	p = put_lit(p, "\",\"t_ns\":");
	p = jput_s64(p, mono - t->clock.t0);
	if (!pr->several)
		return p;
	return put_host(jput_u64(jput_key(p, "trace"), t->id), t);
}

static char *put_ctx(char *p, u8 ctx)
{
	switch (ctx) {
	case SKBTRACE_CTX_TASK:
		return jput_lit(p, "task");
	case SKBTRACE_CTX_SOFTIRQ:
		return jput_lit(p, "softirq");
	case SKBTRACE_CTX_HARDIRQ:
		return jput_lit(p, "hardirq");
	}
	return put_lit(put_u64(put_lit(p, "\"#"), ctx), "\",");
}

static char *put_task(char *p, struct trace *t, u32 tgid)
{
	const struct task *task;

	p = jput_key(p, "pid");
	if (!tgid)
		return put_lit(p, "null,\"comm\":null,");
	p = jput_key(jput_u64(p, tgid), "comm");
	task = names_task(t->names, tgid);
	return task ? jput_word(p, task->json, task->json_len) : jput_null(p);
}

static char *put_common(char *p, struct trace *t, const struct rec *r)
{
	p = jput_u64(jput_key(p, "cpu"), r->cpu);
	p = jput_u64(jput_key(p, "seq"), r->seq);
	p = put_ctx(jput_key(p, "ctx"), r->ctx);
	p = put_task(p, t, r->tgid);
	p = jput_key(p, "netns");
	return r->netns ? jput_u64(p, r->netns) : jput_null(p);
}

static char *put_conn(char *p, struct trace *t, const struct rec *r)
{
	u64 cookie = rec_cookie(r);
	const struct conn *c;
	struct addr_pair a;

	if (rec_tuple(r, &a))
		return put_conn_json(p, cookie, &a);
	c = cookie ? names_conn(t->names, cookie) : NULL;
	return c ? put_mem(p, c->chars + c->line_len, c->json_len) :
		   put_conn_json(p, cookie, NULL);
}

/*
 * Events recorded with "stack" or "payload" have that key in each object,
 * others in none, so that the columns of an event are constant.
 */
static void ask_tails(struct evprint *ep, const struct trace *t)
{
	const char *spec = trace_spec(t, ep->ev->name);

	ep->stack = spec_has(spec, "stack") ? TAIL_YES : TAIL_NO;
	ep->payload = spec_has(spec, "payload") ? TAIL_YES : TAIL_NO;
}

static char *put_tails(char *p, struct evprint *ep, struct trace *t,
		       const struct rec *r)
{
	if (ep->stack == TAIL_ASK)
		ask_tails(ep, t);
	if (r->has_stack)
		p = put_stack_json(p, r, t->names);
	else if (ep->stack == TAIL_YES)
		p = jput_null(jput_key(p, "stack"));
	if (r->payload_len || ep->payload == TAIL_YES)
		p = put_payload_json(p, r);
	return p;
}

void json_event(struct printer *pr, struct evprint *ep, struct trace *t,
		const struct rec *r)
{
	char *p = out_reserve(pr->o, ep->max + stack_max(r) + payload_max(r));
	bool whole = r->len >= ep->ev->len;

	p = put_mem(p, ep->head, ep->head_len);
	p = put_times(p, pr, t, r->time);
	p = put_common(p, t, r);
	p = put_conn(p, t, r);
	p = jput_bool(jput_key(p, "inferred"), rec_inferred(r) ||
		      ep->ev->state == STATE_INFERRED);
	p = jput_bool(jput_key(p, "held"), rec_held(r));
	p = jput_bool(jput_key(p, "older_missed"), rec_older_missed(r));
	if (ep->ev->key == KEY_PKT)
		p = jput_hex(jput_key(p, "pkt"), r->key);
	for (u32 i = 0; i < ep->nops; i++) {
		const struct op *op = &ep->ops[i];

		p = put_mem(p, op->prefix, op->prefix_len);
		p = whole || rec_has(r, op->f) ? op->put(p, op, r, NULL, t) :
						 jput_null(p);
	}
	p = put_tails(p, ep, t, r);
	out_end(pr->o, jput_line(p));
}

static char *put_kinds(char *p, const struct rec *r)
{
	p = jput_open(jput_key(p, "kinds"), '[');
	for (u32 i = 0; i < r->nr_kinds; i++) {
		const struct event *e;
		u32 count;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		e = format_event(r->fmt, no);
		p = e ? jput_word(p, e->name, strlen(e->name)) :
			put_lit(put_u64(put_lit(p, "\"#"), no), "\",");
	}
	p = jput_close(p, ']');
	p = jput_open(jput_key(p, "counts"), '[');
	for (u32 i = 0; i < r->nr_kinds; i++) {
		u32 count;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		p = jput_u64(p, count);
	}
	return jput_close(p, ']');
}

void json_lost(struct printer *pr, struct trace *t, const struct rec *r)
{
	char *p = out_reserve(pr->o, 512 + 6 * TRACE_WORD + r->nr_kinds * 88);

	p = put_lit(p, "{\"event\":\"lost\",\"time\":\"");
	p = put_times(p, pr, t, r->time);
	p = jput_u64(jput_key(p, "cpu"), r->cpu);
	p = jput_s64(jput_key(p, "until_ns"), r->last_time - t->clock.t0);
	p = jput_u64(jput_key(p, "count"), r->last_seq - r->seq + 1);
	p = put_kinds(p, r);
	p = jput_u64(jput_key(p, "first_seq"), r->seq);
	out_end(pr->o, jput_line(p));
}

void json_shed(struct printer *pr, struct trace *t, const struct rec *r,
	       const struct shed *s)
{
	char *p = out_reserve(pr->o, 512 + 6 * TRACE_WORD);

	p = put_lit(p, "{\"event\":\"shed\",\"time\":\"");
	p = put_times(p, pr, t, r->time);
	p = jput_u64(jput_key(p, "cpu"), r->cpu);
	p = jput_s64(jput_key(p, "since_ns"), s->since - t->clock.t0);
	p = jput_u64(jput_key(p, "factor"), s->factor);
	p = jput_u64(jput_key(p, "was"), s->was);
	p = jput_u64(jput_key(p, "share_ppm"), s->share_ppm);
	p = jput_u64(jput_key(p, "limit_ppm"), s->limit_ppm);
	out_end(pr->o, jput_line(p));
}

static char *put_if(char *p, u64 v, bool known)
{
	return known ? jput_u64(p, v) : jput_null(p);
}

void json_trace(struct printer *pr, const struct trace *t)
{
	char *p = out_reserve(pr->o, 2048);
	char word[TRACE_WORD];

	p = put_lit(p, "{\"event\":\"trace\",\"time\":\"");
	p = put_times(p, pr, t, t->start);
	p = jput_u64(jput_key(p, "version"), SKBTRACE_ABI);
	if (!pr->several)
		p = put_host(p, t);
	trace_kernel(t, word);
	p = jput_text(jput_key(p, "kernel"), word, TRACE_WORD);
	p = put_if(jput_key(p, "cpus"), t->ncpus, t->ncpus);
	p = jput_u64(jput_key(p, "start_mono_ns"), t->start);
	p = put_if(jput_key(p, "lost"), t->has_end ? t->end.lost : t->lost_seen,
		   !pr->follow);
	if (t->clock_error)
		p = jput_u64(jput_key(p, "clock_error_ns"), t->clock_error);
	out_end(pr->o, jput_line(p));
}

void json_trace_end(struct printer *pr, const struct totals *n)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	json_str(&j, "event", "trace_end");
	if (n->ended)
		json_s64(&j, "t_ns", n->end_ns);
	else
		json_null(&j, "t_ns");
	json_u64(&j, "traces", n->traces);
	json_u64(&j, "events", n->events);
	json_u64(&j, "lost", n->lost);
	json_u64(&j, "unknown", n->unknown);
	json_u64(&j, "backward", n->backward);
	json_u64(&j, "held", n->held);
	json_bool(&j, "complete", n->complete);
	json_object_end(&j);
	json_line(&j, pr->o);
	json_free(&j);
}
