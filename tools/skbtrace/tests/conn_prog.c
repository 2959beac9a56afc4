// SPDX-License-Identifier: GPL-2.0
/*
 * The check of programs for connections: it accepts the expressions that it
 * should; no program that it accepts reads what a connection does not have.
 * TAP.
 *
 *	test_conn_prog [SEED [PROGRAMS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../../net/skbtrace/conn_prog.h"
#include "filter/filter.h"
#include "tests/chance.h"
#include "tests/tap.h"

static u64 rng;

static u32 below(u32 max)
{
	return chance(&rng) % max;
}

/* Return: -1 if it is accepted, else the instruction that is refused */
static int check(const struct bpf_program *p, const char **what)
{
	struct skbtrace_conn_at *at = xcalloc(p->bf_len, sizeof(*at));
	int i = skbtrace_conn_check((void *)p->bf_insns, p->bf_len, at, what);

	free(at);
	return i;
}

/* ---- expressions ---- */

static const char *const taken[] = {
	"tcp", "udp or sctp", "ip", "ip6", "not ip6", "host 10.0.0.1",
	"port 443", "not port 22", "tcp port 443", "src port 443",
	"dst portrange 8000-9000", "net 10.0.0.0/8", "src net 2001:db8::/32",
	"ip6 host 2001:db8::1", "src and dst net 10.0.0.0/8",
	"tcp and dst port 443 and not net 10.0.0.0/8", "ip multicast",
	"ip6 multicast", "icmp or icmp6", "proto 132", "ip proto 17",
	"(host ::1 and tcp port 80) or (host 127.0.0.1 and udp port 53)",
	"ip[8] = 64", "ip[0] & 0xf = 5", "ip[6:2] & 0x1fff = 0",
	"tcp[0:2] = tcp[2:2]", "tcp[2:2] & 1 = 0", "udp[0:4] > 5",
	"ip[12:4] = ip[16:4]", "ip6[6] = 6", "ip6[40:2] < 1024",
	"tcp[2:2] - tcp[0:2] > 5", "port 1 or port 2 or port 3 or port 4",
	"ip6 and tcp dst port 80", "ether proto 0x800",
};

static const struct {
	const char *expr, *what;
} refused[] = {
	{ "greater 100", "the length" }, { "less 100", "the length" },
	{ "len > 5", "the length" },
	{ "tcp[tcpflags] & tcp-syn != 0", "the TCP flags" },
	{ "port 80 and tcp[13] = 2", "the TCP flags" },
	{ "tcp[4:4] = 0", "the TCP sequence number, or UDP's length" },
	{ "udp[4:2] > 8", "the TCP sequence number, or UDP's length" },
	{ "tcp[2:4] = 0", "the TCP sequence number, or UDP's length" },
	{ "tcp[8:4] = 0", "the TCP acknowledgment number" },
	{ "tcp[12] = 5", "the TCP data offset" },
	{ "tcp[14:2] = 0", "the TCP window" },
	{ "tcp[16:2] = 0", "the TCP checksum" },
	{ "tcp[18:2] = 0", "the TCP urgent pointer" },
	{ "tcp[20] = 0", "TCP options or payload" },
	{ "tcp[1000:4] = 0", "TCP options or payload" },
	{ "ip[1] = 0", "the IPv4 type of service" },
	{ "ip[0:2] = 0", "the IPv4 type of service" },
	{ "ip[2:2] > 60", "the IPv4 total length" },
	{ "ip[4:2] = 0", "the IPv4 identification" },
	{ "ip[10:2] = 0", "the IPv4 header checksum" },
	{ "ip[8:4] = 0", "the IPv4 header checksum" },
	{ "ip[24] = 0", "what follows the ports" },
	{ "ip[22:4] = 0", "what follows the ports" },
	{ "ip6[1] = 0", "the IPv6 traffic class and flow label" },
	{ "ip6[0:4] = 0", "the IPv6 traffic class and flow label" },
	{ "ip6[4:2] = 0", "the IPv6 payload length" },
	{ "ip6[44] = 0", "what follows the ports" },
	{ "ip[tcp[0]] = 0", "a place that is computed" },
	{ "inbound", "what follows the ports" },
	{ "link[40] = 0", "what follows the ports" },
	{ "link[20] = 0 and ip6", NULL },
};

static void test_expressions(void)
{
	struct bpf_program p;
	const char *what;
	char *name;

	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		char *why = filter_try(taken[i], &p, true);

		what = NULL;
		name = xasprintf("'%s' is taken", taken[i]);
		result(!why && check(&p, &what) < 0, name);
		if (why || what)
			printf("# %s\n", why ? why : what);
		if (!why)
			pcap_freecode(&p);
		free(why);
		free(name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		char *why = filter_try(refused[i].expr, &p, true);
		bool ok;

		what = NULL;
		ok = !why && (check(&p, &what) < 0 ? !refused[i].what :
			      refused[i].what &&
			      !strcmp(what, refused[i].what));
		name = xasprintf("'%s': %s", refused[i].expr,
				 refused[i].what ? refused[i].what : "taken");
		result(ok, name);
		if (why || !ok)
			printf("# %s\n", why ? why : what ? what : "taken");
		if (!why)
			pcap_freecode(&p);
		free(why);
		free(name);
	}
}

/* ---- forged packets ---- */

struct example {
	u8 bytes[SKBTRACE_FORGED_MAX];
	u32 len;
};

static struct example forge(const u8 *local, const u8 *peer, u8 proto, u8 v4)
{
	const struct skbtrace_forged c = {
		.local = local, .peer = peer, .lport = 0x1234, .pport = 0x01bb,
		.proto = proto, .v4 = v4,
	};
	struct example e;

	memset(e.bytes, 0xee, sizeof(e.bytes));
	e.len = skbtrace_forge(e.bytes, &c);
	return e;
}

static void test_forge(void)
{
	static const u8 none[16], six[16] = { 0x20, 1, [15] = 9 },
			four[16] = { [10] = 0xff, 0xff, 10, 0, 0, 7 };
	static const u8 want4[24] = { 0x45, [8] = 64, 6, [12] = 10, 0, 0, 7,
				      [20] = 0x12, 0x34, 0x01, 0xbb };
	struct example e = forge(four, none, 6, 0);
	u8 rest = 0;

	result(e.len == 24 && !memcmp(e.bytes, want4, 24), "IPv4, no peer");
	for (u32 i = e.len; i < sizeof(e.bytes); i++)
		rest |= e.bytes[i];
	result(!rest, "all bytes are written");
	e = forge(none, four, 6, 0);
	result(e.len == 24 && e.bytes[0] == 0x45 && e.bytes[19] == 7,
	       "IPv4, the peer tells");
	e = forge(none, none, 17, 1);
	result(e.len == 24 && e.bytes[0] == 0x45 && e.bytes[9] == 17,
	       "IPv4, the socket tells");
	e = forge(none, none, 17, 0);
	result(e.len == 44 && e.bytes[0] == 0x60 && e.bytes[6] == 17 &&
	       e.bytes[7] == 64, "neither tells: IPv6");
	e = forge(six, none, 6, 0);
	result(e.len == 44 && !memcmp(e.bytes + 8, six, 16) &&
	       !memcmp(e.bytes + 24, none, 16) &&
	       !memcmp(e.bytes + 40, want4 + 20, 4), "IPv6");
}

/* ---- any program ---- */

enum { MAX_INSNS = 16, PACKET = 128 };

/* Mostly offsets that matter */
static u32 offset(void)
{
	static const u8 some[] = { 0, 0, 0, 0, 6, 6, 9, 12, 16, 20, 22, 40,
				   42 };

	return below(4) ? some[below(ARRAY_SIZE(some))] : below(56);
}

static struct bpf_insn load(void)
{
	static const u16 codes[] = {
		BPF_LD | BPF_B | BPF_ABS, BPF_LD | BPF_B | BPF_ABS,
		BPF_LD | BPF_B | BPF_ABS, BPF_LD | BPF_H | BPF_ABS,
		BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_B | BPF_IND,
		BPF_LD | BPF_H | BPF_IND, BPF_LD | BPF_W | BPF_IND,
		BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM, BPF_LD | BPF_IMM,
		BPF_LDX | BPF_IMM, BPF_LD | BPF_W | BPF_LEN,
		BPF_LDX | BPF_W | BPF_LEN, BPF_LDX | BPF_B | BPF_MSH,
		BPF_LDX | BPF_B | BPF_MSH, BPF_LDX | BPF_B | BPF_MSH,
	};
	struct bpf_insn f = { .code = codes[below(ARRAY_SIZE(codes))] };

	f.k = BPF_MODE(f.code) == BPF_MEM ? below(2) : offset();
	if (BPF_MODE(f.code) == BPF_MSH && below(4))
		f.k = 0;
	if (BPF_MODE(f.code) == BPF_IND && below(2))
		f.k = below(5);
	if (BPF_MODE(f.code) == BPF_IND && !below(8))
		f.k = -below(40);
	return f;
}

static struct bpf_insn other(u32 left)
{
	static const u16 codes[] = {
		BPF_ST, BPF_STX, BPF_ALU | BPF_AND | BPF_K,
		BPF_ALU | BPF_AND | BPF_K, BPF_ALU | BPF_AND | BPF_K,
		BPF_ALU | BPF_ADD | BPF_X, BPF_ALU | BPF_LSH | BPF_K,
		BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA, BPF_JMP | BPF_JA,
		BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JEQ | BPF_K,
		BPF_JMP | BPF_JEQ | BPF_K, BPF_JMP | BPF_JEQ | BPF_K,
		BPF_JMP | BPF_JGT | BPF_K, BPF_JMP | BPF_JSET | BPF_K,
		BPF_JMP | BPF_JEQ | BPF_X, BPF_RET | BPF_A, BPF_RET | BPF_K,
	};
	static const u8 values[] = { 0x40, 0x60, 0x40, 0x60, 0x45, 0, 1,
				     17 };
	struct bpf_insn f = { .code = codes[below(ARRAY_SIZE(codes))] };

	f.k = values[below(ARRAY_SIZE(values))];
	f.jt = below(left);
	f.jf = below(left);
	if (f.code == BPF_ST || f.code == BPF_STX)
		f.k = below(2);
	else if (f.code == (BPF_JMP | BPF_JA))
		f.k = below(left);
	else if (BPF_CLASS(f.code) == BPF_ALU)
		f.k = BPF_OP(f.code) == BPF_LSH ? 2 : below(4) ? 0xf0 : 0xff;
	else if (BPF_CLASS(f.code) == BPF_RET)
		f.k = below(2);
	return f;
}

/* A word of memory is stored to before it may be loaded. */
static u32 random_program(struct bpf_insn *f)
{
	u32 len = 4 + below(MAX_INSNS - 4), i = 0;

	f[i++] = (struct bpf_insn){ .code = BPF_ST, .k = 0 };
	f[i++] = (struct bpf_insn){ .code = BPF_STX, .k = 1 };
	/* often as pcap begins: the version, the length of the header */
	if (below(3) && len > 8) {
		f[i++] = (struct bpf_insn){ BPF_LD | BPF_B | BPF_ABS, 0, 0, 0 };
		f[i++] = (struct bpf_insn){ BPF_ALU | BPF_AND | BPF_K, 0, 0,
					    0xf0 };
		if (below(2)) {
			f[i] = (struct bpf_insn){
				BPF_JMP | BPF_JEQ | BPF_K, 0,
				below(len - i - 1), 0x40
			};
			i++;
			if (below(2))
				f[i++] = (struct bpf_insn){
					BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0
				};
		}
	}
	for (; i < len - 1; i++)
		f[i] = below(5) < 2 ? load() : other(len - i - 1);
	f[i] = (struct bpf_insn){ .code = BPF_RET | BPF_K, .k = below(2) };
	if (below(2))
		f[i].code = BPF_RET | BPF_A;
	return len;
}

/* Makes all random that a connection does not have */
static void soil(u8 *p, u32 *len, const struct example *e)
{
	static const u8 four[] = { 1, 2, 3, 4, 5, 10, 11 };
	static const u8 six[] = { 1, 2, 3, 4, 5 };
	const bool v4 = e->bytes[0] == 0x45;

	for (u32 i = 0; i < PACKET; i++)
		p[i] = below(256);
	memcpy(p, e->bytes, e->len);
	for (u32 i = 0; i < (v4 ? sizeof(four) : sizeof(six)); i++)
		p[v4 ? four[i] : six[i]] = below(256);
	*len = e->len + below(PACKET - e->len);
}

/* *differs: not all examples have the same verdict. */
static bool is_blind(const struct bpf_insn *f, const struct example *e,
		     u32 ne, bool *differs)
{
	u32 first = 0;

	*differs = false;
	for (u32 i = 0; i < ne; i++) {
		u32 is = bpf_filter(f, e[i].bytes, e[i].len, e[i].len);

		first = i ? first : is;
		*differs = *differs || is != first;
		for (int j = 0; j < 8; j++) {
			u8 p[PACKET];
			u32 len;

			soil(p, &len, &e[i]);
			if (bpf_filter(f, p, len, len) != is)
				return false;
		}
	}
	return true;
}

static void test_any(u64 all)
{
	static const u8 a4[16] = { [10] = 0xff, 0xff, 10, 0, 0, 7 },
			b4[16] = { [10] = 0xff, 0xff, 6, 0x60, 0x40, 17 },
			a6[16] = { 0x20, 1, [15] = 9 }, b6[16] = { 0x40, 0x60 };
	const struct example e[] = {
		forge(a4, b4, 6, 0), forge(b4, a4, 17, 0), forge(a6, b6, 6, 0),
		forge(b6, a6, 17, 0),
	};
	u64 taken_ones = 0, useful = 0;
	bool ok = true, differs;

	for (u64 i = 0; ok && i < all; i++) {
		struct bpf_insn f[MAX_INSNS];
		struct bpf_program p = { .bf_insns = f };
		const char *what = NULL;

		p.bf_len = random_program(f);
		if (check(&p, &what) >= 0)
			continue;
		taken_ones++;
		ok = is_blind(f, e, ARRAY_SIZE(e), &differs);
		useful += differs;
		for (u32 j = 0; !ok && j < p.bf_len; j++)
			printf("# %s\n", bpf_image(&f[j], j));
	}
	printf("# %llu of %llu programs taken, %llu with a use\n",
	       (unsigned long long)taken_ones, (unsigned long long)all,
	       (unsigned long long)useful);
	result(ok, "what is taken sees nothing that connections lack");
	result(useful > all / 50 && taken_ones < all / 5 * 4,
	       "some programs are taken, and some are not");
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) :
			      (u64)time(NULL) << 20 | getpid();

	rng = seed;
	printf("# seed 0x%llx\n", (unsigned long long)seed);
	test_expressions();
	test_forge();
	test_any(argc > 2 ? strtoull(argv[2], NULL, 0) : 200000);
	printf("1..%d\n", n);
	return failed != 0;
}
