/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a filter has said of connections: a table that all CPUs share, without
 * a lock and without an allocation.
 *
 * A connection has one place, given by its socket cookie. An entry is one word,
 * so a reader sees an old or a new one and never a mix; two CPUs that write the
 * same place at once lose one of both, and the filter is asked again. The word
 * depends on the addresses, so connect(), bind() and accept() make it stale by
 * themselves. Written only when there is no verdict yet.
 */
#ifndef _NET_SKBTRACE_VERDICT_H
#define _NET_SKBTRACE_VERDICT_H

#define SKBTRACE_VERDICT_BITS	17
#define SKBTRACE_NR_VERDICTS	131072U	/* to the power of it */

/* An entry, from below: verdict, 1, more bits of the cookie, addresses */
#define SKBTRACE_VERDICT_YES	1ULL
#define SKBTRACE_VERDICT_USED	2ULL
#define SKBTRACE_VERDICT_WHO	(0xfffffULL << 2)
#define SKBTRACE_VERDICT_MIX	(~0ULL << 22)

/* The entry of a connection, refused; @mix depends on its addresses. */
static inline u64 skbtrace_verdict_entry(u64 cookie, u64 mix)
{
	return (mix & SKBTRACE_VERDICT_MIX) | SKBTRACE_VERDICT_USED |
	       (cookie >> SKBTRACE_VERDICT_BITS << 2 & SKBTRACE_VERDICT_WHO);
}

static inline u64 *skbtrace_verdict_at(u64 *tab, u64 cookie)
{
	return tab + (cookie & (SKBTRACE_NR_VERDICTS - 1));
}

/* Return: 1 wanted, 0 refused, -1 not known. Any context. */
static inline int skbtrace_verdict_get(u64 *tab, u64 cookie, u64 mix)
{
	u64 known = READ_ONCE(*skbtrace_verdict_at(tab, cookie));

	known ^= skbtrace_verdict_entry(cookie, mix);
	return known > SKBTRACE_VERDICT_YES ? -1 : (int)known;
}

/**
 * skbtrace_verdict_put() - remember a verdict
 * @tab: table
 * @cookie: connection
 * @mix: of its addresses
 * @yes: the verdict
 *
 * Context: any.
 * Return: the entry of another connection that is forgotten now, 0: none
 */
static inline u64 skbtrace_verdict_put(u64 *tab, u64 cookie, u64 mix, bool yes)
{
	u64 *at = skbtrace_verdict_at(tab, cookie), old = READ_ONCE(*at);
	u64 new = skbtrace_verdict_entry(cookie, mix) | yes;

	WRITE_ONCE(*at, new);
	return old && (old ^ new) & SKBTRACE_VERDICT_WHO ? old : 0;
}

#endif /* _NET_SKBTRACE_VERDICT_H */
