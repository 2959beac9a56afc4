/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a session remembers of connections: a table that all CPUs share, made
 * when the first event asks for it, never grown, nothing in it allocated.
 *
 * An entry lies in one of a few places that its cookie gives. Whoever works on
 * it holds its lock bit; nobody ever waits for that. An entry that is being
 * worked on, and one for which all places are taken, can not be had: the event
 * then does without. It is given back when the connection ends.
 *
 * Callers hold the socket's lock, so an entry is never made twice. Two CPUs
 * meet only where cookies share a place.
 */
#ifndef _NET_SKBTRACE_CONN_STATE_H
#define _NET_SKBTRACE_CONN_STATE_H

#define SKBTRACE_STATE_WAYS	4	/* places: two cache lines */
#define SKBTRACE_STATE_LOCK	1ULL

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

/* A new entry for @cookie, which has none, locked, or %NULL. */
static inline struct skbtrace_state *
skbtrace_state_make(struct skbtrace_state *home, u64 cookie)
{
	struct skbtrace_state *e;
	u64 none;
	int i;

	for (i = 0; i < SKBTRACE_STATE_WAYS; i++) {
		e = home + i;
		none = 0;
		if (READ_ONCE(e->key) ||
		    !try_cmpxchg_acquire(&e->key, &none,
					 cookie << 1 | SKBTRACE_STATE_LOCK))
			continue;
		e->since = 0;
		e->count = 0;
		e->value = 0;
		e->wait_since = 0;
		return e;
	}
	return NULL;
}

/* The entry of @cookie, new if need be, locked, or %NULL. Any context. */
static inline struct skbtrace_state *
skbtrace_state_lock(const struct skbtrace_states *st, u64 cookie)
{
	struct skbtrace_state *home = skbtrace_state_home(st, cookie), *e;
	u64 want = cookie << 1;
	int i;

	for (i = 0; i < SKBTRACE_STATE_WAYS; i++) {
		e = home + i;
		if ((READ_ONCE(e->key) & ~SKBTRACE_STATE_LOCK) != want)
			continue;
		if (try_cmpxchg_acquire(&e->key, &want,
					want | SKBTRACE_STATE_LOCK))
			return e;
		return NULL;
	}
	return skbtrace_state_make(home, cookie);
}

/* Done with it. */
static inline void skbtrace_state_unlock(struct skbtrace_state *e)
{
	smp_store_release(&e->key, e->key & ~SKBTRACE_STATE_LOCK);
}

/* Done for good: the place is anybody's. */
static inline void skbtrace_state_drop(struct skbtrace_state *e)
{
	smp_store_release(&e->key, 0);
}

#endif /* _NET_SKBTRACE_CONN_STATE_H */
