// SPDX-License-Identifier: GPL-2.0
/*
 * A sink that buffers for another one: all data arrive, in order; the writer
 * does not wait for the reader; what may wait is limited. TAP.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/outlet.h"
#include "tap.h"

enum { SUBBUF = 4096, LIMIT = 16 * SUBBUF, MANY = 1000 };

/* A reader that takes a piece for each byte in the pipe, and may fail */
struct slow {
	struct sink sink;	/* first */
	int go[2];
	int fails_after;	/* -1: never */
	u32 subbufs, marks, flushes;
	bool order;
};

static int slow_subbuf(struct sink *s, u32 cpu, const struct skbtrace_subbuf *h)
{
	struct slow *t = (struct slow *)s;
	char c;

	if (read(t->go[0], &c, 1) != 1)
		return -EIO;
	t->order = t->order && cpu == t->subbufs % 7 &&
		   h->first_seq == t->subbufs && t->marks == t->subbufs;
	t->subbufs++;
	return t->fails_after == (int)t->subbufs ? -EPIPE : 0;
}

static int slow_mark(struct sink *s, u32 cpu, u64 complete_ns)
{
	struct slow *t = (struct slow *)s;

	t->order = t->order && cpu == t->marks % 7 && complete_ns == t->marks;
	t->marks++;
	return 0;
}

static int slow_flush(struct sink *s)
{
	((struct slow *)s)->flushes++;
	return 0;
}

static const struct sink_ops slow_ops = {
	.subbuf = slow_subbuf, .mark = slow_mark, .flush = slow_flush,
};

static void slow_init(struct slow *t, int fails_after)
{
	*t = (struct slow){ .sink = { .ops = &slow_ops, .stdout_fd = 7 },
			    .fails_after = fails_after, .order = true };
	if (pipe(t->go))
		exit(1);
}

static void let(struct slow *t, int pieces)
{
	while (pieces--)
		if (write(t->go[1], "", 1) != 1)
			exit(1);
}

/* Writes a sub-buffer and what follows it. Returns 0 or -errno. */
static int give(struct outlet *o, u32 i)
{
	static u64 buf[SUBBUF / 8];
	struct skbtrace_subbuf *h = (struct skbtrace_subbuf *)buf;
	struct sink *s = &o->sink;
	int err;

	h->used = SUBBUF;
	h->first_seq = i;
	err = s->ops->subbuf(s, i % 7, h);
	if (!err)
		err = s->ops->mark(s, i % 7, i);
	return err ? err : s->ops->flush(s);
}

static bool full(struct outlet *o)
{
	return o->sink.ops->full(&o->sink);
}

static void all_in_order(void)
{
	struct outlet o;
	struct slow t;
	u32 i = 0;

	slow_init(&t, -1);
	result(!outlet_start(&o, &t.sink, LIMIT) && o.sink.stdout_fd == 7,
	       "it looks like the other one");
	/* The reader takes nothing: the writer does not wait. */
	while (!full(&o) && i < MANY && !give(&o, i))
		i++;
	result(i > 8 && i < 24, "full at its limit, and not before");
	let(&t, MANY);
	for (; i < MANY; i++)
		if (give(&o, i))
			break;
	result(!outlet_end(&o), "the end is waited for");
	result(t.subbufs == MANY && t.marks == MANY && t.flushes == MANY,
	       "all of it has come");
	result(t.order, "in order");
}

static void fails(void)
{
	struct outlet o;
	struct slow t;
	int err = 0;

	slow_init(&t, 3);
	if (outlet_start(&o, &t.sink, LIMIT))
		exit(1);
	for (u32 i = 0; i < 10 && !err; i++)
		err = give(&o, i);
	result(!err, "nothing is known of an error that is to come");
	let(&t, 10);
	while (!err)
		err = o.sink.ops->flush(&o.sink);
	result(err == -EPIPE, "the other one's error is told");
	result(outlet_end(&o) == -EPIPE && t.subbufs == 3,
	       "and nothing more is given to it");
}

int main(void)
{
	all_in_order();
	fails();
	printf("1..%d\n", n);
	return failed != 0;
}
