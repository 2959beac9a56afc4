// SPDX-License-Identifier: GPL-2.0
/*
 * ring DEVICE FILE [SNAP [MIB]] - a sniffer by TPACKET_V3, as cheap as one can
 * be
 *
 * Writes the packets of DEVICE, the first SNAP bytes of each (0: all), into
 * FILE, in pcap format, until it gets a signal; then it prints what the kernel
 * has counted: "N packets, N drops". The ring has MIB megabytes, by default
 * those of libpcap. The kernel copies a packet into the ring, write(2) copies
 * it to the page cache; the header of its record is put before it, in the ring,
 * so that nothing else is copied.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK	(256 << 10)	/* of the ring: a GSO packet fits */
#define BATCH	1024		/* packets of a write */
#define TICK_MS	100

struct file_head {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, digits, snap, link;
};

struct record_head {
	uint32_t sec, nsec, captured, original;
};

static volatile sig_atomic_t over;

static void stop(int sig)
{
	(void)sig;
	over = 1;
}

static int check(int ret, const char *what)
{
	if (ret < 0)
		err(1, "%s", what);
	return ret;
}

/* The first @snap bytes of each packet: a filter's answer is a length. */
static void limit(int fd, uint32_t snap)
{
	struct sock_filter f = BPF_STMT(BPF_RET | BPF_K, snap);
	struct sock_fprog prog = { .len = 1, .filter = &f };

	check(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			 sizeof(prog)), "SO_ATTACH_FILTER");
}

static char *make_ring(int fd, unsigned int blocks)
{
	struct tpacket_req3 req = {
		.tp_block_size = BLOCK,
		.tp_block_nr = blocks,
		.tp_frame_size = TPACKET_ALIGNMENT << 7,
		.tp_frame_nr = BLOCK / (TPACKET_ALIGNMENT << 7) * blocks,
		.tp_retire_blk_tov = TICK_MS,
	};
	int version = TPACKET_V3;
	void *ring;

	check(setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version,
			 sizeof(version)), "PACKET_VERSION");
	check(setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)),
	      "PACKET_RX_RING");
	ring = mmap(NULL, (size_t)BLOCK * blocks, PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED)
		err(1, "mmap");
	return ring;
}

static void attach(int fd, const char *device)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};

	if (!to.sll_ifindex)
		err(1, "%s", device);
	check(bind(fd, (struct sockaddr *)&to, sizeof(to)), "bind");
}

static void put(int out, struct iovec *v, int n)
{
	ssize_t done;

	while (n) {
		done = check(writev(out, v, n), "write");
		while (n && (size_t)done >= v->iov_len) {
			done -= v->iov_len;
			v++;
			n--;
		}
		if (n) {
			v->iov_base = (char *)v->iov_base + done;
			v->iov_len -= done;
		}
	}
}

/* The header of a record takes the place of what stands before the packet. */
static struct iovec record(struct tpacket3_hdr *p)
{
	struct record_head h = {
		p->tp_sec, p->tp_nsec, p->tp_snaplen, p->tp_len,
	};
	char *at = (char *)p + p->tp_mac - sizeof(h);
	struct iovec v = { at, sizeof(h) + p->tp_snaplen };

	__builtin_memcpy(at, &h, sizeof(h));
	return v;
}

static void take_block(int out, struct tpacket_hdr_v1 *b, char *base)
{
	struct tpacket3_hdr *p = (void *)(base + b->offset_to_first_pkt);
	struct iovec v[BATCH];
	uint32_t i, next;
	int n = 0;

	for (i = 0; i < b->num_pkts; i++) {
		/* the header may lie where the record's comes */
		next = p->tp_next_offset;
		v[n++] = record(p);
		if (n == BATCH) {
			put(out, v, n);
			n = 0;
		}
		p = (void *)((char *)p + next);
	}
	put(out, v, n);
}

/* All that is there. Returns the block to look at next */
static unsigned int take_all(int out, char *ring, unsigned int blocks,
			     unsigned int at)
{
	for (;;) {
		struct tpacket_block_desc *d = (void *)(ring +
							(size_t)at * BLOCK);

		if (!(__atomic_load_n(&d->hdr.bh1.block_status,
				      __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			return at;
		take_block(out, &d->hdr.bh1, (char *)d);
		__atomic_store_n(&d->hdr.bh1.block_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
		at = (at + 1) % blocks;
	}
}

static void run(int fd, int out, char *ring, unsigned int blocks)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned int at = 0;

	while (!over) {
		poll(&p, 1, TICK_MS);
		at = take_all(out, ring, blocks, at);
	}
	/* what is in the open block, when its time is over */
	poll(NULL, 0, 2 * TICK_MS);
	take_all(out, ring, blocks, at);
}

int main(int argc, char **argv)
{
	struct file_head head = {
		.magic = 0xa1b23c4d, .major = 2, .minor = 4, .snap = 262144,
		.link = 1,	/* Ethernet */
	};
	struct tpacket_stats_v3 st;
	socklen_t len = sizeof(st);
	unsigned int blocks;
	uint32_t snap;
	int fd, out;
	char *ring;

	if (argc < 3)
		errx(2, "usage: ring DEVICE FILE [SNAP [MIB]]");
	snap = argc > 3 ? atoi(argv[3]) : 0;
	blocks = (argc > 4 ? atoi(argv[4]) : 2) * ((1 << 20) / BLOCK);
	out = check(open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600), argv[2]);
	if (write(out, &head, sizeof(head)) != sizeof(head))
		err(1, "%s", argv[2]);
	/* protocol 0: nothing comes before it is bound */
	fd = check(socket(AF_PACKET, SOCK_RAW, 0), "socket");
	if (snap)
		limit(fd, snap);
	ring = make_ring(fd, blocks);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	attach(fd, argv[1]);
	fprintf(stderr, "listening on %s\n", argv[1]);
	run(fd, out, ring, blocks);
	check(getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &st, &len),
	      "PACKET_STATISTICS");
	fprintf(stderr, "%u packets, %u drops\n", st.tp_packets, st.tp_drops);
	return 0;
}
