// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of owner.c: the network namespace of a packet, and the socket
 * that has refused it.
 */
#include <linux/ip.h>
#include <linux/netdevice.h>
#include <linux/skbtrace_tuple.h>
#include <linux/tcp.h>
#include <net/dst.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include "compat.h"

#define OWNER_LOCAL	htonl(0x0a000002)
#define OWNER_PEER	htonl(0x0a000001)

/* A segment, and the socket that it is for */
struct owner_test {
	struct sk_buff		*skb;
	struct tcp_sock		tp;
	struct sock		*sk;
	struct dst_entry	dst;
};

static void owner_put_headers(struct sk_buff *skb)
{
	struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));

	ip->version = 4;
	ip->ihl = 5;
	ip->protocol = IPPROTO_TCP;
	ip->saddr = OWNER_PEER;
	ip->daddr = OWNER_LOCAL;
	th->source = htons(40000);
	th->dest = htons(443);
	th->doff = 5;
}

static int owner_init(struct kunit *test)
{
	struct owner_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	t->skb = alloc_skb(128, GFP_KERNEL);
	if (!t->skb)
		return -ENOMEM;
	owner_put_headers(t->skb);
	t->sk = (struct sock *)&t->tp;
	t->sk->sk_family = AF_INET;
	t->sk->sk_state = TCP_ESTABLISHED;
	t->sk->sk_type = SOCK_STREAM;
	t->sk->sk_rcv_saddr = OWNER_LOCAL;
	t->sk->sk_num = 443;
	t->sk->sk_daddr = OWNER_PEER;
	t->sk->sk_dport = htons(40000);
	sock_net_set(t->sk, &init_net);
	test->priv = t;
	return 0;
}

static void owner_exit(struct kunit *test)
{
	struct owner_test *t = test->priv;

	if (t)
		kfree_skb(t->skb);
}

static bool owner_refuses(struct owner_test *t)
{
	struct skbtrace_packet p = {
		.skb = t->skb, .dir = SKBTRACE_DIR_RX,
	};

	skbtrace_refused_by(&p, t->sk);
	return p.by == t->sk && p.net == &init_net;
}

static void owner_by_its_addresses(struct kunit *test)
{
	struct owner_test *t = test->priv;

	KUNIT_EXPECT_TRUE(test, owner_refuses(t));
	t->sk->sk_num = 444;
	KUNIT_EXPECT_FALSE(test, owner_refuses(t));
	t->sk->sk_num = 443;
	t->sk->sk_dport = htons(40001);
	KUNIT_EXPECT_FALSE(test, owner_refuses(t));
	t->sk->sk_dport = htons(40000);
	t->sk->sk_daddr = OWNER_LOCAL;
	KUNIT_EXPECT_FALSE(test, owner_refuses(t));
	/* a listener takes any */
	t->sk->sk_daddr = 0;
	t->sk->sk_dport = 0;
	KUNIT_EXPECT_TRUE(test, owner_refuses(t));
	t->sk->sk_family = AF_UNIX;
	KUNIT_EXPECT_FALSE(test, owner_refuses(t));
}

/* Its memory is on the way to another socket. */
static void owner_is_being_made(struct kunit *test)
{
	struct owner_test *t = test->priv;

	sock_net_set(t->sk, NULL);
	KUNIT_EXPECT_FALSE(test, owner_refuses(t) &&
			   IS_ENABLED(CONFIG_NET_NS));
}

static u32 owner_netns(const struct owner_test *t,
		       const struct net_device *dev, const struct sock *sk)
{
	return skbtrace_inum(skbtrace_packet_net(t->skb, dev, sk));
}

static void owner_namespace(struct kunit *test)
{
	struct owner_test *t = test->priv;
	u32 first = init_net.ns.inum;

	KUNIT_EXPECT_EQ(test, owner_netns(t, NULL, NULL), 0U);
	KUNIT_EXPECT_EQ(test, owner_netns(t, init_net.loopback_dev, NULL),
			first);
	KUNIT_EXPECT_EQ(test, owner_netns(t, NULL, t->sk), first);
	/* the kernel's own, which sends for all of them */
	t->sk->sk_type = SOCK_RAW;
	KUNIT_EXPECT_EQ(test, owner_netns(t, NULL, t->sk), 0U);
	t->sk->sk_net_refcnt = 1;
	KUNIT_EXPECT_EQ(test, owner_netns(t, NULL, t->sk), first);
}

static void owner_route(struct kunit *test)
{
	struct owner_test *t = test->priv;

	rcu_read_lock();
	skb_dst_set_noref(t->skb, &t->dst);
	t->dst.dev = init_net.loopback_dev;
	KUNIT_EXPECT_EQ(test, owner_netns(t, NULL, NULL), init_net.ns.inum);
	/* the device of the route has gone */
	t->dst.dev = blackhole_netdev;
	KUNIT_EXPECT_EQ(test, owner_netns(t, NULL, NULL), 0U);
	/* a tunnel's, no route */
	t->dst.dev = init_net.loopback_dev;
	t->dst.flags = DST_METADATA;
	KUNIT_EXPECT_EQ(test, owner_netns(t, NULL, NULL), 0U);
	skb_dst_drop(t->skb);
	rcu_read_unlock();
}

static struct kunit_case owner_cases[] = {
	KUNIT_CASE(owner_by_its_addresses),
	KUNIT_CASE(owner_is_being_made),
	KUNIT_CASE(owner_namespace),
	KUNIT_CASE(owner_route),
	{}
};

static struct kunit_suite owner_suite = {
	.name		= "skbtrace_owner",
	.init		= owner_init,
	.exit		= owner_exit,
	.test_cases	= owner_cases,
};

kunit_test_suite(owner_suite);
