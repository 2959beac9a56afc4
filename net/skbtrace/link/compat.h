/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between the kernels that the link is built for. */
#ifndef _NET_SKBTRACE_LINK_COMPAT_H
#define _NET_SKBTRACE_LINK_COMPAT_H

#include <linux/ethtool.h>
#include <linux/netdevice.h>

#ifdef SKBTRACE_HAVE_KERNEL_TS_INFO
#define skbtrace_ts_info	kernel_ethtool_ts_info
#else
#define skbtrace_ts_info	ethtool_ts_info
#endif

/* IPv6 sends nothing by the device on its own account. */
#ifdef SKBTRACE_HAVE_NO_ADDRCONF
#define SKBTRACE_NO_ADDRCONF	IFF_NO_ADDRCONF
#else
#define SKBTRACE_NO_ADDRCONF	0
#endif

/* Counters by CPU: newer kernels allocate and free them for the device. */
#ifdef SKBTRACE_HAVE_STAT_TYPE
static inline int skbtrace_link_stats_make(struct net_device *dev)
{
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	return 0;
}

static inline void skbtrace_link_stats_free(struct net_device *dev)
{
}
#else
static inline int skbtrace_link_stats_make(struct net_device *dev)
{
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	return dev->tstats ? 0 : -ENOMEM;
}

static inline void skbtrace_link_stats_free(struct net_device *dev)
{
	free_percpu(dev->tstats);
}
#endif

#endif /* _NET_SKBTRACE_LINK_COMPAT_H */
