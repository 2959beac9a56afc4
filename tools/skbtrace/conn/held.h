/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What held a connection back, by its timeline: tcp_sendlimit has the reasons,
 * tcp_congestion the recoveries. A recovery takes precedence over the send
 * limit, since the window is small because of the loss. Afterwards, until the
 * window is as large as before, time limited by the congestion window is due to
 * the loss, too.
 */
#ifndef SKBTRACE_HELD_H
#define SKBTRACE_HELD_H

#include "lib/util.h"

#define HELD_APP	"app"
#define HELD_LOSS	"loss"
#define HELD_CWND	"cwnd"
#define HELD_HANDSHAKE	"handshake"
#define HELD_PEER	"peer"
#define HELD_RTT	"rtt"

/* The meaning of a word; @plain: the word needs no explanation in a table. */
struct held_word {
	const char *word, *text;
	bool plain;
};

/* The last one has no word. */
extern const struct held_word held_words[];

/* Reasons per row; more share the last entry. */
enum { MAX_HELD = 16 };

struct bands;

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
	u64 probe_from, probe_to;	/* a wait for a tail loss probe */
	bool in_loss;
	bool told;		/* by a tcp_sendlimit */
	struct bands *bands;	/* NULL: nobody draws it */
	u32 n;
	struct held_time {
		const char *word;
		u64 ns;
	} v[MAX_HELD];
};

enum { HELD_NA = -1 };

/*
 * From @now on the reason is @reason; before it was @was, for @for_ns. NULL:
 * not known; HELD_NA: its time is not known. The words must remain valid.
 */
void held_limit(struct held *h, u64 now, const char *reason, const char *was,
		s64 for_ns);
/*
 * Recovery begins; @ago: the wait for a timeout. It reduces the window, which
 * was @full (0: not known).
 */
void held_loss_begin(struct held *h, u64 now, u64 ago, u64 full);
void held_loss_end(struct held *h, u64 now);
/* A tail loss probe (RFC 8985): @ago, what it repeats was perhaps lost. */
void held_probe(struct held *h, u64 now, u64 ago);
/* It was lost: the wait for the probe is due to that, and not to who waited. */
void held_probe_lost(struct held *h);
/* There was no loss (undo): the window is restored. */
void held_undo(struct held *h);
/* The congestion window, known from a send limit or the end of recovery. */
void held_window(struct held *h, u64 now, u64 cwnd);
/* Up to @now it was not established: the reason is "handshake". */
void held_connect(struct held *h, u64 now);
/*
 * At @now the peer begins to answer, @gap after our last data; @rtt of that is
 * due to the path. It only counts for time in which the reason was "app".
 */
void held_answer(struct held *h, u64 now, u64 gap, u64 rtt);
/* Up to @now the peer has sent for @ns, with pauses; it counts as above. */
void held_peer(struct held *h, u64 now, u64 ns);
/* Forget the time before @now; the current reason continues. */
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

/* For all parts of a struct held, or for the kernel's counters */
enum { MAX_PARTS = MAX_HELD };

/*
 * Sort: largest first, without 0; returns their number. They are adjusted to
 * add up to @life, and the percentages to 100.
 */
u32 held_tidy(struct held_part *p, u32 n, u64 life);

#endif
