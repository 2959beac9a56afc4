// SPDX-License-Identifier: GPL-2.0
/*
 * All that reads recordings gets mutated ones, with sanitizers.
 *
 *	test_fuzz SECONDS SEED|-|SEED:N FILE...	mutate these captures
 *
 * Mutated captures get right lengths and checksums most of the time: else every
 * one would be refused at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "filter/conns.h"
#include "lib/io.h"
#include "show/input.h"
#include "show/print_list.h"
#include "tests/fuzz_capture.h"
#include "trace/decode.h"
#include "trace/trace.h"
#include "where/where.h"

enum { MAX_CHUNKS = 256, MAX_PAYLOAD = 1 << 16, MAX_SEEDS = 64 };

struct piece {
	u32 type, cpu, len;
	u8 *data;
};

struct sample {
	u8 head[16];
	u32 n;
	struct piece c[MAX_CHUNKS];
};

static struct sample *samples[MAX_SEEDS];
static int nsamples;
static char *rewritten;	/* a file for what is written */

/* ---- samples ---- */

static void load_one(const char *name)
{
	struct sample *s = xcalloc(1, sizeof(*s));
	static u8 buf[1 << 20];
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? -errno : read_all(fd, buf, sizeof(buf));
	size_t off = 16;

	if (fd >= 0)
		close(fd);
	if (n < 16)
		exit(fail(EXIT_FAILED, "cannot read %s", name));
	memcpy(s->head, buf, 16);
	while (off + 16 <= (size_t)n && s->n < MAX_CHUNKS) {
		struct piece *c = &s->c[s->n];
		bool swap = buf[8] == 1;

		c->type = ld32(buf + off, swap);
		c->len = ld32(buf + off + 4, swap);
		c->cpu = ld32(buf + off + 8, swap);
		off += 16;
		if (c->len > MAX_PAYLOAD || off + c->len > (size_t)n)
			break;
		c->data = xmalloc(MAX_PAYLOAD);
		memcpy(c->data, buf + off, c->len);
		off += (c->len + 7) & ~7u;
		s->n++;
	}
	samples[nsamples++] = s;
}

static void load(char **files, int n)
{
	for (int i = 0; i < n; i++)
		load_one(files[i]);
	rewritten = xasprintf("%s.out", files[0]);
}

/* ---- mutations of bytes ---- */

static const u64 numbers[] = {
	0, 1, 7, 8, 31, 32, 33, 63, 64, 72, 127, 128, 255, 256, 0x7fff, 0x8000,
	0xfff8, 0xfffe, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff8,
	0xffffffff, 0x100000000ULL, 0x7fffffffffffffffULL,
	0x8000000000000000ULL, 0xffffffffffffffffULL, 4096, 0xfe01, 0xfe02,
	0xfffd, 2, 4, 6,
};

static void put_number_at(u8 *d, u32 len)
{
	u32 size = 1u << below(4), off;
	u64 v = numbers[below(ARRAY_SIZE(numbers))];

	if (len < size)
		return;
	off = below(len - size + 1);
	if (!one_in(4))
		off &= ~(size - 1);
	if (one_in(4))
		v = __builtin_bswap64(v) >> (64 - 8 * size);
	if (one_in(4))
		v += below(5) - 2;
	memcpy(d + off, &v, size);
}

/* Moves, doubles or removes a range. */
static u32 shift_range(u8 *d, u32 len)
{
	u32 from = below(len), n = 1 + below(one_in(3) ? len : 64);
	u32 grain = one_in(2) ? 8 : 1;

	from -= from % grain;
	n += (grain - n % grain) % grain;
	if (from + n > len)
		n = len - from;
	if (one_in(2) && len + n <= MAX_PAYLOAD) {
		memmove(d + from + n, d + from, len - from);
		return len + n;
	}
	memmove(d + from, d + from + n, len - from - n);
	return len - n;
}

static u32 mutate_bytes(u8 *d, u32 len)
{
	u32 times = 1 + below(one_in(3) ? 16 : 3);

	while (times-- && len) {
		switch (below(6)) {
		case 0:
			d[below(len)] ^= 1 << below(8);
			break;
		case 1:
			d[below(len)] = fuzz_next();
			break;
		case 2:
		case 3:
			put_number_at(d, len);
			break;
		case 4:
			len = shift_range(d, len);
			break;
		case 5:
			if (one_in(8))
				len = below(len + 1);
			break;
		}
	}
	return len;
}

/* ---- mutations of the format's words ---- */

static const char *const words[] = {
	"event", "field", "syms", "skbtrace", "help", "0", "32", "65535",
	"18446744073709551615", "-1", "u8", "u64", "s32", "addr", "str16",
	"str65535", "enum:no_yes", "flags:probe_flags", "sk", "pkt", "sym",
	"dseq", "rseq", "ns", "Bps", "brief,na,inf,whole,tuple", "key=none",
	"key=sk", "key=pkt", "role=conn", "role=task", "role=symbol",
	"len=65528", "len=32", "local", "lport", "peer", "pport", "dir",
	"tgid", "comm", "id", "name", "end", "snd_base", "sk", "2=x", "3=x",
};

static u32 mutate_words(u8 *d, u32 len)
{
	u32 times = 1 + below(4);

	while (times-- && len) {
		const char *w = words[below(ARRAY_SIZE(words))];
		u32 n = strlen(w), from = below(len), old = 0;

		while (from && d[from - 1] != ' ' && d[from - 1] != '\n')
			from--;
		while (from + old < len && d[from + old] != ' ' &&
		       d[from + old] != '\n')
			old++;
		if (len - old + n > MAX_PAYLOAD)
			continue;
		memmove(d + from + n, d + from + old, len - from - old);
		memcpy(d + from, w, n);
		len += n - old;
	}
	return len;
}

/* ---- mutations of captures ---- */

static struct sample work;
static u8 file[4 << 20];

static void copy_piece(struct piece *to, const struct piece *from)
{
	if (!to->data)
		to->data = xmalloc(MAX_PAYLOAD);
	to->type = from->type;
	to->cpu = from->cpu;
	to->len = from->len;
	memcpy(to->data, from->data, from->len);
}

static void mutate_piece(struct piece *c)
{
	switch (below(8)) {
	case 0:
		c->type = below(7);
		break;
	case 1:
		c->cpu = numbers[below(ARRAY_SIZE(numbers))];
		break;
	case 2:
		copy_piece(c, &samples[0]->c[below(samples[0]->n)]);
		break;
	default:
		c->len = c->type == SBT_FORMAT && !one_in(3) ?
			 mutate_words(c->data, c->len) :
			 mutate_bytes(c->data, c->len);
	}
}

static void make_work(void)
{
	const struct sample *s = samples[below(nsamples)];
	u32 times = 1 + below(4);

	memcpy(work.head, s->head, 16);
	work.n = s->n;
	for (u32 i = 0; i < s->n; i++)
		copy_piece(&work.c[i], &s->c[i]);
	while (times-- && work.n) {
		u32 i = below(work.n);

		/* mostly sub-buffers and formats */
		for (int j = 0; j < 8 && work.c[i].type != SBT_SUBBUF; j++)
			i = below(work.n);
		if (one_in(12) && work.n > 1) {
			/* each keeps a buffer of its own */
			struct piece gone = work.c[i];

			work.c[i] = work.c[--work.n];
			work.c[work.n] = gone;
		} else {
			mutate_piece(&work.c[i]);
		}
	}
}

static void put32(u8 *p, u32 v, bool swap)
{
	v = swap ? bswap_32(v) : v;
	memcpy(p, &v, 4);
}

static u32 make_file(void)
{
	bool swap = work.head[8] == 1;
	u32 off = 16;

	memcpy(file, work.head, 16);
	for (u32 i = 0; i < work.n; i++) {
		const struct piece *c = &work.c[i];

		if (off + c->len + 32 > sizeof(file))
			break;
		put32(file + off, c->type, swap);
		put32(file + off + 4, c->len, swap);
		put32(file + off + 8, c->cpu, swap);
		put32(file + off + 12, crc32(crc32(0, NULL, 0), c->data,
					     c->len), swap);
		memcpy(file + off + 16, c->data, c->len);
		off += 16 + ((c->len + 7) & ~7u);
	}
	if (one_in(10) && off < MAX_PAYLOAD)
		off = mutate_bytes(file, off);
	return off;
}

/* ---- ways in ---- */

static int memory_file(const u8 *p, u32 len)
{
	int fd = memfd_create("fuzz", 0);

	if (fd < 0 || write_all(fd, p, len) || lseek(fd, 0, SEEK_SET))
		exit(fail(EXIT_FAILED, "memfd: %m"));
	return fd;
}

static int pipe_of(const u8 *p, u32 len)
{
	int fds[2];

	if (pipe(fds) || write_all(fds[1], p, len))
		exit(fail(EXIT_FAILED, "pipe: %m"));
	close(fds[1]);
	return fds[0];
}

static void parse_file(u32 len)
{
	struct show_opts o;
	struct show *s;
	int fd, code;

	random_opts(&o);
	s = show_open(&o);
	if (!s)
		return;
	/* A pipe holds 64 KiB, and is not read before all is written. */
	fd = len < 60000 && one_in(3) ? pipe_of(file, len) :
					memory_file(file, len);
	code = input_capture(s, "fuzz", fd, true);
	if (code)
		show_fail(s, code);
	show_close(s);
	close(fd);
}

/* By name, in /proc, as the rewriter opens files. */
static void rewrite_file(u32 len)
{
	int fd = memory_file(file, len);
	char *name = xasprintf("/proc/self/fd/%d", fd);

	if (!fuzz_rewrite(name, rewritten))
		fuzz_broken("what was written of it is damaged");
	free(name);
	close(fd);
}

static void parse_raw(void)
{
	struct sbt_chunk c = { .type = SBT_FORMAT };
	struct show_opts o;
	struct trace *t;
	struct show *s;
	u32 len = 0;
	int fd, code;

	for (u32 i = 0; i < work.n; i++) {
		struct piece *p = &work.c[i];

		if (p->type == SBT_FORMAT && !c.data) {
			c.data = p->data;
			c.len = p->len;
		} else if (p->type == SBT_SUBBUF) {
			memcpy(file + len, p->data, p->len);
			/* its size, or more: then padding follows */
			if (p->len >= 16 && !one_in(4))
				put32(file + len + 12, p->len,
				      work.head[8] == 1);
			len += p->len;
		}
	}
	random_opts(&o);
	s = show_open(&o);
	if (!s || !c.data)
		goto out;
	fd = memory_file(file, len);
	t = show_trace(s, "raw");
	code = show_trace_chunk(s, t, &c, false);
	if (!code)
		code = input_raw(s, t, "raw", fd);
	if (code)
		show_fail(s, code);
	show_close(s);
	close(fd);
	return;
out:
	if (s)
		show_close(s);
}

/* As "live" does: chunks from memory, printed as soon as they are complete. */
static void parse_live(void)
{
	struct show_opts o;
	struct show *s;

	random_opts(&o);
	o.summary = o.latency = o.why = false;
	o.report = NULL;
	o.by = o.sort = NULL;
	o.every = o.top = 0;
	s = show_open(&o);
	if (!s)
		return;
	for (u32 i = 0; i < work.n && !show_dead(s); i++) {
		const struct sbt_chunk c = {
			.type = work.c[i].type, .cpu = work.c[i].cpu,
			.len = work.c[i].len, .data = work.c[i].data,
		};

		if (show_chunk(s, &c) || (one_in(4) && show_flush(s)))
			break;
	}
	show_close(s);
}

static void parse_format(void)
{
	char star[] = "*", *all[2] = { star };
	const struct sample *s = samples[below(nsamples)];
	struct list_opts o = { .names = all };
	static u8 text[MAX_PAYLOAD];
	u32 len = s->c[0].len;

	memcpy(text, s->c[0].data, len);
	len = one_in(3) ? mutate_bytes(text, len) : mutate_words(text, len);
	o.n = one_in(2);
	o.json = one_in(2);
	list_text((char *)text, len, "fuzz", &o);
}

static void parse_words(void)
{
	static const char *const items[] = {
		"sk=1003", "10.0.0.1:443>*", "[2001:db8::1]:1>[::]:2", "1.5s",
		"14:03:07.2", "2026-11-21T05:03:11.5Z", "0x100b", "*:*",
		"not (rtt>5ms and a='b c') or ! x~y",
	};
	struct clock c = { .set = true, .t0 = fuzz_next(),
			   .real_off = fuzz_next() };
	struct conns conns = { 0 };
	u8 buf[MAX_PAYLOAD];
	u64 t;
	u32 n;

	if (one_in(2))
		c = (struct clock){ .set = true,
				    .real_off = 1795237391000000000 };
	strcpy((char *)buf, items[below(ARRAY_SIZE(items))]);
	n = mutate_bytes(buf, strlen((char *)buf));
	if (n > 4096)
		n = 4096;
	buf[n] = '\0';
	conns_parse((char *)buf, &conns);
	conns_free(&conns);
	where_free(where_parse((char *)buf));
	time_parse(&c, (char *)buf, &t);
}

static void iterate(void)
{
	make_work();
	switch (below(12)) {
	case 0:
		parse_format();
		break;
	case 1:
		parse_words();
		break;
	case 2:
		parse_raw();
		break;
	case 3:
		parse_live();
		break;
	case 4:
	case 5:
	case 6:
		rewrite_file(make_file());
		break;
	default:
		parse_file(make_file());
	}
}

int main(int argc, char **argv)
{
	static const struct fuzz fuzz = {
		.name = "fuzz", .files = "CAPTURE...",
		.min = 1, .max = MAX_SEEDS, .leaks = 8192,
		.load = load, .iterate = iterate,
	};

	return fuzz_main(&fuzz, argc, argv);
}
