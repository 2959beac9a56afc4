/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The capture file: a 16 byte header, then chunks. Knows nothing of events.
 *
 *	header	char magic[8] "SKBTRACE", u32 order, u16 abi, u16 version
 *	chunk	u32 type, u32 len, u32 cpu, u32 crc, payload, zeros up to 8
 *
 * All in the byte order of the machine that wrote it; crc is zlib's crc32 of
 * the payload.
 */
#ifndef SKBTRACE_FILE_H
#define SKBTRACE_FILE_H

#include "util.h"

#define SBT_FILE_MAGIC		"SKBTRACE"
#define SBT_FILE_ORDER		0x01020304u
#define SBT_FILE_VERSION	1

#define SBT_NO_CPU		0xffffffffu

/* No honest chunk is larger; a reader allocates no more than this for one. */
#define SBT_CHUNK_MAX		(16u << 20)
/* Nor an END: room for what it may say some day. */
#define SBT_END_MAX		256

enum sbt_type {
	SBT_FORMAT	= 1,	/* text of the "format" control file */
	SBT_META	= 2,	/* text: a name, newline, content */
	SBT_SUBBUF	= 3,	/* a sub-buffer up to its "used" */
	SBT_MARK	= 4,	/* struct sbt_mark: a CPU is complete up to */
	SBT_END		= 5,	/* struct sbt_end: the file is whole */
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

/* Writes the header to @fd, which stays the caller's. NULL with errno set. */
struct sbt_writer *sbt_writer_open(int fd);

/* One chunk, one writev. 0 or -errno (-ENOSPC, -EPIPE, ...). */
int sbt_writer_chunk(struct sbt_writer *w, u32 type, u32 cpu,
		     const void *data, size_t len);
/*
 * FORMAT, twice: without it no byte of the rest can be read. A reader takes the
 * first sound one; the same once more is no change to it.
 */
int sbt_writer_format(struct sbt_writer *w, const char *text);
int sbt_writer_meta(struct sbt_writer *w, const char *name, const char *text);
int sbt_writer_mark(struct sbt_writer *w, u32 cpu, u64 complete_ns);

/* Bytes written so far, header included. */
u64 sbt_writer_bytes(const struct sbt_writer *w);

/* Writes END if @end is given; frees @w; does not close the fd. 0 or -errno. */
int sbt_writer_close(struct sbt_writer *w, const struct sbt_end *end);

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
 * @name is for messages. NULL if it is not a capture file, after a message
 * that says what it is instead. @fd stays the caller's.
 */
struct sbt_reader *sbt_reader_open(int fd, const char *name);

/*
 * The next chunk. On a seekable file with @lazy, a SUBBUF's payload is passed
 * over (data NULL) to be fetched later by sbt_reader_fetch().
 */
enum sbt_read sbt_reader_next(struct sbt_reader *r, bool lazy,
			      struct sbt_chunk *c);

/* Payload of @c into @buf (c->len bytes); false if damaged or unreadable. */
bool sbt_reader_fetch(struct sbt_reader *r, const struct sbt_chunk *c,
		      void *buf);

/* The first bytes of a payload that was passed over: how many were there. */
ssize_t sbt_reader_peek(struct sbt_reader *r, u64 offset, void *buf, size_t n);

/*
 * After SBT_READ_END: does another recording stand behind this one? A reader
 * for it, of the same file; NULL after a message.
 */
bool sbt_reader_more(const struct sbt_reader *r);
struct sbt_reader *sbt_reader_follow(const struct sbt_reader *prev);

/*
 * Why there is no END: "ends inside a chunk at byte 4711", or
 * what is wrong behind it; NULL if nothing is.
 */
const char *sbt_reader_trouble(const struct sbt_reader *r);

bool sbt_reader_seekable(const struct sbt_reader *r);
bool sbt_reader_swapped(const struct sbt_reader *r);	/* foreign order */
bool sbt_reader_complete(const struct sbt_reader *r);	/* END was seen */
const struct sbt_end *sbt_reader_end(const struct sbt_reader *r);
u64 sbt_reader_offset(const struct sbt_reader *r);	/* bytes of it read */
void sbt_reader_close(struct sbt_reader *r);

#endif
