/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fast path of two events, one for each direction, of packets whose socket
 * is known. What a protocol does in its own way is in a struct of functions. It
 * is a constant, and all here is inline: nothing is called through a pointer.
 */
#ifndef _NET_SKBTRACE_EVENTS_SOCK_PACKET_H
#define _NET_SKBTRACE_EVENTS_SOCK_PACKET_H

#include <linux/skbtrace_quick.h>

/**
 * struct sock_packet_ops - how a protocol writes these events
 * @port: the packet's destination port, for when=
 * @begin: takes space for a block; returns as skbtrace_quick_plain()
 * @fill: fills in all of the block but its header
 * @early: asks first for the field of skbtrace_slot.early, then as @slow;
 *	noinline, a constant; or %NULL
 * @slow: checks all that there is to check, and writes the event; noinline
 */
struct sock_packet_ops {
	u16	(*port)(const struct sk_buff *skb);
	int	(*begin)(struct skbtrace_quick *q, struct skbtrace_session *s,
			 const struct skbtrace_event *ev,
			 const struct sk_buff *skb,
			 const struct skbtrace_verdicts *counted);
	void	(*fill)(void *block, const struct sock *sk,
			const struct sk_buff *skb, u8 dir);
	void	(*early)(struct skbtrace_session *s,
			 const struct skbtrace_event *ev, struct sock *sk,
			 const struct sk_buff *skb, u8 dir);
	void	(*slow)(struct skbtrace_session *s,
			const struct skbtrace_event *ev, struct sock *sk,
			const struct sk_buff *skb, u8 dir);
};

typedef void sock_packet_kept_t(struct skbtrace_session *s, struct sock *sk,
				const struct sk_buff *skb,
				const struct skbtrace_verdicts *counted);

/*
 * Write an event that has passed its checks. Called by a noinline function for
 * each event: a probe that refuses shall save no register for one that keeps.
 */
static __always_inline void
sock_packet_write(const struct sock_packet_ops *ops, struct skbtrace_session *s,
		  const struct skbtrace_event *ev, struct sock *sk,
		  const struct sk_buff *skb,
		  const struct skbtrace_verdicts *counted, u8 dir)
{
	struct skbtrace_quick q __uninitialized;
	int how = -1;

	/* one that has no cookie is in no table of verdicts: nothing counted */
	if (likely(atomic64_read(&sk->sk_cookie)))
		how = ops->begin(&q, s, ev, skb, counted);
	if (how <= 0) {
		if (how < 0)
			ops->slow(s, ev, sk, skb, dir);
		return;
	}
	((struct skbtrace_block *)q.block)->netns = sock_net(sk)->ns.inum;
	ops->fill(q.block, sk, skb, dir);
	skbtrace_quick_commit(&q);
}

/*
 * Check an event, and have it written. @asked: the socket by which filters on
 * connections know it, or %NULL; @kept: calls sock_packet_write(). What is
 * refused has not been looked at.
 */
static __always_inline void
sock_packet_probe(const struct sock_packet_ops *ops, struct skbtrace_session *s,
		  const struct skbtrace_event *ev, const struct sock *asked,
		  struct sock *sk, const struct sk_buff *skb, u8 dir,
		  sock_packet_kept_t *kept)
{
	const struct skbtrace_verdicts *counted = NULL;
	u8 checks = READ_ONCE(s->checks);
	int how = 1;

	if (likely(!checks)) {
		kept(s, sk, skb, NULL);
		return;
	}
	if (unlikely(checks & SKBTRACE_CHECK_RANGE)) {
		if (ops->early && s->slot[ev->slot].early) {
			ops->early(s, ev, sk, skb, dir);
			return;
		}
		if (!skbtrace_in_range(s, ev, ops->port(skb)))
			return;
	}
	checks &= SKBTRACE_QUICK_PACKET;
	if (checks)
		how = skbtrace_quick_some(&counted, s, ev, asked, checks);
	if (how < 0)
		ops->slow(s, ev, sk, skb, dir);
	else if (how)
		kept(s, sk, skb, counted);
}

#endif /* _NET_SKBTRACE_EVENTS_SOCK_PACKET_H */
