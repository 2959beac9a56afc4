// SPDX-License-Identifier: GPL-2.0
/*
 * The slow path of an event whose fields are known before a block is reserved:
 * filters, when=, then the block. skbtrace_quick.h is the fast path.
 */
#include <linux/skbtrace_payload.h>
#include <linux/string.h>
#include <net/sock.h>
#include "run.h"

static __always_inline void skbtrace_put(struct skbtrace_session *s,
					 const struct skbtrace_event *ev,
					 struct skbtrace_block *b,
					 const struct skbtrace_block *fields)
{
	if (!b)
		return;
	memcpy(b + 1, fields + 1, ev->len - sizeof(*b));
	skbtrace_commit(s);
}

static noinline void skbtrace_put_sk(struct skbtrace_session *s,
				     const struct skbtrace_event *ev,
				     struct sock *sk, const void *fields)
{
	skbtrace_put(s, ev, skbtrace_begin_passed(s, ev, sk), fields);
}

static noinline void skbtrace_put_packet(struct skbtrace_session *s,
					 const struct skbtrace_event *ev,
					 const struct sk_buff *skb, int l3,
					 u32 netns, const void *fields)
{
	skbtrace_put(s, ev, skbtrace_begin_packet(s, ev, skb, l3, netns),
		     fields);
}

/*
 * Evaluate a when= of one comparison inline. Counts what is refused. Return: 1,
 * 0; -1: there are several
 */
static __always_inline int skbtrace_cond_quick(struct skbtrace_session *s,
					       const struct skbtrace_event *ev,
					       const void *fields)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	const struct skbtrace_cond *cond = &run->cond[ev->slot];

	if (likely(!s->slot[ev->slot].cond))
		return 1;
	if (unlikely(cond->nr != 1))
		return -1;
	if (skbtrace_term_true(cond->term, fields))
		return 1;
	this_cpu_inc(s->gate->refused);
	return 0;
}

static bool skbtrace_cond_wants(struct skbtrace_session *s,
				const struct skbtrace_event *ev,
				const void *fields)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);

	if (skbtrace_cond_true(&run->cond[ev->slot], fields))
		return true;
	this_cpu_inc(s->gate->refused);
	return false;
}

static noinline void skbtrace_write_sk_many(struct skbtrace_session *s,
					    const struct skbtrace_event *ev,
					    struct sock *sk, const void *fields)
{
	if (skbtrace_cond_wants(s, ev, fields))
		skbtrace_put_sk(s, ev, sk, fields);
}

/**
 * skbtrace_write_sk() - write an event of a connection that has passed filters
 * @s: session
 * @ev: event with @conds set
 * @sk: connection
 * @fields: its block, all but the header
 *
 * Asks what is left: when=, then the context. Context: probe.
 */
void skbtrace_write_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       const void *fields)
{
	int how = skbtrace_cond_quick(s, ev, fields);

	if (how > 0)
		skbtrace_put_sk(s, ev, sk, fields);
	else if (how < 0)
		skbtrace_write_sk_many(s, ev, sk, fields);
}
EXPORT_SYMBOL_GPL(skbtrace_write_sk);

static noinline void skbtrace_check_and_write(struct skbtrace_session *s,
					      const struct skbtrace_event *ev,
					      struct sock *sk,
					      const void *fields)
{
	if (skbtrace_passes_slow(s, ev, sk))
		skbtrace_write_sk(s, ev, sk, fields);
}

/**
 * skbtrace_event_sk() - filter an event of a connection, then write it
 * @s: session
 * @ev: event with @conds set
 * @sk: connection: a full socket or a minisocket that is alive
 * @fields: its block, all but the header
 *
 * The slow path of skbtrace_quick_sk(). Context: probe.
 */
void skbtrace_event_sk(struct skbtrace_session *s,
		       const struct skbtrace_event *ev, struct sock *sk,
		       const void *fields)
{
	if (READ_ONCE(s->checks) & SKBTRACE_CHECKS_CONN)
		skbtrace_check_and_write(s, ev, sk, fields);
	else
		skbtrace_write_sk(s, ev, sk, fields);
}
EXPORT_SYMBOL_GPL(skbtrace_event_sk);

/**
 * skbtrace_write_packet() - write an event of a packet that has passed filters
 * @s: session
 * @ev: event with @conds set
 * @skb: packet
 * @l3: where its IP header is, bytes from skb->data, or %SKBTRACE_NO_L3
 * @netns: inode number of the network namespace, 0 unknown
 * @fields: its block, all but the header
 *
 * Asks what is left: when=, then the context. Context: probe.
 */
void skbtrace_write_packet(struct skbtrace_session *s,
			   const struct skbtrace_event *ev,
			   const struct sk_buff *skb, int l3, u32 netns,
			   const void *fields)
{
	int how = skbtrace_cond_quick(s, ev, fields);

	if (how > 0 || (how < 0 && skbtrace_cond_wants(s, ev, fields)))
		skbtrace_put_packet(s, ev, skb, l3, netns, fields);
}
EXPORT_SYMBOL_GPL(skbtrace_write_packet);
