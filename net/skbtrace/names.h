/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which connections have been named in this epoch: a set of socket cookies
 * that all CPUs share, without a lock and without an allocation.
 *
 * A set of buckets of one cache line each. An entry is one word, so a reader
 * sees an old or a new one and never a mix. Two CPUs that write the same entry
 * at once lose one of the two: a connection is then named twice. The same
 * happens when a bucket is full. Written only when a connection is named.
 */
#ifndef _NET_SKBTRACE_NAMES_H
#define _NET_SKBTRACE_NAMES_H

#define SKBTRACE_NAMES_WAYS	8	/* words of 8 bytes in a cache line */
#define SKBTRACE_NAMES_COOKIE	((1ULL << 48) - 1)

/**
 * struct skbtrace_names - a set of cookies
 * @tab: entries: cookie below, low 16 bits of the epoch above; 0 is free
 * @mask: number of entries, a power of two, less one
 */
struct skbtrace_names {
	u64	*tab;
	u32	mask;
};

static inline u64 skbtrace_names_entry(u64 cookie, u32 epoch)
{
	return (cookie & SKBTRACE_NAMES_COOKIE) | (u64)(u16)epoch << 48;
}

/* Cookies are handed out in runs per CPU: spread them, keep them apart. */
static inline u32 skbtrace_names_home(const struct skbtrace_names *n,
				      u64 cookie)
{
	return (u32)((cookie * 0x9e3779b97f4a7c15ULL) >> 32) & n->mask;
}

/* Any context. Is @cookie named in @epoch? @epoch < 0: in any. */
static inline bool skbtrace_names_has(const struct skbtrace_names *n,
				      u64 cookie, s64 epoch)
{
	u32 home = skbtrace_names_home(n, cookie), i;
	u64 mask = epoch < 0 ? SKBTRACE_NAMES_COOKIE : ~0ULL;
	u64 want = skbtrace_names_entry(cookie, epoch < 0 ? 0 : epoch);

	for (i = 0; i < SKBTRACE_NAMES_WAYS; i++)
		if ((READ_ONCE(n->tab[home ^ i]) & mask) == want)
			return true;
	return false;
}

/* Any context. @cookie has been named in @epoch. */
static inline void skbtrace_names_add(struct skbtrace_names *n, u64 cookie,
				      u32 epoch)
{
	u32 home = skbtrace_names_home(n, cookie), at = home, i;
	bool free = false;
	u64 e;

	for (i = 0; i < SKBTRACE_NAMES_WAYS; i++) {
		e = READ_ONCE(n->tab[home ^ i]);
		if ((e & SKBTRACE_NAMES_COOKIE) ==
		    (cookie & SKBTRACE_NAMES_COOKIE)) {
			at = home ^ i;
			break;
		}
		if (!e && !free) {
			at = home ^ i;
			free = true;
		}
	}
	WRITE_ONCE(n->tab[at], skbtrace_names_entry(cookie, epoch));
}

#endif /* _NET_SKBTRACE_NAMES_H */
