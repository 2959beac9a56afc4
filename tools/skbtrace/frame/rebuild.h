/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session, from frames: its sub-buffers in order, with a LOST block for what
 * was lost on the way, and marks.
 *
 * What is missing is settled by INFO: it says up to which number each
 * processor's blocks have been sent, and how many of each event. What has not
 * come a second later is lost. If one kind only was lost, or in one place only,
 * LOST has the kinds as they were; else they are divided among the places, and
 * only their sum is exact.
 */
#ifndef SKBTRACE_FRAME_REBUILD_H
#define SKBTRACE_FRAME_REBUILD_H

#include "frame/account.h"
#include "frame/stream.h"

/* How long frames may overtake each other; how long an INFO may stay away. */
#define REBUILD_LATE_NS		NSEC_PER_SEC
#define REBUILD_INFO_NS		(4 * NSEC_PER_SEC)

enum {
	REBUILD_BYTES	= 64 << 20,	/* of frames that may wait */
	REBUILD_STREAMS	= 65536,	/* of all sessions */
	REBUILD_KINDS	= 4096,		/* of events */
};

struct rebuild_kind {
	u16 event;
	u64 base;		/* sent when we began to count */
	u64 got, got_later;	/* in frames below those INFO tells of; above */
	u64 missing;		/* when it is settled */
};

struct rebuild {
	struct sink *to;
	struct stream **streams;
	struct stream **by_cpu;	/* FRAME_CPUS, NULL: not heard of */
	u32 nstreams;
	struct rebuild_kind *kinds;
	u16 *by_event;		/* index + 1 */
	u32 nkinds;
	struct account info;	/* not settled yet, if there is one */
	bool pending;
	bool counted;		/* an INFO was settled: base is known */
	u64 pending_ns;		/* since when */
	u64 settled_ns;		/* when the last one was */
	u64 unknown;		/* lost meanwhile, without INFO */
	size_t bytes;		/* of frames that wait */
	struct frame clock;	/* epoch and clocks of the newest frame */
	bool over;		/* the last INFO was settled */
	/* for who asks */
	u64 lost;		/* numbers in LOST blocks, all in all */
	u64 lost_on_way;	/* of which the way's */
	u64 again, overlaps;	/* frames */
};

void rebuild_init(struct rebuild *r, struct sink *to);
/* @now: any clock, the same for all calls. 0, or the error of the sink. */
int rebuild_blocks(struct rebuild *r, const struct frame *f, u64 now);
/* Takes the content of @i. */
int rebuild_info(struct rebuild *r, struct account *i, const struct frame *f,
		 u64 now);
/* Call it now and then. */
int rebuild_tick(struct rebuild *r, u64 now);
/* Pass on what there is, to who watches. */
int rebuild_flush(struct rebuild *r);
/* No more comes: settle all. */
int rebuild_end(struct rebuild *r);
u64 rebuild_events(const struct rebuild *r);
void rebuild_free(struct rebuild *r);

#endif
