/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a session that is bound to a network namespace (its file "netns") is
 * told of others: nothing. Events are of the namespace of their device or
 * socket. What else they tell may be another one's: the socket that has sent a
 * packet over a veth, the process that uses a socket.
 */
#ifndef _LINUX_SKBTRACE_NETNS_H
#define _LINUX_SKBTRACE_NETNS_H

#include <linux/skbtrace.h>
#include <net/sock.h>

bool skbtrace_bound_elsewhere(const struct skbtrace_session *s,
			      const struct net *net);

/**
 * skbtrace_hides() - must nothing of this network namespace be told?
 * @s: session
 * @net: the namespace; %NULL: not known
 *
 * Context: probe.
 * Return: true if the session is bound to another one
 */
static __always_inline bool skbtrace_hides(const struct skbtrace_session *s,
					   const struct net *net)
{
	return unlikely(READ_ONCE(s->checks) & SKBTRACE_CHECK_SCOPE) &&
	       skbtrace_bound_elsewhere(s, net);
}

/**
 * skbtrace_seen_sock() - a socket, unless it is hidden
 * @s: session
 * @sk: any kind of socket, or %NULL
 *
 * On its way into another namespace, over a veth or through a tunnel, a packet
 * keeps the socket that has sent it. Context: probe.
 *
 * Return: the socket or %NULL
 */
static __always_inline struct sock *
skbtrace_seen_sock(const struct skbtrace_session *s, struct sock *sk)
{
	return sk && skbtrace_hides(s, sock_net(sk)) ? NULL : sk;
}

static inline u8 skbtrace_sock_proto(const struct sock *sk)
{
	return sk_fullsock(sk) ? sk->sk_protocol : IPPROTO_TCP;
}

bool skbtrace_is_inner(const struct sk_buff *skb,
		       const struct skbtrace_tuple *t, const struct sock *sk);

/**
 * skbtrace_hides_outer() - is this packet below a tunnel, and must not be told?
 * @s: session
 * @skb: packet whose device is not known
 * @sk: socket that it holds, or %NULL
 * @t: addresses of the packet, @sk its local end
 *
 * Its addresses are the tunnel's then, maybe of another namespace than that of
 * the socket. Context: probe.
 * Return: true if it is, and the session is bound
 */
static __always_inline bool
skbtrace_hides_outer(const struct skbtrace_session *s,
		     const struct sk_buff *skb, const struct sock *sk,
		     const struct skbtrace_tuple *t)
{
	return sk && skbtrace_hides(s, NULL) && !skbtrace_is_inner(skb, t, sk);
}

#endif /* _LINUX_SKBTRACE_NETNS_H */
