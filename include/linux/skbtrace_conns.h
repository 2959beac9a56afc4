/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inline look-up of the verdict on a connection, for probes. The table is in
 * skbtrace_verdict.h.
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
 * struct skbtrace_prog_cpu - counters of a filter program on one CPU
 * @passed: events
 * @refused: events
 * @forgotten: connections, by verdict, whose entries others have overwritten
 */
struct skbtrace_prog_cpu {
	u64	passed;
	u64	refused;
	u64	forgotten[2];
};

struct bpf_insn;

/**
 * struct skbtrace_direct - a filter program that runs on the packet itself
 * @run: its function
 * @insns: second argument of @run
 * @count: of the filter, per CPU
 */
struct skbtrace_direct {
	unsigned int	(*run)(const void *skb, const struct bpf_insn *insns);
	const struct bpf_insn		*insns;
	struct skbtrace_prog_cpu __percpu *count;
};

#define SKBTRACE_MIX	0x9e3779b97f4a7c15ULL

#if IS_ENABLED(CONFIG_IPV6)
/*
 * Mix in half an address. memcpy(): it may be unaligned. A bit of a product
 * depends on lower bits only, so the bits that differ most are moved lowest;
 * otherwise the next half could cancel them. Each is read when the one before
 * has been mixed in: all at once would take registers that a probe has to save.
 */
static __always_inline u64 skbtrace_mix_half(u64 mix, const u8 *half)
{
	__be64 v;

	asm("" : "+r" (mix), "+r" (half));
	memcpy(&v, half, sizeof(v));
	return (mix ^ be64_to_cpu(v)) * SKBTRACE_MIX;
}
#endif

/**
 * skbtrace_sk_mix() - hash of a connection, for the table of verdicts
 * @sk: connection
 * @cookie: of it
 *
 * Return: a mix of cookie, addresses and ports
 */
static __always_inline u64 skbtrace_sk_mix(const struct sock *sk, u64 cookie)
{
	/* cookies of the same entry share their lower bits */
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
