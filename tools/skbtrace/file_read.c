// SPDX-License-Identifier: GPL-2.0
/* Reading a capture file, from disk or a pipe: every length is doubted. */
#include <assert.h>
#include <byteswap.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc.h"
#include "file.h"
#include "file_resync.h"
#include "linux/skbtrace_api.h"

static_assert(sizeof(struct sbt_file_hdr) == sizeof(struct sbt_chunk_hdr),
	      "one may stand in place of the other");

struct sbt_reader {
	int fd;
	bool seekable;
	bool swap;
	bool complete;
	const char *name;
	u64 start;		/* of this recording */
	u64 off;		/* of the next byte to read */
	u8 *buf;
	size_t cap;
	bool begun;		/* the first chunk has been looked at */
	struct resync resync;
	struct sbt_end end;
	bool past_end;		/* what follows END has been looked at */
	struct sbt_file_hdr next;	/* of the recording that follows */
	bool more;
	char trouble[96];	/* why the file ended early */
};

/* Bytes read at the current place, fewer at the end; -errno. */
static ssize_t pull(struct sbt_reader *r, void *buf, size_t n)
{
	ssize_t got;

	if (!r->seekable) {
		got = read_all(r->fd, buf, n);
	} else {
		size_t done = 0;

		for (got = 0; done < n; done += got) {
			got = pread(r->fd, (u8 *)buf + done, n - done,
				    r->off + done);
			if (got < 0 && errno == EINTR)
				got = 0;
			else if (got <= 0)
				break;
		}
		got = got < 0 ? -errno : (ssize_t)done;
	}
	if (got > 0)
		r->off += got;
	return got;
}

/* Not ours: what is it, then? */
static void not_a_capture(const char *name, const u8 *p, size_t n)
{
	u32 word = 0;

	if (!n) {
		msg("%s is empty", name);
		hint("was the recording stopped before its first event?");
		return;
	}
	if (n >= 4)
		memcpy(&word, p, 4);
	if (word == SKBTRACE_SUBBUF_MAGIC ||
	    word == bswap_32(SKBTRACE_SUBBUF_MAGIC)) {
		msg("%s is the raw data of one CPU, not a capture", name);
		hint("skbtrace parse --format FORMAT %s", name);
	} else if (n >= 8 && !memcmp(p, "skbtrace", 8)) {
		msg("%s is the text of \"format\", not a capture", name);
		hint("skbtrace parse --format %s trace.cpu0...", name);
	} else if (n < sizeof(struct sbt_file_hdr) &&
		   !memcmp(p, SBT_FILE_MAGIC, n < 8 ? n : 8)) {
		msg("%s ends inside its header, after %zu bytes", name, n);
	} else {
		msg("%s is not a skbtrace capture", name);
		hint("captures are written by: skbtrace record");
	}
}

static bool is_header(const struct sbt_file_hdr *h, ssize_t n)
{
	return n == sizeof(*h) &&
	       !memcmp(h->magic, SBT_FILE_MAGIC, sizeof(h->magic));
}

static bool check_header(struct sbt_reader *r, struct sbt_file_hdr h)
{
	if (h.order == bswap_32(SBT_FILE_ORDER)) {
		r->swap = true;
		h.abi = bswap_16(h.abi);
		h.version = bswap_16(h.version);
	} else if (h.order != SBT_FILE_ORDER) {
		msg("%s has a damaged header: byte order 0x%08x", r->name,
		    h.order);
		return false;
	}
	if (h.abi > SKBTRACE_ABI || h.version > SBT_FILE_VERSION) {
		msg("%s was written by a newer skbtrace (ABI %u, file version %u; this program reads %u and %u)",
		    r->name, h.abi, h.version, SKBTRACE_ABI, SBT_FILE_VERSION);
		hint("update skbtrace on this machine");
		return false;
	}
	if (h.abi < SKBTRACE_ABI || !h.version) {
		msg("%s has ABI %u, file version %u: this program reads %u and %u",
		    r->name, h.abi, h.version, SKBTRACE_ABI, SBT_FILE_VERSION);
		return false;
	}
	return true;
}

static bool read_header(struct sbt_reader *r)
{
	struct sbt_file_hdr h;
	ssize_t n = pull(r, &h, sizeof(h));

	if (n < 0) {
		msg("cannot read %s: %s", r->name, strerror(-n));
		return false;
	}
	if (!is_header(&h, n)) {
		not_a_capture(r->name, (u8 *)&h, n);
		return false;
	}
	return check_header(r, h);
}

struct sbt_reader *sbt_reader_open(int fd, const char *name)
{
	struct sbt_reader *r = xcalloc(1, sizeof(*r));
	struct stat st;
	off_t pos;

	r->fd = fd;
	r->name = name;
	if (!fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		msg("%s is a directory", name);
		free(r);
		return NULL;
	}
	pos = lseek(fd, 0, SEEK_CUR);
	/* A terminal seeks "successfully" on some systems: files only. */
	if (pos >= 0 && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))) {
		r->seekable = true;
		r->off = pos;
	}
	r->start = r->off;
	if (!read_header(r)) {
		free(r);
		return NULL;
	}
	return r;
}

bool sbt_reader_more(const struct sbt_reader *r)
{
	return r->more;
}

struct sbt_reader *sbt_reader_follow(const struct sbt_reader *prev)
{
	struct sbt_reader *r = xcalloc(1, sizeof(*r));

	r->fd = prev->fd;
	r->name = prev->name;
	r->seekable = prev->seekable;
	r->start = prev->off;
	r->off = r->start + sizeof(prev->next);
	if (!check_header(r, prev->next)) {
		free(r);
		return NULL;
	}
	return r;
}

static enum sbt_read ended(struct sbt_reader *r, const char *how, u64 at)
{
	snprintf(r->trouble, sizeof(r->trouble), "%s at byte %llu", how,
		 (unsigned long long)at);
	return SBT_READ_END;
}

static enum sbt_read read_failed(struct sbt_reader *r, ssize_t err)
{
	msg("cannot read %s: %s", r->name, strerror(-err));
	return SBT_READ_ERROR;
}

static bool crc_ok(const struct sbt_chunk *c, const void *data)
{
	return sbt_crc(data, c->len) == c->crc;
}

static void take_end(struct sbt_reader *r, const struct sbt_chunk *c)
{
	struct sbt_end e;

	if (c->len < sizeof(e))
		return;
	memcpy(&e, c->data, sizeof(e));
	if (r->swap) {
		e.events = bswap_64(e.events);
		e.lost = bswap_64(e.lost);
		e.mono_ns = bswap_64(e.mono_ns);
	}
	r->end = e;
	r->complete = true;
}

/* The payload of a chunk that is passed over must exist all the same. */
static bool within_file(struct sbt_reader *r, u64 padded)
{
	struct stat st;

	if (fstat(r->fd, &st) || !S_ISREG(st.st_mode))
		return true;
	return r->off + padded <= (u64)st.st_size;
}

/* END was read: "cat" may have put another recording there. */
static enum sbt_read after_end(struct sbt_reader *r)
{
	u64 start = r->off;
	ssize_t n;

	if (r->past_end)
		return SBT_READ_END;
	r->past_end = true;
	n = pull(r, &r->next, sizeof(r->next));
	if (n < 0)
		return read_failed(r, n);
	r->off = start;
	r->more = is_header(&r->next, n);
	if (n && !r->more)
		return ended(r, "goes on after its END, with no recording",
			     start);
	return SBT_READ_END;
}

/* Another recording in place of a chunk: the END of this one was damaged. */
static enum sbt_read no_end(struct sbt_reader *r, u64 start)
{
	r->past_end = true;
	r->more = true;
	r->off = start;
	return ended(r, "ends without END", start);
}

static enum sbt_read damaged(struct sbt_chunk *c, const char *why)
{
	c->why = why;
	return SBT_READ_DAMAGED;
}

/* The size of a file that is being written may have changed. */
static bool can_resync(struct sbt_reader *r)
{
	return r->seekable && resync_init(&r->resync, r->fd, r->swap);
}

/*
 * The chunk at @start leads nowhere: on to the next one that is sound. Without
 * one the file ends there.
 */
static enum sbt_read lost_way(struct sbt_reader *r, struct sbt_chunk *c,
			      const char *how, u64 start)
{
	u64 off = can_resync(r) ? resync_find(&r->resync, start + 8) : 0;

	if (!off)
		return ended(r, how, start);
	r->off = off;
	return damaged(c, "length");
}

/* Its checksum is wrong; so may be its length, if nothing sound follows. */
static enum sbt_read bad_sum(struct sbt_reader *r, struct sbt_chunk *c,
			     u64 start)
{
	u64 off = 0;

	if (can_resync(r) && !resync_good(&r->resync, r->off))
		off = resync_find(&r->resync, start + 8);
	if (off)
		r->off = off;
	return damaged(c, "checksum");
}

/* No checksum covers the type: what else tells that it is wrong? */
static bool wrong_type(const struct sbt_chunk *c, bool first)
{
	return (first && c->type != SBT_FORMAT) ||
	       (c->type == SBT_END && c->len > SBT_END_MAX);
}

enum sbt_read sbt_reader_next(struct sbt_reader *r, bool lazy,
			      struct sbt_chunk *c)
{
	bool first = !r->begun;
	struct sbt_chunk_hdr h;
	u64 start = r->off;
	u64 padded;
	ssize_t n;

	if (r->complete || r->past_end)
		return after_end(r);
	n = pull(r, &h, sizeof(h));
	if (n < 0)
		return read_failed(r, n);
	if (!n)
		return ended(r, "ends without END", start);
	if (n < (ssize_t)sizeof(h))
		return ended(r, "ends inside a chunk header", start);
	memcpy(&r->next, &h, sizeof(r->next));
	if (is_header(&r->next, n))
		return no_end(r, start);
	if (r->swap) {
		h.type = bswap_32(h.type);
		h.len = bswap_32(h.len);
		h.cpu = bswap_32(h.cpu);
		h.crc = bswap_32(h.crc);
	}
	/* A crash leaves such a tail; each 8 bytes of it would be a chunk. */
	if (!h.type && !h.len)
		return ended(r, "is damaged (zeros in place of a chunk)",
			     start);
	r->begun = true;
	*c = (struct sbt_chunk){ .type = h.type, .len = h.len, .cpu = h.cpu,
				 .crc = h.crc, .offset = r->off };
	if (h.len > SBT_CHUNK_MAX)
		return lost_way(r, c, "is damaged (length of a chunk)", start);
	padded = ((u64)h.len + 7) & ~7ULL;
	if (lazy && r->seekable && h.type == SBT_SUBBUF && !first) {
		if (!within_file(r, padded))
			return lost_way(r, c, "ends inside a chunk", start);
		r->off += padded;
		return SBT_READ_CHUNK;
	}
	if (padded > r->cap) {
		r->cap = padded;
		r->buf = xrealloc(r->buf, r->cap);
	}
	n = pull(r, r->buf, padded);
	if (n < 0)
		return read_failed(r, n);
	if ((u64)n < padded)
		return lost_way(r, c, "ends inside a chunk", start);
	if (!crc_ok(c, r->buf))
		return bad_sum(r, c, start);
	if (wrong_type(c, first))
		return damaged(c, "type");
	c->data = r->buf ? r->buf : (const u8 *)"";
	if (c->type == SBT_END)
		take_end(r, c);
	return SBT_READ_CHUNK;
}

bool sbt_reader_fetch(struct sbt_reader *r, const struct sbt_chunk *c,
		      void *buf)
{
	u64 back = r->off;
	ssize_t n;

	r->off = c->offset;
	n = pull(r, buf, c->len);
	r->off = back;
	return n == (ssize_t)c->len && crc_ok(c, buf);
}

ssize_t sbt_reader_peek(struct sbt_reader *r, u64 offset, void *buf, size_t n)
{
	u64 back = r->off;
	ssize_t got;

	r->off = offset;
	got = pull(r, buf, n);
	r->off = back;
	return got;
}

bool sbt_reader_seekable(const struct sbt_reader *r)
{
	return r->seekable;
}

bool sbt_reader_swapped(const struct sbt_reader *r)
{
	return r->swap;
}

bool sbt_reader_complete(const struct sbt_reader *r)
{
	return r->complete;
}

const struct sbt_end *sbt_reader_end(const struct sbt_reader *r)
{
	return r->complete ? &r->end : NULL;
}

const char *sbt_reader_trouble(const struct sbt_reader *r)
{
	return r->trouble[0] ? r->trouble : NULL;
}

u64 sbt_reader_offset(const struct sbt_reader *r)
{
	return r->off - r->start;
}

void sbt_reader_close(struct sbt_reader *r)
{
	if (!r)
		return;
	free(r->buf);
	free(r);
}
