/* SPDX-License-Identifier: GPL-2.0 */
/* Which network namespace a number means, and what is hidden of others. */
#ifndef _NET_SKBTRACE_NETNS_H
#define _NET_SKBTRACE_NETNS_H

#include <linux/sched.h>
#include <linux/skbtrace_netns.h>

/* The cookie of no namespace */
#define SKBTRACE_NO_NETNS	U64_MAX

u64 skbtrace_netns_cookie(u32 inum);
u32 skbtrace_seen_tgid_slow(const struct skbtrace_session *s);

/* The current process, 0: hidden. Context: probe, in a task. */
static __always_inline u32 skbtrace_seen_tgid(const struct skbtrace_session *s)
{
	return unlikely(READ_ONCE(s->checks) & SKBTRACE_CHECK_SCOPE) ?
	       skbtrace_seen_tgid_slow(s) : current->tgid;
}

#endif /* _NET_SKBTRACE_NETNS_H */
