/* SPDX-License-Identifier: GPL-2.0 */
/* Writes a chunk to a file. */
#ifndef SKBTRACE_FILE_PUT_H
#define SKBTRACE_FILE_PUT_H

#include "lib/util.h"

/* One writev. 0, or -errno; @bytes: how many it takes there. */
int file_put_chunk(int fd, u32 type, u32 cpu, const void *data, size_t len,
		   u64 *bytes);

#endif
