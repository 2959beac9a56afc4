// SPDX-License-Identifier: GPL-2.0
/*
 * Answers a probe at once, so that who sends it learns how the clocks differ.
 * One frame for one frame, no longer than it: nobody can have more sent than he
 * sends himself. Context: any but hardirq.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include "link.h"

#define SKBTRACE_PROBE_MAX	64	/* bytes that come back */

/* Is there a probe, @off bytes from skb->data? Then its header is in @f. */
bool skbtrace_get_probe(const struct sk_buff *skb, int off,
			struct skbtrace_frame *f)
{
	if (skb_copy_bits(skb, off, f, sizeof(*f)))
		return false;
	return f->version == SKBTRACE_FRAME_VERSION &&
	       f->kind == SKBTRACE_FRAME_PROBE &&
	       f->hdr_len == htons(sizeof(*f)) &&
	       ntohl(f->len) <= SKBTRACE_PROBE_MAX &&
	       skb->len >= off + sizeof(*f) + ntohl(f->len);
}

/* The answer, without a header of another layer, but with space for it. */
struct sk_buff *skbtrace_make_echo(struct skbtrace_link *l,
				   const struct sk_buff *skb, int off,
				   const struct skbtrace_frame *probe,
				   unsigned int headroom)
{
	u32 len = ntohl(probe->len);
	struct skbtrace_frame *f;
	struct sk_buff *echo;

	echo = alloc_skb(headroom + sizeof(*f) + len,
			 GFP_ATOMIC | __GFP_NOWARN);
	if (!echo)
		return NULL;
	skb_reserve(echo, headroom);
	f = skb_put(echo, sizeof(*f) + len);
	skbtrace_frame_head(l, f, SKBTRACE_FRAME_ECHO, len);
	f->seq = probe->seq;
	f->frame_seq = probe->frame_seq;
	skb_copy_bits(skb, off + sizeof(*f), f + 1, len);
	echo->priority = SKBTRACE_PRIO_FIRST;
	return echo;
}

/*
 * Answer a frame that comes out of the device, from a bridge or a packet
 * socket, if it is a probe. The answer comes in by the device: packet sockets
 * on it see it, and a bridge takes it to wherever the probe has come from.
 *
 * Return: true if it was one
 */
bool skbtrace_echo(struct skbtrace_link *l, const struct sk_buff *skb)
{
	struct skbtrace_frame probe;
	struct sk_buff *echo;
	struct ethhdr eth;

	if (skb_copy_bits(skb, 0, &eth, sizeof(eth)) ||
	    eth.h_proto != htons(SKBTRACE_ETHERTYPE) ||
	    !skbtrace_get_probe(skb, ETH_HLEN, &probe))
		return false;
	echo = skbtrace_make_echo(l, skb, ETH_HLEN, &probe,
				  NET_SKB_PAD + ETH_HLEN);
	if (!echo)
		return true;
	ether_addr_copy(eth.h_dest, eth.h_source);
	ether_addr_copy(eth.h_source, l->dev->dev_addr);
	memcpy(skb_push(echo, ETH_HLEN), &eth, sizeof(eth));
	echo->protocol = eth_type_trans(echo, l->dev);
	netif_rx(echo);
	return true;
}
