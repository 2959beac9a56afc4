/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that carry events: no event is written about them. */
#ifndef _NET_SKBTRACE_QUIET_H
#define _NET_SKBTRACE_QUIET_H

#include <linux/skbtrace.h>

/**
 * struct skbtrace_quiet - a user of a UDP port that is not traced
 * @list: of all of them
 * @port: the port, in host order
 * @rcv: encap_rcv of its socket
 */
struct skbtrace_quiet {
	struct list_head	list;
	u16			port;
	int			(*rcv)(struct sock *sk, struct sk_buff *skb);
};

void skbtrace_quiet_add(struct skbtrace_quiet *q);
void skbtrace_quiet_del(struct skbtrace_quiet *q);
u8 skbtrace_quiet_checks(void);
bool skbtrace_is_carrier(const struct skbtrace_packet *p);

#endif /* _NET_SKBTRACE_QUIET_H */
