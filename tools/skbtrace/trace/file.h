/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The capture file: a 16 byte header, then chunks. Knows nothing of events.
 *
 *	header	char magic[8] "SKBTRACE", u32 order, u16 abi, u16 version
 *	chunk	u32 type, u32 len, u32 cpu, u32 crc, payload, zeros up to 8
 *
 * A packed chunk contains others; the reader returns them as if they were not
 * packed.
 *
 * All in the byte order of the machine that wrote it; crc is zlib's crc32 of
 * the payload.
 */
#ifndef SKBTRACE_FILE_H
#define SKBTRACE_FILE_H

#include "lib/util.h"

#define SBT_FILE_MAGIC		"SKBTRACE"
#define SBT_FILE_ORDER		0x01020304u
/* Version of files without and with packed chunks */
#define SBT_FILE_PLAIN		1
#define SBT_FILE_PACKED		2

#define SBT_NO_CPU		0xffffffffu

/* Limit of a chunk, so that a reader allocates no more */
#define SBT_CHUNK_MAX		(16u << 20)
/* Limit of the content of a packed chunk */
#define SBT_UNPACKED_MAX	(4u << 20)
/* Limit of an END, with space for extensions */
#define SBT_END_MAX		256

enum sbt_type {
	SBT_FORMAT	= 1,	/* text of the "format" control file */
	SBT_META	= 2,	/* text: a name, newline, content */
	SBT_SUBBUF	= 3,	/* a sub-buffer up to its "used" */
	SBT_MARK	= 4,	/* struct sbt_mark: a CPU is complete up to */
	SBT_END		= 5,	/* struct sbt_end: the file is whole */
	SBT_PACKED	= 6,	/* struct sbt_packed: chunks, but for END */
};

struct sbt_file_hdr {
	char magic[8];
	u32 order;
	u16 abi;
	u16 version;
};

struct sbt_chunk_hdr {
	u32 type;
	u32 len;
	u32 cpu;
	u32 crc;
};

/* Before a zstd frame that holds the columns (columns.h) of the chunks. */
struct sbt_packed {
	u32 len;		/* bytes of the chunks */
	u32 columns;		/* bytes of the columns */
};

struct sbt_mark {
	u64 complete_ns;
};

struct sbt_end {
	u64 events;		/* written into the file, all CPUs */
	u64 lost;
	u64 mono_ns;		/* when tracing ended */
};

/* ---- writing ---- */

struct sbt_writer;

struct skbtrace_subbuf;

/* How, one or both of them; 0: chunks are written as they come */
enum sbt_how {
	/*
	 * A thread packs and writes them later; its errors are returned by one
	 * of the next calls.
	 */
	SBT_PACK	= 1,
	/* Around the page cache: errno EINVAL if the file system can't. */
	SBT_DIRECT	= 2,
};

/*
 * Writes the header to @fd, which the caller closes. NULL with errno set.
 * @how: of enum sbt_how
 */
struct sbt_writer *sbt_writer_open(int fd, unsigned int how);

/* One chunk. 0 or -errno (-ENOSPC, -EPIPE, ...). */
int sbt_writer_chunk(struct sbt_writer *w, u32 type, u32 cpu,
		     const void *data, size_t len);
int sbt_writer_subbuf(struct sbt_writer *w, u32 cpu,
		      const struct skbtrace_subbuf *h);
/*
 * FORMAT, at the beginning and at the end of the file, since nothing can be
 * decoded without it. A reader takes the first sound one.
 */
int sbt_writer_format(struct sbt_writer *w, const char *text);
int sbt_writer_meta(struct sbt_writer *w, const char *name, const char *text);
int sbt_writer_mark(struct sbt_writer *w, u32 cpu, u64 complete_ns);

/*
 * The file will have about @bytes: write packed chunks that are much smaller.
 */
void sbt_writer_limit(struct sbt_writer *w, u64 bytes);
/* After END: append another recording. */
int sbt_writer_next(struct sbt_writer *w);

/* Call it now and then: writes chunks that have waited long, all if @now. */
int sbt_writer_tick(struct sbt_writer *w, bool now);

/* All of it is in the file when this returns. */
int sbt_writer_flush(struct sbt_writer *w);

/* Bytes in the file so far: header and whole chunks; events in sub-buffers */
u64 sbt_writer_bytes(const struct sbt_writer *w);
/* After an error: up to where the file holds whole chunks */
u64 sbt_writer_whole(const struct sbt_writer *w);
u64 sbt_writer_events(const struct sbt_writer *w);

/* The rest, and END if @end is given. 0 or -errno. */
int sbt_writer_end(struct sbt_writer *w, const struct sbt_end *end);

/* Frees @w; does not close the fd. For errors see sbt_writer_end(). */
void sbt_writer_close(struct sbt_writer *w);

/* ---- reading ---- */

struct sbt_chunk {
	u32 type;
	u32 len;
	u32 cpu;
	u32 crc;		/* as the file says; not compared if !data */
	u64 offset;		/* of the payload in the file */
	const void *data;	/* valid until the next call; NULL: not read */
	const char *why;	/* it is DAMAGED: "checksum" */
};

enum sbt_read {
	SBT_READ_END	= 0,	/* no more: see sbt_reader_complete() */
	SBT_READ_CHUNK	= 1,
	SBT_READ_DAMAGED = 2,	/* a chunk with a wrong checksum: skipped */
	SBT_READ_ERROR	= -1,	/* read error; a message was printed */
};

struct sbt_reader;

/*
 * @name is for messages. NULL if it is not a capture file, after a message that
 * says what it is. The caller closes @fd.
 */
struct sbt_reader *sbt_reader_open(int fd, const char *name);

/*
 * The next chunk. In a seekable file, with @lazy, the payload of a SUBBUF is
 * skipped (data NULL); sbt_reader_fetch() reads it later.
 */
enum sbt_read sbt_reader_next(struct sbt_reader *r, bool lazy,
			      struct sbt_chunk *c);

/* Is the next chunk in memory, so that reading it does not block? */
bool sbt_reader_pending(const struct sbt_reader *r);

/* Payload of @c into @buf (c->len bytes); false if damaged or unreadable. */
bool sbt_reader_fetch(struct sbt_reader *r, const struct sbt_chunk *c,
		      void *buf);

/* Reads the first bytes of a payload that was skipped; returns their number. */
ssize_t sbt_reader_peek(struct sbt_reader *r, u64 offset, void *buf, size_t n);

/*
 * After SBT_READ_END: does another recording follow? sbt_reader_follow()
 * returns a reader for it; NULL after a message.
 */
bool sbt_reader_more(const struct sbt_reader *r);
struct sbt_reader *sbt_reader_follow(const struct sbt_reader *prev);

/*
 * Why there is no END: "ends inside a chunk at byte 4711", or what is wrong
 * after it; NULL if nothing is.
 */
const char *sbt_reader_trouble(const struct sbt_reader *r);

bool sbt_reader_seekable(const struct sbt_reader *r);
bool sbt_reader_swapped(const struct sbt_reader *r);	/* foreign order */
bool sbt_reader_complete(const struct sbt_reader *r);	/* END was seen */
const struct sbt_end *sbt_reader_end(const struct sbt_reader *r);
u64 sbt_reader_offset(const struct sbt_reader *r);	/* bytes of it read */
void sbt_reader_close(struct sbt_reader *r);

#endif
