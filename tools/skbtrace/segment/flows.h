/* SPDX-License-Identifier: GPL-2.0 */
/* A flow: bytes from one end to the other, as one host and netns sees them. */
#ifndef SKBTRACE_SEGMENT_FLOWS_H
#define SKBTRACE_SEGMENT_FLOWS_H

#include "lib/hash.h"
#include "segment/pieces.h"

/* Compared as bytes, so it has no padding */
struct flow_key {
	u8 local[16], peer[16];
	u16 lport, pport;
	u32 netns;
	u32 host;
	u32 received;		/* 1: @local receives */
};

/* A piece at one end */
struct seg_end {
	u32 seq, end;
	u64 out;	/* sent: to the driver; received: to the socket */
	u64 in;		/* sent: acknowledged; received: from the driver */
};

/* In the order of sequence numbers */
struct seg_ends {
	struct seg_end *v;
	u32 n, size;
};

/* How long complete pieces of a sender were in the transmit ring, ns */
struct seg_ring { u64 n, sum, least; };

/* Of a direction; more is not joined. */
enum { MAX_ENDS = 1 << 20 };

void seg_ends_add(struct seg_ends *e, const struct seg_end *end);
void seg_ends_free(struct seg_ends *e);

struct flow {
	struct flow_key key;
	struct pieces pieces;
	struct seg_ends ends;	/* of finished pieces */
	struct seg_ring ring;
	struct flow *other;	/* where it is received, or NULL */
	u64 sk;			/* the socket's cookie; 0: not known */
	u64 min_rtt;		/* ns, minimum from send to ACK; 0: not known */
	u32 over;		/* bytes before it are finished */
	bool has_over;
	bool has_socket;	/* an end, not a host on the path */
};

enum { MAX_FLOWS = 1 << 16, FLOW_IDS = 1 << 14 };

/* All 0 to begin with. */
struct flows {
	struct hash hash;
	struct flow_id {
		u64 id;
		struct flow *flow;
	} ids[FLOW_IDS];	/* of packets that a driver has taken */
};

/*
 * Finds or adds a flow. @gone: the flow that was evicted for it, or NULL; the
 * caller gives it to flow_free().
 */
struct flow *flows_get(struct flows *f, const struct flow_key *key,
		       struct flow **gone);
void flow_free(struct flow *flow);
void flows_free(struct flows *f);

/* Remembers a packet's flow, and finds it again. Bounded: NULL if evicted. */
void flows_note(struct flows *f, u64 id, struct flow *flow);
struct flow *flows_of(const struct flows *f, u64 id);

#endif
