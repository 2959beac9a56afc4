/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a filter has said of connections: a table that all CPUs share, without
 * a lock and without an allocation.
 *
 * A connection has one place, given by its socket cookie. An entry is one word,
 * so a reader sees an old or a new one and never a mix; two CPUs that write the
 * same place at once lose one of both, and the filter is asked again. The word
 * depends on cookie and addresses, so connect(), bind() and accept() make it
 * stale by themselves. Written only when there is no verdict yet.
 *
 * Whose place it is stands apart, since only who counts connections asks.
 */
#ifndef _LINUX_SKBTRACE_VERDICT_H
#define _LINUX_SKBTRACE_VERDICT_H

#define SKBTRACE_VERDICT_BITS	17
#define SKBTRACE_NR_VERDICTS	131072U	/* to the power of it */

/* The lowest bits of an entry; the others are of cookie and addresses */
#define SKBTRACE_VERDICT_YES	1ULL
#define SKBTRACE_VERDICT_USED	2ULL

struct skbtrace_prog_cpu;

/**
 * struct skbtrace_verdicts - a table
 * @count: of the filter, per CPU
 * @tab: entries
 * @who: of each the next bits of the cookie after those that give its place
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
 * skbtrace_verdict_get() - what has the filter said?
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
 * Return: the entry of another connection that is forgotten now, 0: none
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
