/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * skbtrace: events as frames, and the link type that sends them.
 *
 * A device of type "skbtrace" is the reader of a session. It sends what the
 * session records as Ethernet frames of ethertype SKBTRACE_ETHERTYPE, or, if it
 * has a remote address, as UDP datagrams without the Ethernet header. Each
 * begins with struct skbtrace_frame, all of it in network byte order, at fixed
 * offsets, so that tc and BPF can match it. What follows is in the byte order
 * of the sender.
 */
#ifndef _UAPI_LINUX_SKBTRACE_LINK_H
#define _UAPI_LINUX_SKBTRACE_LINK_H

#include <linux/types.h>

/* IEEE 802: local experimental ethertype 1 */
#define SKBTRACE_ETHERTYPE	0x88b5

/* Destination of the frames: a multicast address, locally administered */
#define SKBTRACE_LINK_GROUP	{ 0x03, 0x73, 0x6b, 0x62, 0x74, 0x72 }

#define SKBTRACE_FRAME_VERSION	1

/**
 * enum skbtrace_frame_kind - what a frame holds
 * @SKBTRACE_FRAME_BLOCKS: blocks of one processor, see skbtrace_api.h: one, or
 *	several whose sequence numbers follow each other. LOST, HISTORY and SHED
 *	blocks are sent as others are; PAD is not
 * @SKBTRACE_FRAME_FORMAT: a part of the text of "format"
 * @SKBTRACE_FRAME_INFO: a part of a text of lines "name value...", about the
 *	session and what the device has sent of it, see SKBTRACE_INFO_*
 * @SKBTRACE_FRAME_PROBE: sent to the device: it answers at once. Up to 64 bytes
 *	that follow the header come back
 * @SKBTRACE_FRAME_ECHO: the answer; @seq, @frame_seq and the bytes after the
 *	header are those of the probe, @mono_ns and @real_ns the sender's
 */
enum skbtrace_frame_kind {
	SKBTRACE_FRAME_BLOCKS	= 1,
	SKBTRACE_FRAME_FORMAT	= 2,
	SKBTRACE_FRAME_INFO	= 3,
	SKBTRACE_FRAME_PROBE	= 4,
	SKBTRACE_FRAME_ECHO	= 5,
};

/* What follows the header is in little endian. */
#define SKBTRACE_FRAME_LITTLE	0x01
/* INFO: the session has ended, the counts in it are final. */
#define SKBTRACE_FRAME_END	0x02

#define SKBTRACE_FRAME_NO_CPU	0xffffffff

/**
 * struct skbtrace_frame - header of a frame, in network byte order
 * @version: %SKBTRACE_FRAME_VERSION
 * @kind: enum skbtrace_frame_kind
 * @flags: SKBTRACE_FRAME_LITTLE, SKBTRACE_FRAME_END
 * @prio: skb->priority that the frame was sent with, 0 to 7
 * @hdr_len: bytes of this header; what the kind says begins there
 * @event: BLOCKS: number of the first block's event; else 0
 * @len: bytes after the header; the frame may be longer (padding)
 * @session: number of the session's run: another one each time it starts
 * @host: number of the sender, chosen at random when its module was loaded
 * @cpu: BLOCKS: processor whose events these are; else %SKBTRACE_FRAME_NO_CPU
 * @nr: BLOCKS: how many there are; else 0
 * @seq: BLOCKS: sequence number of the first block that takes one, as @first_seq
 *	of struct skbtrace_subbuf; FORMAT, INFO: offset of this part in the text
 * @frame_seq: counts all frames that the device makes
 * @mono_ns: CLOCK_MONOTONIC of the sender when it made the frame, nanoseconds
 * @real_ns: CLOCK_REALTIME at the same moment, nanoseconds
 * @lost_total: BLOCKS: as in struct skbtrace_subbuf
 * @epoch: BLOCKS: as in struct skbtrace_subbuf; FORMAT, INFO: another number
 *	for each text, so that parts of two are not mixed
 * @total: FORMAT, INFO: bytes of the whole text; else 0
 */
struct skbtrace_frame {
	__u8	version;
	__u8	kind;
	__u8	flags;
	__u8	prio;
	__be16	hdr_len;
	__be16	event;
	__be32	len;
	__be32	session;
	__be64	host;
	__be32	cpu;
	__be32	nr;
	__be64	seq;
	__be64	frame_seq;
	__be64	mono_ns;
	__be64	real_ns;
	__be64	lost_total;
	__be32	epoch;
	__be32	total;
};

/*
 * Names of the lines of INFO. Who does not know a line skips it.
 *	host NAME		the sender's nodename
 *	session NAME		of the session
 *	kernel RELEASE
 *	device NAME MTU		of the device
 *	state TEXT		what the device does: "reads", or why it waits
 *	enabled EVENTS		the control file "enabled", lines joined by ","
 *	format LEN EPOCH	bytes of "format", and the epoch of its frames
 *	cpu CPU SEQ LOST COMPLETE_NS
 *				all blocks below SEQ have been sent, with all
 *				events up to COMPLETE_NS (CLOCK_MONOTONIC);
 *				LOST: lost by the session on that processor
 *	sent EVENT N		blocks of event number EVENT in BLOCKS frames
 *				with a lower @frame_seq
 */
#define SKBTRACE_INFO_HOST	"host"
#define SKBTRACE_INFO_SESSION	"session"
#define SKBTRACE_INFO_KERNEL	"kernel"
#define SKBTRACE_INFO_DEVICE	"device"
#define SKBTRACE_INFO_STATE	"state"
#define SKBTRACE_INFO_ENABLED	"enabled"
#define SKBTRACE_INFO_FORMAT	"format"
#define SKBTRACE_INFO_CPU	"cpu"
#define SKBTRACE_INFO_SENT	"sent"

/**
 * enum skbtrace_link_batch - which blocks share a frame
 * @SKBTRACE_LINK_BATCH_OFF: none: a frame for each, for filters on fields
 * @SKBTRACE_LINK_BATCH_EVENT: blocks of the same event that follow each other
 * @SKBTRACE_LINK_BATCH_ANY: all that follow each other and are equally important
 */
enum skbtrace_link_batch {
	SKBTRACE_LINK_BATCH_OFF,
	SKBTRACE_LINK_BATCH_EVENT,
	SKBTRACE_LINK_BATCH_ANY,
};

/* skb->priority of a frame; prio and fq_codel shed the highest band first */
#define SKBTRACE_PRIO_FIRST	6	/* losses, resets, timeouts, texts */
#define SKBTRACE_PRIO_TROUBLE	0	/* retransmissions, drops, stalls, names */
#define SKBTRACE_PRIO_REST	2	/* all other events */

/**
 * enum skbtrace_link_attr - IFLA_INFO_DATA of a link of kind "skbtrace"
 * @IFLA_SKBTRACE_SESSION: string: name of the session; default "default"
 * @IFLA_SKBTRACE_BATCH: u8, enum skbtrace_link_batch; default EVENT; may be
 *	changed later
 * @IFLA_SKBTRACE_REMOTE: in_addr: send UDP datagrams to this address
 * @IFLA_SKBTRACE_REMOTE6: in6_addr: the same
 * @IFLA_SKBTRACE_PORT: be16: destination port, and source port; if the latter
 *	is taken, it is any other one
 */
enum skbtrace_link_attr {
	IFLA_SKBTRACE_UNSPEC,
	IFLA_SKBTRACE_SESSION,
	IFLA_SKBTRACE_BATCH,
	IFLA_SKBTRACE_REMOTE,
	IFLA_SKBTRACE_REMOTE6,
	IFLA_SKBTRACE_PORT,
	__IFLA_SKBTRACE_MAX,
};

#define IFLA_SKBTRACE_MAX	(__IFLA_SKBTRACE_MAX - 1)

#endif /* _UAPI_LINUX_SKBTRACE_LINK_H */
