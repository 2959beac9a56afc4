// SPDX-License-Identifier: GPL-2.0
/*
 * test_fuzz_pack SECONDS SEED|-|SEED:N FILE...: packs chunks of these captures.
 * They must be the same when they are unpacked; of mutated ones anything may
 * come out, or nothing.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "tests/fuzz.h"
#include "trace/columns.h"
#include "trace/pack.h"

enum { MAX_RAW = 1 << 20, MAX_FILES = 16 };

static struct raw {
	u8 *p;
	u32 len;
	u32 *at;		/* where chunks begin */
	u32 n;
} raws[MAX_FILES];
static u32 nraws;
static struct columns *columns;
static struct pack *pack;

static void add_chunk(struct raw *r, const struct sbt_chunk *c)
{
	const u32 pad = (c->len + 7) & ~7u;
	struct sbt_chunk_hdr h = { .type = c->type, .len = c->len,
				   .cpu = c->cpu };

	if (r->len + sizeof(h) + pad > MAX_RAW)
		return;
	r->at[r->n++] = r->len;
	memcpy(r->p + r->len, &h, sizeof(h));
	memcpy(r->p + r->len + sizeof(h), c->data, c->len);
	r->len += sizeof(h) + pad;
}

static void load_one(const char *name)
{
	struct raw *r = &raws[nraws];
	int fd = open(name, O_RDONLY);
	struct sbt_reader *rd = sbt_reader_open(fd, name);
	struct sbt_chunk c;

	r->p = xcalloc(1, MAX_RAW);
	r->at = xcalloc(MAX_RAW / 16, sizeof(*r->at));
	while (rd && sbt_reader_next(rd, false, &c) == SBT_READ_CHUNK)
		if (c.type != SBT_END)
			add_chunk(r, &c);
	nraws += r->n > 0;
	sbt_reader_close(rd);
	close(fd);
}

static void change(u8 *p, u32 n)
{
	for (u32 times = 1 + below(4); n && times; times--) {
		u32 at = below(n);

		if (below(4))
			p[at] ^= 1 << below(8);
		else
			memset(p + at, fuzz_next(), n - at < 9 ? n - at : 9);
	}
}

/* Sub-buffers that the kernel would not have written are still chunks. */
static void change_data(u8 *p, u32 len)
{
	struct sbt_chunk_hdr h;

	for (u32 at = 0; at < len; at += sizeof(h) + ((h.len + 7) & ~7u)) {
		memcpy(&h, p + at, sizeof(h));
		if (!below(3))
			change(p + at + sizeof(h), h.len);
	}
}

/* Mutated columns in a sound packed chunk */
static void hostile_columns(const u8 *raw, u32 len)
{
	u32 n;
	const u8 *p = columns_from(columns, raw, len, &n);
	u8 *bad = xmalloc(n + 1), *to = xmalloc(len + 64);

	memcpy(bad, p, n);
	change(bad, n);
	if (!below(4))
		n = below(n + 1);
	columns_to(bad, n, to, below(4) ? len : len + below(64), below(2));
	free(bad);
	free(to);
}

static void hostile_payload(const u8 *p, u32 n)
{
	u8 *bad = xmalloc(n + 1), *to;
	u32 len, there;

	memcpy(bad, p, n);
	change(bad, below(2) ? n : 16);
	there = below(4) ? n : below(n + 1);
	to = unpack_chunks(bad, there, below(2), NULL, &len);
	free(to);
	free(bad);
}

static void iterate(void)
{
	const struct raw *r = &raws[below(nraws)];
	u32 first = below(r->n), last = first + below(r->n - first);
	u32 start = r->at[first];
	u32 len = (last + 1 < r->n ? r->at[last + 1] : r->len) - start, n, got;
	u8 *raw = xmalloc(len), *back;
	const u8 *p;

	memcpy(raw, r->p + start, len);
	if (below(2))
		change_data(raw, len);
	p = pack_chunks(pack, raw, len, below(2), &n);
	if (p) {
		back = unpack_chunks(p, n, false, NULL, &got);
		if (!back || got != len || memcmp(back, raw, len))
			fuzz_broken("not what it was");
		free(back);
		hostile_payload(p, n);
	}
	hostile_columns(raw, len);
	free(raw);
}

/* A few bytes that unpack to 64 MiB, with these lengths in their header */
static void bomb(u32 len, u32 unpacked)
{
	const u32 size = 64 << 20;
	u8 *zeros = xcalloc(1, size);
	u8 *p = xmalloc(ZSTD_compressBound(size) + 8);
	struct sbt_packed h = { .len = len, .columns = unpacked };
	u32 n = ZSTD_compress(p + 8, ZSTD_compressBound(size), zeros, size, 3);
	u8 *back;

	memcpy(p, &h, sizeof(h));
	back = unpack_chunks(p, n + 8, false, NULL, &len);
	free(zeros);
	free(p);
	if (back)
		fuzz_broken("64 MiB of a few bytes are unpacked");
}

static void load(char **files, int n)
{
	for (int i = 0; i < n; i++)
		load_one(files[i]);
	if (!nraws)
		exit(fail(EXIT_FAILED, "there are no chunks in these files"));
	columns = columns_new();
	pack = pack_new();
	bomb(64 << 20, 64 << 20);
	bomb(4 << 20, 4 << 20);
	bomb(65536, 65536);
}

static void unload(void)
{
	columns_free(columns);
	pack_free(pack);
	for (u32 i = 0; i < MAX_FILES; i++) {
		free(raws[i].p);
		free(raws[i].at);
	}
}

int main(int argc, char **argv)
{
	static const struct fuzz fuzz = {
		.name = "fuzz_pack", .files = "FILE...",
		.min = 1, .max = MAX_FILES, .leaks = 256,
		.load = load, .iterate = iterate, .unload = unload,
	};

	return fuzz_main(&fuzz, argc, argv);
}
