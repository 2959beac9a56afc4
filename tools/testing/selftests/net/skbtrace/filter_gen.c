// SPDX-License-Identifier: GPL-2.0
/* See filter_gen.h */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "filter_gen.h"

#define TEXT_MAX	0x100000

static uint64_t rnd_state;
static const struct pools *pool;
static char *out;
static size_t used;

void die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(2);
}

/* --- numbers: xorshift64*, the same on every machine */

void rnd_seed(uint64_t seed)
{
	rnd_state = seed * 0x9e3779b97f4a7c15ULL | 1;
}

uint32_t rnd(uint32_t below)
{
	rnd_state ^= rnd_state >> 12;
	rnd_state ^= rnd_state << 25;
	rnd_state ^= rnd_state >> 27;
	return (rnd_state * 0x2545f4914f6cdd1dULL >> 32) % below;
}

unsigned int number_from_env(const char *name, unsigned int or)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 0) : or;
}

/* From the environment, else a new one; printed, to repeat a run */
uint64_t choose_seed(void)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		die("getrandom");
	seed = number_from_env("FILTER_DIFF_SEED", seed);
	printf("seed=%u\n", seed);
	rnd_seed(seed);
	return seed;
}

/* --- expressions */

static void __attribute__((format(printf, 1, 2))) add(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(out + used, EXPR_MAX - used, fmt, args);
	va_end(args);
	used += n;
	if (used >= EXPR_MAX) {
		used = EXPR_MAX - 1;
		errno = E2BIG;
		die("an expression");
	}
}

#define ONE_OF(list)	((list)[rnd(sizeof(list) / sizeof((list)[0]))])

static const char *some_v4(void)
{
	return pool->v4[rnd(pool->nr_v4)];
}

static const char *some_v6(void)
{
	return pool->v6[rnd(pool->nr_v6)];
}

static uint32_t some_v4_number(void)
{
	struct in_addr addr;

	inet_pton(AF_INET, some_v4(), &addr);
	return ntohl(addr.s_addr);
}

static unsigned int some_port(void)
{
	return pool->port[rnd(pool->nr_port)];
}

static void gen_dir(void)
{
	static const char * const dir[] = {
		"", "", "", "src ", "dst ", "src or dst ", "src and dst ",
	};

	add("%s", ONE_OF(dir));
}

static void gen_host(void)
{
	gen_dir();
	add("host %s", rnd(3) ? some_v4() : some_v6());
}

/* The name of a protocol before a host */
static void gen_proto_host(void)
{
	static const char * const proto4[] = { "ip", "ip", "tcp", "udp" };
	static const char * const proto6[] = { "ip6", "tcp", "udp" };

	if (rnd(2))
		add("%s and src host %s", ONE_OF(proto4), some_v4());
	else
		add("%s and dst host %s", ONE_OF(proto6), some_v6());
}

static void gen_net(void)
{
	uint32_t bits, addr = some_v4_number();

	gen_dir();
	if (!rnd(3)) {
		/* a net with bits beyond its mask is invalid */
		add("net %s/128", some_v6());
		return;
	}
	bits = rnd(33);
	addr &= bits ? ~0U << (32 - bits) : 0;
	add("net %u.%u.%u.%u/%u", addr >> 24, addr >> 16 & 255,
	    addr >> 8 & 255, addr & 255, bits);
}

static void gen_port(void)
{
	static const char * const proto[] = { "", "", "", "tcp ", "udp " };
	unsigned int a, b;

	add("%s", ONE_OF(proto));
	gen_dir();
	if (rnd(3)) {
		add("port %u", some_port());
		return;
	}
	a = some_port();
	b = rnd(2) ? some_port() : a + rnd(2000);
	if (b > 65535)
		b = 65535;
	add("portrange %u-%u", a < b ? a : b, a < b ? b : a);
}

static void gen_proto(void)
{
	static const char * const proto[] = {
		"ip", "ip6", "tcp", "udp", "tcp", "udp", "icmp", "icmp6",
		"sctp", "proto 6", "proto 17", "ip proto 6", "ip proto 17",
		"ip6 proto 6", "ip6 proto 17", "ip proto 50", "ip6 proto 58",
	};

	add("%s", ONE_OF(proto));
}

/* Loads of what a connection has of both headers, by offset */
static void gen_conn_bytes(void)
{
	switch (rnd(8)) {
	case 0:
		add("ip[9] = %u", rnd(2) ? 6 : 17);
		return;
	case 1:
		add("ip6[6] = %u", rnd(2) ? 6 : 17);
		return;
	case 2:
		add("tcp[%u:2] = %u", 2 * rnd(2), some_port());
		return;
	case 3:
		add("udp[%u:2] >= %u", 2 * rnd(2), some_port());
		return;
	case 4:
		add("ip[6:2] & 0x1fff = 0");
		return;
	case 5:
		add("ip[8] %s 64", rnd(2) ? "=" : "<");
		return;
	case 6:
		add("ip6[%u:4] & 0xffff != 0", 8 + 4 * rnd(8));
		return;
	default:
		add("ip[%u:4] = 0x%x", 12 + 4 * rnd(2), some_v4_number());
	}
}

static void gen_arith(unsigned int depth);

/* A load of one or more bytes, at a constant offset or a computed one */
static void gen_load(unsigned int depth)
{
	static const char * const of[] = { "ip", "ip", "ip6", "tcp", "udp",
					   "icmp" };
	static const unsigned int size[] = { 1, 1, 2, 4 };

	add("%s[", ONE_OF(of));
	if (depth && !rnd(4))
		gen_arith(depth - 1);
	else if (!rnd(8))
		add("%u", rnd(2) ? 0x7fffffff : rnd(3000));
	else
		add("%u", rnd(rnd(3) ? 20 : 60));
	add(":%u]", ONE_OF(size));
}

/*
 * No shifts by more than 31 bits: only there the kernel and libpcap's
 * interpreter differ.
 */
static void gen_arith(unsigned int depth)
{
	static const char * const op[] = { "+", "-", "*", "&", "|", "^",
					   "/", "%" };

	switch (rnd(depth ? 7 : 3)) {
	case 0:
		add("%u", rnd(rnd(2) ? 64 : 0x7fffffff) + 1);
		return;
	case 1:
	case 2:
		gen_load(depth);
		return;
	case 3:
		add("((");
		gen_load(depth);
		add("&0xf)<<2)");
		return;
	case 4:
		add("(");
		gen_arith(depth - 1);
		add("%s((", rnd(2) ? "<<" : ">>");
		gen_arith(depth - 1);
		add(")&31))");
		return;
	default:
		add("(");
		gen_arith(depth - 1);
		add("%s", ONE_OF(op));
		gen_arith(depth - 1);
		add(")");
	}
}

static void gen_relation(void)
{
	static const char * const op[] = { "=", "!=", "<", ">", "<=", ">=" };

	gen_arith(2);
	add(" %s ", ONE_OF(op));
	gen_arith(rnd(2));
}

static void gen_field(void)
{
	static const char * const field[] = {
		"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
		"tcp[tcpflags] & tcp-ack != 0",
		"tcp[tcpflags] = tcp-syn|tcp-ack",
		"tcp[13] & 2 != 0",
		"ip[6:2] & 0x1fff = 0", "ip[6:2] & 0x2000 != 0",
		"ip[0] & 0xf > 5", "ip[0] & 0xf = 5",
		"ip[8] < 64", "ip6[7] >= 64", "ip6[40] = 6", "ip6[6] = 44",
		"icmp[icmptype] = icmp-echo", "icmp[0] = 8",
		"icmp6[icmp6type] = icmp6-echo",
		"ip[(ip[0]&0xf)<<2:2] > 1024",
		"tcp[(tcp[12]>>4)<<2:4] = 0x47455420",
		"ip multicast", "ip6 multicast", "udp[4:2] > 20",
		"ip[ip[12:4]] = 0", "ip[2:2] = len", "len > ip[2:2]",
	};

	add("%s", ONE_OF(field));
}

static void gen_length(void)
{
	static const char * const how[] = { "less", "greater", "len <=",
					    "len >" };

	add("%s %u", ONE_OF(how), rnd(rnd(4) ? 120 : 5000));
}

static void gen_primitive(void)
{
	unsigned int kind = rnd(pool->conn ? 12 : 18);

	if (kind < 2)
		gen_host();
	else if (kind < 4)
		gen_net();
	else if (kind < 7)
		gen_port();
	else if (kind < 9)
		gen_proto();
	else if (kind < 10)
		gen_proto_host();
	else if (pool->conn)
		gen_conn_bytes();
	else if (kind < 13)
		gen_field();
	else if (kind < 14)
		gen_length();
	else
		gen_relation();
}

static void gen_bool(unsigned int depth)
{
	unsigned int kind = depth ? rnd(8) : 7;

	if (kind == 0) {
		add("not (");
		gen_bool(depth - 1);
		add(")");
	} else if (kind < 6) {
		add("(");
		gen_bool(depth - 1);
		add(") %s (", kind < 3 ? "and" : "or");
		gen_bool(depth - 1);
		add(")");
	} else {
		gen_primitive();
	}
}

/**
 * gen_expr() - an expression
 * @to: EXPR_MAX bytes
 * @pools: addresses, ports and so on
 */
void gen_expr(char *to, const struct pools *pools)
{
	pool = pools;
	out = to;
	used = 0;
	gen_bool(rnd(4));
}

/* --- programs */

static pcap_t *dead;

/* Return: 0, or -1: libpcap can't make a program of it */
int compile(struct bpf_program *prog, const char *expr, bool optimize)
{
	if (!dead)
		dead = pcap_open_dead(DLT_RAW, 262144);
	if (!dead)
		die("pcap_open_dead");
	return pcap_compile(dead, prog, expr, optimize, PCAP_NETMASK_UNKNOWN);
}

const char *compile_error(void)
{
	return pcap_geterr(dead);
}

/* The verdict of libpcap's interpreter */
bool verdict(struct bpf_program *prog, const uint8_t *bytes, unsigned int len)
{
	struct pcap_pkthdr hdr = { .caplen = len, .len = len };

	return pcap_offline_filter(prog, &hdr, bytes);
}

int open_ctl(const char *file, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), CTL "%s", file);
	fd = open(path, flags);
	if (fd < 0)
		die(path);
	return fd;
}

/* Writes @text, in pieces as a shell would. Return: 0 or an errno */
static int write_pieces(const char *file, const char *text, size_t len)
{
	int fd = open_ctl(file, O_WRONLY), err = 0;
	ssize_t n;

	while (len && !err) {
		n = write(fd, text, len < 4096 ? len : 4096);
		if (n < 0) {
			err = errno;
			break;
		}
		text += n;
		len -= n;
	}
	close(fd);
	return err;
}

void set_text(const char *file, const char *text)
{
	errno = write_pieces(file, text, strlen(text));
	if (errno)
		die(file);
}

/* Return: 0 or an errno */
int set_filter(const char *file, const struct bpf_program *prog,
	       const char *note)
{
	static char text[TEXT_MAX];
	unsigned int i;
	size_t n;

	n = sprintf(text, "# %.240s\n%u\n", note, prog->bf_len);
	for (i = 0; i < prog->bf_len; i++)
		n += sprintf(text + n, "%u %u %u %u\n", prog->bf_insns[i].code,
			     prog->bf_insns[i].jt, prog->bf_insns[i].jf,
			     prog->bf_insns[i].k);
	return write_pieces(file, text, n);
}

/* @fd: a filter's file, open for reading */
void get_counts(int fd, struct counts *counts)
{
	char text[4096], *at = text;
	ssize_t n;

	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n < 0)
		die("reading a filter");
	text[n] = 0;
	/* the expression is in a comment, which is one line */
	if (strncmp(text, "# seen ", 7))
		at = strstr(text, "\n# seen ");
	if (!at || sscanf(at, " # seen %llu passed %llu", &counts->seen,
			  &counts->passed) != 2) {
		printf("no counts in \"%s\"\n", text);
		exit(2);
	}
}

void print_ctl_error(void)
{
	int fd = open_ctl("error", O_RDONLY);
	char text[1024];
	ssize_t n;

	n = read(fd, text, sizeof(text));
	if (n > 0)
		printf("  error: %.*s", (int)n, text);
	close(fd);
}

void print_program(const struct bpf_program *prog)
{
	unsigned int i;

	for (i = 0; i < prog->bf_len; i++)
		printf("  %s\n", bpf_image(&prog->bf_insns[i], i));
}

void print_hex(const char *what, const uint8_t *bytes, unsigned int len)
{
	unsigned int i;

	printf("  %s: %u bytes:", what, len);
	for (i = 0; i < len && i < 256; i++)
		printf("%s%02x", i % 4 ? "" : " ", bytes[i]);
	printf("%s\n", len > 256 ? "..." : "");
}
