/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run of tracing for KUnit tests: with a relay channel of its own, events
 * that no hook fires, and a reader that trusts nothing.
 */
#ifndef _NET_SKBTRACE_TESTS_RUN_H
#define _NET_SKBTRACE_TESTS_RUN_H

#include <linux/tcp.h>
#include "compat.h"
#include "../channel.h"
#include "../core_events.h"
#include "../gate.h"
#include "../read.h"
#include "../reserve.h"
#include "../run.h"

#define W_SIZE		SKBTRACE_SUBBUF_SIZE_MIN
#define W_NR		8U

/* The block of all of these events but kunit_ev_name. */
struct kunit_w_block {
	struct skbtrace_block	hdr;
	u64			n;
};

/*
 * A run, the part of it that is this CPU's, and what its reader has seen: the
 * sequence number that must come next, how many blocks of each kind, the last
 * SHED block.
 */
struct write_test {
	struct skbtrace_run	*run;
	struct skbtrace_session	*s;
	struct skbtrace_cpu	*c;
	struct dentry		*dir;
	u64			next_seq;
	u64			last_time;
	u64			n[5];	/* as write_events; [4]: tasks */
	u64			next_n;
	u64			losts;
	u64			lost;
	u64			sheds;
	struct skbtrace_shed	shed;
	u32			subbufs;
	u32			epoch;
};

extern struct skbtrace_event kunit_ev_name, kunit_ev_plain, kunit_ev_other,
			     kunit_ev_important;

/*
 * An empty socket, large enough for any type that the code casts it to:
 * inet_sk() accesses memory after struct sock.
 */
static inline struct sock *skbtrace_test_sock(struct kunit *test)
{
	struct tcp_sock *tp = kunit_kzalloc(test, sizeof(*tp), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, tp);
	return (struct sock *)tp;
}

int skbtrace_test_init(struct kunit *test);
void skbtrace_test_contexts(struct write_test *t);
bool skbtrace_test_read(struct kunit *test, struct write_test *t);
void skbtrace_test_drain(struct kunit *test, struct write_test *t);
void skbtrace_test_sums(struct kunit *test, struct write_test *t);

#endif /* _NET_SKBTRACE_TESTS_RUN_H */
