/* SPDX-License-Identifier: GPL-2.0 */
/* Turns a piece's times into the duration of each stage. */
#ifndef SKBTRACE_SEGMENT_STAGES_H
#define SKBTRACE_SEGMENT_STAGES_H

#include "lib/hist.h"
#include "segment/pieces.h"

/*
 * The stages of a direction follow each other without a gap and end with their
 * total.
 */
enum seg_stage {
	STAGE_BUFFER,		/* in the send buffer */
	STAGE_RESEND,		/* lost, until it was sent again */
	STAGE_IP_OUT,		/* TCP, IP and their filters */
	STAGE_QDISC,		/* in the qdisc */
	STAGE_DRIVER,		/* to the driver */
	STAGE_NIC,		/* in the transmit ring */
	STAGE_NETWORK,		/* on the path, in the peer, and back */
	STAGE_SACKED,		/* at the peer, out of order */
	STAGE_SENT_TOTAL,
	STAGE_STACK,		/* from the driver to the socket */
	STAGE_OFO,		/* out of order, until the gap was filled */
	STAGE_SOCKET,		/* until the program read it */
	STAGE_RECEIVED_TOTAL,
	SEG_NR_STAGES
};

struct seg_stage_info {
	const char *name;
	const char *way;	/* from which place to which */
};

extern const struct seg_stage_info seg_stages[SEG_NR_STAGES];

enum { SEG_MAX_WAITED = 32 };

/* Sums over many pieces. All 0 to begin with. */
struct seg_times {
	struct hist stage[SEG_NR_STAGES];
	u64 sum[SEG_NR_STAGES];	/* ns, of complete pieces alone */
	struct hist waited[SEG_MAX_WAITED];	/* BUFFER by why */
	u64 complete, partial;	/* all places were seen, or not */
	u64 again;		/* sent more than once */
	u64 spurious;		/* and needlessly */
};

/* Duration of each stage of a piece; 0 where @known is false */
struct seg_split {
	u64 ns[SEG_NR_STAGES];
	bool known[SEG_NR_STAGES];
	bool complete;
	bool spurious;
};

/* @min_rtt: the connection's minimum from send to ACK; 0: not known */
void seg_split(struct seg_split *s, const struct piece *p, u64 min_rtt);
void seg_times_add(struct seg_times *t, const struct piece *p,
		   const struct seg_split *s);
void seg_times_free(struct seg_times *t);

/* When the peer acknowledged it, by SACK or ACK; 0: not seen */
u64 seg_heard(const struct piece *p);

#endif
