/* SPDX-License-Identifier: GPL-2.0 */
/* Makes frames as a link of type "skbtrace" sends them. */
#ifndef SKBTRACE_WIRE_FRAME_H
#define SKBTRACE_WIRE_FRAME_H

#include "lib/util.h"
#include "linux/skbtrace_link.h"

enum {
	FRAME_ETHER	= 14,
	FRAME_HEAD	= FRAME_ETHER + sizeof(struct skbtrace_frame),
	FRAME_TEXT	= 1400,		/* bytes of a text in one frame */
};

/* What a frame's header says, in our byte order. */
struct frame_head {
	u8 kind;
	bool little;		/* what follows is in little endian */
	u8 prio;
	u16 event;
	u32 len;
	u32 session;
	u64 host;
	u32 cpu;
	u32 nr;
	u64 seq;
	u64 frame_seq;
	u64 mono_ns, real_ns;
	u64 lost_total;
	u32 epoch, total;
};

/* The FRAME_HEAD bytes before what it holds. */
void frame_put(u8 *p, const struct frame_head *h);

#endif
