/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames that hold events: see linux/skbtrace_link.h. Strict and total: for any
 * bytes the result is a sound frame, or what is wrong with it.
 */
#ifndef SKBTRACE_FRAME_DECODE_H
#define SKBTRACE_FRAME_DECODE_H

#include "lib/util.h"
#include "linux/skbtrace_link.h"

enum {
	FRAME_CPUS	= 8192,		/* a higher number is none */
	FRAME_TEXT	= 2 << 20,	/* bytes of a text */
	FRAME_COOKIE	= 64,		/* that a probe may carry */
};

/* A sound one, in our byte order. */
struct frame {
	u8 kind;		/* enum skbtrace_frame_kind */
	bool end;
	u32 session, cpu, nr, epoch, total, len;
	u64 host, seq, frame_seq, mono_ns, real_ns, lost_total;
	u64 numbers;		/* BLOCKS: sequence numbers that they take */
	const u8 *data;		/* @len bytes, not aligned */
};

/* Row of frame_fault_text() */
enum frame_fault {
	FRAME_SOUND,
	FRAME_OTHER,		/* something else than a frame of events */
	FRAME_VERSION,
	FRAME_CUT,
	FRAME_ORDER,
	FRAME_HEADER,
	FRAME_KIND,
	FRAME_BLOCK,
	FRAME_PART,
	FRAME_FAULTS,
};

/* @p: from struct skbtrace_frame on. */
enum frame_fault frame_decode(struct frame *f, const u8 *p, size_t len);

/* "of another version" */
const char *frame_fault_text(enum frame_fault fault);

/*
 * Where a frame begins in an Ethernet frame, with VLAN tags or not, or in a
 * UDP datagram within it; NULL: it holds none. *@len: bytes from there.
 */
const u8 *frame_in_ethernet(const u8 *p, size_t *len);

/* A header to be sent, with nothing in it but version, kind and length. */
void frame_header(struct skbtrace_frame *h, u8 kind, u32 len);

#endif
