// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of ident.c: addresses and ports of sockets, and of packets made
 * by hand, malformed ones included.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include "run.h"

#define HEADROOM	128
#define PACKET_MAX	256
#define SPORT		40000
#define DPORT		443
#define SEQ		0xdeadbeef
#define PAYLOAD		100	/* bytes that the headers promise */
/* The struct ends with two bytes that are the next field's in a block. */
#define TUPLE_BYTES	offsetofend(struct skbtrace_tuple, dir)

/* A packet under construction. */
struct packet {
	u8	data[PACKET_MAX];
	int	len;
};

static const u8 src6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
static const u8 dst6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 };

static void put_data(struct packet *p, const void *data, int len)
{
	memcpy(p->data + p->len, data, len);
	p->len += len;
}

static void put_ip4(struct packet *p, u8 proto, int options, u16 frag_off,
		    int above)
{
	struct iphdr ip = {
		.version	= 4,
		.ihl		= 5 + options,
		.ttl		= 64,
		.protocol	= proto,
		.frag_off	= htons(frag_off),
		.saddr		= htonl(0x0a000001),
		.daddr		= htonl(0x0a000002),
		.tot_len	= htons(20 + options * 4 + above),
	};

	put_data(p, &ip, sizeof(ip));
	memset(p->data + p->len, 1, options * 4);	/* NOPs */
	p->len += options * 4;
}

static void put_ip6(struct packet *p, u8 proto, int above)
{
	struct ipv6hdr ip = {
		.version	= 6,
		.nexthdr	= proto,
		.hop_limit	= 64,
		.payload_len	= htons(above),
	};

	memcpy(&ip.saddr, src6, sizeof(src6));
	memcpy(&ip.daddr, dst6, sizeof(dst6));
	put_data(p, &ip, sizeof(ip));
}

/* An extension header of 8 + @more bytes. */
static void put_ext(struct packet *p, u8 next, int more)
{
	u8 ext[64] = { next, more / 8 };

	put_data(p, ext, 8 + more);
}

static void put_fragment(struct packet *p, u8 next, u16 frag_off)
{
	struct frag_hdr frag = {
		.nexthdr	= next,
		.frag_off	= htons(frag_off),
	};

	put_data(p, &frag, sizeof(frag));
}

static void put_tcp(struct packet *p, int options)
{
	struct tcphdr th = {
		.source	= htons(SPORT),
		.dest	= htons(DPORT),
		.seq	= htonl(SEQ),
		.doff	= 5 + options,
	};

	put_data(p, &th, sizeof(th));
	memset(p->data + p->len, 1, options * 4);
	p->len += options * 4;
}

static void put_udp(struct packet *p)
{
	struct udphdr uh = {
		.source	= htons(SPORT),
		.dest	= htons(DPORT),
		.len	= htons(sizeof(uh) + PAYLOAD),
	};

	put_data(p, &uh, sizeof(uh));
}

static void make_tcp4(struct packet *p)
{
	put_ip4(p, IPPROTO_TCP, 0, 0, 20 + PAYLOAD);
	put_tcp(p, 0);
}

static void make_tcp4_options(struct packet *p)
{
	put_ip4(p, IPPROTO_TCP, 10, 0, 32 + PAYLOAD);
	put_tcp(p, 3);
}

static void make_udp4(struct packet *p)
{
	put_ip4(p, IPPROTO_UDP, 2, 0, 8 + PAYLOAD);
	put_udp(p);
}

static void make_icmp4(struct packet *p)
{
	put_ip4(p, IPPROTO_ICMP, 0, 0, 8 + PAYLOAD);
	put_udp(p);
}

/* The first of several: it has the ports. DF is no reason either. */
static void make_udp4_first(struct packet *p)
{
	put_ip4(p, IPPROTO_UDP, 0, IP_MF | IP_DF, 8 + PAYLOAD);
	put_udp(p);
}

static void make_udp4_later(struct packet *p)
{
	put_ip4(p, IPPROTO_UDP, 0, 185, 8 + PAYLOAD);
	put_udp(p);
}

/* BIG TCP, and on the way out before the length is known */
static void make_tcp4_no_len(struct packet *p)
{
	make_tcp4(p);
	((struct iphdr *)p->data)->tot_len = 0;
	p->len += PAYLOAD;
}

/* The IP header promises less than the headers are long. */
static void make_tcp4_lying_len(struct packet *p)
{
	make_tcp4(p);
	((struct iphdr *)p->data)->tot_len = htons(30);
}

static void make_tcp4_cut_tcp(struct packet *p)
{
	make_tcp4(p);
	p->len = 39;
}

static void make_udp4_cut_options(struct packet *p)
{
	make_udp4(p);
	p->len = 24;
}

static void make_ip4_cut(struct packet *p)
{
	make_tcp4(p);
	p->len = 19;
}

static void make_ip4_ihl(struct packet *p)
{
	make_tcp4(p);
	((struct iphdr *)p->data)->ihl = 4;
}

static void make_tcp6(struct packet *p)
{
	put_ip6(p, IPPROTO_TCP, 20 + PAYLOAD);
	put_tcp(p, 0);
}

static void make_udp6(struct packet *p)
{
	put_ip6(p, IPPROTO_UDP, 8 + PAYLOAD);
	put_udp(p);
}

static void make_tcp6_ext(struct packet *p)
{
	put_ip6(p, NEXTHDR_HOP, 8 + 24 + 16 + 24 + PAYLOAD);
	put_ext(p, NEXTHDR_ROUTING, 0);
	put_ext(p, NEXTHDR_DEST, 16);
	put_ext(p, IPPROTO_TCP, 8);
	put_tcp(p, 1);
}

static void make_udp6_first(struct packet *p)
{
	put_ip6(p, NEXTHDR_FRAGMENT, 8 + 8 + PAYLOAD);
	put_fragment(p, IPPROTO_UDP, IP6_MF);
	put_udp(p);
}

static void make_udp6_later(struct packet *p)
{
	put_ip6(p, NEXTHDR_FRAGMENT, 8 + 8 + PAYLOAD);
	put_fragment(p, IPPROTO_UDP, 1448 | IP6_MF);
	put_udp(p);
}

static void make_tcp6_no_len(struct packet *p)
{
	make_tcp6(p);
	((struct ipv6hdr *)p->data)->payload_len = 0;
	p->len += PAYLOAD;
}

static void make_ext6_cut(struct packet *p)
{
	make_tcp6_ext(p);
	p->len = 40 + 8 + 24 + 1;
}

/* Its length leads out of the packet. */
static void make_ext6_lying_len(struct packet *p)
{
	make_tcp6_ext(p);
	p->data[40 + 1] = 255;
}

static void make_ip6_cut(struct packet *p)
{
	make_tcp6(p);
	p->len = 39;
}

static void make_version_5(struct packet *p)
{
	make_tcp4(p);
	p->data[0] = 0x55;
}

static void make_nothing(struct packet *p)
{
}

/* What is found in a packet beside the addresses; @version 0: refused */
static const struct tuple_case {
	const char	*what;
	void		(*make)(struct packet *p);
	u8		version;
	u8		proto;
	bool		ports;
	bool		seq;
	u32		len;
} tuple_cases[] = {
	{ "tcp4", make_tcp4, 4, IPPROTO_TCP, true, true, PAYLOAD },
	{ "tcp4 with options", make_tcp4_options, 4, IPPROTO_TCP, true, true,
	  PAYLOAD },
	{ "udp4 with IP options", make_udp4, 4, IPPROTO_UDP, true, false,
	  PAYLOAD },
	{ "icmp4", make_icmp4, 4, IPPROTO_ICMP },
	{ "udp4 first fragment", make_udp4_first, 4, IPPROTO_UDP, true, false,
	  PAYLOAD },
	{ "udp4 later fragment", make_udp4_later, 4, IPPROTO_UDP },
	{ "tcp4 tot_len 0", make_tcp4_no_len, 4, IPPROTO_TCP, true, true,
	  PAYLOAD },
	{ "tcp4 tot_len too small", make_tcp4_lying_len, 4, IPPROTO_TCP, true,
	  true, 0 },
	{ "tcp4 TCP header cut", make_tcp4_cut_tcp, 4, IPPROTO_TCP },
	{ "udp4 IP options cut", make_udp4_cut_options, 4, IPPROTO_UDP },
	{ "ip4 cut", make_ip4_cut },
	{ "ip4 ihl 4", make_ip4_ihl },
	{ "tcp6", make_tcp6, 6, IPPROTO_TCP, true, true, PAYLOAD },
	{ "udp6", make_udp6, 6, IPPROTO_UDP, true, false, PAYLOAD },
	{ "tcp6 extension headers", make_tcp6_ext, 6, IPPROTO_TCP, true, true,
	  PAYLOAD },
	{ "udp6 first fragment", make_udp6_first, 6, IPPROTO_UDP, true, false,
	  PAYLOAD },
	{ "udp6 later fragment", make_udp6_later, 6, NEXTHDR_FRAGMENT },
	{ "tcp6 payload_len 0", make_tcp6_no_len, 6, IPPROTO_TCP, true, true,
	  PAYLOAD },
	/* as far as the chain could be followed: not at all */
	{ "tcp6 extension header cut", make_ext6_cut, 6, NEXTHDR_HOP },
	{ "tcp6 extension header too long", make_ext6_lying_len, 6,
	  NEXTHDR_HOP },
	{ "ip6 cut", make_ip6_cut },
	{ "version 5", make_version_5 },
	{ "nothing", make_nothing },
};

static void tuple_desc(const struct tuple_case *c, char *desc)
{
	strscpy(desc, c->what, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(tuple, tuple_cases, tuple_desc);

static void tuple_check(struct kunit *test, const struct sk_buff *skb, int l3)
{
	const struct tuple_case *c = test->param_value;
	struct skbtrace_tuple t, want = {}, rx;
	struct skbtrace_l4 l4;
	bool ok;

	memset(&t, 0xa5, sizeof(t));
	memset(&l4, 0xa5, sizeof(l4));
	ok = skbtrace_packet_tuple(skb, l3, SKBTRACE_DIR_TX, &t, &l4);
	KUNIT_EXPECT_EQ(test, ok, c->version != 0);

	want.dir = SKBTRACE_DIR_TX;
	want.proto = c->proto;
	if (c->version == 4) {
		ipv6_addr_set_v4mapped(htonl(0x0a000001), &want.local);
		ipv6_addr_set_v4mapped(htonl(0x0a000002), &want.peer);
	} else if (c->version == 6) {
		memcpy(&want.local, src6, sizeof(src6));
		memcpy(&want.peer, dst6, sizeof(dst6));
	}
	if (c->ports) {
		want.lport = SPORT;
		want.pport = DPORT;
	}
	KUNIT_EXPECT_MEMEQ(test, &t, &want, TUPLE_BYTES);
	KUNIT_EXPECT_EQ(test, l4.valid, c->ports);
	KUNIT_EXPECT_EQ(test, l4.seq, c->seq ? SEQ : 0);
	KUNIT_EXPECT_EQ(test, l4.len, c->len);

	/* received: the same packet seen from the other end */
	ok = skbtrace_packet_tuple(skb, l3, SKBTRACE_DIR_RX, &rx, NULL);
	KUNIT_EXPECT_EQ(test, ok, c->version != 0);
	KUNIT_EXPECT_EQ(test, rx.dir, (u8)SKBTRACE_DIR_RX);
	KUNIT_EXPECT_MEMEQ(test, &rx.local, &want.peer, sizeof(rx.local));
	KUNIT_EXPECT_MEMEQ(test, &rx.peer, &want.local, sizeof(rx.peer));
	KUNIT_EXPECT_EQ(test, rx.lport, want.pport);
	KUNIT_EXPECT_EQ(test, rx.pport, want.lport);
}

static void skb_put_away(void *skb)
{
	kfree_skb(skb);
}

static struct sk_buff *skb_make(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(HEADROOM + PACKET_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, skb_put_away,
							skb), 0);
	skb_reserve(skb, HEADROOM);
	return skb;
}

static void tuple_linear(struct kunit *test)
{
	const struct tuple_case *c = test->param_value;
	struct sk_buff *skb = skb_make(test);
	struct packet p = {};

	c->make(&p);
	skb_put_data(skb, p.data, p.len);
	tuple_check(test, skb, 0);
}

/* The IP header stands behind skb->data, as in a packet on its way out. */
static void tuple_behind_mac(struct kunit *test)
{
	const struct tuple_case *c = test->param_value;
	struct sk_buff *skb = skb_make(test);
	struct packet p = {};

	c->make(&p);
	skb_put_zero(skb, 14);
	skb_put_data(skb, p.data, p.len);
	tuple_check(test, skb, 14);
}

/* It stands before skb->data, as where the transport has pulled it. */
static void tuple_before_data(struct kunit *test)
{
	const struct tuple_case *c = test->param_value;
	struct sk_buff *skb = skb_make(test);
	struct packet p = {};
	int l3;

	c->make(&p);
	skb_put_data(skb, p.data, p.len);
	skb_reset_network_header(skb);
	skb_pull(skb, min(p.len, c->version == 6 ? 40 : 20));
	l3 = skb_network_offset(skb);
	tuple_check(test, skb, l3);
}

/* A fragment of the skb begins after @linear bytes of the packet. */
static void tuple_split(struct kunit *test, int linear)
{
	const struct tuple_case *c = test->param_value;
	struct sk_buff *skb = skb_make(test);
	struct packet p = {};
	struct page *page;

	c->make(&p);
	linear = min(linear, p.len);
	skb_put_data(skb, p.data, linear);
	if (p.len > linear) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		memcpy(page_address(page), p.data + linear, p.len - linear);
		skb_add_rx_frag(skb, 0, page, 0, p.len - linear, PAGE_SIZE);
	}
	tuple_check(test, skb, 0);
}

static void tuple_fragmented(struct kunit *test)
{
	int linear;

	for (linear = 0; linear < PACKET_MAX; linear++)
		tuple_split(test, linear);
}

/* Truncated at every byte: no read beyond the end, no invented port. */
static void tuple_truncated(struct kunit *test)
{
	const struct tuple_case *c = test->param_value;
	struct sk_buff *skb = skb_make(test);
	struct skbtrace_tuple t;
	struct skbtrace_l4 l4;
	struct packet p = {};

	c->make(&p);
	skb_put_data(skb, p.data, p.len);
	while (skb->len) {
		skb_trim(skb, skb->len - 1);
		/* what is not part of the packet any more must not matter */
		*skb_tail_pointer(skb) = 0xff;
		skbtrace_packet_tuple(skb, 0, SKBTRACE_DIR_TX, &t, &l4);
		KUNIT_EXPECT_EQ(test, t.lport, l4.valid ? SPORT : 0);
		KUNIT_EXPECT_EQ(test, t.pport, l4.valid ? DPORT : 0);
		KUNIT_EXPECT_TRUE(test, !l4.valid || skb->len >= 20 + 8);
	}
}

static struct kunit_case tuple_suite_cases[] = {
	KUNIT_CASE_PARAM(tuple_linear, tuple_gen_params),
	KUNIT_CASE_PARAM(tuple_behind_mac, tuple_gen_params),
	KUNIT_CASE_PARAM(tuple_before_data, tuple_gen_params),
	KUNIT_CASE_PARAM(tuple_fragmented, tuple_gen_params),
	KUNIT_CASE_PARAM(tuple_truncated, tuple_gen_params),
	{}
};

static struct kunit_suite tuple_suite = {
	.name		= "skbtrace_tuple",
	.test_cases	= tuple_suite_cases,
};

static struct sock *sock_make(struct kunit *test, u16 family)
{
	struct sock *sk = skbtrace_test_sock(test);

	sk->sk_family = family;
	sk->sk_num = DPORT;
	sk->sk_dport = htons(SPORT);
	return sk;
}

static void sock_v4(struct kunit *test)
{
	struct sock *sk = sock_make(test, AF_INET);
	struct skbtrace_tuple t, want = { .proto = 6, .dir = 1 };

	sk->sk_rcv_saddr = htonl(0x0a000002);
	sk->sk_daddr = htonl(0x0a000001);
	memset(&t, 0xa5, sizeof(t));
	t.proto = 6;
	t.dir = 1;
	skbtrace_sock_tuple(sk, &t);
	ipv6_addr_set_v4mapped(htonl(0x0a000002), &want.local);
	ipv6_addr_set_v4mapped(htonl(0x0a000001), &want.peer);
	want.lport = DPORT;
	want.pport = SPORT;
	KUNIT_EXPECT_MEMEQ(test, &t, &want, TUPLE_BYTES);
}

/* A listener: no address is "any", which is all zero in both families. */
static void sock_v4_listener(struct kunit *test)
{
	struct sock *sk = sock_make(test, AF_INET);
	struct skbtrace_tuple t;

	sk->sk_dport = 0;
	memset(&t, 0xa5, sizeof(t));
	skbtrace_sock_tuple(sk, &t);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_any(&t.local));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_any(&t.peer));
	KUNIT_EXPECT_EQ(test, t.lport, DPORT);
	KUNIT_EXPECT_EQ(test, t.pport, 0);
}

static void sock_v6(struct kunit *test)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct sock *sk = sock_make(test, AF_INET6);
	struct skbtrace_tuple t;

	memcpy(&sk->sk_v6_rcv_saddr, dst6, sizeof(dst6));
	memcpy(&sk->sk_v6_daddr, src6, sizeof(src6));
	/* what a dual stack socket has in the IPv4 fields does not count */
	sk->sk_daddr = htonl(0x0a000001);
	skbtrace_sock_tuple(sk, &t);
	KUNIT_EXPECT_MEMEQ(test, &t.local, dst6, sizeof(dst6));
	KUNIT_EXPECT_MEMEQ(test, &t.peer, src6, sizeof(src6));
	KUNIT_EXPECT_EQ(test, t.lport, DPORT);
	KUNIT_EXPECT_EQ(test, t.pport, SPORT);
#else
	kunit_skip(test, "CONFIG_IPV6 is off");
#endif
}

static struct kunit_case sock_cases[] = {
	KUNIT_CASE(sock_v4),
	KUNIT_CASE(sock_v4_listener),
	KUNIT_CASE(sock_v6),
	{}
};

static struct kunit_suite sock_suite = {
	.name		= "skbtrace_sock",
	.test_cases	= sock_cases,
};

kunit_test_suites(&tuple_suite, &sock_suite);
