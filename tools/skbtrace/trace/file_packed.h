/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packed chunks of a file, and the chunks in them. A place in a packed
 * chunk is encoded as an offset larger than any file.
 */
#ifndef SKBTRACE_FILE_PACKED_H
#define SKBTRACE_FILE_PACKED_H

#include "trace/file.h"
#include "trace/pack.h"
#include "trace/unpacked.h"

struct packed_place {
	u64 off;		/* of the payload, in the file */
	u32 len, crc;
};

struct packed {
	int fd;
	bool swap, seekable;
	struct pack_sum sum;
	struct packed_place *places;
	u32 n;
	struct unpacked *now;	/* whose chunks are handed out; NULL: none */
	u32 at;			/* in it: the next one */
};

/* Unpack it; its chunks come next. False: damaged. @data is its payload. */
bool packed_begin(struct packed *p, const struct sbt_chunk *c,
		  const void *data);

/* The next chunk, its data there; false: no more. */
bool packed_next(struct packed *p, struct sbt_chunk *c);

/* There is one. */
bool packed_pending(const struct packed *p);

/* Is it such an offset? Where is the packed chunk, then? */
bool packed_is(u64 offset);
u64 packed_where(const struct packed *p, u64 offset);

/* Copy up to @n bytes from @offset; returns how many. */
u32 packed_copy(struct packed *p, u64 offset, void *buf, u32 n);

void packed_free(struct packed *p);

#endif
