/* SPDX-License-Identifier: GPL-2.0 */
/* Common to the files of the TCP module. */
#ifndef _NET_SKBTRACE_EVENTS_TCP_H
#define _NET_SKBTRACE_EVENTS_TCP_H

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/tcp.h>
#include <net/tcp.h>
#include "event.h"

/* Each state that a socket enters, of TCP or not: tcp_conn.c */
extern struct skbtrace_hook skbtrace_hook_tcp_state;

/*
 * For .hooks: all include skbtrace_hook_tcp_state, for the end of connections
 */
#define TCP_HOOKS(...)	((struct skbtrace_hook *const[]){		\
		&skbtrace_hook_tcp_state, ##__VA_ARGS__, NULL })

static inline bool skbtrace_is_tcp(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP &&
	       (sk->sk_family == AF_INET || sk->sk_family == AF_INET6);
}

/* What sends a segment. NONE: it is received, or at another place */
enum { TCP_HOW_NONE, TCP_HOW_FIRST, TCP_HOW_AGAIN, TCP_HOW_PROBE };

/* jiffies_to_usecs() is a call; avoid it where a product is sufficient. */
static __always_inline u64 skbtrace_jiffies_us(u64 j)
{
	if (USEC_PER_SEC % HZ)
		return div_u64(jiffies64_to_nsecs(j), NSEC_PER_USEC);
	return j * (USEC_PER_SEC / HZ);
}

/* For fields with the flag "inf" */
static inline u32 skbtrace_ssthresh(const struct tcp_sock *tp)
{
	return tcp_in_initial_slowstart(tp) ? U32_MAX : tp->snd_ssthresh;
}

#endif /* _NET_SKBTRACE_EVENTS_TCP_H */
