/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the packet module share. */
#ifndef _NET_SKBTRACE_EV_PACKET_H
#define _NET_SKBTRACE_EV_PACKET_H

#include <linux/skbtrace.h>

/* ev_packet.c; its probe serves both events */
extern struct skbtrace_hook hook_kfree_skb;

/* ev_delay.c */
extern struct skbtrace_event ev_skb_delay;
extern const struct skbtrace_sym skb_where_words[], skb_life_words[];
extern const unsigned int skb_nr_where_words, skb_nr_life_words;
void skb_delay_drop(struct skbtrace_session *s, const struct sk_buff *skb);

#endif /* _NET_SKBTRACE_EV_PACKET_H */
