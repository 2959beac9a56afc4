/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The window of a flight recorder: the last so many bytes of a recording.
 *
 * The memory consists of slabs of one size. When all are in use, the oldest are
 * discarded. A new epoch of names may begin with a slab (see "keyframes"): data
 * from there on does not depend on earlier data, so whole epochs are discarded.
 * A CPU begins an epoch up to 100 ms late: its data of the old epoch is in the
 * slabs of the new one, and is skipped once the old one has been discarded.
 *
 * A cut is the window at one moment, to be written by another thread while the
 * window moves on: its slabs are not changed until it is released, others are
 * used meanwhile. So the memory is the size given, and at most twice that while
 * there is a cut.
 */
#ifndef SKBTRACE_WINDOW_H
#define SKBTRACE_WINDOW_H

#include "linux/skbtrace_api.h"
#include "trace/file.h"

/* Most slabs of a window; half of that if these would be too small. */
enum { WINDOW_SLABS = 16, WINDOW_SLABS_MIN = WINDOW_SLABS / 2 };

struct slab {
	u8 *mem;
	size_t used;
	bool begins;		/* an epoch began with it */
	u32 epoch;		/* that one */
	u64 first_ns, events;	/* of its epoch, wherever they lie; 0: none */
	bool in_use;		/* part of the window */
	bool cut;		/* part of a cut */
	bool touched;		/* takes memory */
};

struct window {
	u8 *mem;
	size_t slab_size;
	struct slab slabs[2 * WINDOW_SLABS];
	struct slab *row[WINDOW_SLABS];	/* the window, oldest first */
	int n, max;
	u32 first_epoch;	/* what is of an earlier one is passed over */
	u64 bytes;
};

/* A sub-buffer or a mark; its bytes follow, padded to 8. */
struct window_rec {
	u32 type;		/* SBT_SUBBUF, SBT_MARK */
	u32 cpu;
	u32 len;
	u32 epoch;		/* of a sub-buffer */
};

struct window_cut {
	struct {
		struct slab *slab;
		size_t used;
	} v[WINDOW_SLABS];
	int n;
	u32 first_epoch;
};

/* Where a reader of a cut is; all 0 at the beginning. */
struct window_pos {
	int slab;
	size_t off;
};

/* Least size for sub-buffers of @subbuf_size. */
u64 window_least(u32 subbuf_size);

/* Get the memory. 0, or an exit code after a message. */
int window_init(struct window *w, u64 size, u32 subbuf_size);
void window_free(struct window *w);

/* Is there room for @len more bytes in the slab in turn? */
bool window_fits(const struct window *w, u32 len);

/*
 * Begin another slab, or the first one. @begins: a new epoch, @epoch, has just
 * been requested, and nothing of it has been added yet.
 */
void window_next_slab(struct window *w, bool begins, u32 epoch);

/* There must be room. */
void window_subbuf(struct window *w, u32 cpu, const struct skbtrace_subbuf *h);
void window_mark(struct window *w, u32 cpu, u64 complete_ns);

/* When it begins, CLOCK_MONOTONIC; 0: it is empty. */
u64 window_since(const struct window *w);
u64 window_events(const struct window *w);

/* One cut at a time. */
void window_cut(struct window *w, struct window_cut *c);
void window_release(struct window *w, struct window_cut *c);

/* The next record of a cut, NULL at the end. Any thread. */
const struct window_rec *window_next(const struct window_cut *c,
				     struct window_pos *pos);

#endif
