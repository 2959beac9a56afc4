// SPDX-License-Identifier: GPL-2.0
/* Who sends frames: many sessions, and frames in the worst order. TAP. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "frame/senders.h"
#include "lib/num.h"
#include "tests/tap.h"

/* ---- what takes the recordings ---- */

static int nothing(struct sink *s)
{
	(void)s;
	return 0;
}

static int subbuf(struct sink *s, u32 cpu, const struct skbtrace_subbuf *h)
{
	(void)s;
	(void)cpu;
	(void)h;
	return 0;
}

static int mark(struct sink *s, u32 cpu, u64 ns)
{
	(void)s;
	(void)cpu;
	(void)ns;
	return 0;
}

static const struct sink_ops sink_ops = {
	.subbuf = subbuf, .mark = mark, .flush = nothing,
};

static struct sink sink = { .ops = &sink_ops };
static u32 begun, ended, left;

static struct sink *begin(void *arg, struct sender *s)
{
	(void)arg;
	(void)s;
	begun++;
	return &sink;
}

static int format(void *arg, struct sender *s)
{
	(void)arg;
	(void)s;
	return 0;
}

static void end(void *arg, struct sender *s)
{
	(void)arg;
	ended += s->whole;
}

static void leave(void *arg, struct sender *s)
{
	(void)arg;
	left += s->state == SENDER_ENDED;
}

static const struct senders_ops ops = {
	.begin = begin, .format = format, .end = end, .leave = leave,
};

/* ---- frames ---- */

static u64 frame_seq;

static void send_frame(struct senders *all, struct skbtrace_frame *h,
		       u32 session, const void *data, u64 now)
{
	u8 b[1024];
	const u32 len = be32toh(h->len);
	struct arrival a = { .p = b, .len = sizeof(*h) + len };

	h->session = htobe32(session);
	h->host = htobe64(1);
	h->frame_seq = htobe64(frame_seq++);
	h->mono_ns = htobe64(now);
	memcpy(b, h, sizeof(*h));
	memcpy(b + sizeof(*h), data, len);
	senders_take(all, &a, now, false);
}

static void send_text(struct senders *all, u32 session, u8 kind, u8 flags,
		      const char *text, u64 now)
{
	struct skbtrace_frame h;

	frame_header(&h, kind, strlen(text));
	h.flags |= flags;
	h.total = h.len;
	h.epoch = htobe32(flags ? 2 : 1);
	send_frame(all, &h, session, text, now);
}

static void send_block(struct senders *all, u32 session, u64 seq, u64 now)
{
	const struct skbtrace_block b = {
		.len = sizeof(b), .event = 1, .time = now,
	};
	struct skbtrace_frame h;

	frame_header(&h, SKBTRACE_FRAME_BLOCKS, sizeof(b));
	h.cpu = 0;
	h.nr = htobe32(1);
	h.seq = htobe64(seq);
	send_frame(all, &h, session, &b, now);
}

static void begin_session(struct senders *all, u32 session, u64 now)
{
	send_text(all, session, SKBTRACE_FRAME_FORMAT, 0, "skbtrace 2 little\n",
		  now);
	send_text(all, session, SKBTRACE_FRAME_INFO, 0,
		  "host h\nsession s\ncpu 0 1 0 1\nsent 1 1\n", now);
	send_block(all, session, 0, now);
}

/* ---- tests ---- */

/* A host that has its session switched on and off for a week */
static void test_many_sessions(void)
{
	enum { SESSIONS = 3 * SENDERS_MAX };
	struct senders all;

	senders_init(&all, &ops, NULL);
	for (u32 i = 1; i <= SESSIONS; i++) {
		u64 now = i * NSEC_PER_SEC;

		begin_session(&all, i, now);
		send_text(&all, i, SKBTRACE_FRAME_INFO, SKBTRACE_FRAME_END,
			  "host h\nsession s\ncpu 0 1 0 1\nsent 1 1\n", now);
		senders_tick(&all, now);
	}
	result(begun == SESSIONS && ended == SESSIONS,
	       "sessions that are over make space for others");
	result(!all.too_many && all.n == SENDERS_MAX &&
	       all.left == SESSIONS - SENDERS_MAX && left == all.left,
	       "the table does not grow, and they are counted");
	senders_end(&all);
	senders_free(&all);
}

/* Those that still run are not forgotten, whoever else sends. */
static void test_running(void)
{
	struct senders all;

	begun = 0;
	senders_init(&all, &ops, NULL);
	for (u32 i = 1; i <= SENDERS_MAX; i++)
		begin_session(&all, i, NSEC_PER_SEC);
	begin_session(&all, SENDERS_MAX + 1, 100 * NSEC_PER_SEC);
	result(begun == SENDERS_MAX && all.running == SENDERS_MAX &&
	       all.too_many, "who runs is not forgotten");
	senders_end(&all);
	senders_free(&all);
}

/*
 * CPU time of @count frames, each of which stands before the one that came
 * first, and behind all others.
 */
static clock_t worst_order(u32 count)
{
	struct senders all;
	clock_t t;

	senders_init(&all, &ops, NULL);
	begin_session(&all, 1, 1);
	send_block(&all, 1, 2 * count, 1);
	t = clock();
	for (u32 i = 0; i < count; i++)
		send_block(&all, 1, 2 + i, 1);
	t = clock() - t;
	senders_end(&all);
	senders_free(&all);
	return t;
}

static void test_order(void)
{
	enum { FEW = 2000, TIMES = 16, ROUNDS = 3 };
	clock_t few = 0, many = 0, t;

	for (u32 i = 0; i < ROUNDS; i++) {
		t = worst_order(FEW);
		few = !i || t < few ? t : few;
		t = worst_order(TIMES * FEW);
		many = !i || t < many ? t : many;
	}
	/* 256 times as long, if each is compared with all */
	if (many > 80 * few)
		printf("# %ld and %ld\n", (long)few, (long)many);
	result(many <= 80 * few, "no order of frames costs more than another");
}

int main(void)
{
	test_many_sessions();
	test_running();
	test_order();
	printf("1..%d\n", n);
	return failed;
}
