// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that carry events, sent by a link with a remote address. An event
 * about one of them would be sent by the next one, and so on without end. They
 * are known by their UDP port, on both ways and in all network namespaces,
 * since who collects them may be on this host, too; and by the socket that they
 * have, which stays when a tunnel wraps them up.
 *
 * Probes find out only while there is such a link: SKBTRACE_CHECK_LINK.
 */
#include <linux/udp.h>
#include <net/sock.h>
#include "lock.h"
#include "quiet.h"

/* Written under skbtrace_lock, read by probes bit by bit. */
static DECLARE_BITMAP(skbtrace_quiet_ports, 65536);
static int (*skbtrace_quiet_rcv)(struct sock *sk, struct sk_buff *skb);

static LIST_HEAD(skbtrace_quiet_users);

/* A port is quiet as long as one of its users is there. */
static void skbtrace_quiet_update(u16 port)
{
	const struct skbtrace_quiet *q;
	bool used = false;

	list_for_each_entry(q, &skbtrace_quiet_users, list)
		used |= q->port == port;
	if (used)
		set_bit(port, skbtrace_quiet_ports);
	else
		clear_bit(port, skbtrace_quiet_ports);
}

/* The caller sets the checks of all sessions anew, before the first packet. */
void skbtrace_quiet_add(struct skbtrace_quiet *q)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	WRITE_ONCE(skbtrace_quiet_rcv, q->rcv);
	list_add(&q->list, &skbtrace_quiet_users);
	skbtrace_quiet_update(q->port);
}

/* The caller sets the checks of all sessions anew, after the last packet. */
void skbtrace_quiet_del(struct skbtrace_quiet *q)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	list_del(&q->list);
	skbtrace_quiet_update(q->port);
}

/* What skbtrace_session.checks needs. */
u8 skbtrace_quiet_checks(void)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	return list_empty(&skbtrace_quiet_users) ? 0 : SKBTRACE_CHECK_LINK;
}

/* The socket of a link: only those have its encap_rcv. */
static bool skbtrace_is_link_sock(const struct sock *sk)
{
	const void *rcv = READ_ONCE(skbtrace_quiet_rcv);

	return rcv && sk_fullsock(sk) && sk->sk_type == SOCK_DGRAM &&
	       sk->sk_protocol == IPPROTO_UDP &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	       READ_ONCE(udp_sk(sk)->encap_rcv) == rcv;
}

/* Context: probe. */
bool skbtrace_is_carrier(const struct skbtrace_packet *p)
{
	struct skbtrace_tuple t;

	if (p->sk && skbtrace_is_link_sock(p->sk))
		return true;
	return skbtrace_packet_tuple(p->skb, p->l3, SKBTRACE_DIR_TX, &t,
				     NULL) && t.proto == IPPROTO_UDP &&
	       (test_bit(t.lport, skbtrace_quiet_ports) ||
		test_bit(t.pport, skbtrace_quiet_ports));
}
