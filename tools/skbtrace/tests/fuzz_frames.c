// SPDX-License-Identifier: GPL-2.0
/*
 * test_fuzz_frames SECONDS SEED|-|SEED:N FILE.pcap...: frames of these files,
 * changed, lost, twice and in another order. The sub-buffers that come out have
 * numbers that follow each other, whatever went in.
 */
#include <stdlib.h>
#include <string.h>

#include "frame/senders.h"
#include "tests/fuzz.h"
#include "trace/decode.h"

enum { MAX_FRAMES = 4096, MAX_FILES = 16, MAX_RUN = 400 };

static struct raw {
	u8 *p;
	u32 len;
} raws[MAX_FRAMES];
static u32 nraws;

/* The sink of a sender: checks what it gets. */
struct checker {
	struct sink sink;
	struct format *fmt;
	u64 next[FRAME_CPUS];
	bool known[FRAME_CPUS];
};

static void load_one(const char *name)
{
	struct source s;
	struct arrival a;

	if (source_file(&s, name))
		return;
	while (nraws < MAX_FRAMES && source_next(&s, &a) > 0) {
		raws[nraws].p = xmalloc(a.len);
		memcpy(raws[nraws].p, a.p, a.len);
		raws[nraws++].len = a.len;
	}
	source_close(&s);
}

static void load(char **files, int n)
{
	for (int i = 0; i < n; i++)
		load_one(files[i]);
	if (!nraws)
		exit(fail(EXIT_FAILED, "there are no frames in these files"));
}

static void unload(void)
{
	for (u32 i = 0; i < nraws; i++)
		free(raws[i].p);
}

/* ---- what comes out ---- */

static int check_subbuf(struct sink *sink, u32 cpu,
			const struct skbtrace_subbuf *h)
{
	struct checker *c = (struct checker *)sink;
	char err[DECODE_ERRLEN];
	struct sb_iter it = {};
	struct rec r;
	int ret;

	if (!sb_open(&it, c->fmt, h, h->used, err) || it.info.cpu != cpu)
		fuzz_broken("a sub-buffer is damaged");
	if (c->known[cpu] && it.info.first_seq != c->next[cpu])
		fuzz_broken("numbers do not follow each other");
	do {
		ret = sb_next(&it, &r, err);
	} while (ret > 0);
	/* a mutated stack is invalid: the rest is not decoded */
	c->known[cpu] = ret == 0;
	c->next[cpu] = it.seq;
	return 0;
}

static int check_mark(struct sink *sink, u32 cpu, u64 complete_ns)
{
	(void)sink;
	(void)cpu;
	(void)complete_ns;
	return 0;
}

static const struct sink_ops sink_ops = {
	.subbuf = check_subbuf,
	.mark = check_mark,
};

static struct sink *begin(void *arg, struct sender *s)
{
	struct checker *c;
	struct format *f;
	char err[200];

	(void)arg;
	f = format_parse(s->format_text, strlen(s->format_text), err,
			 sizeof(err));
	if (!f)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	c->sink.ops = &sink_ops;
	c->fmt = f;
	s->priv = c;
	return &c->sink;
}

static int new_format(void *arg, struct sender *s)
{
	(void)arg;
	(void)s;
	return 0;
}

static void end(void *arg, struct sender *s)
{
	struct checker *c = s->priv;

	(void)arg;
	format_free(c->fmt);
	free(c);
	s->priv = NULL;
}

static const struct senders_ops ops = {
	.begin = begin,
	.format = new_format,
	.end = end,
};

/* ---- what goes in ---- */

static void change(u8 *p, u32 n)
{
	for (u32 times = 1 + below(3); n && times; times--) {
		/* mostly the header, or the first block's */
		u32 at = below(below(3) ? (n < 128 ? n : 128) : n);

		switch (below(3)) {
		case 0:
			p[at] ^= 1 << below(8);
			break;
		case 1:
			p[at] = below(2) ? 0xff : 0;
			break;
		default:
			memset(p + at, fuzz_next(), n - at < 8 ? n - at : 8);
		}
	}
}

static void give(struct senders *all, const struct raw *r, u64 now)
{
	u8 *copy = xmalloc(r->len);
	struct arrival a = { .p = copy, .len = r->len, .real_ns = now };

	memcpy(copy, r->p, r->len);
	if (!below(8))
		change(copy, r->len);
	if (!below(40))
		a.len = below(r->len);
	senders_take(all, &a, now, below(2));
	free(copy);
}

/* Gives frames in order, leaves some out, and adds others. */
static void one(void)
{
	const u32 from = below(nraws), n = below(MAX_RUN);
	struct senders all;
	u64 now = 1;

	senders_init(&all, &ops, NULL);
	/* mostly all texts at first: else few sub-buffers come out */
	for (u32 i = 0; i < nraws && below(200); i++)
		if (raws[i].p[1] != SKBTRACE_FRAME_BLOCKS)
			give(&all, &raws[i], now);
	for (u32 i = 0; i < n; i++) {
		u32 at = below(10) ? (from + i) % nraws : below(nraws);

		now += below(50) ? 1000 : fuzz_next() % (2 * NSEC_PER_SEC);
		if (below(12))
			give(&all, &raws[at], now);
		if (!below(20))
			senders_tick(&all, now);
		if (!below(50))
			senders_flush(&all);
	}
	senders_end(&all);
	senders_free(&all);
}

/* A random Ethernet frame */
static void envelope(void)
{
	u8 p[200];
	size_t len = below(sizeof(p));
	struct frame f;
	const u8 *in;

	for (u32 i = 0; i < sizeof(p); i++)
		p[i] = fuzz_next();
	p[12] = below(2) ? 8 : 0x86;
	p[13] = p[12] == 8 ? 0 : 0xdd;
	p[14] = p[12] == 8 ? 0x45 : 0x60;
	p[23] = p[20] = 17;
	in = frame_in_ethernet(p, &len);
	if (in)
		frame_decode(&f, in, len);
}

static void iterate(void)
{
	envelope();
	one();
}

int main(int argc, char **argv)
{
	static const struct fuzz fuzz = {
		.name = "fuzz_frames", .files = "FILE.pcap...",
		.min = 1, .max = MAX_FILES, .leaks = 256,
		.load = load, .iterate = iterate, .unload = unload,
	};

	return fuzz_main(&fuzz, argc, argv);
}
