/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interface of both printers, text and JSON, so that they show the same
 * records.
 */
#ifndef SKBTRACE_EVPRINT_H
#define SKBTRACE_EVPRINT_H

#include "lib/put.h"
#include "trace/printer.h"
#include "trace/trace.h"

/* Header and end of a trace; counts are exact only at its end. */
struct totals {
	u64 events;		/* printed */
	u64 lost;
	u64 unknown;		/* of no event in the format */
	u64 backward;
	u64 held;		/* had been held back */
	u32 traces;
	bool ended;		/* all of them have an END */
	s64 end_ns;		/* the last one, since the start of the first */
	bool complete;
};

struct evprint;			/* an event's fields, made ready to print */

/*
 * The first entry of a stack that is not skbtrace's own; the stack is printed
 * in at most stack_max() bytes.
 */
u32 stack_skip(const struct rec *r, struct names *n);
u32 stack_max(const struct rec *r);
char *put_stack_text(char *p, const struct rec *r, struct names *n);
char *put_stack_json(char *p, const struct rec *r, struct names *n);

/* The first bytes of a packet, in at most payload_max() bytes. */
u32 payload_max(const struct rec *r);
char *put_payload_text(char *p, const struct rec *r, bool verbose);
char *put_payload_json(char *p, const struct rec *r);

struct evprint *text_compile(const struct event *e, bool verbose);
struct evprint *json_compile(const struct event *e);
void evprint_free(struct evprint *ep);

void text_trace(struct printer *p, const struct trace *t);
void text_event(struct printer *p, struct evprint *ep,
		struct trace *t, const struct rec *r);
void text_lost(struct printer *p, struct trace *t, const struct rec *r);
void text_shed(struct printer *p, struct trace *t, const struct rec *r,
	       const struct shed *s);

void json_trace(struct printer *p, const struct trace *t);
void json_event(struct printer *p, struct evprint *ep,
		struct trace *t, const struct rec *r);
void json_lost(struct printer *p, struct trace *t, const struct rec *r);
void json_shed(struct printer *p, struct trace *t, const struct rec *r,
	       const struct shed *s);
void json_trace_end(struct printer *p, const struct totals *n);

enum { OP_LAST = 32 };

/*
 * How one field is printed: chosen once per field, called per event. It
 * appends its value at @p and returns the new end.
 */
struct op {
	char *(*put)(char *p, const struct op *op, const struct rec *r,
		     const struct conn *c, struct trace *t);
	const struct field *f;
	const struct field *dir;	/* dseq: which space */
	s32 dir_tx, dir_rx, dir_fwd;
	u64 none;		/* what means "no value", if may_none */
	bool may_none;
	bool if_set;		/* text: not printed if 0 */
	bool plain;		/* u32, as most are */
	u16 off;
	u16 prefix_len;
	char prefix[72];	/* " rtt=" or ",\"rtt_us\":" */
	/* text, pure: what it made of the value that came last, with prefix */
	bool pure;		/* of nothing but that value */
	u8 last_len;		/* 0: no such */
	u64 last;
	char last_text[OP_LAST + PUT_PIECE];
};

/* An op.put; few of them need the connection or the trace. */
#define OP(name)							\
	static char *name(char *p, const struct op *op,			\
			  const struct rec *r,				\
			  const struct conn *c __maybe_unused,		\
			  struct trace *t __maybe_unused)
#define __maybe_unused __attribute__((unused))

/* What it knows of its field; put() and prefix are the printer's. */
void op_init(struct op *op, const struct field *f);

/* All of it, for text. */
void text_op(struct op *op, const struct event *e, const struct field *f);

/* The value of an integer field, which the block has. */
static inline u64 op_int(const struct op *op, const struct rec *r)
{
	if (op->plain && !r->swap)
		return ld32(r->p + op->off, false);
	return rec_int(r, op->f);
}

static inline bool op_none(const struct op *op, u64 v)
{
	return v == op->none && op->may_none;
}

struct evprint {
	const struct event *ev;
	/* JSON: was it recorded with these? Asked once, the headers read */
	enum { TAIL_ASK, TAIL_NO, TAIL_YES } stack, payload;
	u32 max;		/* bytes a line can take, up to its stack */
	u32 head_len;
	char head[96];		/* the event's name, padded or quoted */
	u32 nops;
	struct op ops[];
};

/* Bytes its value can take, in text or JSON. */
u32 field_max(const struct field *f);

#endif
