/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first bytes of a packet, which follow the fields of its event: payload=
 */
#ifndef _NET_SKBTRACE_PAYLOAD_H
#define _NET_SKBTRACE_PAYLOAD_H

#include <linux/skbuff.h>
#include "run.h"

/* Bytes from @l3 on that can be read: no CPU can read devices' memory */
static inline u32 skbtrace_readable(const struct sk_buff *skb, int l3)
{
#ifdef SKBTRACE_HAVE_UNREADABLE
	if (!skb_frags_readable(skb))
		return max_t(int, skb_headlen(skb) - l3, 0);
#endif
	return skb->len - l3;
}

/* Bytes that payload= adds to a block with @n bytes of a packet */
static inline u32 skbtrace_payload_space(u32 n)
{
	return sizeof(struct skbtrace_payload) + ALIGN(n, 8);
}

u32 skbtrace_payload_len(const struct skbtrace_run *run,
			 const struct skbtrace_event *ev,
			 const struct skbtrace_call *call);
void skbtrace_put_payload(const struct skbtrace_call *call, u32 n,
			  struct skbtrace_block *b);

#endif /* _NET_SKBTRACE_PAYLOAD_H */
