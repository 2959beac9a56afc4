// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces of sessions that are bound to one. The number by which it
 * is named, of its inode, goes to the next one when it is gone; its cookie
 * never does, so that is what events are compared by.
 */
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/rwsem.h>
#include <net/net_namespace.h>
#include "verdict.h"
#include "netns.h"

/**
 * skbtrace_netns_cookie() - the namespace that has a number now
 * @inum: inode number
 *
 * Return: its cookie, or %SKBTRACE_NO_NETNS
 */
u64 skbtrace_netns_cookie(u32 inum)
{
	u64 cookie = SKBTRACE_NO_NETNS;
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net)
		if (net->ns.inum == inum)
			cookie = net->net_cookie;
	up_read(&net_rwsem);
	return cookie;
}

/**
 * skbtrace_bound_elsewhere() - the slow path of skbtrace_hides()
 * @s: session
 * @net: namespace, %NULL: not known
 *
 * Context: probe, preemption off.
 * Return: true if the session is bound to another namespace
 */
bool skbtrace_bound_elsewhere(const struct skbtrace_session *s,
			      const struct net *net)
{
	const struct skbtrace_filters *j = rcu_dereference_sched(s->filters);

	return j && j->netns && (!net || net->net_cookie != j->netns_cookie);
}
EXPORT_SYMBOL_GPL(skbtrace_bound_elsewhere);

/**
 * skbtrace_is_inner() - does a packet have the addresses of its socket?
 * @skb: packet
 * @t: its addresses
 * @sk: socket that it holds
 *
 * The peer may vary. Context: probe.
 * Return: true if it does; false: it is below a tunnel
 */
bool skbtrace_is_inner(const struct sk_buff *skb,
		       const struct skbtrace_tuple *t, const struct sock *sk)
{
	struct skbtrace_tuple of;

	skbtrace_sock_tuple(sk, &of);
	return !skb->encapsulation && t->proto == skbtrace_sock_proto(sk) &&
	       (ipv6_addr_any(&of.local) ||
		ipv6_addr_equal(&t->local, &of.local)) &&
	       (!t->lport || t->lport == of.lport);
}
EXPORT_SYMBOL_GPL(skbtrace_is_inner);

/*
 * A process may have the socket of another namespace. One that has left all
 * namespaces, since it exits, is not known to be of any.
 */
u32 skbtrace_seen_tgid_slow(const struct skbtrace_session *s)
{
	const struct nsproxy *ns = current->nsproxy;

	return skbtrace_bound_elsewhere(s, ns ? ns->net_ns : NULL) ?
	       0 : current->tgid;
}
