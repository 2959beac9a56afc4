// SPDX-License-Identifier: GPL-2.0
/*
 * filter_diff EXPRESSIONS [layouts] - compare the packet filter with libpcap
 *
 * Writes frames to two TAP devices. One takes the layout of a packet in memory
 * from us (IFF_NAPI_FRAGS); the other one takes the length of the linear part,
 * and puts the rest into pages (IFF_VNET_HDR). Compares the counts of "filters"
 * with the verdicts of libpcap on the same bytes, from the IP header on. We
 * know where that is, as we have made the frame.
 *
 * With "layouts" it only sends some frames, and prints "BYTES PAGED" of each,
 * to be compared with the kernel's own tracepoints.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>
#include "filter_gen.h"

#define PACKETS		20	/* for each expression */
#define FRAME_MAX	9000
#define NO_IP		(~0U)	/* there is no IP header, or it is not found */
#define MAX_PIECES	6

/**
 * struct frame - what goes into a device
 * @bytes: the frame
 * @len: its length
 * @l3: offset of the IP header, or %NO_IP
 * @vnet: it is for the device with IFF_VNET_HDR
 * @piece: bytes of each piece of memory; the first one is the linear part
 * @pieces: number of pieces
 * @kind: for messages
 */
struct frame {
	uint8_t		bytes[FRAME_MAX];
	unsigned int	len;
	unsigned int	l3;
	bool		vnet;
	unsigned int	piece[MAX_PIECES];
	unsigned int	pieces;
	const char	*kind;
};

static const char *const v4[] = {
	"10.83.0.1", "10.83.0.2", "10.84.1.7", "192.0.2.33", "10.83.200.9",
};

static const char *const v6[] = {
	"fd83::1", "fd83::2", "fd83:0:0:1::7", "2001:db8::33",
};

static const uint16_t ports[] = { 22, 53, 80, 443, 5000, 40000, 65535 };

static const struct pools pools = {
	.v4 = v4, .nr_v4 = sizeof(v4) / sizeof(v4[0]),
	.v6 = v6, .nr_v6 = sizeof(v6) / sizeof(v6[0]),
	.port = ports, .nr_port = sizeof(ports) / sizeof(ports[0]),
};

static int frags_fd, vnet_fd, filters_fd;

/* --- packets */

static void put8(struct frame *f, unsigned int v)
{
	f->bytes[f->len++] = v;
}

static void put16(struct frame *f, unsigned int v)
{
	put8(f, v >> 8);
	put8(f, v);
}

static void put32(struct frame *f, uint32_t v)
{
	put16(f, v >> 16);
	put16(f, v & 0xffff);
}

static void put_random(struct frame *f, unsigned int n)
{
	while (n--)
		put8(f, rnd(256));
}

static void put_addr(struct frame *f, int family)
{
	inet_pton(family, family == AF_INET ? v4[rnd(pools.nr_v4)] :
					      v6[rnd(pools.nr_v6)],
		  f->bytes + f->len);
	f->len += family == AF_INET ? 4 : 16;
}

static void put_transport(struct frame *f, unsigned int proto)
{
	static const uint8_t flags[] = { 2, 0x12, 0x10, 0x18, 0x11, 4, 0xff };
	unsigned int words = 5 + (rnd(3) ? 0 : rnd(4));

	if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) {
		put8(f, rnd(2) ? 8 : rnd(140));
		put8(f, rnd(4));
		put_random(f, 6);
		return;
	}
	put16(f, ports[rnd(pools.nr_port)]);
	put16(f, ports[rnd(pools.nr_port)]);
	if (proto == IPPROTO_UDP) {
		put16(f, 8 + rnd(60));
		put16(f, rnd(65536));
		return;
	}
	put_random(f, 8);
	put8(f, words << 4);
	put8(f, flags[rnd(sizeof(flags))]);
	put_random(f, 6 + (words - 5) * 4);
}

static unsigned int some_proto(int family)
{
	switch (rnd(5)) {
	case 0:
	case 1:
		return IPPROTO_TCP;
	case 2:
	case 3:
		return IPPROTO_UDP;
	default:
		return family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	}
}

static void put_payload(struct frame *f)
{
	unsigned int n = rnd(4) ? rnd(100) : 0;

	/* a frame that is longer than a page has some in pages */
	if (f->vnet)
		n = 4096 + rnd(4000);
	if (rnd(3))
		put_random(f, n);
	else
		while (n--)
			put8(f, n & 1 ? 0 : 'G');
}

/* @options: bytes; @frag: of the header */
static void put_ip4(struct frame *f, unsigned int options, unsigned int frag)
{
	unsigned int at = f->len, proto = some_proto(AF_INET), len;

	f->l3 = at;
	put8(f, 0x40 | (5 + options / 4));
	put8(f, rnd(256));
	put16(f, 0);
	put16(f, rnd(65536));
	put16(f, frag);
	put8(f, rnd(2) ? 64 : rnd(256));
	put8(f, proto);
	put_random(f, 2);
	put_addr(f, AF_INET);
	put_addr(f, AF_INET);
	put_random(f, options);
	if (!(frag & 0x1fff))
		put_transport(f, proto);
	put_payload(f);
	len = f->len - at;
	f->bytes[at + 2] = len >> 8;
	f->bytes[at + 3] = len & 255;
}

enum { PLAIN, EXTENDED, FIRST, LATER };

static void put_ip6(struct frame *f, int how)
{
	unsigned int at = f->len, proto = some_proto(AF_INET6), len;

	f->l3 = at;
	put32(f, 0x60000000 | rnd(1 << 28));
	put16(f, 0);
	put8(f, how == PLAIN ? proto : how == EXTENDED ? 0 : 44);
	put8(f, rnd(2) ? 64 : rnd(256));
	put_addr(f, AF_INET6);
	put_addr(f, AF_INET6);
	if (how == EXTENDED) {
		put8(f, 60);	/* hop by hop, destination options follow */
		put8(f, 0);
		put_random(f, 6);
		put8(f, proto);
		put8(f, 1);
		put_random(f, 14);
	} else if (how != PLAIN) {
		put8(f, proto);
		put8(f, 0);
		put16(f, how == FIRST ? 1 : 8 * (1 + rnd(900)));
		put_random(f, 4);
	}
	if (how != LATER)
		put_transport(f, proto);
	put_payload(f);
	len = f->len - at - 40;
	f->bytes[at + 4] = len >> 8;
	f->bytes[at + 5] = len & 255;
}

static void put_macs(struct frame *f)
{
	static const uint8_t mac[12] = { 2, 83, 0, 0, 0, 9, 2, 83, 0, 0, 0, 1 };

	/* for another host, so that nothing here answers */
	memcpy(f->bytes, mac, sizeof(mac));
	f->len = sizeof(mac);
}

static void put_tags(struct frame *f, unsigned int tags)
{
	while (tags--) {
		put16(f, tags && rnd(2) ? ETH_P_8021AD : ETH_P_8021Q);
		put16(f, rnd(4096));
	}
}

/* An Ethernet header with so many VLAN tags, for that IP version */
static void put_frame(struct frame *f, unsigned int tags, int family)
{
	put_macs(f);
	put_tags(f, tags);
	put16(f, family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
}

static void garbage(struct frame *f)
{
	static const uint16_t types[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP,
					  100, 0x88cc, 0xffff };
	unsigned int type = rnd(sizeof(types) / sizeof(types[0]));

	put_macs(f);
	put16(f, types[type]);
	if (type < 2)
		f->l3 = f->len;
	put_random(f, rnd(120));
	if (type < 2 && rnd(2) && f->len > f->l3)
		f->bytes[f->l3] = rnd(2) ? 0x45 : 0x60;
}

static const char *const kinds[] = {
	"IPv4", "IPv4 in the head only", "IPv4 split", "IPv4 in fragments",
	"IPv4 options", "IPv4 first fragment", "IPv4 later fragment",
	"IPv6", "IPv6 in the head only", "IPv6 split", "IPv6 in fragments",
	"IPv6 extension headers", "IPv6 first fragment", "IPv6 later fragment",
	"one tag", "two tags", "three tags", "truncated", "garbage", "pages",
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static void truncate_frame(struct frame *f)
{
	static const uint8_t cut[] = {
		0, 1, 2, 6, 7, 8, 9, 10, 12, 15, 16, 19, 20, 21, 22, 23, 24,
		27, 28, 32, 33, 34, 39, 40, 41, 42, 43, 44, 47, 48, 53, 54,
	};
	unsigned int len = f->l3 + cut[rnd(sizeof(cut))];

	if (len < f->len)
		f->len = len;
}

/* Cuts the frame within its tags: there is no IP header. */
static void truncate_tags(struct frame *f)
{
	f->len = 14 + rnd(10);
	if (f->len < f->l3)
		f->l3 = NO_IP;
}

static void fill_frame(struct frame *f, unsigned int kind)
{
	static const int families[] = { AF_INET, AF_INET6 };
	unsigned int v6_kind = kind - 7, tags = 0;
	int family = AF_INET;

	f->kind = kinds[kind];
	f->l3 = NO_IP;
	f->vnet = kind == 19;
	if (kind == 18) {
		garbage(f);
		return;
	}
	if (kind >= 7 && kind <= 13)
		family = AF_INET6;
	else if (kind >= 14)
		family = families[rnd(2)];
	if (kind >= 14 && kind <= 16)
		tags = kind - 13;
	if (kind == 17 || kind == 19)
		tags = rnd(4) ? 0 : 1 + rnd(2);
	put_frame(f, tags, family);
	if (family == AF_INET)
		put_ip4(f, kind == 4 ? 4 + 4 * rnd(9) : 0,
			kind == 5 ? 0x2000 : kind == 6 ? 1 + rnd(0x1fff) : 0);
	else
		put_ip6(f, v6_kind == 4 ? EXTENDED : v6_kind == 5 ? FIRST :
			v6_kind == 6 ? LATER : PLAIN);
	if (tags > 2)
		f->l3 = NO_IP;
	if (kind == 17 && tags && rnd(2))
		truncate_tags(f);
	else if (kind == 17)
		truncate_frame(f);
}

/* Ends the pieces of memory with the rest of the frame. */
static void piece(struct frame *f, unsigned int *done, unsigned int n)
{
	if (n > f->len - *done)
		n = f->len - *done;
	if (!n)
		return;
	f->piece[f->pieces++] = n;
	*done += n;
}

/* Splits the frame: where its linear part ends, and where pages do */
static void lay_out(struct frame *f, unsigned int kind)
{
	unsigned int done = 0, head = f->len;
	unsigned int header = kind < 7 ? 20 : 40;

	f->pieces = 0;
	if (f->vnet) {
		head = rnd(2) ? 14 + rnd(80) : 14 + 20 * rnd(4);
		piece(f, &done, head);
		piece(f, &done, f->len);
		return;
	}
	switch (kind) {
	case 1:
	case 8:
		head = f->l3 + header;
		break;
	case 2:
	case 9:
		head = f->l3 + 1 + rnd(header - 1);
		break;
	case 3:
	case 10:
		head = 14;
		break;
	default:
		if (rnd(3))
			head = 14 + rnd(60);
	}
	piece(f, &done, head);
	while (done < f->len) {
		if (f->pieces == MAX_PIECES - 1)
			piece(f, &done, f->len);
		else
			piece(f, &done, 1 + rnd(rnd(2) ? 8 : 64));
	}
}

static unsigned int paged(const struct frame *f)
{
	return f->len - f->piece[0];
}

static void make_frame(struct frame *f, unsigned int kind)
{
	memset(f, 0, sizeof(*f));
	fill_frame(f, kind);
	lay_out(f, kind);
}

/* --- devices */

static int tap(const char *name, int flags)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | flags };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	strcpy(ifr.ifr_name, name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die(name);
	return fd;
}

static void up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(ifr.ifr_name, name);
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		die(name);
	close(fd);
}

static void send_frame(struct frame *f)
{
	struct virtio_net_hdr hdr = { .hdr_len = f->piece[0] };
	struct iovec iov[MAX_PIECES + 1];
	unsigned int i, n = 0, at = 0;

	if (f->vnet)
		iov[n++] = (struct iovec){ &hdr, sizeof(hdr) };
	for (i = 0; i < f->pieces; i++) {
		iov[n++] = (struct iovec){ f->bytes + at, f->piece[i] };
		at += f->piece[i];
	}
	if (writev(f->vnet ? vnet_fd : frags_fd, iov, n) < 0) {
		print_hex(f->kind, f->bytes, f->len);
		die("sending a frame");
	}
}

/* --- the comparison */

static unsigned int differences, matched, judged;
static unsigned int by_kind[NR_KINDS], hits_by_kind[NR_KINDS];

static void tell(const char *expr, bool optimized, const char *what,
		 const struct frame *f, const struct bpf_program *prog)
{
	unsigned int i;

	if (++differences > 10)
		return;
	printf("%s, optimized=%d\n  %s: %s, %s, IP header at %d, pieces", expr,
	       optimized, f->kind, what, f->vnet ? "vnet" : "frags",
	       (int)f->l3);
	for (i = 0; i < f->pieces; i++)
		printf(" %u", f->piece[i]);
	printf("\n");
	print_hex("frame", f->bytes, f->len);
	print_program(prog);
}

static void compare(const char *expr, bool optimized, struct bpf_program *prog,
		    unsigned int kind, struct counts *before)
{
	static struct frame f;
	struct counts now;
	bool is_ip, want;
	char what[96];

	make_frame(&f, kind);
	is_ip = f.l3 != NO_IP;
	want = is_ip && verdict(prog, f.bytes + f.l3, f.len - f.l3);
	send_frame(&f);
	get_counts(filters_fd, &now);
	if (now.seen - before->seen != is_ip ||
	    now.passed - before->passed != want) {
		snprintf(what, sizeof(what),
			 "seen %llu times, passed %llu, libpcap says %d",
			 now.seen - before->seen, now.passed - before->passed,
			 want);
		tell(expr, optimized, what, &f, prog);
	}
	judged += is_ip;
	matched += want;
	by_kind[kind]++;
	hits_by_kind[kind] += want;
	*before = now;
}

static void layouts(unsigned int nr)
{
	static struct frame f;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		make_frame(&f, i % NR_KINDS);
		send_frame(&f);
		printf("%u %u\n", f.len - 14, paged(&f));
	}
}

/*
 * Does it load from an offset above 2 GiB, as tcp[46341 * 46341] does? The
 * kernel refuses that, as one of its extensions; libpcap reads beyond the
 * packet.
 */
static bool loads_negative(const struct bpf_program *prog)
{
	const struct bpf_insn *p;

	for (p = prog->bf_insns; p < prog->bf_insns + prog->bf_len; p++)
		if (BPF_CLASS(p->code) == BPF_LD &&
		    (BPF_MODE(p->code) == BPF_ABS ||
		     BPF_MODE(p->code) == BPF_IND) && (int)p->k < 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	unsigned int nr = argc > 1 ? atoi(argv[1]) : 0, done = 0, unmade = 0;
	unsigned int refused = 0, too_long = 0, longest = 0, i;
	struct bpf_program prog;
	struct counts counts;
	char expr[EXPR_MAX];
	bool optimize;
	int err;

	if (!nr) {
		fprintf(stderr, "usage: filter_diff EXPRESSIONS [layouts]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	choose_seed();
	frags_fd = tap("frags", IFF_NAPI | IFF_NAPI_FRAGS);
	vnet_fd = tap("vnet", IFF_VNET_HDR);
	up("frags");
	up("vnet");
	if (argc > 2) {
		layouts(nr);
		return 0;
	}
	filters_fd = open_ctl("filters", O_RDONLY);
	while (done < nr) {
		gen_expr(expr, &pools);
		optimize = rnd(2);
		if (!done && !unmade) {
			strcpy(expr, "tcp[46341 * 46341] = 1");
			optimize = true;
		}
		if (compile(&prog, expr, optimize)) {
			/* always false, or an offset that is impossible */
			unmade++;
			continue;
		}
		if (prog.bf_len > BPF_MAXINSNS) {
			too_long++;
			pcap_freecode(&prog);
			continue;
		}
		if (loads_negative(&prog)) {
			unmade++;
			if (set_filter("filters", &prog, expr) != EINVAL) {
				printf("taken: %s\n", expr);
				differences++;
			}
			pcap_freecode(&prog);
			continue;
		}
		done++;
		if (prog.bf_len > longest)
			longest = prog.bf_len;
		err = set_filter("filters", &prog, expr);
		if (err) {
			refused++;
			printf("refused: %s, optimized=%d: %s\n", expr,
			       optimize, strerror(err));
			print_ctl_error();
			print_program(&prog);
		} else {
			get_counts(filters_fd, &counts);
			for (i = 0; i < PACKETS; i++)
				compare(expr, optimize, &prog, i % NR_KINDS,
					&counts);
		}
		pcap_freecode(&prog);
	}
	set_text("filters", "none\n");
	for (i = 0; i < NR_KINDS; i++)
		printf("%s: %u of %u match\n", kinds[i], hits_by_kind[i],
		       by_kind[i]);
	printf("expressions=%u\nnot made by libpcap=%u\ntoo long=%u\n", done,
	       unmade, too_long);
	printf("longest=%u\nrefused=%u\nframes=%u\njudged=%u\n", longest,
	       refused, done * PACKETS, judged);
	printf("matched=%u\ndifferences=%u\n", matched, differences);
	return differences || refused;
}
