/* SPDX-License-Identifier: GPL-2.0 */
/* The filters of a session, applied to an event. */
#ifndef _NET_SKBTRACE_VERDICT_H
#define _NET_SKBTRACE_VERDICT_H

#include <linux/skbtrace.h>
#include "prog.h"
#include "registry.h"

struct cgroup;

/**
 * struct skbtrace_filters - the filters of a session; all must agree
 * @checks: SKBTRACE_CHECK_* of those that are set
 * @prog: programs, by target; %NULL: none
 * @netns: inode number of a network namespace, 0: any
 * @netns_cookie: of the one that had this number when it was set
 * @ifindex: a device, 0: any
 * @tgid: only events in the context of this process, 0: any
 * @mark: of sockets and packets, under @mark_mask
 * @mark_mask: 0: any
 * @cgroup: only sockets in this cgroup, or below; %NULL: any
 *
 * Immutable once probes see it: a change replaces it.
 */
struct skbtrace_filters {
	u8			checks;
	struct skbtrace_prog	*prog[SKBTRACE_NR_TARGETS];
	u32			netns;
	u64			netns_cookie;
	int			ifindex;
	pid_t			tgid;
	u32			mark;
	u32			mark_mask;
	struct cgroup		*cgroup;
};

/* The filters of a session, %NULL: none. Context: skbtrace_lock. */
static inline const struct skbtrace_filters *
skbtrace_filters_locked(const struct skbtrace_session *s)
{
	return rcu_dereference_protected(s->filters,
					 lockdep_is_held(&skbtrace_lock));
}

void skbtrace_filters_free(struct skbtrace_filters *j);
bool skbtrace_wants_name(struct skbtrace_session *s,
			 const struct skbtrace_event *ev, struct sock *sk);

#endif /* _NET_SKBTRACE_VERDICT_H */
