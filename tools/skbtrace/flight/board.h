/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The status of a flight recorder, for "status" and "snapshot": shared memory,
 * a memfd that they find in /proc/PID/fd. It exists as long as the process, so
 * it is never stale; the access rights are those to the process.
 */
#ifndef SKBTRACE_BOARD_H
#define SKBTRACE_BOARD_H

#include "lib/util.h"

#define BOARD_NAME	"skbtrace-flight"
#define BOARD_MAGIC	0x53544633	/* another layout: another number */

struct board {
	u32 magic;
	u32 seq;		/* odd: being written */
	u64 size, bytes;	/* of the window: may be, is */
	u64 since_ns;		/* when it begins, 0: empty */
	u64 events;
	u64 served_ns;		/* what was asked for before is done */
	u32 served_ok;		/* and came out well */
	u32 snapshots, failed;
	u32 writing;
	char last[4096];	/* the file of the last one, absolute */
	char error[256];	/* why the last one failed */
};

/* ---- the recorder's side ---- */

/* NULL with errno: others will not see the status. */
struct board *board_open(void);
void board_close(struct board *b);

/* Around changes. */
void board_begin(struct board *b);
void board_end(struct board *b);

/* ---- the others' side ---- */

/* Descriptor of process @pid's board; -ENOENT: it has none; -errno. */
int board_find(u32 pid);

/* Copy it; false: not readable, or of another version. */
bool board_read(int fd, struct board *b);

#endif
