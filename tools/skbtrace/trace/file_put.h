/* SPDX-License-Identifier: GPL-2.0 */
/* Writes chunks to a file, through the page cache or around it. */
#ifndef SKBTRACE_FILE_PUT_H
#define SKBTRACE_FILE_PUT_H

#include "lib/direct.h"
#include "lib/util.h"

struct file_to {
	int fd;
	struct direct *direct;	/* NULL: as write(2) does */
};

/* One writev, mostly. 0, or -errno; @bytes: how many it takes there. */
int file_put_chunk(const struct file_to *to, u32 type, u32 cpu,
		   const void *data, size_t len, u64 *bytes);
/* Bytes that are a header, or chunks, already. 0, or -errno. */
int file_put_raw(const struct file_to *to, const void *p, size_t len);

/* All of it is in the file when this returns. 0, or -errno. */
int file_put_flush(const struct file_to *to);

#endif
