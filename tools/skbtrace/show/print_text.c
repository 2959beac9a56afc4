// SPDX-License-Identifier: GPL-2.0
/*
 * Text: TIME CPU+ctx EVENT CONN FIELD=VALUE... A "<" before the CPU marks what
 * had been held back: its time is an earlier one than where it stands.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/put.h"
#include "show/evprint.h"

enum { PAD_TIME = 12, PAD_CPU = 5, PAD_EVENT = 18, MICROSECONDS = 6 };

#define RED	"\033[1;31m"
#define BOLD	"\033[1m"
#define RESET	"\033[0m"

struct evprint *text_compile(const struct event *e, bool verbose)
{
	struct evprint *ep = xcalloc(1, sizeof(*ep) +
				     e->nfields * sizeof(ep->ops[0]));

	ep->ev = e;
	ep->max = 512 + OP_LAST + PUT_PIECE;
	ep->head_len = snprintf(ep->head, sizeof(ep->head), "%-*s", PAD_EVENT,
				e->name);
	for (u32 i = 0; i < e->nfields; i++) {
		const struct field *f = &e->fields[i];
		struct op *op = &ep->ops[ep->nops];

		/* A packet's line always says which way it goes. */
		if (field_hidden(e, f) ||
		    !(verbose || f->flags & FF_BRIEF || f == e->dir))
			continue;
		text_op(op, e, f);
		ep->max += op->prefix_len + field_max(f);
		ep->nops++;
	}
	return ep;
}

/* TIME, and all of it that lines of the same second share is remembered. */
static noinline char *put_new_time(char *p, struct printer *pr,
				   const struct clock *c, u64 mono)
{
	struct second *s = &pr->second;
	char buf[40], *from = p;
	char *end = put_time(buf, c, &pr->day, pr->time, mono, &pr->last);
	int n = end - buf;

	for (int i = n; i < PAD_TIME; i++)
		*p++ = ' ';
	p = put_mem(p, buf, n);
	s->len = 0;
	if (!second_of(s, c, pr->time, mono))
		return p;
	s->len = p - from - s->utc - MICROSECONDS;
	memcpy(s->text, from, s->len);
	return p;
}

static char *put_when(char *p, struct printer *pr, const struct clock *c,
		      u64 mono)
{
	const struct second *s = &pr->second;

	if (!s->len || mono - s->from >= NSEC_PER_SEC ||
	    s->real_off != c->real_off || s->t0 != c->t0)
		return put_new_time(p, pr, c, mono);
	p = put_short(p, s->text, s->len);
	p = put_6(p, (u32)(mono - s->from) / 1000);
	*p = 'Z';
	return p + s->utc;
}

/* "  <0s": what marks the block, its CPU and context. */
static noinline char *put_any_where(char *p, const struct rec *r, char ctx)
{
	enum { MAX = 16 };	/* a mark or two, ten digits, @ctx */
	char buf[MAX + PUT_PIECE], *end = buf + MAX, *q = end;
	u32 cpu = r->cpu;

	*--q = ctx;
	do {
		*--q = '0' + cpu % 10;
	} while (cpu /= 10);
	if (rec_inferred(r))
		*--q = '~';
	if (rec_held(r))
		*--q = '<';
	while (end - q < PAD_CPU)
		*--q = ' ';
	return put_short(p, q, end - q);
}

static char *put_where(char *p, const struct rec *r, char ctx)
{
	enum { MARKS = SKBTRACE_BLOCK_INFERRED | SKBTRACE_BLOCK_HELD };

	if (r->cpu > 9 || r->flags & MARKS)
		return put_any_where(p, r, ctx);
	memcpy(p, "        ", 8);
	p[PAD_CPU - 2] = '0' + r->cpu;
	p[PAD_CPU - 1] = ctx;
	return p + PAD_CPU;
}

static inline char *put_head(char *p, struct printer *pr, const struct trace *t,
			     const struct rec *r, char ctx)
{
	p = put_when(p, pr, &t->clock, r->time);
	p = put_where(put_char(p, ' '), r, ctx);
	return put_char(p, ' ');
}

static inline char *put_conn(char *p, const struct rec *r,
			     const struct conn *c, u64 cookie)
{
	char *from = p;
	struct addr_pair a;

	if (r->ev->local && rec_tuple(r, &a))
		p += tuple_text(p, &a);
	else if (!c)
		*p++ = '-';
	else
		return put_short(p, c->chars, c->line_len);
	return put_cookie(put_pad(p, from, CONN_PAD), cookie);
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

static char *put_bold(char *p, const struct evprint *ep)
{
	p = put_lit(p, BOLD);
	p = put_mem(p, ep->head, ep->head_len);
	return put_lit(p, RESET);
}

/* " cwnd=10", made once for all lines in a row that say so. */
static inline char *put_field(char *p, struct op *op, const struct rec *r,
			      const struct conn *c, struct trace *t)
{
	char *from = p;
	u64 v;

	if (!op->pure)
		return op->put(put_short(p, op->prefix, op->prefix_len), op, r,
			       c, t);
	v = op_int(op, r);
	if (v == op->last && op->last_len)
		return put_short(p, op->last_text, op->last_len);
	p = put_short(p, op->prefix, op->prefix_len);
	p = op->put(p, op, r, c, t);
	op->last = v;
	op->last_len = p - from <= OP_LAST ? p - from : 0;
	memcpy(op->last_text, from, OP_LAST);
	return p;
}

static bool is_zero(const struct rec *r, const struct field *f)
{
	if (!rec_has(r, f))
		return true;
	return f->type == FT_ADDR ? addr_is_zero(r->p + f->off) :
				    !rec_int(r, f);
}

void text_event(struct printer *pr, struct evprint *ep, struct trace *t,
		const struct rec *r)
{
	char *p = out_reserve(pr->o, ep->max +
			      (r->has_stack ? stack_max(r) : 0) +
			      (r->payload_len ? payload_max(r) : 0));
	u64 cookie = r->ev->key == KEY_SK ? r->key : rec_cookie(r);
	const struct conn *c = cookie ? names_conn(t->names, cookie) : NULL;
	const struct op *end = ep->ops + ep->nops;
	bool whole = r->len >= ep->ev->len;

	p = put_head(p, pr, t, r, "tsh?"[r->ctx < 3 ? r->ctx : 3]);
	p = pr->color ? put_bold(p, ep) :
			put_short(p, ep->head, ep->head_len);
	*p++ = ' ';
	p = put_conn(p, r, c, cookie);
	for (struct op *op = ep->ops; op < end; op++) {
		if (op->if_set && is_zero(r, op->f))
			continue;
		if (whole || rec_has(r, op->f))
			p = put_field(p, op, r, c, t);
		else
			p = put_char(put_short(p, op->prefix, op->prefix_len),
				     '-');
	}
	if (pr->verbose)
		p = put_rest(p, r);
	if (r->tgid)
		p = put_task(p, t, r->tgid);
	if (rec_older_missed(r))
		p = put_lit(p, " older=missed");
	if (r->has_stack)
		p = put_stack_text(p, r, t->names);
	if (r->payload_len)
		p = put_payload_text(p, r, pr->verbose);
	*p++ = '\n';
	out_end(pr->o, p);
}

void text_lost(struct printer *pr, struct trace *t, const struct rec *r)
{
	char *p = out_reserve(pr->o, 512 + r->nr_kinds * 72);
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
	p = put_pad(put_char(p, '-'), from, CONN_PAD);
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

void text_shed(struct printer *pr, struct trace *t, const struct rec *r,
	       const struct shed *s)
{
	char *p = out_reserve(pr->o, 512), buf[PPM_TEXT], *from;

	p = put_head(p, pr, t, r, '-');
	if (pr->color)
		p = put_lit(p, RED);
	from = p;
	p = put_pad(put_lit(p, "SHED"), from, PAD_EVENT);
	if (pr->color)
		p = put_lit(p, RESET);
	*p++ = ' ';
	from = p;
	p = put_pad(put_char(p, '-'), from, CONN_PAD);
	p = put_str(put_lit(p, " conns="), fmt_factor(buf, s->factor));
	p = put_str(put_lit(p, " was="), fmt_factor(buf, s->was));
	p = put_str(put_lit(p, " cost="), fmt_ppm(buf, s->share_ppm));
	p = put_str(put_lit(p, " max_cost="), fmt_ppm(buf, s->limit_ppm));
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
	from = out_reserve(pr->o, 1024);
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
	if (t->clock_error)
		p += sprintf(p, ", clock +-%.1f us", t->clock_error / 1e3);
	*p++ = '\n';
	out_end(pr->o, p);
}
