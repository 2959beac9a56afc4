// SPDX-License-Identifier: GPL-2.0
/*
 * Random expressions on random connections: the verdict of libpcap's program on
 * the forged packet must be that of the expression, which is evaluated here
 * without either. TAP.
 *
 *	test_filter [SEED [EXPRESSIONS]]
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "filter/filter.h"
#include "tests/chance.h"

enum { CONNS = 24, TEXT = 8192 };

static u64 rng;
static bool failed;

static u32 below(u32 n)
{
	return chance(&rng) % n;
}

/* ---- connections ---- */

struct conn_case {
	struct addr_pair a;
	u8 proto;
};

static const char *const v4[] = {
	"10.0.0.1", "10.0.0.2", "10.1.2.3", "192.168.1.1", "127.0.0.1",
	"224.0.0.5",
};

static const char *const v6[] = {
	"2001:db8::1", "2001:db8::2", "2001:db8:1::1", "fe80::1", "::1",
};

static const u16 ports[] = { 0, 22, 53, 80, 443, 8080, 40000, 65535 };
static const u8 protos[] = { IPPROTO_TCP, IPPROTO_TCP, IPPROTO_TCP,
			     IPPROTO_UDP, IPPROTO_UDP, IPPROTO_SCTP,
			     IPPROTO_ICMP, IPPROTO_ICMPV6 };

/* As in blocks: IPv4 is mapped, unset is zero. */
static void put_addr(u8 *to, bool four)
{
	memset(to, 0, 16);
	if (!below(6))
		return;
	if (!four) {
		inet_pton(AF_INET6, v6[below(ARRAY_SIZE(v6))], to);
		return;
	}
	to[10] = 0xff;
	to[11] = 0xff;
	inet_pton(AF_INET, v4[below(ARRAY_SIZE(v4))], to + 12);
}

static struct conn_case random_conn(void)
{
	struct conn_case c = {};
	bool four = below(2);

	put_addr(c.a.local, four);
	put_addr(c.a.peer, four);
	c.a.lport = ports[below(ARRAY_SIZE(ports))];
	c.a.pport = ports[below(ARRAY_SIZE(ports))];
	c.proto = protos[below(ARRAY_SIZE(protos))];
	return c;
}

/* ---- expressions ---- */

enum kind { AND, OR, NOT, NET, PORT, PROTO, VERSION };
enum side { EITHER, SRC, DST, BOTH };

struct node {
	enum kind kind;
	enum side side;
	struct node *l, *r;
	int version;		/* 0: any */
	u8 addr[16];		/* NET: of its version, the first bytes */
	int bits;
	u16 lo, hi;		/* PORT */
	int proto;		/* PORT, PROTO; 0: any that has ports */
};

/* Also writes the text, all in brackets: "and" binds as "or" does. */
static struct node *grow(char **p, int depth);

static void say(char **p, const char *s)
{
	*p = stpcpy(*p, s);
}

static enum side random_side(char **p)
{
	static const char *const words[] = { "", "src ", "dst ",
					     "src and dst " };
	enum side side = below(4);

	say(p, !side && below(2) ? "src or dst " : words[side]);
	return side;
}

static void leaf_net(struct node *n, char **p)
{
	bool host = below(2);
	char text[64];

	n->kind = NET;
	n->version = below(2) ? 4 : 6;
	n->bits = n->version == 4 ? 32 : 128;
	if (n->version == 4)
		inet_pton(AF_INET, v4[below(ARRAY_SIZE(v4))], n->addr);
	else
		inet_pton(AF_INET6, v6[below(ARRAY_SIZE(v6))], n->addr);
	if (!host)
		n->bits = 1 + below(n->bits);
	for (int i = n->bits; i < 128; i++)
		n->addr[i / 8] &= ~(0x80 >> i % 8);
	inet_ntop(n->version == 4 ? AF_INET : AF_INET6, n->addr, text,
		  sizeof(text));
	if (host && !below(3))
		say(p, n->version == 4 ? "ip " : "ip6 ");
	n->side = random_side(p);
	if (host)
		*p += sprintf(*p, "host %s", text);
	else
		*p += sprintf(*p, "net %s/%d", text, n->bits);
}

static void leaf_port(struct node *n, char **p)
{
	static const int which[] = { 0, 0, IPPROTO_TCP, IPPROTO_UDP };

	n->kind = PORT;
	n->proto = which[below(ARRAY_SIZE(which))];
	if (n->proto)
		say(p, n->proto == IPPROTO_TCP ? "tcp " : "udp ");
	n->side = random_side(p);
	n->lo = ports[below(ARRAY_SIZE(ports))];
	n->hi = n->lo;
	if (below(2)) {
		*p += sprintf(*p, "port %u", n->lo);
		return;
	}
	n->hi = n->lo + below(65536 - n->lo);
	*p += sprintf(*p, "portrange %u-%u", n->lo, n->hi);
}

static void leaf_proto(struct node *n, char **p)
{
	static const struct {
		const char *text;
		int proto, version;
	} words[] = {
		{ "tcp", IPPROTO_TCP, 0 }, { "udp", IPPROTO_UDP, 0 },
		{ "sctp", IPPROTO_SCTP, 0 }, { "icmp", IPPROTO_ICMP, 4 },
		{ "icmp6", IPPROTO_ICMPV6, 6 }, { "ip proto 17", 17, 4 },
		{ "ip6 proto 6", 6, 6 }, { "proto 132", 132, 0 },
		{ "ip proto \\tcp", 6, 4 }, { "proto \\udp", 17, 0 },
	};
	u32 i = below(ARRAY_SIZE(words));

	n->kind = PROTO;
	n->proto = words[i].proto;
	n->version = words[i].version;
	say(p, words[i].text);
}

static void leaf(struct node *n, char **p)
{
	switch (below(8)) {
	case 0: case 1: case 2:
		leaf_net(n, p);
		break;
	case 3: case 4: case 5:
		leaf_port(n, p);
		break;
	case 6:
		leaf_proto(n, p);
		break;
	default:
		n->kind = VERSION;
		n->version = below(2) ? 4 : 6;
		say(p, n->version == 4 ? "ip" : "ip6");
	}
}

static struct node *grow(char **p, int depth)
{
	struct node *n = xcalloc(1, sizeof(*n));
	u32 what = depth ? below(5) : 4;

	if (what == 4) {
		leaf(n, p);
		return n;
	}
	if (what == 3) {
		n->kind = NOT;
		say(p, below(2) ? "not (" : "!(");
		n->l = grow(p, depth - 1);
		say(p, ")");
		return n;
	}
	n->kind = what ? OR : AND;
	say(p, "(");
	n->l = grow(p, depth - 1);
	say(p, n->kind == OR ? (below(2) ? ") or (" : ")||(") :
			       (below(2) ? ") and (" : ") && ("));
	n->r = grow(p, depth - 1);
	say(p, ")");
	return n;
}

static void fell(struct node *n)
{
	if (!n)
		return;
	fell(n->l);
	fell(n->r);
	free(n);
}

/* ---- what the expression says ---- */

static bool sides(enum side side, bool src, bool dst)
{
	switch (side) {
	case SRC:
		return src;
	case DST:
		return dst;
	case BOTH:
		return src && dst;
	default:
		return src || dst;
	}
}

static bool in_net(const struct node *n, const u8 *addr)
{
	for (int i = 0; i < n->bits; i++)
		if ((addr[i / 8] ^ n->addr[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

static bool is_v4(const u8 *a)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(a, mapped, 12);
}

static bool holds(const struct node *n, const struct conn_case *c, int version)
{
	const int skip = version == 4 ? 12 : 0;

	switch (n->kind) {
	case AND:
		return holds(n->l, c, version) && holds(n->r, c, version);
	case OR:
		return holds(n->l, c, version) || holds(n->r, c, version);
	case NOT:
		return !holds(n->l, c, version);
	case NET:
		return n->version == version &&
		       sides(n->side, in_net(n, c->a.local + skip),
			     in_net(n, c->a.peer + skip));
	case PORT:
		if (n->proto ? c->proto != n->proto :
		    c->proto != IPPROTO_TCP && c->proto != IPPROTO_UDP &&
		    c->proto != IPPROTO_SCTP)
			return false;
		return sides(n->side,
			     c->a.lport >= n->lo && c->a.lport <= n->hi,
			     c->a.pport >= n->lo && c->a.pport <= n->hi);
	case PROTO:
		return (!n->version || n->version == version) &&
		       c->proto == n->proto;
	default:
		return n->version == version;
	}
}

static bool wanted(const struct node *n, const struct conn_case *c)
{
	if (is_v4(c->a.local) || is_v4(c->a.peer))
		return holds(n, c, 4);
	if (!addr_is_zero(c->a.local) || !addr_is_zero(c->a.peer))
		return holds(n, c, 6);
	return holds(n, c, 4) || holds(n, c, 6);
}

/* ---- */

static bool differ(const char *expr, const struct conn_case *c, bool is)
{
	char text[CONN_TEXT];

	tuple_text(text, &c->a);
	printf("# '%s' on %s proto %u: %d, should be %d\n", expr, text,
	       c->proto, is, !is);
	return false;
}

/* Without messages: an expression that never matches is no error here. */
static void quiet(bool on)
{
	static int real = -1, null = -1;

	if (real < 0) {
		real = dup(STDERR_FILENO);
		null = open("/dev/null", O_WRONLY);
	}
	dup2(on ? null : real, STDERR_FILENO);
}

/* Is the program accepted before it is optimised, too? */
static bool plain_is_taken(const char *expr)
{
	struct filter f = { .kind = FILTER_CONN, .expr = xstrdup(expr) };
	char *why = filter_try(expr, &f.prog, false);
	bool ok = !why && !filter_check(&f);

	free(why);
	filter_free(&f);
	return ok;
}

/* One expression on many connections. */
static bool compare(u64 *matching)
{
	char *expr = xmalloc(TEXT), *end = expr, *why;
	struct node *n = grow(&end, 1 + below(4));
	struct filter f = {};
	bool never, ok;

	/* libpcap refuses an expression that never matches. */
	why = filter_try(expr, NULL, true);
	never = why && strstr(why, "rejects all");
	quiet(true);
	ok = !filter_compile(&f, FILTER_CONN, expr);
	quiet(false);
	if (!ok && !never)
		printf("# '%s' is refused: %s\n", expr, why ? why : "by us");
	never = never && !ok;
	ok = ok || never;
	if (ok && !below(8) && !plain_is_taken(expr)) {
		printf("# '%s' is refused when not optimized\n", expr);
		ok = false;
	}
	for (int i = 0; ok && i < CONNS; i++) {
		struct conn_case c = random_conn();
		bool is = !never && filter_passes(&f, &c.a, c.proto);

		*matching += is;
		if (is != wanted(n, &c))
			ok = differ(expr, &c, is);
	}
	filter_free(&f);
	free(why);
	free(expr);
	fell(n);
	return ok;
}

/* Expressions that libpcap's optimiser is known to break */
static void test_known(void)
{
	static const struct {
		const char *expr, *local, *peer;
	} v[] = {
		{ "dst net 2001:db8::/60 and dst net 2001:db8::/60",
		  "fe80::1", "2001:db8::2" },
		{ "not (not ((src net 2001:db8::/105) and "
		  "(src net 2001:db8::/105)))", "2001:db8::1", "::1" },
		{ "host 2001:db8::1 and not ((host fe80::1 or host ::1) and"
		  " icmp6) and not (dst host 2001:db8::1)",
		  "2001:db8::1", "2001:db8::2" },
	};
	bool ok = true;

	for (size_t i = 0; ok && i < ARRAY_SIZE(v); i++) {
		struct addr_pair a = {};
		struct filter f;

		inet_pton(AF_INET6, v[i].local, a.local);
		inet_pton(AF_INET6, v[i].peer, a.peer);
		ok = !filter_compile(&f, FILTER_CONN, v[i].expr) &&
		     filter_passes(&f, &a, IPPROTO_TCP);
		if (!ok)
			printf("# '%s'\n", v[i].expr);
		filter_free(&f);
	}
	printf("%sok 3 - expressions that libpcap was seen to spoil\n",
	       ok ? "" : "not ");
	failed = failed || !ok;
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) :
			      (u64)time(NULL) << 20 | getpid();
	u64 all = argc > 2 ? strtoull(argv[2], NULL, 0) : 2000, matching = 0;
	bool ok = true;

	rng = seed;
	for (u64 i = 0; ok && i < all; i++)
		ok = compare(&matching);
	printf("# seed 0x%llx, %llu expressions, %llu of %llu match\n",
	       (unsigned long long)seed, (unsigned long long)all,
	       (unsigned long long)matching, (unsigned long long)all * CONNS);
	printf("%sok 1 - an expression matches the connections it says\n",
	       ok ? "" : "not ");
	ok = ok && matching > all && matching < all * (CONNS - 1);
	printf("%sok 2 - neither all nor none of them match\n",
	       ok ? "" : "not ");
	failed = !ok;
	test_known();
	printf("1..3\n");
	return failed;
}
