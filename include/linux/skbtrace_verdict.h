/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Verdicts of a filter on connections: a cache shared by all CPUs, without a
 * lock and of fixed size.
 *
 * It is direct-mapped: the socket cookie selects the entry. An entry is one
 * word, so a reader never sees a mix of two; if two CPUs write it at once, one
 * verdict is lost, and the filter program runs again. The word is a hash of
 * cookie and addresses, so connect(), bind() and accept() invalidate it without
 * being told. It is written only on a miss.
 *
 * The owner of an entry is kept in a table of its own, since it is only needed
 * to count connections.
 */
#ifndef _LINUX_SKBTRACE_VERDICT_H
#define _LINUX_SKBTRACE_VERDICT_H

#define SKBTRACE_VERDICT_BITS	17
#define SKBTRACE_NR_VERDICTS	131072U	/* a power of two */

/* The lowest bits of an entry; the others are the hash */
#define SKBTRACE_VERDICT_YES	1ULL
#define SKBTRACE_VERDICT_USED	2ULL

struct skbtrace_prog_cpu;

/**
 * struct skbtrace_verdicts - the cache
 * @count: counters of the filter, per CPU
 * @tab: entries
 * @who: their owners: the bits of the cookie above those that select the entry
 */
struct skbtrace_verdicts {
	struct skbtrace_prog_cpu __percpu *count;
	u64	tab[SKBTRACE_NR_VERDICTS];
	u16	who[SKBTRACE_NR_VERDICTS];
};

static inline u32 skbtrace_verdict_place(u64 cookie)
{
	return cookie & (SKBTRACE_NR_VERDICTS - 1);
}

/**
 * skbtrace_verdict_get() - look up the verdict on a connection
 * @v: table
 * @cookie: connection
 * @mix: of its cookie and its addresses
 *
 * Context: any.
 * Return: 1 wanted, 0 refused, -1 not known
 */
static inline int skbtrace_verdict_get(const struct skbtrace_verdicts *v,
				       u64 cookie, u64 mix)
{
	u64 known = READ_ONCE(v->tab[skbtrace_verdict_place(cookie)]);

	mix |= SKBTRACE_VERDICT_USED | SKBTRACE_VERDICT_YES;
	if ((known | SKBTRACE_VERDICT_YES) != mix)
		return -1;
	return known & SKBTRACE_VERDICT_YES;
}

/**
 * skbtrace_verdict_put() - remember a verdict
 * @v: table
 * @cookie: connection
 * @mix: of its cookie and its addresses
 * @yes: the verdict
 *
 * Context: any.
 * Return: the entry of another connection that was overwritten, 0: none
 */
static inline u64 skbtrace_verdict_put(struct skbtrace_verdicts *v, u64 cookie,
				       u64 mix, bool yes)
{
	u32 place = skbtrace_verdict_place(cookie);
	u16 who = cookie >> SKBTRACE_VERDICT_BITS;
	u64 old = READ_ONCE(v->tab[place]);
	u16 old_who = READ_ONCE(v->who[place]);

	mix &= ~(SKBTRACE_VERDICT_USED | SKBTRACE_VERDICT_YES);
	WRITE_ONCE(v->tab[place], mix | SKBTRACE_VERDICT_USED | yes);
	WRITE_ONCE(v->who[place], who);
	return old_who == who ? 0 : old;
}

#endif /* _LINUX_SKBTRACE_VERDICT_H */
