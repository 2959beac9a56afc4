/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State of connections in a session: a table shared by all CPUs, allocated
 * when the first event needs it, of fixed size.
 *
 * The cookie selects a few entries. The first free one is claimed, and belongs
 * to the connection until its end. All users hold the lock of the connection's
 * socket, so the entry needs none. If all entries are in use, the connection
 * has no state, and the event does without.
 */
#ifndef _LINUX_SKBTRACE_STATE_H
#define _LINUX_SKBTRACE_STATE_H

#define SKBTRACE_STATE_WAYS	4	/* places: two cache lines */

/**
 * struct skbtrace_state - state of a connection in a session
 * @key: core: its cookie; 0: free
 * @since: CLOCK_MONOTONIC, nanoseconds: when @value began; 0: none yet
 * @count: how often it has been seen
 * @value: for the event to use
 * @spare: 0
 * @wait_since: CLOCK_MONOTONIC, nanoseconds: when a writer began to wait; 0: no
 * @srtt_us: of what is inferred: tcp_sock.srtt_us when last seen
 * @mdev_us: the same; 0: not seen yet
 * @rcv_start: of tcp_turn: where the peer's turn begins
 * @last_us: the same: the last segment of the turn, microseconds after @since
 *
 * New ones are zero but for @key.
 */
struct skbtrace_state {
	u64	key;
	u64	since;
	u32	count;
	u8	value;
	u8	spare[3];
	union {
		u64	wait_since;
		struct {
			u32	srtt_us;
			u32	mdev_us;
		};
		struct {
			u32	rcv_start;
			u32	last_us;
		};
	};
};

/* Or'ed into a cookie, which never gets so large: state of inferred events */
#define SKBTRACE_STATE_INFERRED	BIT_ULL(63)
/* The same: what has delayed bytes up to @count */
#define SKBTRACE_STATE_SEGMENT	BIT_ULL(61)
/* The same: whose turn it is */
#define SKBTRACE_STATE_TURN	BIT_ULL(62)

/**
 * struct skbtrace_states - the table
 * @tab: entries, or %NULL
 * @mask: number of entries, a power of two, less one
 */
struct skbtrace_states {
	struct skbtrace_state	*tab;
	u32			mask;
};

static inline struct skbtrace_state *
skbtrace_state_home(const struct skbtrace_states *st, u64 cookie)
{
	u32 home = (u32)((cookie * 0x9e3779b97f4a7c15ULL) >> 32) & st->mask;

	return st->tab + (home & ~(SKBTRACE_STATE_WAYS - 1U));
}

/* The entry of @cookie, which is not 0, or %NULL. Any context. */
static inline struct skbtrace_state *
skbtrace_state_find(const struct skbtrace_states *st, u64 cookie)
{
	struct skbtrace_state *home = skbtrace_state_home(st, cookie);
	int i;

	for (i = 0; i < SKBTRACE_STATE_WAYS; i++)
		if (READ_ONCE(home[i].key) == cookie)
			return &home[i];
	return NULL;
}

/* A new entry for @cookie, which has none; %NULL: none is free. Any context. */
static inline struct skbtrace_state *
skbtrace_state_make(const struct skbtrace_states *st, u64 cookie)
{
	struct skbtrace_state *home = skbtrace_state_home(st, cookie);
	u64 none;
	int i;

	for (i = 0; i < SKBTRACE_STATE_WAYS; i++) {
		none = 0;
		/* pairs with skbtrace_state_free(): what it cleared stays so */
		if (!READ_ONCE(home[i].key) &&
		    try_cmpxchg_acquire(&home[i].key, &none, cookie))
			return &home[i];
	}
	return NULL;
}

/* The connection has ended: free its entry. Any context. */
static inline void skbtrace_state_free(struct skbtrace_state *state)
{
	state->since = 0;
	state->count = 0;
	state->value = 0;
	state->wait_since = 0;
	/* pairs with skbtrace_state_make() */
	smp_store_release(&state->key, 0);
}

#endif /* _LINUX_SKBTRACE_STATE_H */
