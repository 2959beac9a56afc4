/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --where: an expression on the fields of events.
 *
 *	expr	= and { ("or" | "||") and }
 *	and	= not { ("and" | "&&") not }
 *	not	= [ "not" | "!" ] not | "(" expr ")" | FIELD OP VALUE
 *	OP	= = == != < <= > >= ~
 *
 * FIELD is a name that JSON or text has for it, VALUE a word, or anything in
 * quotes. What an event has not, or what is not valid in it, is neither true
 * nor false: neither the comparison shows the event, nor its "not".
 */
#ifndef SKBTRACE_WHERE_H
#define SKBTRACE_WHERE_H

#include "trace/trace.h"

struct where;

/*
 * NULL after a message, which names @option: that is no expression. @text and
 * @option must stay.
 */
struct where *where_parse_as(const char *option, const char *text);

static inline struct where *where_parse(const char *text)
{
	return where_parse_as("--where", text);
}

void where_free(struct where *w);

/*
 * For each event of @f, that of @file: what is compared with what. Only those
 * count that @chosen wants, @arg is his. 0, or an exit code after a message:
 * there is no such field, or the value is not one of it.
 */
int where_format(struct where *w, const struct format *f, const char *file,
		 bool (*chosen)(const void *arg, const struct event *e),
		 const void *arg);

/* Can it be true of this event, whatever its fields are? */
bool where_may(const struct where *w, const struct event *e);
/* Is it? */
bool where_true(const struct where *w, struct trace *t, const struct rec *r);

#endif
