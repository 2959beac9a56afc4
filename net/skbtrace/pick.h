/* SPDX-License-Identifier: GPL-2.0 */
/* sk_mark=, sample=, max_cost: which connections an event is recorded of. */
#ifndef _NET_SKBTRACE_PICK_H
#define _NET_SKBTRACE_PICK_H

#include "verdict.h"

u32 skbtrace_sk_mark(struct sock *sk);
bool skbtrace_picks_sk(const struct skbtrace_slot *slot, struct sock *sk);
bool skbtrace_picks_packet(const struct skbtrace_slot *slot,
			   const struct skbtrace_packet *p);

bool skbtrace_sheds_sk(const struct skbtrace_event *ev, u32 sample, u32 shed,
		       struct sock *sk);
bool skbtrace_sheds_packet(const struct skbtrace_event *ev, u32 sample,
			   u32 shed, const struct skbtrace_packet *p);

#endif /* _NET_SKBTRACE_PICK_H */
