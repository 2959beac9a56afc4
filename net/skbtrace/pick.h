/* SPDX-License-Identifier: GPL-2.0 */
/* sk_mark= and sample=: which connections an event is recorded of. */
#ifndef _NET_SKBTRACE_PICK_H
#define _NET_SKBTRACE_PICK_H

#include "verdict.h"

u32 skbtrace_sk_mark(struct sock *sk);
bool skbtrace_picks_sk(const struct skbtrace_slot *slot, struct sock *sk);
bool skbtrace_picks_packet(const struct skbtrace_slot *slot,
			   const struct skbtrace_packet *p);

#endif /* _NET_SKBTRACE_PICK_H */
