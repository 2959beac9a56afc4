/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connections that have been named in this epoch: a hash set of socket
 * cookies, shared by all CPUs, without a lock and of fixed size.
 *
 * A bucket is a cache line. An entry is one word, so a reader never sees a mix
 * of two. If two CPUs write the same entry at once, one is lost; if a bucket is
 * full, an entry is overwritten: a connection is then named again. Entries are
 * only written when a connection is named.
 */
#ifndef _LINUX_SKBTRACE_NAMED_H
#define _LINUX_SKBTRACE_NAMED_H

#define SKBTRACE_NAMED_WAYS	8	/* words of 8 bytes in a cache line */
#define SKBTRACE_NAMED_COOKIE	((1ULL << 48) - 1)

/**
 * struct skbtrace_named - a set of cookies
 * @tab: entries: 48 bits of the cookie, low 16 bits of the epoch; 0: free
 * @mask: number of entries, a power of two, less one
 */
struct skbtrace_named {
	u64	*tab;
	u32	mask;
};

static inline u64 skbtrace_named_entry(u64 cookie, u32 epoch)
{
	return (cookie & SKBTRACE_NAMED_COOKIE) | (u64)(u16)epoch << 48;
}

/* Each CPU assigns consecutive cookies: spread them. */
static inline u32 skbtrace_named_home(const struct skbtrace_named *n,
				      u64 cookie)
{
	return (u32)((cookie * 0x9e3779b97f4a7c15ULL) >> 32) & n->mask;
}

/* Any context. Is @cookie named in @epoch? @epoch < 0: in any. */
static inline bool skbtrace_named_has(const struct skbtrace_named *n,
				      u64 cookie, s64 epoch)
{
	u32 home = skbtrace_named_home(n, cookie), i;
	u64 mask = epoch < 0 ? SKBTRACE_NAMED_COOKIE : ~0ULL;
	u64 want = skbtrace_named_entry(cookie, epoch < 0 ? 0 : epoch);

	for (i = 0; i < SKBTRACE_NAMED_WAYS; i++)
		if ((READ_ONCE(n->tab[home ^ i]) & mask) == want)
			return true;
	return false;
}

/* The same of one epoch, fast if the first entry is a hit. A cookie of more
 * than 48 bits is not found.
 */
static __always_inline bool skbtrace_named_quick(const struct skbtrace_named *n,
						 u64 cookie, u32 epoch)
{
	const u64 *tab = n->tab;
	u32 home = skbtrace_named_home(n, cookie), i;
	u64 want = cookie | (u64)epoch << 48;

	if (likely(READ_ONCE(tab[home]) == want))
		return true;
	for (i = 1; i < SKBTRACE_NAMED_WAYS; i++)
		if (READ_ONCE(tab[home ^ i]) == want)
			return true;
	return false;
}

/* Any context. Remember that @cookie has been named in @epoch. */
static inline void skbtrace_named_add(struct skbtrace_named *n, u64 cookie,
				      u32 epoch)
{
	u32 home = skbtrace_named_home(n, cookie), at = home, i;
	bool free = false;
	u64 e;

	for (i = 0; i < SKBTRACE_NAMED_WAYS; i++) {
		e = READ_ONCE(n->tab[home ^ i]);
		if ((e & SKBTRACE_NAMED_COOKIE) ==
		    (cookie & SKBTRACE_NAMED_COOKIE)) {
			at = home ^ i;
			break;
		}
		if (!e && !free) {
			at = home ^ i;
			free = true;
		}
	}
	WRITE_ONCE(n->tab[at], skbtrace_named_entry(cookie, epoch));
}

/* Any context. Forget that @cookie has been named. */
static inline void skbtrace_named_del(struct skbtrace_named *n, u64 cookie)
{
	u32 home = skbtrace_named_home(n, cookie), i;
	u64 e;

	for (i = 0; i < SKBTRACE_NAMED_WAYS; i++) {
		e = READ_ONCE(n->tab[home ^ i]);
		if (e && !((e ^ cookie) & SKBTRACE_NAMED_COOKIE))
			WRITE_ONCE(n->tab[home ^ i], 0);
	}
}

#endif /* _LINUX_SKBTRACE_NAMED_H */
