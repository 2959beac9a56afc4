// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of sk_mark= and sample=, and of the state of connections.
 */
#include <kunit/test.h>
#include <net/sock.h>
#include <net/tcp.h>
#include "../pick.h"
#include "../state.h"

#define PICK_CONNS	4096

/* Both ends of a connection, as sockets */
struct pick_test {
	struct tcp_sock		a;
	struct tcp_sock		b;
	struct skbtrace_slot	slot;
};

static int pick_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct pick_test), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static struct sock *pick_end(struct tcp_sock *tp, __be32 local, u16 lport,
			     __be32 peer, u16 pport)
{
	struct sock *sk = (struct sock *)tp;

	sk->sk_family = AF_INET;
	sk->sk_state = TCP_ESTABLISHED;
	sk->sk_rcv_saddr = local;
	sk->sk_num = lport;
	sk->sk_daddr = peer;
	sk->sk_dport = htons(pport);
	return sk;
}

/* The same end as an IPv6 socket that talks IPv4 */
static struct sock *pick_mapped(struct tcp_sock *tp, const struct tcp_sock *v4)
{
	const struct sock *old = (const struct sock *)v4;
	struct sock *sk = (struct sock *)tp;

	*tp = *v4;
	sk->sk_family = AF_INET6;
#if IS_ENABLED(CONFIG_IPV6)
	ipv6_addr_set_v4mapped(old->sk_rcv_saddr, &sk->sk_v6_rcv_saddr);
	ipv6_addr_set_v4mapped(old->sk_daddr, &sk->sk_v6_daddr);
#endif
	return sk;
}

/* Both ends select the same, and the fraction is right. */
static void pick_sample_is_symmetric(struct kunit *test)
{
	struct pick_test *t = test->priv;
	__be32 x = htonl(0x0a000001), y = htonl(0x0a000102);
	unsigned int i, n = 0, differ = 0;
	struct sock *a, *b;
	bool picked;

	t->slot.sample = 16;
	for (i = 0; i < PICK_CONNS; i++) {
		a = pick_end(&t->a, x, 32768 + i, y, 443);
		b = pick_end(&t->b, y, 443, x, 32768 + i);
		picked = skbtrace_picks_sk(&t->slot, a);
		n += picked;
		differ += picked != skbtrace_picks_sk(&t->slot, b);
	}
	KUNIT_EXPECT_EQ(test, differ, 0U);
	/* 256 expected; five times the standard deviation is 78 */
	KUNIT_EXPECT_GT(test, n, 256U - 78);
	KUNIT_EXPECT_LT(test, n, 256U + 78);
}

static void pick_sample_knows_mapped(struct kunit *test)
{
	struct pick_test *t = test->priv;
	unsigned int i, differ = 0;
	struct sock *a, *b;

	if (!IS_ENABLED(CONFIG_IPV6))
		kunit_skip(test, "no IPv6");
	t->slot.sample = 2;
	for (i = 0; i < 256; i++) {
		a = pick_end(&t->a, htonl(1 + i), 1024 + i, htonl(77), 80);
		b = pick_mapped(&t->b, &t->a);
		differ += skbtrace_picks_sk(&t->slot, a) !=
			  skbtrace_picks_sk(&t->slot, b);
	}
	KUNIT_EXPECT_EQ(test, differ, 0U);
}

static void pick_sample_of_one_is_all(struct kunit *test)
{
	struct pick_test *t = test->priv;
	struct sock *a;
	unsigned int i;

	t->slot.sample = 1;
	for (i = 0; i < 256; i++) {
		a = pick_end(&t->a, htonl(i), 1 + i, htonl(7), 80);
		KUNIT_EXPECT_TRUE(test, skbtrace_picks_sk(&t->slot, a));
	}
}

/* A socket that lacks a port is not in a sample. */
static void pick_sample_wants_names(struct kunit *test)
{
	struct pick_test *t = test->priv;
	struct sock *sk;

	t->slot.sample = 1;
	sk = pick_end(&t->a, 1, 0, 2, 80);
	KUNIT_EXPECT_FALSE(test, skbtrace_picks_sk(&t->slot, sk));
	sk = pick_end(&t->a, 1, 80, 0, 0);
	KUNIT_EXPECT_FALSE(test, skbtrace_picks_sk(&t->slot, sk));
	/* closed: the port has been given back, but is remembered */
	pick_end(&t->a, 1, 0, 2, 80);
	inet_sk((struct sock *)&t->a)->inet_sport = htons(1024);
	KUNIT_EXPECT_TRUE(test, skbtrace_picks_sk(&t->slot,
						  (struct sock *)&t->a));
}

static void pick_mark(struct kunit *test)
{
	struct pick_test *t = test->priv;
	struct sock *sk = pick_end(&t->a, 1, 2, 3, 4);

	t->slot.by_mark = true;
	t->slot.mark = 7;
	KUNIT_EXPECT_FALSE(test, skbtrace_picks_sk(&t->slot, sk));
	sk->sk_mark = 7;
	KUNIT_EXPECT_TRUE(test, skbtrace_picks_sk(&t->slot, sk));
	t->slot.mark = 0;
	KUNIT_EXPECT_FALSE(test, skbtrace_picks_sk(&t->slot, sk));
}

static struct kunit_case pick_cases[] = {
	KUNIT_CASE(pick_sample_is_symmetric),
	KUNIT_CASE(pick_sample_knows_mapped),
	KUNIT_CASE(pick_sample_of_one_is_all),
	KUNIT_CASE(pick_sample_wants_names),
	KUNIT_CASE(pick_mark),
	{}
};

static struct kunit_suite pick_suite = {
	.name		= "skbtrace_pick",
	.init		= pick_init,
	.test_cases	= pick_cases,
};

/* The smallest table: all cookies want the same places. */
static void state_full_and_free(struct kunit *test)
{
	struct skbtrace_state tab[SKBTRACE_STATE_WAYS] = {};
	struct skbtrace_states st = { tab, SKBTRACE_STATE_WAYS - 1 };
	struct skbtrace_state *state;
	u64 cookie;

	for (cookie = 1; cookie <= SKBTRACE_STATE_WAYS; cookie++) {
		KUNIT_EXPECT_NULL(test, skbtrace_state_find(&st, cookie));
		state = skbtrace_state_make(&st, cookie);
		KUNIT_ASSERT_NOT_NULL(test, state);
		state->count = cookie;
		state->since = ~0ULL;
		state->wait_since = 1;
		state->value = 0xff;
	}
	KUNIT_EXPECT_NULL(test, skbtrace_state_make(&st, cookie));
	for (cookie = 1; cookie <= SKBTRACE_STATE_WAYS; cookie++) {
		state = skbtrace_state_find(&st, cookie);
		KUNIT_ASSERT_NOT_NULL(test, state);
		KUNIT_EXPECT_EQ(test, state->count, (u32)cookie);
	}
	skbtrace_state_free(skbtrace_state_find(&st, 2));
	KUNIT_EXPECT_NULL(test, skbtrace_state_find(&st, 2));
	state = skbtrace_state_make(&st, 99);
	KUNIT_ASSERT_NOT_NULL(test, state);
	KUNIT_EXPECT_EQ(test, state->count, 0U);
	KUNIT_EXPECT_EQ(test, state->since, 0ULL);
	KUNIT_EXPECT_EQ(test, state->wait_since, 0ULL);
	KUNIT_EXPECT_EQ(test, state->value, 0);
}

/* Cookies come in runs; at a quarter of its size hardly any lacks a place. */
static void state_spreads(struct kunit *test)
{
	struct skbtrace_states st = { NULL, 4095 };
	unsigned int i, refused = 0;

	st.tab = kunit_kzalloc(test, 4096 * sizeof(*st.tab), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, st.tab);
	for (i = 0; i < 1024; i++)
		refused += !skbtrace_state_make(&st, 0x1000 * (i / 512) + 1 +
						i);
	KUNIT_EXPECT_LE(test, refused, 10U);
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(state_full_and_free),
	KUNIT_CASE(state_spreads),
	{}
};

static struct kunit_suite state_suite = {
	.name		= "skbtrace_state",
	.test_cases	= state_cases,
};

kunit_test_suites(&pick_suite, &state_suite);
