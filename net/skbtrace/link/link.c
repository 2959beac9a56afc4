// SPDX-License-Identifier: GPL-2.0
/*
 * The link type "skbtrace": a device that, while it is up, is the reader of a
 * session and sends what it reads. It only sends: what comes out of it has been
 * seen by tc, the qdisc and packet sockets, and goes to a bridge, if the device
 * is a port of one, or to another host, if it has a remote address. See
 * include/uapi/linux/skbtrace_link.h for the frames.
 */
#include <linux/capability.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/in.h>
#include <linux/module.h>
#include <linux/net_tstamp.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <net/ipv6.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include "compat.h"
#include "link.h"

#define SKBTRACE_LINK_MTU_MIN	100
/* what IP and UDP put before a frame, and leave of 65535 bytes */
#define SKBTRACE_UDP4_HEADERS	28
#define SKBTRACE_UDP6_HEADERS	48

/*
 * Is this one of the frames that are made here? What else comes out of the
 * device, from a bridge or a packet socket, must not go back there, or on.
 */
static bool skbtrace_link_made(const struct sk_buff *skb,
			       const struct net_device *dev)
{
	struct ethhdr eth;

	return !skb_copy_bits(skb, 0, &eth, sizeof(eth)) &&
	       eth.h_proto == htons(SKBTRACE_ETHERTYPE) &&
	       ether_addr_equal(eth.h_source, dev->dev_addr);
}

/* Take a frame to the bridge that the device is a port of. */
static void skbtrace_link_bridge(struct sk_buff *skb, struct net_device *dev)
{
	skb_orphan(skb);
	skb->protocol = eth_type_trans(skb, dev);
	netif_rx(skb);
}

/* What a packet socket or a bridge sends by the device ends here, too. */
static netdev_tx_t skbtrace_link_xmit(struct sk_buff *skb,
				      struct net_device *dev)
{
	struct skbtrace_link *l = netdev_priv(dev);

	if (skbtrace_echo(l, skb) || !skbtrace_link_made(skb, dev)) {
		consume_skb(skb);
		return NETDEV_TX_OK;
	}
	if (l->sock) {
		skbtrace_udp_xmit(l, skb);
		return NETDEV_TX_OK;
	}
	dev_sw_netstats_tx_add(dev, 1, skb->len);
	if (rcu_access_pointer(dev->rx_handler))
		skbtrace_link_bridge(skb, dev);
	else
		consume_skb(skb);
	return NETDEV_TX_OK;
}

static int skbtrace_link_init(struct net_device *dev)
{
	struct skbtrace_link *l = netdev_priv(dev);

	netdev_lockdep_set_classes(dev);
	if (skbtrace_link_stats_make(dev))
		return -ENOMEM;
	l->cpu = kcalloc(nr_cpu_ids, sizeof(*l->cpu), GFP_KERNEL);
	l->kinds = kvzalloc(sizeof(*l->kinds), GFP_KERNEL);
	if (l->cpu && l->kinds &&
	    !dst_cache_init(&l->dst, GFP_KERNEL))
		return 0;
	skbtrace_link_stats_free(dev);
	kfree(l->cpu);
	kvfree(l->kinds);
	return -ENOMEM;
}

static void skbtrace_link_uninit(struct net_device *dev)
{
	struct skbtrace_link *l = netdev_priv(dev);

	dst_cache_destroy(&l->dst);
	skbtrace_texts_free(l);
	skbtrace_link_stats_free(dev);
	kfree(l->cpu);
	kvfree(l->kinds);
}

static int skbtrace_link_open(struct net_device *dev)
{
	struct skbtrace_link *l = netdev_priv(dev);
	int err;

	err = skbtrace_udp_open(l);
	if (err)
		return err;
	err = skbtrace_thread_make(l);
	if (err)
		skbtrace_udp_close(l);
	return err;
}

static int skbtrace_link_stop(struct net_device *dev)
{
	struct skbtrace_link *l = netdev_priv(dev);

	skbtrace_thread_stop(l);
	skbtrace_udp_close(l);
	return 0;
}

/* Only says yes: an event's time is in each frame that is made here. */
static int skbtrace_link_ioctl(struct net_device *dev, struct ifreq *ifr,
			       int cmd)
{
	return cmd == SIOCSHWTSTAMP || cmd == SIOCGHWTSTAMP ? 0 : -EOPNOTSUPP;
}

static const struct net_device_ops skbtrace_link_ops = {
	.ndo_init		= skbtrace_link_init,
	.ndo_uninit		= skbtrace_link_uninit,
	.ndo_open		= skbtrace_link_open,
	.ndo_stop		= skbtrace_link_stop,
	.ndo_start_xmit		= skbtrace_link_xmit,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_eth_ioctl		= skbtrace_link_ioctl,
};

static int skbtrace_link_ts_info(struct net_device *dev,
				 struct skbtrace_ts_info *info)
{
	info->so_timestamping = SOF_TIMESTAMPING_RX_HARDWARE |
				SOF_TIMESTAMPING_RAW_HARDWARE;
	info->phc_index = -1;
	info->tx_types = BIT(HWTSTAMP_TX_OFF);
	info->rx_filters = BIT(HWTSTAMP_FILTER_NONE) | BIT(HWTSTAMP_FILTER_ALL);
	return 0;
}

static const struct ethtool_ops skbtrace_link_ethtool = {
	.get_link	= ethtool_op_get_link,
	.get_ts_info	= skbtrace_link_ts_info,
};

static void skbtrace_link_setup(struct net_device *dev)
{
	struct skbtrace_link *l = netdev_priv(dev);

	ether_setup(dev);
	l->dev = dev;
	l->batch = SKBTRACE_LINK_BATCH_EVENT;
	strscpy(l->session, "default", sizeof(l->session));
	dev->netdev_ops = &skbtrace_link_ops;
	dev->ethtool_ops = &skbtrace_link_ethtool;
	dev->needs_free_netdev = true;
	dev->flags |= IFF_NOARP;
	dev->flags &= ~IFF_MULTICAST;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_LIVE_ADDR_CHANGE |
			   SKBTRACE_NO_ADDRCONF;
	/* long frames have fragments, which nothing here has to copy */
	dev->features |= NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA |
			 NETIF_F_HW_CSUM;
	dev->hw_features |= dev->features;
	dev->min_mtu = SKBTRACE_LINK_MTU_MIN;
	dev->max_mtu = ETH_MAX_MTU;
	eth_hw_addr_random(dev);
}

static const struct nla_policy skbtrace_link_policy[IFLA_SKBTRACE_MAX + 1] = {
	[IFLA_SKBTRACE_SESSION]	= { .type = NLA_NUL_STRING,
				    .len = SKBTRACE_NAME_MAX - 1 },
	[IFLA_SKBTRACE_BATCH]	= NLA_POLICY_MAX(NLA_U8,
						 SKBTRACE_LINK_BATCH_ANY),
	[IFLA_SKBTRACE_REMOTE]	= NLA_POLICY_EXACT_LEN(sizeof(__be32)),
	[IFLA_SKBTRACE_REMOTE6]	= NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[IFLA_SKBTRACE_PORT]	= NLA_POLICY_EXACT_LEN(sizeof(__be16)),
};

static bool skbtrace_addr_ok(struct nlattr *data[])
{
	struct in6_addr ip6;
	__be32 ip4;

	if (data[IFLA_SKBTRACE_REMOTE]) {
		ip4 = nla_get_in_addr(data[IFLA_SKBTRACE_REMOTE]);
		return !ipv4_is_multicast(ip4) && !ipv4_is_zeronet(ip4) &&
		       !ipv4_is_lbcast(ip4);
	}
	ip6 = nla_get_in6_addr(data[IFLA_SKBTRACE_REMOTE6]);
	/* a link-local one means nothing without a device */
	return !ipv6_addr_any(&ip6) &&
	       !(ipv6_addr_type(&ip6) & (IPV6_ADDR_MULTICAST |
					 IPV6_ADDR_LINKLOCAL));
}

static int skbtrace_validate_remote(struct nlattr *data[],
				    struct netlink_ext_ack *extack)
{
	if (data[IFLA_SKBTRACE_REMOTE] && data[IFLA_SKBTRACE_REMOTE6]) {
		NL_SET_ERR_MSG(extack, "one remote address only");
		return -EINVAL;
	}
	if (!data[IFLA_SKBTRACE_REMOTE] && !data[IFLA_SKBTRACE_REMOTE6]) {
		if (!data[IFLA_SKBTRACE_PORT])
			return 0;
		NL_SET_ERR_MSG(extack, "a port without a remote address");
		return -EINVAL;
	}
	if (!data[IFLA_SKBTRACE_PORT] ||
	    !nla_get_be16(data[IFLA_SKBTRACE_PORT])) {
		NL_SET_ERR_MSG(extack,
			       "a remote address needs a port, 1 to 65535");
		return -EINVAL;
	}
	if (!skbtrace_addr_ok(data)) {
		NL_SET_ERR_MSG(extack, "the remote address must be a host's, and no link-local one");
		return -EINVAL;
	}
	if (data[IFLA_SKBTRACE_REMOTE6] && !IS_ENABLED(CONFIG_IPV6)) {
		NL_SET_ERR_MSG(extack, "this kernel has no IPv6");
		return -EAFNOSUPPORT;
	}
	return 0;
}

static int skbtrace_link_validate(struct nlattr *tb[], struct nlattr *data[],
				  struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS] &&
	    (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
	     !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))) {
		NL_SET_ERR_MSG(extack, "not an Ethernet address of a host");
		return -EADDRNOTAVAIL;
	}
	return data ? skbtrace_validate_remote(data, extack) : 0;
}

/* @data has been validated. */
static void skbtrace_link_set(struct skbtrace_link *l, struct nlattr *data[])
{
	struct skbtrace_remote *r = &l->remote;

	if (data[IFLA_SKBTRACE_SESSION])
		nla_strscpy(l->session, data[IFLA_SKBTRACE_SESSION],
			    sizeof(l->session));
	if (data[IFLA_SKBTRACE_BATCH])
		WRITE_ONCE(l->batch, nla_get_u8(data[IFLA_SKBTRACE_BATCH]));
	if (data[IFLA_SKBTRACE_REMOTE]) {
		r->family = AF_INET;
		r->ip4 = nla_get_in_addr(data[IFLA_SKBTRACE_REMOTE]);
	} else if (data[IFLA_SKBTRACE_REMOTE6]) {
		r->family = AF_INET6;
		r->ip6 = nla_get_in6_addr(data[IFLA_SKBTRACE_REMOTE6]);
	}
	if (data[IFLA_SKBTRACE_PORT])
		r->port = nla_get_be16(data[IFLA_SKBTRACE_PORT]);
}

/*
 * A datagram with the headers before it fits into what Ethernet usually takes,
 * unless @mtu says otherwise, and into what IP can take.
 */
static int skbtrace_link_fit(struct net_device *dev, sa_family_t family,
			     const struct nlattr *mtu,
			     struct netlink_ext_ack *extack)
{
	u32 headers = family == AF_INET6 ? SKBTRACE_UDP6_HEADERS :
					   SKBTRACE_UDP4_HEADERS;

	dev->needed_headroom = headers;
	dev->max_mtu = ETH_MAX_MTU - headers;
	if (!mtu)
		dev->mtu -= headers;
	if (dev->mtu <= dev->max_mtu)
		return 0;
	NL_SET_ERR_MSG(extack, "the MTU is more than a datagram can hold");
	return -EINVAL;
}

/*
 * Events of all namespaces are told, so it takes more than being the
 * administrator of one.
 */
static int skbtrace_link_new(struct net *src_net, struct net_device *dev,
			     struct nlattr *tb[], struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	struct skbtrace_link *l = netdev_priv(dev);
	int err;

	if (!capable(CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack, "events of all network namespaces would be seen: only the administrator of the host may");
		return -EPERM;
	}
	if (data)
		skbtrace_link_set(l, data);
	if (!skbtrace_session_known(l->session)) {
		NL_SET_ERR_MSG(extack, "no session of this name: write it to sessions/new in /sys/kernel/debug/skbtrace");
		return -ENOENT;
	}
	if (l->remote.family) {
		err = skbtrace_link_fit(dev, l->remote.family, tb[IFLA_MTU],
					extack);
		if (err)
			return err;
	}
	return register_netdevice(dev);
}

/* All but @batch is for good: who listens takes it for another sender. */
static int skbtrace_link_change(struct net_device *dev, struct nlattr *tb[],
				struct nlattr *data[],
				struct netlink_ext_ack *extack)
{
	struct skbtrace_link *l = netdev_priv(dev);

	if (!data)
		return 0;
	if (data[IFLA_SKBTRACE_SESSION] || data[IFLA_SKBTRACE_REMOTE] ||
	    data[IFLA_SKBTRACE_REMOTE6] || data[IFLA_SKBTRACE_PORT]) {
		NL_SET_ERR_MSG(extack,
			       "only batch can be changed: delete the link and add another one");
		return -EOPNOTSUPP;
	}
	skbtrace_link_set(l, data);
	return 0;
}

static size_t skbtrace_link_size(const struct net_device *dev)
{
	return nla_total_size(SKBTRACE_NAME_MAX) +
	       nla_total_size(sizeof(u8)) +
	       nla_total_size(sizeof(struct in6_addr)) +
	       nla_total_size(sizeof(__be16));
}

static int skbtrace_link_fill(struct sk_buff *skb, const struct net_device *dev)
{
	const struct skbtrace_link *l = netdev_priv(dev);
	const struct skbtrace_remote *r = &l->remote;

	if (nla_put_string(skb, IFLA_SKBTRACE_SESSION, l->session) ||
	    nla_put_u8(skb, IFLA_SKBTRACE_BATCH, READ_ONCE(l->batch)))
		return -EMSGSIZE;
	if (r->family == AF_INET &&
	    nla_put_in_addr(skb, IFLA_SKBTRACE_REMOTE, r->ip4))
		return -EMSGSIZE;
	if (r->family == AF_INET6 &&
	    nla_put_in6_addr(skb, IFLA_SKBTRACE_REMOTE6, &r->ip6))
		return -EMSGSIZE;
	if (r->family && nla_put_be16(skb, IFLA_SKBTRACE_PORT, r->port))
		return -EMSGSIZE;
	return 0;
}

static struct rtnl_link_ops skbtrace_link_type __read_mostly = {
	.kind		= "skbtrace",
	.priv_size	= sizeof(struct skbtrace_link),
	.setup		= skbtrace_link_setup,
	.maxtype	= IFLA_SKBTRACE_MAX,
	.policy		= skbtrace_link_policy,
	.validate	= skbtrace_link_validate,
	.newlink	= skbtrace_link_new,
	.changelink	= skbtrace_link_change,
	.get_size	= skbtrace_link_size,
	.fill_info	= skbtrace_link_fill,
};

/*
 * ndo_open() comes before the device can send, ndo_stop() after: the thread
 * runs in between, so that it loses no frame to a queue that is not there.
 */
static int skbtrace_link_event(struct notifier_block *nb, unsigned long event,
			       void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (dev->netdev_ops != &skbtrace_link_ops)
		return NOTIFY_DONE;
	if (event == NETDEV_UP)
		skbtrace_thread_start(netdev_priv(dev));
	else if (event == NETDEV_GOING_DOWN)
		skbtrace_thread_stop(netdev_priv(dev));
	return NOTIFY_DONE;
}

/* After packet sockets have heard that the device is up. */
static struct notifier_block skbtrace_link_notifier = {
	.notifier_call	= skbtrace_link_event,
	.priority	= -1,
};

static int __init skbtrace_link_module_init(void)
{
	int err;

	get_random_bytes(&skbtrace_link_host, sizeof(skbtrace_link_host));
	err = register_netdevice_notifier(&skbtrace_link_notifier);
	if (err)
		return err;
	err = rtnl_link_register(&skbtrace_link_type);
	if (err)
		unregister_netdevice_notifier(&skbtrace_link_notifier);
	return err;
}

/* Links that are there go away, with their threads. */
static void __exit skbtrace_link_module_exit(void)
{
	rtnl_link_unregister(&skbtrace_link_type);
	unregister_netdevice_notifier(&skbtrace_link_notifier);
}

module_init(skbtrace_link_module_init);
module_exit(skbtrace_link_module_exit);

MODULE_DESCRIPTION("skbtrace: events as frames of a network device");
MODULE_LICENSE("GPL");
MODULE_ALIAS_RTNL_LINK("skbtrace");
