/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filters on connections: a pcap program runs on a forged packet, the one that
 * the connection would send. The verifier here refuses programs that load
 * anything which that packet lacks.
 *
 * The forged packet has the version, protocol and addresses of the IP header,
 * no fragment offset, a TTL of 64; of the transport header only the ports.
 * Used by the kernel, and by userland to filter recordings.
 */
#ifndef _NET_SKBTRACE_CONN_PROG_H
#define _NET_SKBTRACE_CONN_PROG_H

#include <linux/filter.h>
#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define SKBTRACE_FORGED_MAX	44	/* bytes: IPv6 header and ports */
#define SKBTRACE_FORGED_TTL	64

/**
 * struct skbtrace_forged - the ends of a connection
 * @local: address on this side, IPv4 as ::ffff:a.b.c.d, unset as zero
 * @peer: the same of the other side
 * @lport: port on this side, host order, 0: none yet
 * @pport: port of the other side, host order
 * @proto: IPPROTO_*
 * @v4: an IPv4 socket; others are, too, if one of the addresses is
 */
struct skbtrace_forged {
	const __u8	*local;
	const __u8	*peer;
	__u16		lport;
	__u16		pport;
	__u8		proto;
	__u8		v4;
};

static inline int skbtrace_is_mapped(const __u8 *addr)
{
	static const __u8 mapped[12] = { [10] = 0xff, 0xff };

	return !memcmp(addr, mapped, sizeof(mapped));
}

/**
 * skbtrace_forge() - the packet that a connection would send
 * @p: the packet, %SKBTRACE_FORGED_MAX bytes, all written
 * @c: connection
 *
 * Return: its length
 */
static inline unsigned int skbtrace_forge(__u8 *p,
					  const struct skbtrace_forged *c)
{
	int v4 = c->v4 || skbtrace_is_mapped(c->local) ||
		 skbtrace_is_mapped(c->peer);
	unsigned int l4 = v4 ? 20 : 40;

	memset(p, 0, SKBTRACE_FORGED_MAX);
	if (v4) {
		p[0] = 0x45;
		p[8] = SKBTRACE_FORGED_TTL;
		p[9] = c->proto;
		/* an address that is not set is zero in both forms */
		memcpy(p + 12, c->local + 12, 4);
		memcpy(p + 16, c->peer + 12, 4);
	} else {
		p[0] = 0x60;
		p[6] = c->proto;
		p[7] = SKBTRACE_FORGED_TTL;
		memcpy(p + 8, c->local, 16);
		memcpy(p + 24, c->peer, 16);
	}
	p[l4] = c->lport >> 8;
	p[l4 + 1] = c->lport & 0xff;
	p[l4 + 2] = c->pport >> 8;
	p[l4 + 3] = c->pport & 0xff;
	return l4 + 4;
}

/* What the verifier knows of the accumulator and of X before an instruction */
enum {
	SKBTRACE_REG_NONE,	/* not reachable */
	SKBTRACE_REG_ANY,
	SKBTRACE_REG_BYTE0,	/* the first byte of the packet */
	SKBTRACE_REG_VERSION,	/* that, without the header length */
	SKBTRACE_REG_L4,	/* X: length of the IPv4 header */
	SKBTRACE_REG_ZERO,	/* 0 and 1: pcap tests such a constant if a */
	SKBTRACE_REG_ONE,	/* branch is never or always taken */
};

#define SKBTRACE_V4	1
#define SKBTRACE_V6	2

/**
 * struct skbtrace_conn_at - state of the verifier before an instruction
 * @versions: of IP that reach it
 * @a: the accumulator
 * @x: the index register
 *
 * Memory for skbtrace_conn_check(), one for each instruction, zero.
 */
struct skbtrace_conn_at {
	__u8	versions;
	__u8	a;
	__u8	x;
};

/* Parts of a header; a connection lacks those that have a name */
struct skbtrace_conn_part {
	__u32		end;	/* first byte behind it */
	const char	*what;
};

static inline const char *
skbtrace_conn_part(const struct skbtrace_conn_part *part, __u32 off, __u32 n)
{
	__u32 begin = 0;

	for (; part->end; begin = part->end, part++)
		if (part->what && off < part->end && off + n > begin)
			return part->what;
	/* the last part has no end, and the sum must not overflow */
	return off + n > begin || off + n < off ? part->what : NULL;
}

static inline const char *skbtrace_conn_lacks4(__u32 off, __u32 n)
{
	static const struct skbtrace_conn_part parts[] = {
		{ 1, NULL }, { 2, "the IPv4 type of service" },
		{ 4, "the IPv4 total length" },
		{ 6, "the IPv4 identification" }, { 10, NULL },
		{ 12, "the IPv4 header checksum" }, { 24, NULL },
		{ 0, "what follows the ports" },
	};

	return skbtrace_conn_part(parts, off, n);
}

static inline const char *skbtrace_conn_lacks6(__u32 off, __u32 n)
{
	static const struct skbtrace_conn_part parts[] = {
		{ 1, NULL }, { 4, "the IPv6 traffic class and flow label" },
		{ 6, "the IPv6 payload length" }, { 44, NULL },
		{ 0, "what follows the ports" },
	};

	return skbtrace_conn_part(parts, off, n);
}

/* Bytes from the end of the IPv4 header on */
static inline const char *skbtrace_conn_lacks_l4(__u32 off, __u32 n)
{
	static const struct skbtrace_conn_part parts[] = {
		{ 4, NULL },
		{ 8, "the TCP sequence number, or UDP's length" },
		{ 12, "the TCP acknowledgment number" },
		{ 13, "the TCP data offset" }, { 14, "the TCP flags" },
		{ 16, "the TCP window" }, { 18, "the TCP checksum" },
		{ 20, "the TCP urgent pointer" },
		{ 0, "TCP options or payload" },
	};

	return skbtrace_conn_part(parts, off, n);
}

static inline __u32 skbtrace_insn_bytes(__u16 code)
{
	switch (BPF_SIZE(code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	default:
		return 4;
	}
}

/* Return: what a load needs and a connection lacks, or NULL */
static inline const char *
skbtrace_conn_lacks(const struct sock_filter *f,
		    const struct skbtrace_conn_at *at)
{
	__u32 n = skbtrace_insn_bytes(f->code);
	const char *what = NULL;

	switch (BPF_MODE(f->code)) {
	case BPF_LEN:
		return "the length";
	case BPF_IND:
		if (at->x != SKBTRACE_REG_L4)
			return "a place that is computed";
		return skbtrace_conn_lacks_l4(f->k, n);
	case BPF_MSH:
		n = 1;
		break;
	case BPF_ABS:
		break;
	default:	/* a constant, the program's own memory */
		return NULL;
	}
	if (at->versions & SKBTRACE_V4)
		what = skbtrace_conn_lacks4(f->k, n);
	if (!what && at->versions & SKBTRACE_V6)
		what = skbtrace_conn_lacks6(f->k, n);
	return what;
}

static inline void skbtrace_conn_join(struct skbtrace_conn_at *to,
				      const struct skbtrace_conn_at *from)
{
	if (!from->versions)
		return;
	to->versions |= from->versions;
	to->a = to->a == SKBTRACE_REG_NONE || to->a == from->a ?
		from->a : SKBTRACE_REG_ANY;
	to->x = to->x == SKBTRACE_REG_NONE || to->x == from->x ?
		from->x : SKBTRACE_REG_ANY;
}

/* A test of the IP version restricts both branches. */
static inline void skbtrace_conn_jump(const struct sock_filter *f,
				      struct skbtrace_conn_at *at)
{
	struct skbtrace_conn_at yes = *at, no = *at;
	__u8 version = f->k == 0x40 ? SKBTRACE_V4 :
		       f->k == 0x60 ? SKBTRACE_V6 : 0;
	__u8 one = at->a == SKBTRACE_REG_ONE;

	if (BPF_OP(f->code) == BPF_JA) {
		skbtrace_conn_join(&at[1 + f->k], &yes);
		return;
	}
	if (f->code == (BPF_JMP | BPF_JEQ | BPF_K) &&
	    at->a == SKBTRACE_REG_VERSION) {
		yes.versions &= version;
		no.versions &= ~version;
	} else if (f->code == (BPF_JMP | BPF_JEQ | BPF_K) &&
		   (at->a == SKBTRACE_REG_ZERO || one)) {
		if (f->k == one)
			no.versions = 0;
		else
			yes.versions = 0;
	}
	skbtrace_conn_join(&at[1 + f->jt], &yes);
	skbtrace_conn_join(&at[1 + f->jf], &no);
}

static inline __u8 skbtrace_conn_load(const struct sock_filter *f)
{
	if (f->code == (BPF_LD | BPF_B | BPF_ABS) && !f->k)
		return SKBTRACE_REG_BYTE0;
	if (f->code == (BPF_LD | BPF_IMM) && f->k <= 1)
		return f->k ? SKBTRACE_REG_ONE : SKBTRACE_REG_ZERO;
	return SKBTRACE_REG_ANY;
}

/* The registers after an instruction that is no jump */
static inline void skbtrace_conn_step(const struct sock_filter *f,
				      struct skbtrace_conn_at *at)
{
	switch (BPF_CLASS(f->code)) {
	case BPF_LD:
		at->a = skbtrace_conn_load(f);
		break;
	case BPF_LDX:
		at->x = BPF_MODE(f->code) == BPF_MSH && !f->k &&
			at->versions == SKBTRACE_V4 ?
			SKBTRACE_REG_L4 : SKBTRACE_REG_ANY;
		break;
	case BPF_ALU:
		at->a = f->code == (BPF_ALU | BPF_AND | BPF_K) &&
			f->k == 0xf0 && at->a == SKBTRACE_REG_BYTE0 ?
			SKBTRACE_REG_VERSION : SKBTRACE_REG_ANY;
		break;
	case BPF_MISC:
		if (BPF_MISCOP(f->code) == BPF_TAX)
			at->x = SKBTRACE_REG_ANY;
		else
			at->a = SKBTRACE_REG_ANY;
		break;
	}
}

/**
 * skbtrace_conn_check() - does a program load what a connection lacks?
 * @f: the program: every opcode valid, every jump within it, the last a return
 * @nr: instructions
 * @at: memory, @nr of them, zero
 * @what: what is missing
 *
 * Tracks both versions of IP at once, so that each load is checked against the
 * header that it is meant for. Jumps only lead forward.
 *
 * Return: the first instruction that loads what a connection lacks, or -1
 */
static inline int skbtrace_conn_check(const struct sock_filter *f,
				      unsigned int nr,
				      struct skbtrace_conn_at *at,
				      const char **what)
{
	struct skbtrace_conn_at next;
	unsigned int i;

	at[0].versions = SKBTRACE_V4 | SKBTRACE_V6;
	at[0].a = SKBTRACE_REG_ANY;
	at[0].x = SKBTRACE_REG_ANY;
	for (i = 0; i < nr; i++) {
		if (!at[i].versions)
			continue;
		switch (BPF_CLASS(f[i].code)) {
		case BPF_RET:
			continue;
		case BPF_JMP:
			skbtrace_conn_jump(&f[i], &at[i]);
			continue;
		case BPF_LD:
		case BPF_LDX:
			*what = skbtrace_conn_lacks(&f[i], &at[i]);
			if (*what)
				return i;
			break;
		}
		next = at[i];
		skbtrace_conn_step(&f[i], &next);
		skbtrace_conn_join(&at[i + 1], &next);
	}
	return -1;
}

#endif /* _NET_SKBTRACE_CONN_PROG_H */
