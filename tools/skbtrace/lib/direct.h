/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file written around the page cache (O_DIRECT). What is put there is
 * gathered in memory that a disk takes as it is, and goes to it in whole
 * blocks; the last one is filled with zeros, and written again when it has
 * become longer. Space is reserved ahead, so that the disk's blocks follow each
 * other.
 */
#ifndef SKBTRACE_DIRECT_H
#define SKBTRACE_DIRECT_H

#include <sys/uio.h>

#include "lib/types.h"

struct direct;

/*
 * From now on @fd, an empty file, is written so. NULL with errno: EINVAL, the
 * file system has no direct I/O. The caller closes @fd.
 */
struct direct *direct_new(int fd);

/*
 * Append the @n pieces, which are a whole. 0, or -errno; that of a failed write
 * is returned from then on, and nothing is written any more.
 */
int direct_put(struct direct *d, const struct iovec *v, int n);

/* All of it is in the file when this returns. 0, or -errno. */
int direct_flush(struct direct *d);
/* Call it now and then: flushes what has waited long; all if @now. */
int direct_tick(struct direct *d, bool now);

/* Up to where the file holds whole puts. */
u64 direct_whole(const struct direct *d);

/* Flush; the file then ends where the last put does. 0, or -errno. */
int direct_end(struct direct *d);
void direct_free(struct direct *d);

#endif
