// SPDX-License-Identifier: GPL-2.0
/*
 * Carries frames to another host, as datagrams without their Ethernet header,
 * and answers probes that come in. The socket is of the namespace that the
 * device is in while it is up.
 *
 * Who can send to the port can ask for echoes, who can listen on the way reads
 * everything: for trusted networks, or inside of WireGuard or IPsec.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/ip_tunnels.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include <net/udp_tunnel.h>
#include "link.h"

/**
 * struct skbtrace_path - the addresses of a datagram
 * @from4: own address, unspecified: routing decides
 * @from6: the same
 * @to4: the peer
 * @to6: the same
 * @port: of the peer
 * @cache: route that is known, %NULL: ask
 */
struct skbtrace_path {
	union {
		__be32		from4;
		struct in6_addr	from6;
	};
	union {
		__be32		to4;
		struct in6_addr	to6;
	};
	__be16			port;
	struct dst_cache	*cache;
};

/*
 * Give the frame to IP; @skb is no longer the caller's. The socket as its owner
 * lets probes know what it is, see quiet.c.
 */
static int skbtrace_udp4(struct skbtrace_link *l, struct sk_buff *skb,
			 const struct skbtrace_path *path)
{
	struct sock *sk = l->sock->sk;
	__be32 from = path->from4;
	struct rtable *rt = NULL;
	struct flowi4 fl;

	if (path->cache)
		rt = dst_cache_get_ip4(path->cache, &from);
	if (!rt) {
		fl = (struct flowi4){
			.saddr = from, .daddr = path->to4,
			.flowi4_proto = IPPROTO_UDP,
			.fl4_sport = l->port, .fl4_dport = path->port,
		};
		rt = ip_route_output_key(sock_net(sk), &fl);
		if (IS_ERR(rt))
			return PTR_ERR(rt);
		from = fl.saddr;
		if (path->cache)
			dst_cache_set_ip4(path->cache, &rt->dst, from);
	}
	udp_tunnel_xmit_skb(rt, sk, skb, from, path->to4, 0,
			    ip4_dst_hoplimit(&rt->dst), 0, l->port, path->port,
			    false, false);
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)
static int skbtrace_udp6(struct skbtrace_link *l, struct sk_buff *skb,
			 const struct skbtrace_path *path)
{
	struct in6_addr from = path->from6, to = path->to6;
	struct sock *sk = l->sock->sk;
	struct dst_entry *dst = NULL;
	struct flowi6 fl;

	if (path->cache)
		dst = dst_cache_get_ip6(path->cache, &from);
	if (!dst) {
		fl = (struct flowi6){
			.saddr = from, .daddr = to,
			.flowi6_proto = IPPROTO_UDP,
			.fl6_sport = l->port, .fl6_dport = path->port,
		};
		dst = ipv6_stub->ipv6_dst_lookup_flow(sock_net(sk), sk, &fl,
						      NULL);
		if (IS_ERR(dst))
			return PTR_ERR(dst);
		from = fl.saddr;
		if (path->cache)
			dst_cache_set_ip6(path->cache, dst, &from);
	}
	udp_tunnel6_xmit_skb(dst, sk, skb, l->dev, &from, &to, 0,
			     ip6_dst_hoplimit(dst), 0, l->port, path->port,
			     false);
	return 0;
}
#else
static int skbtrace_udp6(struct skbtrace_link *l, struct sk_buff *skb,
			 const struct skbtrace_path *path)
{
	return -EAFNOSUPPORT;
}
#endif

/* Context: BHs off. */
static void skbtrace_udp_send(struct skbtrace_link *l, struct sk_buff *skb,
			      const struct skbtrace_path *path)
{
	int err;

	skb->dev = l->dev;
	skb_orphan(skb);
	skb_set_owner_w(skb, l->sock->sk);
	skb_reset_inner_network_header(skb);
	if (l->remote.family == AF_INET6)
		err = skbtrace_udp6(l, skb, path);
	else
		err = skbtrace_udp4(l, skb, path);
	if (err) {
		DEV_STATS_INC(l->dev, tx_carrier_errors);
		kfree_skb(skb);
	}
}

static struct sk_buff *skbtrace_udp_cow(struct skbtrace_link *l,
					struct sk_buff *skb)
{
	if (skb_cow_head(skb, l->dev->needed_headroom)) {
		DEV_STATS_INC(l->dev, tx_dropped);
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}

/* Send a frame of the device. Context: ndo_start_xmit(). */
void skbtrace_udp_xmit(struct skbtrace_link *l, struct sk_buff *skb)
{
	struct skbtrace_path path = {
		.port = l->remote.port, .cache = &l->dst,
	};

	if (l->remote.family == AF_INET6)
		path.to6 = l->remote.ip6;
	else
		path.to4 = l->remote.ip4;
	if (!pskb_may_pull(skb, ETH_HLEN)) {
		kfree_skb(skb);
		return;
	}
	skb_pull(skb, ETH_HLEN);
	skb = skbtrace_udp_cow(l, skb);
	if (skb)
		skbtrace_udp_send(l, skb, &path);
}

/* Who has sent @skb, whose IP header is still there, gets @path. */
static void skbtrace_udp_back(const struct skbtrace_link *l,
			      const struct sk_buff *skb,
			      struct skbtrace_path *path)
{
	*path = (struct skbtrace_path){ .port = udp_hdr(skb)->source };
	if (l->remote.family == AF_INET6) {
		path->from6 = ipv6_hdr(skb)->daddr;
		path->to6 = ipv6_hdr(skb)->saddr;
	} else {
		path->from4 = ip_hdr(skb)->daddr;
		path->to4 = ip_hdr(skb)->saddr;
	}
}

/*
 * A datagram for the socket: a probe is answered, anything else ignored.
 * Context: softirq, RCU. Return: 0: the datagram has been taken
 */
static int skbtrace_udp_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct skbtrace_link *l = rcu_dereference_sk_user_data(sk);
	struct skbtrace_frame probe;
	struct skbtrace_path path;
	struct sk_buff *echo;

	if (l && skbtrace_get_probe(skb, sizeof(struct udphdr), &probe)) {
		skbtrace_udp_back(l, skb, &path);
		echo = skbtrace_make_echo(l, skb, sizeof(struct udphdr), &probe,
					  LL_MAX_HEADER +
					  l->dev->needed_headroom);
		if (echo)
			skbtrace_udp_send(l, echo, &path);
	}
	consume_skb(skb);
	return 0;
}

static int skbtrace_udp_bind(struct skbtrace_link *l, __be16 port)
{
	struct udp_port_cfg cfg = {
		.family = l->remote.family,
		.local_udp_port = port,
#if IS_ENABLED(CONFIG_IPV6)
		.ipv6_v6only = 1,
#endif
	};

	return udp_sock_create(dev_net(l->dev), &cfg, &l->sock);
}

/*
 * The device comes up. A port that is taken, maybe by a collector on this host,
 * is no reason not to send: then it is sent from another one.
 *
 * Context: RTNL. Return: 0 or a negative errno
 */
int skbtrace_udp_open(struct skbtrace_link *l)
{
	struct udp_tunnel_sock_cfg cfg = {
		.sk_user_data = l,
		.encap_type = 1,
		.encap_rcv = skbtrace_udp_rcv,
	};
	int err;

	if (!l->remote.family)
		return 0;
	err = skbtrace_udp_bind(l, l->remote.port);
	if (err == -EADDRINUSE)
		err = skbtrace_udp_bind(l, 0);
	if (err)
		return err;
	l->port = inet_sk(l->sock->sk)->inet_sport;
	l->quiet.port = ntohs(l->remote.port);
	l->quiet.rcv = skbtrace_udp_rcv;
	skbtrace_quiet_begin(&l->quiet);
	setup_udp_tunnel_sock(dev_net(l->dev), l->sock, &cfg);
	return 0;
}

/* Nothing is sent any more. Context: RTNL. */
void skbtrace_udp_close(struct skbtrace_link *l)
{
	if (!l->sock)
		return;
	udp_tunnel_sock_release(l->sock);
	synchronize_net();	/* skbtrace_udp_rcv() may still be running */
	l->sock = NULL;
	skbtrace_quiet_end(&l->quiet);
	dst_cache_reset(&l->dst);
}
