// SPDX-License-Identifier: GPL-2.0
/* Reads a capture file, from disk or a pipe: no length is trusted. */
#include <assert.h>
#include <byteswap.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/crc.h"
#include "lib/io.h"
#include "lib/pcapng.h"
#include "linux/skbtrace_api.h"
#include "trace/file.h"
#include "trace/file_packed.h"
#include "trace/file_resync.h"

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
	struct packed packed;
	bool formatted;		/* a format was found, or looked for */
	char *format;		/* one that stands behind the data */
	struct sbt_chunk first;	/* of the data, meanwhile; type 0: none */
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

/* Not a capture file: say what it is. */
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
	} else if (n >= 4 && pcap_magic(word)) {
		msg("%s is a capture of frames or packets, not a recording",
		    name);
		hint("of events? skbtrace collect -r %s makes recordings of them",
		     name);
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
	if (h.abi > SKBTRACE_ABI || h.version > SBT_FILE_PACKED) {
		msg("%s was written by a newer skbtrace", r->name);
		hint("it has ABI %u, file version %u, this program reads %u"
		     " and %u: update it", h.abi, h.version, SKBTRACE_ABI,
		     SBT_FILE_PACKED);
		return false;
	}
	if (h.abi < SKBTRACE_ABI || !h.version) {
		msg("%s has ABI %u, file version %u: this program reads %u and %u",
		    r->name, h.abi, h.version, SKBTRACE_ABI, SBT_FILE_PACKED);
		return false;
	}
	r->packed = (struct packed){ .fd = r->fd, .swap = r->swap,
				     .seekable = r->seekable };
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

/* Another reader of the same file, from @off on. */
static struct sbt_reader *clone(const struct sbt_reader *r, u64 off)
{
	struct sbt_reader *n = xcalloc(1, sizeof(*n));

	n->fd = r->fd;
	n->name = r->name;
	n->seekable = r->seekable;
	n->swap = r->swap;
	n->start = off;
	n->off = off;
	n->packed = (struct packed){ .fd = n->fd, .swap = n->swap,
				     .seekable = n->seekable };
	return n;
}

struct sbt_reader *sbt_reader_follow(const struct sbt_reader *prev)
{
	struct sbt_reader *r = clone(prev, prev->off);

	r->swap = false;
	r->off += sizeof(prev->next);
	if (check_header(r, prev->next))
		return r;
	free(r);
	return NULL;
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

/* A payload that is skipped must be within the file. */
static bool within_file(struct sbt_reader *r, u64 padded)
{
	struct stat st;

	if (fstat(r->fd, &st) || !S_ISREG(st.st_mode))
		return true;
	return r->off + padded <= (u64)st.st_size;
}

/* After END there may be another recording, appended by "cat". */
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

/* Another recording begins here: the END of this one is damaged. */
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
 * No chunk follows the one at @start: search for the next sound one. If there
 * is none, the file ends there.
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

/* The checksum is wrong; if no sound chunk follows, so is the length. */
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

/* The checksum does not cover the type: is it plausible? */
static bool wrong_type(const struct sbt_chunk *c, bool first)
{
	return (first && c->type != SBT_FORMAT && c->type != SBT_PACKED) ||
	       (c->type == SBT_END && c->len > SBT_END_MAX);
}

static enum sbt_read next_chunk(struct sbt_reader *r, bool lazy,
				struct sbt_chunk *c);

static enum sbt_read next_in_file(struct sbt_reader *r, bool lazy,
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
	/* A tail of zeros, as after a crash: it would parse as empty chunks. */
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
	if (c->type == SBT_PACKED)
		return packed_begin(&r->packed, c, r->buf) ?
		       next_chunk(r, lazy, c) : damaged(c, "contents");
	c->data = r->buf ? r->buf : (const u8 *)"";
	if (c->type == SBT_END)
		take_end(r, c);
	return SBT_READ_CHUNK;
}

/* Check them like other chunks; END must not be packed. */
static enum sbt_read next_in_packed(struct sbt_reader *r, bool lazy,
				    struct sbt_chunk *c)
{
	if (c->type == SBT_PACKED || c->type == SBT_END) {
		c->offset = packed_where(&r->packed, c->offset);
		return damaged(c, "type");
	}
	if (lazy && r->seekable && c->type == SBT_SUBBUF)
		c->data = NULL;
	return SBT_READ_CHUNK;
}

static enum sbt_read next_chunk(struct sbt_reader *r, bool lazy,
				struct sbt_chunk *c)
{
	return packed_next(&r->packed, c) ? next_in_packed(r, lazy, c) :
					    next_in_file(r, lazy, c);
}

/*
 * The format at the beginning of the file is damaged: find the one at the end,
 * or NULL.
 */
static char *format_behind(const struct sbt_reader *r, u32 *len)
{
	struct sbt_reader *ahead = clone(r, r->off);
	char *found = NULL;
	struct sbt_chunk c;
	enum sbt_read ret;

	ahead->begun = true;
	while ((ret = next_chunk(ahead, true, &c)) > 0) {
		if (ret != SBT_READ_CHUNK || c.type != SBT_FORMAT)
			continue;
		*len = c.len;
		found = xmalloc(c.len + 1);
		memcpy(found, c.data, c.len);
		break;
	}
	sbt_reader_close(ahead);
	return found;
}

static enum sbt_read before_data(struct sbt_reader *r, struct sbt_chunk *c)
{
	u32 len = 0;

	r->formatted = true;
	r->format = format_behind(r, &len);
	if (!r->format)
		return SBT_READ_CHUNK;
	r->first = *c;
	*c = (struct sbt_chunk){ .type = SBT_FORMAT, .cpu = SBT_NO_CPU,
				 .len = len, .offset = c->offset,
				 .data = r->format };
	return SBT_READ_CHUNK;
}

enum sbt_read sbt_reader_next(struct sbt_reader *r, bool lazy,
			      struct sbt_chunk *c)
{
	enum sbt_read ret = SBT_READ_CHUNK;

	if (r->first.type) {
		*c = r->first;
		r->first.type = 0;
	} else {
		ret = next_chunk(r, lazy, c);
	}
	if (ret != SBT_READ_CHUNK)
		return ret;
	if (c->type == SBT_SUBBUF && !r->formatted && r->seekable)
		return before_data(r, c);
	r->formatted = r->formatted || c->type == SBT_FORMAT;
	return ret;
}

bool sbt_reader_pending(const struct sbt_reader *r)
{
	return packed_pending(&r->packed);
}

bool sbt_reader_fetch(struct sbt_reader *r, const struct sbt_chunk *c,
		      void *buf)
{
	u64 back = r->off;
	ssize_t n;

	if (packed_is(c->offset))
		return packed_copy(&r->packed, c->offset, buf, c->len) ==
		       c->len;
	r->off = c->offset;
	n = pull(r, buf, c->len);
	r->off = back;
	return n == (ssize_t)c->len && crc_ok(c, buf);
}

ssize_t sbt_reader_peek(struct sbt_reader *r, u64 offset, void *buf, size_t n)
{
	u64 back = r->off;
	ssize_t got;

	if (packed_is(offset))
		return packed_copy(&r->packed, offset, buf, n);
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
	packed_free(&r->packed);
	free(r->format);
	free(r->buf);
	free(r);
}
