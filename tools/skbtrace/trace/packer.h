/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread that packs chunks and writes them to a file: reading the kernel's
 * buffers does not wait for it, unless the disk is far behind.
 */
#ifndef SKBTRACE_PACKER_H
#define SKBTRACE_PACKER_H

#include "trace/file.h"

struct file_to;
struct packer;

/* @to is the caller's, and stays where it is. */
struct packer *packer_new(const struct file_to *to);

/* The file will have about @bytes: use smaller pieces. */
void packer_limit(struct packer *p, u64 bytes);

/*
 * Add a chunk. 0, or -errno of an earlier write, after which nothing is written
 * any more; so do the functions below.
 */
int packer_chunk(struct packer *p, const struct sbt_chunk_hdr *h,
		 const void *data, u32 events);

/* Pass chunks that have waited long to the thread; all if @now. */
int packer_tick(struct packer *p, bool now);

/* All of it has been written when this returns. */
int packer_flush(struct packer *p);

/* Bytes that have been written */
u64 packer_bytes(struct packer *p);
u64 packer_events(struct packer *p);

int packer_free(struct packer *p);

#endif
