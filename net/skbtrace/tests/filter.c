// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of filters: programs written in pieces, errors, the forged packet
 * of a connection, cached verdicts, the view of a packet.
 */
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/sort.h>
#include <net/sock.h>
#include "../conn_prog.h"
#include "../ctl/ctl.h"
#include "../error.h"
#include "../verdict.h"
#include "../instances.h"
#include "run.h"

#define STMT(code, k)	BPF_STMT(code, k)

/* As one writer: open, all of @text in pieces of @piece bytes, close. */
static int filter_write(enum skbtrace_target target, const char *text,
			size_t piece)
{
	int (*upload)(struct skbtrace_instance *in, char *text, size_t len) =
		target == SKBTRACE_BY_CONN ? skbtrace_conn_filter_store :
					     skbtrace_packet_filter_store;
	size_t len = strlen(text), n;
	int err;

	mutex_lock(&skbtrace_lock);
	skbtrace_err_to(&skbtrace_default->error, "filters");
	skbtrace_err_clear();
	err = skbtrace_upload_open(skbtrace_default, target);
	if (!err) {
		for (; len && !err; text += n, len -= n) {
			n = min(len, piece);
			err = upload(skbtrace_default, (char *)text, n);
		}
		skbtrace_upload_close(skbtrace_default, target);
	}
	mutex_unlock(&skbtrace_lock);
	return err;
}

static const struct skbtrace_prog *filter_now(enum skbtrace_target target)
{
	const struct skbtrace_filters *j;

	mutex_lock(&skbtrace_lock);
	j = rcu_dereference_protected(skbtrace_default->run->pub.filters, true);
	mutex_unlock(&skbtrace_lock);
	return j ? j->prog[target] : NULL;
}

static void filter_exit(struct kunit *test)
{
	filter_write(SKBTRACE_BY_CONN, "none", 99);
	filter_write(SKBTRACE_BY_PACKET, "none", 99);
}

/* The same program, however the text is cut and whatever separates it. */
static void filter_pieces(struct kunit *test)
{
	static const char text[] = "# port 443\n4\n"
				   "40 0 0 2\n21 0 1 443\n"
				   "6 0 0 4294967295\n6 0 0 0\n";
	const struct skbtrace_prog *p;
	size_t piece;

	for (piece = 1; piece < sizeof(text); piece++) {
		filter_write(SKBTRACE_BY_PACKET, "none", 9);
		KUNIT_EXPECT_EQ(test, filter_write(SKBTRACE_BY_PACKET, text,
						   piece), 0);
		p = filter_now(SKBTRACE_BY_PACKET);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, p->nr, 4);
		KUNIT_EXPECT_STREQ(test, p->note, "port 443");
		KUNIT_EXPECT_EQ(test, p->insns[1].code, 21);
		KUNIT_EXPECT_EQ(test, p->insns[1].jf, 1);
		KUNIT_EXPECT_EQ(test, p->insns[1].k, 443U);
		KUNIT_EXPECT_EQ(test, p->insns[2].k, U32_MAX);
	}
	KUNIT_EXPECT_EQ(test, filter_write(SKBTRACE_BY_PACKET,
					   "1,6 0 0 7", 99), 0);
	p = filter_now(SKBTRACE_BY_PACKET);
	KUNIT_EXPECT_EQ(test, p->nr, 1);
	KUNIT_EXPECT_EQ(test, p->insns[0].k, 7U);
	KUNIT_EXPECT_STREQ(test, p->note, "");
	KUNIT_EXPECT_EQ(test, filter_write(SKBTRACE_BY_PACKET, "none\n", 1), 0);
	KUNIT_EXPECT_NULL(test, filter_now(SKBTRACE_BY_PACKET));
}

static const struct {
	const char *text, *why;
} filter_bad[] = {
	{ "0\n", "from 1 to 4096" },
	{ "4097\n", "from 1 to 4096" },
	{ "1 6 0 0 4294967296\n", "byte 8: \"4294967296\"" },
	{ "1 65536 0 0 0\n", "instruction 0: code is 65536" },
	{ "1 6 256 0 0\n", "instruction 0: jt is 256" },
	{ "2 6 0 0 0 6 0 300 0\n", "instruction 1: jf is 300" },
	{ "x\n", "byte 0: \"x\"" },
	{ "1 6 0 0 -1\n", "byte 8: \"-1\"" },
	{ "1 6 0 0 0x10\n", "byte 8: \"0x10\"" },
	{ "1 6 0 0 00000000000000000001\n", "is no number" },
	{ "1 none\n", "byte 2: \"none\"" },
	{ "1 135 0 0 0\n", "the last one must be ret" },
	{ "1 7 0 0 0\n", "the last one must be ret" },
	{ "1 255 0 0 0\n", "instruction 0 (255 0 0 0): unknown opcode" },
	{ "1 14 0 0 0\n", "unknown opcode" },	/* ret x */
	{ "2 24 0 0 0 6 0 0 0\n", "unknown opcode" },	/* 64 bits */
	{ "2 112 0 0 0 6 0 0 0\n", "unknown opcode" },
	{ "2 5 0 0 1 6 0 0 0\n", "jumps out of the program" },
	{ "2 5 0 0 4294967295 6 0 0 0\n", "jumps out of the program" },
	{ "2 21 1 0 0 6 0 0 0\n", "jumps out of the program" },
	{ "2 21 0 1 0 6 0 0 0\n", "jumps out of the program" },
	{ "2 52 0 0 0 6 0 0 0\n", "division by zero" },
	{ "2 148 0 0 0 6 0 0 0\n", "division by zero" },
	{ "2 100 0 0 32 6 0 0 0\n", "shifts" },
	{ "2 2 0 0 16 6 0 0 0\n", "no such word of memory" },
	{ "2 96 0 0 3 6 0 0 0\n", "bpf_check_classic" },
	{ "2 48 0 0 4294963200 6 0 0 0\n", "negative offset" },
	{ "2 40 0 0 2147483648 6 0 0 0\n", "negative offset" },
	{ "2 80 0 0 4294967295 6 0 0 0\n", "negative offset" },
	{ "2 177 0 0 4294967295 6 0 0 0\n", "negative offset" },
};

/* An error names the place; the old filter is kept. */
static void filter_refused(struct kunit *test)
{
	const struct skbtrace_prog *old;
	unsigned int i;

	filter_write(SKBTRACE_BY_PACKET, "1 6 0 0 1\n", 99);
	old = filter_now(SKBTRACE_BY_PACKET);
	KUNIT_ASSERT_NOT_NULL(test, old);
	for (i = 0; i < ARRAY_SIZE(filter_bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    filter_write(SKBTRACE_BY_PACKET,
						 filter_bad[i].text, 3),
				    -EINVAL, "%s", filter_bad[i].text);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(skbtrace_error->text,
						       filter_bad[i].why),
					  "%s: %s", filter_bad[i].text,
					  skbtrace_error->text);
		KUNIT_EXPECT_PTR_EQ(test, filter_now(SKBTRACE_BY_PACKET), old);
	}
}

static void filter_incomplete(struct kunit *test)
{
	struct skbtrace_instance *in = skbtrace_default;
	const struct skbtrace_prog *old;

	filter_write(SKBTRACE_BY_PACKET, "1 6 0 0 1\n", 99);
	old = filter_now(SKBTRACE_BY_PACKET);
	KUNIT_EXPECT_EQ(test, filter_write(SKBTRACE_BY_PACKET, "2 6 0 0 1\n6 0",
					   99), 0);
	KUNIT_EXPECT_NOT_NULL(test,
			      strstr(skbtrace_error->text, "6 of 8 numbers"));
	KUNIT_EXPECT_PTR_EQ(test, filter_now(SKBTRACE_BY_PACKET), old);

	/* a writer keeps others out */
	mutex_lock(&skbtrace_lock);
	KUNIT_EXPECT_EQ(test, skbtrace_upload_open(in, SKBTRACE_BY_PACKET), 0);
	KUNIT_EXPECT_EQ(test, skbtrace_upload_open(in, SKBTRACE_BY_PACKET),
			-EBUSY);
	KUNIT_EXPECT_EQ(test, skbtrace_upload_open(in, SKBTRACE_BY_CONN), 0);
	skbtrace_upload_close(in, SKBTRACE_BY_PACKET);
	skbtrace_upload_close(in, SKBTRACE_BY_CONN);
	mutex_unlock(&skbtrace_lock);
}

static int conn_check(const struct sock_filter *f, unsigned int nr,
		      const char **what)
{
	struct skbtrace_conn_at at[32] = {};

	return skbtrace_conn_check(f, nr, at, what);
}

#define CONN_CHECK(...) ({						\
	static const struct sock_filter f_[] = { __VA_ARGS__ };		\
	conn_check(f_, ARRAY_SIZE(f_), &what);				\
})

#define LOAD_VERSION	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),		\
			BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0)
#define JEQ(k, t, f)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, t, f)
#define RET		BPF_STMT(BPF_RET | BPF_K, 1)

/* A load is checked for the IP versions that reach it. */
static void conn_prog_versions(struct kunit *test)
{
	const char *what = NULL;

	KUNIT_EXPECT_EQ(test, -1, CONN_CHECK(LOAD_VERSION, JEQ(0x60, 0, 1),
					     STMT(BPF_LD | BPF_H | BPF_ABS, 40),
					     RET));
	KUNIT_EXPECT_EQ(test, 3, CONN_CHECK(LOAD_VERSION, JEQ(0x40, 0, 1),
					    STMT(BPF_LD | BPF_H | BPF_ABS, 40),
					    RET));
	KUNIT_EXPECT_STREQ(test, what, "what follows the ports");
	/* the checksum of one is an address of the other */
	KUNIT_EXPECT_EQ(test, -1, CONN_CHECK(LOAD_VERSION, JEQ(0x60, 0, 1),
					     STMT(BPF_LD | BPF_H | BPF_ABS, 10),
					     RET));
	KUNIT_EXPECT_EQ(test, 3, CONN_CHECK(LOAD_VERSION, JEQ(0x60, 1, 0),
					    STMT(BPF_LD | BPF_H | BPF_ABS, 10),
					    RET));
	/* not asked for the version: both must have it */
	KUNIT_EXPECT_EQ(test, -1, CONN_CHECK(STMT(BPF_LD | BPF_W | BPF_ABS, 12),
					     RET));
	KUNIT_EXPECT_EQ(test, 0, CONN_CHECK(STMT(BPF_LD | BPF_H | BPF_ABS, 40),
					    RET));
	/* asked, and forgotten */
	KUNIT_EXPECT_EQ(test, 4, CONN_CHECK(LOAD_VERSION,
					    STMT(BPF_ALU | BPF_ADD | BPF_K, 0),
					    JEQ(0x60, 0, 1),
					    STMT(BPF_LD | BPF_H | BPF_ABS, 40),
					    RET));
	/* not reachable */
	KUNIT_EXPECT_EQ(test, -1, CONN_CHECK(STMT(BPF_JMP | BPF_JA, 1),
					     STMT(BPF_LD | BPF_W | BPF_LEN, 0),
					     RET));
	KUNIT_EXPECT_EQ(test, 0, CONN_CHECK(STMT(BPF_LD | BPF_W | BPF_LEN, 0),
					    RET));
	KUNIT_EXPECT_STREQ(test, what, "the length");
	/* sums that run over */
	KUNIT_EXPECT_EQ(test, 0, CONN_CHECK(STMT(BPF_LD | BPF_W | BPF_ABS,
						 0x7fffffff), RET));
}

static void conn_prog_ports(struct kunit *test)
{
	const char *what = NULL;

#define X_IS_L4	LOAD_VERSION, JEQ(0x40, 0, 2),				\
		STMT(BPF_LDX | BPF_B | BPF_MSH, 0)
	KUNIT_EXPECT_EQ(test, -1, CONN_CHECK(X_IS_L4,
					     STMT(BPF_LD | BPF_H | BPF_IND, 2),
					     RET));
	KUNIT_EXPECT_EQ(test, 4, CONN_CHECK(X_IS_L4,
					    STMT(BPF_LD | BPF_B | BPF_IND, 13),
					    RET));
	KUNIT_EXPECT_STREQ(test, what, "the TCP flags");
	KUNIT_EXPECT_EQ(test, 4, CONN_CHECK(X_IS_L4,
					    STMT(BPF_LD | BPF_W | BPF_IND, 2),
					    RET));
	/* X of IPv6 is no header length */
	KUNIT_EXPECT_EQ(test, 1, CONN_CHECK(STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
					    STMT(BPF_LD | BPF_H | BPF_IND, 0),
					    RET));
	KUNIT_EXPECT_STREQ(test, what, "a place that is computed");
}

static void conn_forge(struct kunit *test)
{
	static const u8 v4[16] = { [10] = 0xff, 0xff, 10, 0, 0, 7 };
	static const u8 v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 7 };
	static const u8 none[16];
	struct skbtrace_forged c = { none, v4, 0, 443, IPPROTO_TCP };
	u8 p[SKBTRACE_FORGED_MAX];

	KUNIT_EXPECT_EQ(test, skbtrace_forge(p, &c), 24U);
	KUNIT_EXPECT_EQ(test, p[0], 0x45);
	KUNIT_EXPECT_EQ(test, p[9], IPPROTO_TCP);
	KUNIT_EXPECT_EQ(test, p[12] | p[13] | p[14] | p[15], 0);
	KUNIT_EXPECT_EQ(test, p[16], 10);
	KUNIT_EXPECT_EQ(test, p[19], 7);
	KUNIT_EXPECT_EQ(test, p[22] << 8 | p[23], 443);
	c = (struct skbtrace_forged){ v6, none, 80, 0, IPPROTO_UDP };
	KUNIT_EXPECT_EQ(test, skbtrace_forge(p, &c), 44U);
	KUNIT_EXPECT_EQ(test, p[0], 0x60);
	KUNIT_EXPECT_EQ(test, p[6], IPPROTO_UDP);
	KUNIT_EXPECT_MEMEQ(test, p + 8, v6, 16);
	KUNIT_EXPECT_EQ(test, p[40] << 8 | p[41], 80);
	/* nothing known: the socket tells the version */
	c = (struct skbtrace_forged){ none, none, 80, 0, IPPROTO_UDP, 1 };
	KUNIT_EXPECT_EQ(test, skbtrace_forge(p, &c), 24U);
	c.v4 = 0;
	KUNIT_EXPECT_EQ(test, skbtrace_forge(p, &c), 44U);
}

static void verdicts(struct kunit *test)
{
	struct skbtrace_verdicts *v = vzalloc(sizeof(*v));
	u64 here = 0x1234567890abcdefULL, there = ~here, other = here * 3;
	u64 neighbour = 5 + SKBTRACE_NR_VERDICTS;

	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, 5, here), -1);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_put(v, 5, here, true), 0ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, 5, here), 1);
	/* connected elsewhere: unknown, and nobody is forgotten */
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, 5, there), -1);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_put(v, 5, there, false), 0ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, 5, there), 0);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, 5, here), -1);
	/* the same place, another connection */
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, neighbour, other), -1);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_put(v, neighbour, other, true),
			(there & ~3ULL) | SKBTRACE_VERDICT_USED);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, 5, there), -1);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, neighbour, other), 1);
	/* a mix of nothing is an entry, too */
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, 0, 0), -1);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_put(v, 0, 0, false), 0ULL);
	KUNIT_EXPECT_EQ(test, skbtrace_verdict_get(v, 0, 0), 0);
	vfree(v);
}

enum { MIXES = 2048 };

static int by_mix(const void *one, const void *two)
{
	u64 a = *(const u64 *)one, b = *(const u64 *)two;

	return a < b ? -1 : a > b;
}

/* Count collisions, without the bits that an entry does not have. */
static unsigned int mixes_shared(u64 *mix)
{
	unsigned int i, n = 0;

	for (i = 0; i < MIXES; i++)
		mix[i] |= SKBTRACE_VERDICT_USED | SKBTRACE_VERDICT_YES;
	sort(mix, MIXES, sizeof(*mix), by_mix, NULL);
	for (i = 1; i < MIXES; i++)
		n += mix[i] == mix[i - 1];
	return n;
}

/* Cookies that select the same entry. */
static u64 mix_cookie(unsigned int i)
{
	return 77 + i * (u64)SKBTRACE_NR_VERDICTS;
}

static void mix_reset(struct sock *sk, int family)
{
	memset(sk, 0, sizeof(*sk));
	sk->sk_family = family;
	sk->sk_num = 40000;
	sk->sk_dport = htons(53);
	sk->sk_rcv_saddr = htonl(0x0a000001);
	sk->sk_daddr = htonl(0x0a000102);
#if IS_ENABLED(CONFIG_IPV6)
	sk->sk_v6_rcv_saddr.s6_addr32[0] = htonl(0x20010db8);
	sk->sk_v6_daddr.s6_addr32[0] = htonl(0x20010db8);
#endif
}

static void mix_peer(struct sock *sk, unsigned int i)
{
	sk->sk_daddr = htonl(0x0a000000 + i);
}

static void mix_both(struct sock *sk, unsigned int i)
{
	sk->sk_rcv_saddr = htonl(0x0a000000 + i / 256);
	sk->sk_daddr = htonl(0x0a000000 + i % 256);
}

static void mix_port(struct sock *sk, unsigned int i)
{
	sk->sk_dport = htons(i);
}

static void mix_far(struct sock *sk, unsigned int i)
{
	sk->sk_daddr = htonl(0x0a000000 + i * 7919 % 65536);
}

/* MIXES connections, which @vary makes different, have as many mixes */
static void mixes_differ(struct kunit *test, int family, const char *what,
			 void (*vary)(struct sock *sk, unsigned int i),
			 bool cookies)
{
	struct sock *sk = skbtrace_test_sock(test);
	u64 *mix = kunit_kcalloc(test, MIXES, sizeof(*mix), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, mix);
	mix_reset(sk, family);
	for (i = 0; i < MIXES; i++) {
		vary(sk, i);
		mix[i] = skbtrace_sk_mix(sk, mix_cookie(cookies ? i : 0));
	}
	KUNIT_EXPECT_EQ_MSG(test, mixes_shared(mix), 0, "%s", what);
}

/* A socket that is connected elsewhere must miss the cache. */
static void mixes(struct kunit *test)
{
	mixes_differ(test, AF_INET, "peers", mix_peer, false);
	mixes_differ(test, AF_INET, "both ends", mix_both, false);
	mixes_differ(test, AF_INET, "ports", mix_port, false);
	mixes_differ(test, AF_INET, "cookies", mix_far, true);
}

#if IS_ENABLED(CONFIG_IPV6)
static void mix6_subnet(struct sock *sk, unsigned int i)
{
	sk->sk_v6_daddr.s6_addr[7] = i / 256;
	sk->sk_v6_daddr.s6_addr[15] = i % 256;
}

static void mix6_both(struct sock *sk, unsigned int i)
{
	sk->sk_v6_rcv_saddr.s6_addr[15] = i / 256;
	sk->sk_v6_daddr.s6_addr[15] = i % 256;
}

static void mix6_far(struct sock *sk, unsigned int i)
{
	sk->sk_v6_daddr.s6_addr[14] = i * 7919 >> 8;
	sk->sk_v6_daddr.s6_addr[15] = i * 7919;
}

/* The same for IPv6: bytes of subnets and interface ids that differ most */
static void mixes_ipv6(struct kunit *test)
{
	mixes_differ(test, AF_INET6, "subnets", mix6_subnet, false);
	mixes_differ(test, AF_INET6, "both ends", mix6_both, false);
	mixes_differ(test, AF_INET6, "cookies", mix6_far, true);
}
#endif

/* A packet with its IP header at @linear bytes before the end of the head */
static struct sk_buff *view_skb(struct kunit *test, const u8 *ip, size_t len,
				size_t linear)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	skb_put_data(skb, ip, linear);
	if (linear < len) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		memcpy(page_address(page), ip + linear, len - linear);
		skb_add_rx_frag(skb, 0, page, 0, len - linear, len - linear);
	}
	return skb;
}

static bool view_passes(struct skbtrace_session *s, const struct sk_buff *skb,
			int l3)
{
	bool passes;

	preempt_disable();
	passes = skbtrace_filter_packet(s, skb, l3);
	preempt_enable();
	return passes;
}

/* Each byte can be loaded, wherever the head ends; none beyond the end. */
static void view_everywhere(struct kunit *test)
{
	struct skbtrace_session *s;
	struct sk_buff *skb;
	size_t linear;
	char text[64];
	u8 bytes[60];
	int i, l3;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i + 1;
	mutex_lock(&skbtrace_lock);
	s = &skbtrace_default->run->pub;
	mutex_unlock(&skbtrace_lock);
	for (i = 0; i < 50; i += 7) {
		snprintf(text, sizeof(text),
			 "4 48 0 0 %d 21 0 1 %d 6 0 0 1 6 0 0 0\n", i, i + 1);
		KUNIT_ASSERT_EQ(test, filter_write(SKBTRACE_BY_PACKET, text,
						   99), 0);
		for (linear = 0; linear <= sizeof(bytes); linear += 5) {
			skb = view_skb(test, bytes, sizeof(bytes), linear);
			KUNIT_EXPECT_TRUE(test, view_passes(s, skb, 0));
			KUNIT_EXPECT_FALSE(test, view_passes(s, skb, 3));
			/* what is shown ends where the packet does */
			l3 = sizeof(bytes) - i;
			KUNIT_EXPECT_FALSE(test, view_passes(s, skb, l3));
			l3 = sizeof(bytes) + 1;
			KUNIT_EXPECT_FALSE(test, view_passes(s, skb, l3));
			KUNIT_EXPECT_FALSE(test, view_passes(s, skb,
							     SKBTRACE_NO_L3));
			/* data has moved on, as TCP's does */
			if (linear >= 20) {
				skb_pull(skb, 20);
				KUNIT_EXPECT_TRUE(test, view_passes(s, skb,
								    -20));
			}
			kfree_skb(skb);
		}
	}
	/* the length is that of what is shown */
	filter_write(SKBTRACE_BY_PACKET,
		     "4 128 0 0 0 21 0 1 57 6 0 0 1 6 0 0 0\n", 99);
	for (linear = 0; linear <= sizeof(bytes); linear += 20) {
		skb = view_skb(test, bytes, sizeof(bytes), linear);
		KUNIT_EXPECT_TRUE(test, view_passes(s, skb, 3));
		kfree_skb(skb);
	}
}

/*
 * Computed offsets that look like extensions of Linux are beyond the end, as in
 * other interpreters of BPF.
 */
static void view_computed(struct kunit *test)
{
	static const u32 x[] = { 0xfffff000, 0xfff00000, 0xfff00010,
				 0xffe00000, 0x80000000, 0xffffffff, 100 };
	struct skbtrace_session *s;
	struct sk_buff *skb;
	u8 bytes[60] = {};
	char text[96];
	int i;

	mutex_lock(&skbtrace_lock);
	s = &skbtrace_default->run->pub;
	mutex_unlock(&skbtrace_lock);
	skb = view_skb(test, bytes, sizeof(bytes), sizeof(bytes));
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	for (i = 0; i < ARRAY_SIZE(x); i++) {
		snprintf(text, sizeof(text),
			 "3 1 0 0 %u 80 0 0 0 6 0 0 1\n", x[i]);
		KUNIT_ASSERT_EQ(test, filter_write(SKBTRACE_BY_PACKET, text,
						   99), 0);
		KUNIT_EXPECT_FALSE_MSG(test, view_passes(s, skb, 0), "%#x",
				       x[i]);
	}
	kfree_skb(skb);
}

/* Tags in the data are skipped, up to two, wherever data begins. */
static void view_vlan(struct kunit *test)
{
	static const u8 head[14] = { [12] = 0x81, 0x00 };
	static const u8 tag[4] = { 0x45, 0x00, 0x81, 0x00 };
	static const u8 last[4] = { 0x65, 0x00, 0x86, 0xdd };
	struct sk_buff *skb;
	int tags, i;

	for (tags = 1; tags <= 3; tags++) {
		skb = alloc_skb(256, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		skb_reset_mac_header(skb);
		skb_put_data(skb, head, sizeof(head));
		for (i = 1; i < tags; i++)
			skb_put_data(skb, tag, sizeof(tag));
		skb_put_data(skb, last, sizeof(last));
		skb_put_zero(skb, 40);
		skb->protocol = htons(ETH_P_8021Q);
		KUNIT_EXPECT_EQ(test, skbtrace_l3(skb, 0),
				tags > 2 ? SKBTRACE_NO_L3 : 14 + 4 * tags);
		skb_pull(skb, 14);
		KUNIT_EXPECT_EQ(test, skbtrace_l3(skb, 0),
				tags > 2 ? SKBTRACE_NO_L3 : 4 * tags);
		/* cut off within the tags */
		skb_trim(skb, 2);
		KUNIT_EXPECT_EQ(test, skbtrace_l3(skb, 0), SKBTRACE_NO_L3);
		kfree_skb(skb);
	}
}

static struct kunit_case filter_cases[] = {
	KUNIT_CASE(filter_pieces),
	KUNIT_CASE(filter_refused),
	KUNIT_CASE(filter_incomplete),
	KUNIT_CASE(conn_prog_versions),
	KUNIT_CASE(conn_prog_ports),
	KUNIT_CASE(conn_forge),
	KUNIT_CASE(verdicts),
	KUNIT_CASE(mixes),
#if IS_ENABLED(CONFIG_IPV6)
	KUNIT_CASE(mixes_ipv6),
#endif
	KUNIT_CASE(view_everywhere),
	KUNIT_CASE(view_computed),
	KUNIT_CASE(view_vlan),
	{}
};

static struct kunit_suite filter_suite = {
	.name		= "skbtrace_filter",
	.exit		= filter_exit,
	.test_cases	= filter_cases,
};

kunit_test_suite(filter_suite);
