/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: what an event must pass, skbtrace_session.checks; and what is never
 * told: the frames by which a link tells events, see net/skbtrace/link/.
 */
#ifndef _LINUX_SKBTRACE_CHECKS_H
#define _LINUX_SKBTRACE_CHECKS_H

#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <uapi/linux/skbtrace_link.h>

#define SKBTRACE_CHECK_SLOT	1	/* a slot has picks set, or shed is */
#define SKBTRACE_CHECK_SCOPE	2	/* netns, dev, mark, cgroup, pid */
#define SKBTRACE_CHECK_CONN	4	/* the filter on connections */
#define SKBTRACE_CHECK_PACKET	8	/* the filter on packets */
#define SKBTRACE_CHECK_RANGE	16	/* a slot has ranged set */
#define SKBTRACE_CHECK_COND	32	/* a slot has cond set */
#define SKBTRACE_CHECK_SPECIAL	64	/* a slot has stack or staged set */
#define SKBTRACE_CHECK_LINK	128	/* a link sends by UDP: quiet.c */

/* Those that are applied before a block is reserved */
#define SKBTRACE_CHECKS		(SKBTRACE_CHECK_SLOT | SKBTRACE_CHECK_SCOPE | \
				 SKBTRACE_CHECK_CONN | SKBTRACE_CHECK_PACKET | \
				 SKBTRACE_CHECK_LINK)
/* Those that apply to connections */
#define SKBTRACE_CHECKS_CONN	(SKBTRACE_CHECKS & ~(SKBTRACE_CHECK_PACKET | \
						     SKBTRACE_CHECK_LINK))

/**
 * skbtrace_is_frame() - is this a frame of events?
 * @skb: packet in the hands of a device or of what is above it
 *
 * For probes that see other packets than those of IP.
 * Return: true if it is: then no event is written about it
 */
static inline bool skbtrace_is_frame(const struct sk_buff *skb)
{
	return skb->protocol == htons(SKBTRACE_ETHERTYPE) ||
	       (eth_type_vlan(skb->protocol) &&
		vlan_get_protocol(skb) == htons(SKBTRACE_ETHERTYPE));
}

#endif /* _LINUX_SKBTRACE_CHECKS_H */
