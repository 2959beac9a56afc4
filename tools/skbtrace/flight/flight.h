/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sink of "record --flight-recorder": a window in memory, saved to files on
 * request of a user or an event. window.h has the window, trigger.h decides
 * when it is saved, snapshot.h saves it.
 */
#ifndef SKBTRACE_FLIGHT_H
#define SKBTRACE_FLIGHT_H

#include "flight/board.h"
#include "flight/snapshot.h"
#include "flight/trigger.h"
#include "record/session.h"

struct flight_opts {
	u64 size;		/* of the window; 0: no flight recorder */
	u64 after_ns, gap_ns;	/* see trigger.h; FLIGHT_UNSET: the default */
	u64 max;		/* end after so many snapshots, 0: do not */
	u64 files;		/* keep so many, 0: all */
	const char *name;	/* of the files: NAME.0001 ... */
	bool pack;
};

#define FLIGHT_UNSET	UINT64_MAX

/* A sub-buffer's processor, and how far it is complete. */
struct flight_mark {
	u32 cpu;
	u64 ns;
};

struct flight {
	struct sink sink;	/* first */
	const struct flight_opts *o;
	struct session *s;
	struct meta_list meta;
	struct window w;
	struct trigger t;
	struct board *board;
	char *dir;		/* of the files, absolute, for the board */
	bool look;		/* blocks may ask for a snapshot */
	u64 epoch_ns;		/* when one was begun last */

	struct flight_mark *marks;
	int nr_marks;
	u64 marked_bytes;	/* seen when marks were put last */
	u64 seen_bytes;

	u64 complete_ns;	/* all until then has been read */
	u64 stat_ns;		/* the same, once the next drain is over */
	u64 stat_due;

	bool writing;
	u64 upto_ns;		/* it has all until then */
	struct snapshot snap;
	struct request why;	/* of it */
	unsigned int number;	/* of the last file */
	unsigned int done, failed;
	u64 bytes;		/* in files */
	char text[96];
};

/* 0, or an exit code after a message. Tracing is not on yet. */
int flight_open(struct flight *f, const struct flight_opts *o,
		struct session *s);

/* Tracing is on. */
void flight_begin(struct flight *f);

/* Tracing is off, and all is read: serve pending requests. 0 or exit code. */
int flight_end(struct flight *f);
void flight_free(struct flight *f);

#endif
