/* SPDX-License-Identifier: GPL-2.0 */
/* Complete reads and writes, in spite of signals and short reads. */
#ifndef SKBTRACE_IO_H
#define SKBTRACE_IO_H

#include <stddef.h>
#include <sys/types.h>

/* read() or write() it all; 0, or -errno. read_all: bytes, fewer at the end. */
int write_all(int fd, const void *p, size_t n);
ssize_t read_all(int fd, void *p, size_t n);

/*
 * The next bytes of a file, pipe or socket, which stay there for who reads it.
 * Fewer than @n: no more have come so far, or it can't be told.
 */
size_t peek(int fd, void *p, size_t n);

/* A file without a name, in this folder. A descriptor, or -1 with errno set. */
int unnamed_file(const char *dir);
/* Where such files belong: TMPDIR, or /var/tmp. */
const char *unnamed_dir(void);

#endif
