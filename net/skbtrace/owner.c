// SPDX-License-Identifier: GPL-2.0
/*
 * Whose a packet is, as far as it tells: its network namespace, and the socket
 * that has refused it.
 */
#include <linux/netdevice.h>
#include <linux/skbtrace.h>
#include <net/dst_metadata.h>
#include <net/net_namespace.h>
#include <net/sock.h>

/*
 * The namespace of its route, which freeing the packet will release: so it is
 * one, or none. That of a device that has gone is another namespace's.
 */
static const struct net *skbtrace_route_net(const struct sk_buff *skb)
{
	const struct net_device *dev;

	if (!skb_valid_dst(skb))
		return NULL;
	dev = READ_ONCE(skb_dst(skb)->dev);
	return dev && dev != blackhole_netdev ? dev_net(dev) : NULL;
}

/*
 * Resets and ICMP messages of all namespaces are sent by sockets of the kernel
 * which only meanwhile are of that namespace, and then of the first one again.
 */
static bool skbtrace_lent(const struct sock *sk)
{
	return sk_fullsock(sk) && sk->sk_type == SOCK_RAW &&
	       !sk->sk_net_refcnt && net_eq(sock_net(sk), &init_net);
}

/**
 * skbtrace_packet_net() - the network namespace of a packet
 * @skb: packet, in the hands of IP, or about to be freed
 * @dev: its device, %NULL: not known
 * @sk: its socket, %NULL: not known
 *
 * Context: probe.
 * Return: the namespace, %NULL: not known
 */
const struct net *skbtrace_packet_net(const struct sk_buff *skb,
				      const struct net_device *dev,
				      const struct sock *sk)
{
	if (dev)
		return dev_net(dev);
	return sk && !skbtrace_lent(sk) ? sock_net(sk) :
					  skbtrace_route_net(skb);
}
EXPORT_SYMBOL_GPL(skbtrace_packet_net);

static bool skbtrace_receives(const struct sock *sk,
			      const struct skbtrace_tuple *t)
{
	struct skbtrace_tuple of;

	if (!t->lport ||
	    (sk->sk_family != AF_INET && sk->sk_family != AF_INET6))
		return false;
	skbtrace_sock_tuple(sk, &of);
	if (of.lport != t->lport)
		return false;
	return !of.pport || (of.pport == t->pport &&
			     ipv6_addr_equal(&of.peer, &t->peer));
}

/**
 * skbtrace_refused_by() - a socket is said to have refused a packet
 * @p: packet; its @by and @net are set if this is true
 * @sk: the socket; %NULL: none
 *
 * It may have been released: TCP and UDP sockets stay readable under RCU, which
 * every receive path holds, but may be reused. So it only counts if its
 * addresses match the packet, and is read, never written. Its namespace, as any
 * that a socket of this memory has had, outlives the path. While the memory
 * changes hands there may be none. Context: probe.
 */
void skbtrace_refused_by(struct skbtrace_packet *p, struct sock *sk)
{
	const struct net *net;
	struct skbtrace_tuple t;

	if (!sk || !skbtrace_packet_tuple(p->skb, p->l3, SKBTRACE_DIR_RX, &t,
					  NULL) || !skbtrace_receives(sk, &t))
		return;
	net = sock_net(sk);
	if (!net)
		return;
	p->by = sk;
	p->net = net;
}
EXPORT_SYMBOL_GPL(skbtrace_refused_by);
