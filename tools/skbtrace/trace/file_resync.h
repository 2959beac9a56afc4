/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds where a capture continues after a damaged chunk. Files only, since it
 * reads data twice.
 */
#ifndef SKBTRACE_FILE_RESYNC_H
#define SKBTRACE_FILE_RESYNC_H

#include "trace/file.h"

/* Limit of the bytes that are checksummed in search of chunks, per file */
#define RESYNC_MAX	(256u << 20)

struct resync {
	int fd;
	bool swap;		/* foreign byte order */
	bool barren;		/* nothing found: there is nothing to find */
	u64 size;
	u64 summed;
};

/* False: not a file. */
bool resync_init(struct resync *s, int fd, bool swap);

/* Does a sound chunk begin at @off, another recording, or nothing more? */
bool resync_good(struct resync *s, u64 off);

/* The next sound chunk of this recording, at @from or behind it; 0: none. */
u64 resync_find(struct resync *s, u64 from);

#endif
