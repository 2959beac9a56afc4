/* SPDX-License-Identifier: GPL-2.0 */
/*
 * skbtrace: events of packets that may take along their first bytes: payload=
 */
#ifndef _LINUX_SKBTRACE_PAYLOAD_H
#define _LINUX_SKBTRACE_PAYLOAD_H

#include <linux/skbtrace.h>

void *skbtrace_open_packet(struct skbtrace_session *s,
			   const struct skbtrace_event *ev,
			   const struct sk_buff *skb, int l3, u32 netns,
			   u32 ctx);
void *skbtrace_open_packet_at(struct skbtrace_session *s,
			      const struct skbtrace_event *ev,
			      const struct skbtrace_packet *p, u32 netns,
			      const void *location, u32 ctx);

/**
 * skbtrace_begin_packet() - reserve the block of an event of a packet
 * @s: session
 * @ev: event
 * @skb: packet, which must live until skbtrace_commit()
 * @l3: where its IP header is, bytes from skb->data, or %SKBTRACE_NO_L3
 * @netns: inode number of the network namespace, 0 unknown
 *
 * As skbtrace_begin(), but obeys payload=.
 *
 * Return: as skbtrace_begin()
 */
static __always_inline void *
skbtrace_begin_packet(struct skbtrace_session *s,
		      const struct skbtrace_event *ev,
		      const struct sk_buff *skb, int l3, u32 netns)
{
	u32 ctx = skbtrace_context();

	return skbtrace_refuses(s, ctx) ? NULL :
	       skbtrace_open_packet(s, ev, skb, l3, netns, ctx);
}

/**
 * skbtrace_begin_packet_at() - skbtrace_begin_at() of a packet
 * @s: session
 * @ev: event
 * @p: packet
 * @netns: inode number of the network namespace, 0 unknown
 * @location: the address; the block holds skbtrace_location_id() of it
 *
 * Obeys payload=.
 *
 * Return: as skbtrace_begin()
 */
static __always_inline void *
skbtrace_begin_packet_at(struct skbtrace_session *s,
			 const struct skbtrace_event *ev,
			 const struct skbtrace_packet *p, u32 netns,
			 const void *location)
{
	u32 ctx = skbtrace_context();

	return skbtrace_refuses(s, ctx) ? NULL :
	       skbtrace_open_packet_at(s, ev, p, netns, location, ctx);
}

#endif /* _LINUX_SKBTRACE_PAYLOAD_H */
