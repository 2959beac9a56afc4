/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * skbtrace: binary layout of what a trace.cpuN file delivers.
 *
 * A trace.cpuN file is a stream of sub-buffers of exactly the same size. Each
 * begins with struct skbtrace_subbuf, followed by blocks, and ends with one
 * SKBTRACE_PAD block if it is not full. Every block begins with the four
 * bytes {len, event}; len is a multiple of 8, so is every offset of a block.
 *
 * What an event's block holds after its header is not declared here: the
 * "format" control file says so, and travels with the data. All integers are
 * in the byte order of the traced machine unless "format" says otherwise.
 */
#ifndef _UAPI_LINUX_SKBTRACE_API_H
#define _UAPI_LINUX_SKBTRACE_API_H

#include <linux/types.h>

/* Version of this layout, of "format" and of the control files. */
#define SKBTRACE_ABI		2

/* First word of a sub-buffer; it also shows the byte order. */
#define SKBTRACE_SUBBUF_MAGIC	0x53544232	/* "STB2" */

/**
 * struct skbtrace_subbuf - header of a sub-buffer
 * @magic: %SKBTRACE_SUBBUF_MAGIC
 * @abi: %SKBTRACE_ABI
 * @hdr_len: bytes from here to the first block
 * @cpu: the processor whose events these are
 * @size: bytes of the whole sub-buffer, this header and the padding included
 * @used: bytes up to the %SKBTRACE_PAD block; equal to @size if there is none
 * @epoch: generation of names: whatever was named (see "role" in "format") in
 *	a lower epoch is named again in this one
 * @first_seq: sequence number of the first event of this sub-buffer. The
 *	following ones count up by one each; a LOST block takes the numbers
 *	first_seq to last_seq that it names; a PAD block takes none
 * @lost_total: events lost on this processor in this session before this
 *	sub-buffer
 * @mono_ns: CLOCK_MONOTONIC when the sub-buffer was opened, nanoseconds
 * @real_ns: CLOCK_REALTIME at the same moment, nanoseconds
 * @nr_events: blocks in this sub-buffer that are neither LOST, HISTORY, OMITTED
 *	nor PAD
 * @spare: 0
 */
struct skbtrace_subbuf {
	__u32	magic;
	__u16	abi;
	__u16	hdr_len;
	__u32	cpu;
	__u32	size;
	__u32	used;
	__u32	epoch;
	__u64	first_seq;
	__u64	lost_total;
	__u64	mono_ns;
	__u64	real_ns;
	__u32	nr_events;
	__u32	spare;
};

/**
 * struct skbtrace_block - header of an event's block
 * @len: bytes of the block, this header included; a multiple of 8
 * @event: number of the event in "format", or one of the numbers below
 * @ctx: context of the event: SKBTRACE_CTX_*
 * @flags: SKBTRACE_BLOCK_*
 * @spare: 0
 * @time: CLOCK_MONOTONIC, nanoseconds (ktime_get_mono_fast_ns())
 * @key: what the event is about: a socket cookie (the number that SO_COOKIE
 *	and "ss -e" give) or a packet's id; "key=" in "format" says which
 * @netns: inode number of the network namespace, 0 if unknown
 * @tgid: process in whose context the event happened, in the initial pid
 *	namespace; 0 unless @ctx is %SKBTRACE_CTX_TASK
 */
struct skbtrace_block {
	__u16	len;
	__u16	event;
	__u8	ctx;
	__u8	flags;
	__u16	spare;
	__u64	time;
	__u64	key;
	__u32	netns;
	__u32	tgid;
};

#define SKBTRACE_CTX_TASK	0	/* system call or kernel thread */
#define SKBTRACE_CTX_SOFTIRQ	1
#define SKBTRACE_CTX_HARDIRQ	2

/* The event's fields are followed by a struct skbtrace_stack. */
#define SKBTRACE_BLOCK_STACK	0x01
/*
 * The event was held back, and written when a primary fired: its time is
 * earlier than that of the blocks before it. It stands between the
 * SKBTRACE_HISTORY block and the primary.
 */
#define SKBTRACE_BLOCK_HELD	0x02
/* A primary; events older than the held blocks before it have been lost. */
#define SKBTRACE_BLOCK_MISSED	0x04
/* The event asks a flight recorder for a snapshot (snapshot=). */
#define SKBTRACE_BLOCK_SNAPSHOT	0x08
/* The event is inferred: see "why" of the event in "format". */
#define SKBTRACE_BLOCK_INFERRED	0x10
/*
 * In a recording that was cut: kept only because other events refer to it. It
 * names their connection, or is their primary. The kernel never sets it.
 */
#define SKBTRACE_BLOCK_CONTEXT	0x20
/*
 * The event's fields, and the stack if there is one, are followed by a struct
 * skbtrace_payload.
 */
#define SKBTRACE_BLOCK_PAYLOAD	0x40

#define SKBTRACE_STACK_MAX	24	/* addresses, skbtrace's own included */

/**
 * struct skbtrace_stack - call stack of an event
 * @depth: entries in @at
 * @spare: 0
 * @at: code addresses, innermost first, as fields of unit sym hold them; the
 *	first ones may be skbtrace's own
 *
 * Begins where "len=" in "format" ends; the block's own len covers it.
 */
struct skbtrace_stack {
	__u32	depth;
	__u32	spare;
	__u64	at[];
};

#define SKBTRACE_PAYLOAD_MAX	2048	/* bytes of a packet */

/**
 * struct skbtrace_payload - the first bytes of a packet (payload=)
 * @len: how many, not 0
 * @of: how many the packet had, from its IP header on
 * @data: these bytes, from the IP header on; zeroes up to a multiple of 8
 *
 * Begins where the fields end, or the stack; the block's own len covers it.
 */
struct skbtrace_payload {
	__u32	len;
	__u32	of;
	__u8	data[];
};

/* Blocks that are not events; numbers from here on are never events. */
#define SKBTRACE_FIRST_SPECIAL	0xff00
#define SKBTRACE_PAD		0xffff	/* struct skbtrace_pad */
#define SKBTRACE_LOST		0xfffe	/* struct skbtrace_lost */
#define SKBTRACE_HISTORY	0xfffd	/* struct skbtrace_history */
/*
 * A mere struct skbtrace_block, in a recording that was cut: @key events were
 * left out here. It takes their sequence numbers, so that the others keep
 * theirs. The kernel never writes it.
 */
#define SKBTRACE_OMITTED	0xfffc
#define SKBTRACE_SHED		0xfffb	/* struct skbtrace_shed */

/**
 * struct skbtrace_pad - the unused end of a sub-buffer
 * @len: 8, though the padding reaches to the end of the sub-buffer
 * @event: %SKBTRACE_PAD
 * @bytes: bytes from the beginning of this block to the end of the sub-buffer
 */
struct skbtrace_pad {
	__u16	len;
	__u16	event;
	__u32	bytes;
};

/**
 * struct skbtrace_lost_kind - how many events of one kind were lost
 * @event: number of the event
 * @spare: 0
 * @count: how many
 */
struct skbtrace_lost_kind {
	__u16	event;
	__u16	spare;
	__u32	count;
};

/**
 * struct skbtrace_lost - events lost because the buffer was full
 * @hdr: event is %SKBTRACE_LOST, time that of the first event lost, key 0
 * @first_seq: sequence number of the first event lost
 * @last_seq: sequence number of the last event lost: all between are lost too
 * @last_time: time of the last event lost, CLOCK_MONOTONIC, nanoseconds
 * @nr_kinds: entries in @kinds
 * @spare: 0
 * @kinds: losses by event; their counts add up to last_seq - first_seq + 1.
 *	An event is there more than once if its count needs more than 32 bits
 */
struct skbtrace_lost {
	struct skbtrace_block		hdr;
	__u64				first_seq;
	__u64				last_seq;
	__u64				last_time;
	__u32				nr_kinds;
	__u32				spare;
	struct skbtrace_lost_kind	kinds[];
};

/**
 * struct skbtrace_history - blocks that were held back follow
 * @hdr: event is %SKBTRACE_HISTORY; time when the primary fired, no later than
 *	that of the primary itself, which follows the held blocks; key its
 *	connection's, 0 if not known. It takes no sequence number and is not
 *	counted as an event
 * @nr: held blocks that follow, at most
 * @missed: 1: older events have been lost: overwritten, or too many. More may
 *	be overwritten later: the flag of the primary covers all
 *
 * The held blocks, with %SKBTRACE_BLOCK_HELD, and the primary may stand in the
 * sub-buffers after this one, and names between them.
 */
struct skbtrace_history {
	struct skbtrace_block	hdr;
	__u32			nr;
	__u32			missed;
};

/**
 * struct skbtrace_shed - from here on another part of the connections is
 *	recorded: probes took more time than the session may (max_cost), or less
 *	again
 * @hdr: event is %SKBTRACE_SHED, time when it was written, key 0
 * @since: CLOCK_MONOTONIC, nanoseconds: when that began; the same in the blocks
 *	of all processors
 * @factor: one in so many connections is recorded, of those that sample= has
 *	left; 1: all again; 0: none, for now
 * @was: the factor before
 * @share_ppm: of the time of all processors, what probes took last, in parts
 *	per million
 * @limit_ppm: what they may take
 *
 * Each processor tells it, at once or, if its buffer is full, in the next
 * sub-buffer that it begins, and again in each epoch while @factor is not 1. It
 * takes a sequence number and counts as an event in the header of the
 * sub-buffer, so that a reader that does not know it can skip it.
 */
struct skbtrace_shed {
	struct skbtrace_block	hdr;
	__u64			since;
	__u32			factor;
	__u32			was;
	__u32			share_ppm;
	__u32			limit_ppm;
};

#endif /* _UAPI_LINUX_SKBTRACE_API_H */
