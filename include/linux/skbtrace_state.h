/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a session remembers of connections: a table that all CPUs share, made
 * when the first event asks for it, never grown, nothing in it allocated.
 *
 * An entry lies in one of a few places that its cookie gives. It is taken by
 * whoever finds it free first, and from then on it is its connection's alone,
 * until that gives it back at its end. All who use it hold the lock of that
 * connection's socket, so there is no other lock. If all places are taken
 * there is no entry, and the event does without.
 */
#ifndef _LINUX_SKBTRACE_STATE_H
#define _LINUX_SKBTRACE_STATE_H

#define SKBTRACE_STATE_WAYS	4	/* places: two cache lines */

/**
 * struct skbtrace_state - what a session remembers of a connection
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

/* Added to a cookie, which never gets so far: what is inferred of it */
#define SKBTRACE_STATE_INFERRED	BIT_ULL(63)
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

/* The entry of @cookie, which is not 0, or %NULL: it has none. Any context. */
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

/* An entry for @cookie, which has none yet; %NULL: no place. Any context. */
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

/* Its connection has ended: the place is anybody's. Any context. */
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
