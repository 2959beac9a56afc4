// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the next chunk after a damaged one. No checksum covers the length of a
 * chunk: if it is wrong, the rest of the file would be lost.
 */
#include <byteswap.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/crc.h"
#include "trace/file_resync.h"

enum {
	WINDOW	= 64 << 10,	/* bytes that are looked through at a time */
	MAX_CPU	= 1 << 16,
};

static bool pread_all(int fd, void *buf, size_t n, u64 off)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (u8 *)buf + done, n - done,
				    off + done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += got;
	}
	return true;
}

bool resync_init(struct resync *s, int fd, bool swap)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	s->fd = fd;
	s->swap = swap;
	s->size = st.st_size;
	return true;
}

static void in_order(const struct resync *s, struct sbt_chunk_hdr *h)
{
	if (!s->swap)
		return;
	h->type = bswap_32(h->type);
	h->len = bswap_32(h->len);
	h->cpu = bswap_32(h->cpu);
	h->crc = bswap_32(h->crc);
}

static bool is_recording(const void *p)
{
	return !memcmp(p, SBT_FILE_MAGIC, sizeof(SBT_FILE_MAGIC) - 1);
}

/* Must be cheap: it is called every 8 bytes. */
static bool can_be(const struct resync *s, const struct sbt_chunk_hdr *h,
		   u64 off)
{
	if (!h->len || h->len > SBT_CHUNK_MAX || !h->type ||
	    off + sizeof(*h) + h->len > s->size)
		return false;
	switch (h->type) {
	case SBT_FORMAT:
	case SBT_META:
	case SBT_PACKED:
		return h->cpu == SBT_NO_CPU;
	case SBT_SUBBUF:
		return h->cpu < MAX_CPU;
	case SBT_MARK:
		return h->cpu < MAX_CPU && h->len == sizeof(struct sbt_mark);
	case SBT_END:
		return h->len >= sizeof(struct sbt_end) &&
		       h->len <= SBT_END_MAX;
	}
	return false;
}

static bool sound(struct resync *s, const struct sbt_chunk_hdr *h, u64 off)
{
	bool ok;
	void *p;

	/* A hostile file would cause too many checksums of the same bytes. */
	if (h->len > RESYNC_MAX - s->summed)
		return false;
	s->summed += h->len;
	p = xmalloc(h->len);
	ok = pread_all(s->fd, p, h->len, off + sizeof(*h)) &&
	     sbt_crc(p, h->len) == h->crc;
	free(p);
	return ok;
}

bool resync_good(struct resync *s, u64 off)
{
	struct sbt_chunk_hdr h;

	if (off == s->size)
		return true;
	if (!pread_all(s->fd, &h, sizeof(h), off))
		return false;
	if (is_recording(&h))
		return true;
	in_order(s, &h);
	/* Also of unknown types, if the checksum is correct. */
	return h.type && h.len && h.len <= SBT_CHUNK_MAX && sound(s, &h, off);
}

/* In one window: 1 found, 0 not, -1 here is another recording. */
static int look(struct resync *s, const u8 *buf, size_t n, u64 *off)
{
	struct sbt_chunk_hdr h;

	for (size_t i = 0; i + sizeof(h) <= n; i += 8) {
		if (is_recording(buf + i))
			return -1;
		memcpy(&h, buf + i, sizeof(h));
		in_order(s, &h);
		if (!can_be(s, &h, *off + i) || !sound(s, &h, *off + i))
			continue;
		*off += i;
		return 1;
	}
	return 0;
}

u64 resync_find(struct resync *s, u64 from)
{
	const size_t step = WINDOW - sizeof(struct sbt_chunk_hdr) + 8;
	/* No chunk is longer, but a tail of zeros may be. */
	const u64 last = from + SBT_CHUNK_MAX + sizeof(struct sbt_chunk_hdr);
	u8 *buf;
	int found = 0;

	if (s->barren)
		return 0;
	buf = xmalloc(WINDOW);
	while (!found && from <= last &&
	       from + sizeof(struct sbt_chunk_hdr) < s->size) {
		size_t n = s->size - from < WINDOW ? s->size - from : WINDOW;

		if (!pread_all(s->fd, buf, n, from))
			break;
		found = look(s, buf, n, &from);
		if (!found)
			from += step;
	}
	free(buf);
	/* Do not search to the end of the file again. */
	s->barren = found <= 0;
	return found > 0 ? from : 0;
}
