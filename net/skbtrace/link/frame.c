// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a frame and gives it to the device's egress: tc, the qdisc, taps, then
 * ndo_start_xmit().
 *
 * What it holds is copied. That lets the sub-buffer go at once, however long a
 * qdisc or a tap keeps the frame; and most frames are no longer than what has
 * to be linear anyway, for filters to see it.
 */
#include <linux/etherdevice.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include "link.h"

/* Up to here a frame is linear: filters that read it directly see all of it. */
#define SKBTRACE_FRAME_LINEAR	4096U

/*
 * Flows of texts, beside those of events, which are their numbers: each part of
 * a text has one. As one flow FORMAT would be what fq_codel takes for the
 * fattest and drops from, the same parts each second, as frames of events may
 * be short; and INFO would stand behind it, and come later than events that it
 * does not tell of yet, so that who receives could not add up.
 *
 * Numbers below 610, a Fibonacci number, are in buckets of their own among the
 * 1024 that fq_codel has: hash_32() multiplies by the golden ratio.
 */
#define SKBTRACE_FLOW_TEXTS	448	/* above the events */
#define SKBTRACE_FLOW_NR	160

static u32 skbtrace_flow_text(u8 kind, u32 part)
{
	return SKBTRACE_FLOW_TEXTS + (4 * part + kind % 4) % SKBTRACE_FLOW_NR;
}

u64 skbtrace_link_host;

static const u8 skbtrace_link_group[ETH_ALEN] = SKBTRACE_LINK_GROUP;

/* Bytes that a frame can hold after its header; the MTU may change. */
u32 skbtrace_frame_max(const struct skbtrace_link *l)
{
	return READ_ONCE(l->dev->mtu) - sizeof(struct skbtrace_frame);
}

/* All that does not depend on the kind of frame. */
void skbtrace_frame_head(struct skbtrace_link *l, struct skbtrace_frame *f,
			 u8 kind, u32 len)
{
	*f = (struct skbtrace_frame){
		.version = SKBTRACE_FRAME_VERSION,
		.kind = kind,
		.flags = IS_ENABLED(CONFIG_CPU_BIG_ENDIAN) ?
			 0 : SKBTRACE_FRAME_LITTLE,
		.prio = SKBTRACE_PRIO_FIRST,
		.hdr_len = htons(sizeof(*f)),
		.len = htonl(len),
		.session = htonl(READ_ONCE(l->run)),
		.host = cpu_to_be64(skbtrace_link_host),
		.cpu = htonl(SKBTRACE_FRAME_NO_CPU),
		.mono_ns = cpu_to_be64(ktime_get_mono_fast_ns()),
		.real_ns = cpu_to_be64(ktime_get_real_fast_ns()),
	};
}

static void skbtrace_next_seq(struct skbtrace_link *l, struct skbtrace_frame *f)
{
	u64 seq = atomic64_inc_return(&l->frame_seq) - 1;

	f->frame_seq = cpu_to_be64(seq);
}

static struct sk_buff *skbtrace_frame_alloc(const struct net_device *dev,
					    u32 len)
{
	u32 linear = min(len, SKBTRACE_FRAME_LINEAR);
	u32 space = LL_RESERVED_SPACE(dev);
	struct sk_buff *skb;
	int err;

	skb = alloc_skb_with_frags(space + linear, len - linear,
				   PAGE_ALLOC_COSTLY_ORDER, &err,
				   GFP_KERNEL | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, space);
	skb_put(skb, linear);
	skb->data_len = len - linear;
	skb->len = len;
	return skb;
}

/*
 * Send a frame: @f, then @data. If there is no memory, its number is missing,
 * so that who receives notices. @flow: what fair queues tell frames apart by;
 * @when: of the event, CLOCK_REALTIME
 */
static void skbtrace_frame_send(struct skbtrace_link *l,
				const struct skbtrace_frame *f,
				const void *data, u32 len, u32 flow, u64 when)
{
	struct net_device *dev = l->dev;
	struct sk_buff *skb;
	struct ethhdr *eth;

	skb = skbtrace_frame_alloc(dev, ETH_HLEN + sizeof(*f) + len);
	if (!skb) {
		DEV_STATS_INC(dev, tx_dropped);
		return;
	}
	eth = (struct ethhdr *)skb->data;
	ether_addr_copy(eth->h_dest, skbtrace_link_group);
	ether_addr_copy(eth->h_source, dev->dev_addr);
	eth->h_proto = htons(SKBTRACE_ETHERTYPE);
	memcpy(eth + 1, f, sizeof(*f));
	skb_store_bits(skb, ETH_HLEN + sizeof(*f), data, len);
	skb->dev = dev;
	skb->protocol = eth->h_proto;
	skb->priority = f->prio;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	__skb_set_sw_hash(skb, hash_32(flow + 1, 32), true);
	skb_hwtstamps(skb)->hwtstamp = ns_to_ktime(when);
	dev_queue_xmit(skb);
}

/* CLOCK_REALTIME of a block, by the pair of clocks of its sub-buffer */
static u64 skbtrace_block_real(const struct skbtrace_subbuf *h,
			       const struct skbtrace_block *b)
{
	if (b->len < sizeof(*b))
		return h->real_ns;
	return h->real_ns + b->time - h->mono_ns;
}

/* Send blocks of a sub-buffer. Context: the thread. */
void skbtrace_frame_blocks(struct skbtrace_link *l,
			   const struct skbtrace_subbuf *h,
			   const struct skbtrace_slice *p)
{
	struct skbtrace_frame f;

	skbtrace_frame_head(l, &f, SKBTRACE_FRAME_BLOCKS, p->len);
	f.prio = p->prio;
	f.event = htons(p->event);
	f.cpu = htonl(h->cpu);
	f.nr = htonl(p->nr);
	f.seq = cpu_to_be64(p->seq);
	f.lost_total = cpu_to_be64(p->lost);
	f.epoch = htonl(h->epoch);
	skbtrace_next_seq(l, &f);
	skbtrace_frame_send(l, &f, p->at, p->len, p->event,
			    skbtrace_block_real(h, p->at));
}

/* Send a text, in as many parts as it takes. Context: the thread. */
void skbtrace_frame_text(struct skbtrace_link *l, u8 kind, u8 flags,
			 const struct skbtrace_text *text)
{
	u32 max = skbtrace_frame_max(l), len;
	struct skbtrace_frame f;
	u32 part = 0;
	size_t off;

	for (off = 0; off < text->len; off += len) {
		len = min_t(size_t, max, text->len - off);
		skbtrace_frame_head(l, &f, kind, len);
		f.flags |= flags;
		f.seq = cpu_to_be64(off);
		f.epoch = htonl(text->epoch);
		f.total = htonl(text->len);
		skbtrace_next_seq(l, &f);
		skbtrace_frame_send(l, &f, text->data + off, len,
				    skbtrace_flow_text(kind, part++),
				    be64_to_cpu(f.real_ns));
	}
}
