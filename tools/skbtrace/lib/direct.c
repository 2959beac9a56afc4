// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/direct.h"
#include "lib/mem.h"
#include "lib/num.h"
#include "lib/util.h"

enum {
	BLOCK	= 4096,		/* a multiple of what disks ask for */
	SIZE	= 1 << 20,	/* bytes of a write, at most */
	AHEAD	= 16 << 20,	/* space that is reserved at once */
};

/* A recorder that is killed loses this time at most. */
#define WAIT_NS		(2 * NSEC_PER_SEC)

struct direct {
	int fd;
	u8 *buf;		/* aligned to BLOCK */
	size_t have;		/* bytes in @buf */
	u64 at;			/* where they belong in the file */
	u64 done;		/* up to here the file has what was put */
	u64 reserved;		/* up to here it has space */
	bool reserves;		/* the file system can do so */
	u64 since;		/* when the first unwritten byte came */
	bool waits;		/* there is such a byte */
	u64 whole;
	u64 *ends;		/* of puts, beyond @whole */
	size_t nr_ends, max_ends;
	int err;
};

/* A file in memory has no disk: there it would be a copy all the same. */
static bool in_memory(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && (fs.f_type == TMPFS_MAGIC ||
				     fs.f_type == RAMFS_MAGIC);
}

struct direct *direct_new(int fd)
{
	struct direct *d;
	int flags = fcntl(fd, F_GETFL);

	if (in_memory(fd)) {
		errno = EINVAL;
		return NULL;
	}
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_DIRECT))
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->fd = fd;
	d->reserves = true;
	d->buf = aligned_alloc(BLOCK, SIZE);
	if (!d->buf) {
		free(d);
		errno = ENOMEM;
		return NULL;
	}
	/* no page faults later, while events come */
	memset(d->buf, 0, SIZE);
	return d;
}

/*
 * If it is refused, the write will say why: there may still be enough for that
 */
static void reserve(struct direct *d, u64 end)
{
	while (d->reserves && d->reserved < end) {
		if (fallocate(d->fd, FALLOC_FL_KEEP_SIZE, d->reserved, AHEAD))
			d->reserves = false;
		else
			d->reserved += AHEAD;
	}
}

static void note_end(struct direct *d, u64 end)
{
	if (d->nr_ends == d->max_ends) {
		d->max_ends = 2 * d->max_ends + 16;
		d->ends = xrealloc(d->ends, d->max_ends * sizeof(*d->ends));
	}
	d->ends[d->nr_ends++] = end;
}

/* The file has what was put up to @done. */
static void advance(struct direct *d, u64 done)
{
	size_t n = 0;

	d->done = done;
	while (n < d->nr_ends && d->ends[n] <= done)
		d->whole = d->ends[n++];
	d->nr_ends -= n;
	memmove(d->ends, d->ends + n, d->nr_ends * sizeof(*d->ends));
}

/* The first @len bytes of the buffer, whole blocks, to their place */
static int write_blocks(struct direct *d, size_t len)
{
	const u64 end = d->at + d->have;
	size_t n = 0;

	reserve(d, d->at + len);
	while (n < len) {
		ssize_t w = pwrite(d->fd, d->buf + n, len - n, d->at + n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0) {
			d->err = w ? -errno : -EIO;
			break;
		}
		n += w;
	}
	if (d->at + n > d->done)
		advance(d, d->at + n < end ? d->at + n : end);
	d->waits = false;
	return d->err;
}

static int write_full(struct direct *d)
{
	int err = write_blocks(d, SIZE);

	d->at += SIZE;
	d->have = 0;
	return err;
}

static int put_piece(struct direct *d, const u8 *p, size_t len)
{
	int err = 0;

	while (len && !err) {
		size_t n = SIZE - d->have < len ? SIZE - d->have : len;

		if (!d->waits)
			d->since = mono_ns();
		d->waits = true;
		memcpy(d->buf + d->have, p, n);
		d->have += n;
		p += n;
		len -= n;
		if (d->have == SIZE)
			err = write_full(d);
	}
	return err;
}

int direct_put(struct direct *d, const struct iovec *v, int n)
{
	u64 end = d->at + d->have;

	if (d->err)
		return d->err;
	for (int i = 0; i < n; i++)
		end += v[i].iov_len;
	note_end(d, end);
	for (int i = 0; i < n && !d->err; i++)
		put_piece(d, v[i].iov_base, v[i].iov_len);
	return d->err;
}

int direct_flush(struct direct *d)
{
	const size_t full = d->have / BLOCK * BLOCK;
	const size_t len = (d->have + BLOCK - 1) / BLOCK * BLOCK;

	if (d->err || !d->waits)
		return d->err;
	memset(d->buf + d->have, 0, len - d->have);
	if (write_blocks(d, len))
		return d->err;
	/* the last block will be written again, with what comes next */
	memmove(d->buf, d->buf + full, d->have - full);
	d->at += full;
	d->have -= full;
	return 0;
}

int direct_tick(struct direct *d, bool now)
{
	if (d->waits && (now || mono_ns() >= d->since + WAIT_NS))
		return direct_flush(d);
	return d->err;
}

u64 direct_whole(const struct direct *d)
{
	return d->whole;
}

int direct_end(struct direct *d)
{
	int err = direct_flush(d);

	/* which gives back the space behind it, too */
	if (!err && ftruncate(d->fd, d->at + d->have))
		err = -errno;
	return err;
}

void direct_free(struct direct *d)
{
	if (!d)
		return;
	free(d->buf);
	free(d->ends);
	free(d);
}
