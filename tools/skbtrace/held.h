/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What held a connection back, from its own timeline: tcp_sendlimit says since
 * when which reason holds, tcp_congestion when losses are repaired. That wins
 * over the send limit, for the window is small then because of the loss. So it
 * is afterwards, until it is as large as it was before: what the congestion
 * window holds back up to then is due to the loss, too.
 */
#ifndef SKBTRACE_HELD_H
#define SKBTRACE_HELD_H

#include "util.h"

#define HELD_APP	"app"
#define HELD_LOSS	"loss"
#define HELD_CWND	"cwnd"
#define HELD_CONNECT	"connect"
#define HELD_PEER	"peer"
#define HELD_RTT	"rtt"

/* As many reasons as a row tells apart; more share the last place. */
enum { MAX_HELD = 16 };

struct held {
	u64 since;		/* told apart up to here */
	const char *reason;	/* in force since then; NULL: app */
	u64 loss_since;		/* with in_loss */
	u64 loss_from, loss_to;	/* the recovery before */
	u64 loss_in;		/* time in recoveries since @since */
	u64 full;		/* window before the losses; 0: again so */
	u64 cwnd;		/* window when it was last told */
	u64 small_since;	/* with @full, not @in_loss */
	u64 small_in;		/* time with a small window since @since */
	u64 small_ns;		/* and before, whatever the reason was */
	bool in_loss;
	bool told;		/* by a tcp_sendlimit */
	u32 n;
	struct held_time {
		const char *word;
		u64 ns;
	} v[MAX_HELD];
};

enum { HELD_NA = -1 };

/*
 * From @now on @reason is in force; until now @was was, for @for_ns. NULL:
 * not known; HELD_NA: how long it did is not known. Words must stay.
 */
void held_limit(struct held *h, u64 now, const char *reason, const char *was,
		s64 for_ns);
/*
 * Losses are being repaired; for @ago already if a timeout tells that. The
 * window, which was @full (0: not known), gets smaller by that.
 */
void held_loss_begin(struct held *h, u64 now, u64 ago, u64 full);
void held_loss_end(struct held *h, u64 now);
/* They were none: the window is what it was. */
void held_undo(struct held *h);
/* The congestion window, as told with a send limit or the end of losses. */
void held_window(struct held *h, u64 now, u64 cwnd);
/* Up to @now it was not established: whatever held, that did. */
void held_connect(struct held *h, u64 now);
/*
 * At @now the peer begins to answer, @gap after the last that we sent; @rtt of
 * that is the path's. It counts only if nothing but the program held back.
 */
void held_answer(struct held *h, u64 now, u64 gap, u64 rtt);
/* Only what comes from @now on counts; what holds then goes on holding. */
void held_cut(struct held *h, u64 now);
/* The connection, or what is known of it, ends. */
void held_close(struct held *h, u64 end);

u64 held_ns(const struct held *h, const char *word);

/* A part of a life, for the eye. */
struct held_part {
	const char *word;
	u64 us;
	u32 percent;
	u64 rest;
};

/* Room for all of a struct held, or for the kernel's own counters. */
enum { MAX_PARTS = MAX_HELD };

/*
 * Largest first, none of 0; returns how many are left. They are made to add up
 * to @life, so are their percents to 100.
 */
u32 held_tidy(struct held_part *p, u32 n, u64 life);

#endif
