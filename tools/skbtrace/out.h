/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The output layer. One set of calls, two printers: text and JSON show the
 * same records and can never disagree about which those are.
 */
#ifndef SKBTRACE_OUT_H
#define SKBTRACE_OUT_H

#include "clock.h"
#include "trace.h"

/* A big buffer before a file. */
struct out {
	int fd;
	bool dead;		/* the reader has gone: EPIPE */
	int err;		/* errno of a failed write */
	size_t len, cap;
	char *buf;
};

void out_open(struct out *o, int fd);
/*
 * From here on into the file @name, emptied. 0, or an exit code after a
 * message; what holds a capture is refused.
 */
int out_file(struct out *o, const char *name);
void out_flush(struct out *o);
void out_free(struct out *o);
/* Room for @n bytes at the end of the buffer. */
char *out_more(struct out *o, size_t n);

static inline char *out_room(struct out *o, size_t n)
{
	if (o->cap - o->len < n)
		return out_more(o, n);
	return o->buf + o->len;
}

static inline void out_end(struct out *o, const char *end)
{
	o->len = end - o->buf;
}

/* For tables, which are short: at most 1023 bytes a call. */
void outf(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What is known when a trace begins; counts are exact only at its end. */
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

struct printer {
	struct out *o;
	bool json;
	bool verbose;
	bool color;
	bool follow;		/* lost is not known at the beginning */
	bool several;		/* traces: a line says of which it is */
	enum time_format time;
	struct day_cache day;	/* of the lines */
	u64 last;		/* time of the line before, for delta */
};

struct evprint;			/* an event's fields, made ready to print */

/*
 * Of a stack what is not skbtrace's own begins at this entry; all of it is
 * printed in at most stack_max() bytes.
 */
u32 stack_skip(const struct rec *r, struct names *n);
u32 stack_max(const struct rec *r);
char *put_stack_text(char *p, const struct rec *r, struct names *n);
char *put_stack_json(char *p, const struct rec *r, struct names *n);

struct evprint *text_compile(const struct event *e, bool verbose);
struct evprint *json_compile(const struct event *e);
void evprint_free(struct evprint *ep);

void text_trace(struct printer *p, const struct trace *t);
void text_event(struct printer *p, const struct evprint *ep,
		struct trace *t, const struct rec *r);
void text_lost(struct printer *p, struct trace *t, const struct rec *r);

void json_trace(struct printer *p, const struct trace *t);
void json_event(struct printer *p, struct evprint *ep,
		struct trace *t, const struct rec *r);
void json_lost(struct printer *p, struct trace *t, const struct rec *r);
void json_trace_end(struct printer *p, const struct totals *n);

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
	u16 prefix_len;
	char prefix[72];	/* " rtt=" or ",\"rtt_us\":" */
};

struct evprint {
	const struct event *ev;
	/* JSON: was it recorded with stack? Asked once, the headers read */
	enum { STACK_ASK, STACK_NO, STACK_YES } stack;
	u32 max;		/* bytes a line can take, without its stack */
	u32 head_len;
	char head[96];		/* the event's name, padded or quoted */
	u32 nops;
	struct op ops[];
};

/* Not among the fields: shown before them, as CONN or "sk", or padding. */
bool field_hidden(const struct event *e, const struct field *f);
/* Bytes its value can take, in text or JSON. */
u32 field_max(const struct field *f);

#endif
