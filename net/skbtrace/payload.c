// SPDX-License-Identifier: GPL-2.0
/*
 * The first bytes of a packet, which follow the fields of its event, and the
 * stack. They are copied, so that they stay as they were then, however long the
 * event is held back.
 */
#include <linux/string.h>
#include "payload.h"

/* Has the packet an IP header where the event says? It may be a stale place. */
static bool skbtrace_has_ip(const struct sk_buff *skb, int l3)
{
	u8 first;

	if (l3 >= (int)skb->len || l3 < -(int)skb_headroom(skb) ||
	    skb_copy_bits(skb, l3, &first, 1))
		return false;
	return first >> 4 == 4 || first >> 4 == 6;
}

/**
 * skbtrace_payload_len() - how many bytes of a packet its event takes along
 * @run: the run
 * @ev: event
 * @call: the request for its block
 *
 * Return: how many; 0: none are wanted, or there is no IP header
 */
u32 skbtrace_payload_len(const struct skbtrace_run *run,
			 const struct skbtrace_event *ev,
			 const struct skbtrace_call *call)
{
	u32 n = call->skb ? READ_ONCE(run->payload[ev->slot]) : 0;

	if (!n || !skbtrace_has_ip(call->skb, call->l3))
		return 0;
	return min(n, skbtrace_readable(call->skb, call->l3));
}

/**
 * skbtrace_put_payload() - copy the first bytes of a packet
 * @call: the request for the block
 * @n: how many, not 0; skbtrace_payload_len()
 * @b: the block, which has space for them behind what it has already
 *
 * Context: gate busy.
 */
void skbtrace_put_payload(const struct skbtrace_call *call, u32 n,
			  struct skbtrace_block *b)
{
	struct skbtrace_payload *p = (void *)b + b->len;
	u32 pad = ALIGN(n, 8) - n;

	p->len = n;
	p->of = call->skb->len - call->l3;
	if (skb_copy_bits(call->skb, call->l3, p->data, n))
		memset(p->data, 0, n);
	memset(p->data + n, 0, pad);
	b->len += skbtrace_payload_space(n);
	b->flags |= SKBTRACE_BLOCK_PAYLOAD;
}
