/* SPDX-License-Identifier: GPL-2.0 */
/* Complete reads and writes, in spite of signals and short reads. */
#ifndef SKBTRACE_IO_H
#define SKBTRACE_IO_H

#include <stddef.h>
#include <sys/types.h>

/* read() or write() it all; 0, or -errno. read_all: bytes, fewer at the end. */
int write_all(int fd, const void *p, size_t n);
ssize_t read_all(int fd, void *p, size_t n);

#endif
