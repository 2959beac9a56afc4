/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An Enhanced Packet Block of a pcapng file (draft-ietf-opsawg-pcapng): what
 * stands before the bytes of a packet, and behind their padding.
 */
#ifndef _NET_SKBTRACE_PACKETS_BLOCK_H
#define _NET_SKBTRACE_PACKETS_BLOCK_H

#include <linux/types.h>

#define EPB_TYPE		6
#define EPB_OPT_COMMENT		1
#define EPB_OPT_FLAGS		2
#define EPB_OPT_PACKETID	5
#define EPB_OPT_STATE		0x8001	/* from 0x8000 on: for local use */
#define EPB_INBOUND		1
#define EPB_OUTBOUND		2
/* of EPB_OPT_STATE */
#define EPB_CHANGED		1	/* since it was captured */
#define EPB_FREED		2	/* by all others that had the memory */

struct epb_head {
	u32	type;
	u32	total;
	u32	interface;
	u32	time_high;
	u32	time_low;
	u32	captured;
	u32	original;
};

struct epb_options {
	u16	flags_code;
	u16	flags_len;
	u32	flags;
	u16	id_code;
	u16	id_len;
	u8	id[8];
};

/* If some of the packet is referred to; written once more by the reader */
struct epb_state {
	u16	code;
	u16	len;
	u32	state;
	u8	zero[12];
};

/*
 * The same bytes if the packet has changed: a comment for people comes first.
 */
struct epb_changed {
	u16	comment_code;
	u16	comment_len;
	char	comment[8];
	u16	code;
	u16	len;
	u32	state;
};

static_assert(sizeof(struct epb_changed) == sizeof(struct epb_state));

struct epb_end {
	u32	end_of_options;
	u32	total;
};

#endif /* _NET_SKBTRACE_PACKETS_BLOCK_H */
