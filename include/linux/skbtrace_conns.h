/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What probes need to find the verdict on a connection by themselves, without
 * a call, once the filter has been asked: see skbtrace_verdict.h.
 */
#ifndef _LINUX_SKBTRACE_CONNS_H
#define _LINUX_SKBTRACE_CONNS_H

#include <asm/byteorder.h>
#include <linux/compiler.h>
#include <linux/skbtrace_verdict.h>
#include <linux/string.h>
#include <linux/types.h>
#include <net/sock.h>

/**
 * struct skbtrace_prog_cpu - what a CPU has seen of a program
 * @passed: events
 * @refused: events
 * @forgotten: connections, by verdict, whose places others took
 */
struct skbtrace_prog_cpu {
	u64	passed;
	u64	refused;
	u64	forgotten[2];
};

#define SKBTRACE_MIX	0x9e3779b97f4a7c15ULL

#if IS_ENABLED(CONFIG_IPV6)
/*
 * Half an address; memcpy() since some processors want it aligned. A product's
 * bits depend on the lower ones only, so what differs most comes lowest: else
 * the next half could undo it.
 */
static __always_inline u64 skbtrace_mix_half(u64 mix, const u8 *half)
{
	__be64 v;

	memcpy(&v, half, sizeof(v));
	return (mix ^ be64_to_cpu(v)) * SKBTRACE_MIX;
}
#endif

/**
 * skbtrace_sk_mix() - who a connection is, for the verdict on it
 * @sk: connection
 * @cookie: of it
 *
 * Return: a mix of who it is, addresses and ports
 */
static __always_inline u64 skbtrace_sk_mix(const struct sock *sk, u64 cookie)
{
	/* cookies of one place have their lower bits in common */
	u64 mix = cookie ^ (u64)(__force u32)sk->sk_portpair << 32;

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		mix = skbtrace_mix_half(mix, &sk->sk_v6_rcv_saddr.s6_addr[0]);
		mix = skbtrace_mix_half(mix, &sk->sk_v6_rcv_saddr.s6_addr[8]);
		mix = skbtrace_mix_half(mix, &sk->sk_v6_daddr.s6_addr[0]);
		return skbtrace_mix_half(mix, &sk->sk_v6_daddr.s6_addr[8]);
	}
#endif
	return (mix * SKBTRACE_MIX ^ (__force u64)sk->sk_addrpair) *
	       SKBTRACE_MIX;
}

#endif /* _LINUX_SKBTRACE_CONNS_H */
