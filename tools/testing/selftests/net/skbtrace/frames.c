// SPDX-License-Identifier: GPL-2.0
/*
 * frames OPTION... DIR - receive the frames of a link, check and keep them
 *	-i IFACE   from a packet socket on this device
 *	-u PORT    datagrams to this UDP port
 *	-t FILE    make this file when listening
 *	-n         frames that were sent before are no gap
 * frames -p IFACE - send a probe there, wait for the echo, print its header
 * frames -P ADDRESS PORT - the same by UDP; IPv4
 *
 * Written from the uapi headers alone. Ends by SIGTERM, or when an INFO frame
 * says that a run has ended of which it has seen frames. DIR/format is the text
 * of the FORMAT frames, DIR/info that of the last INFO. DIR/cpuN is a stream
 * for "blocks", as trace.cpuN delivers it: a sub-buffer of 16384 bytes for each
 * frame; a frame that does not fit is only counted. Prints
 *	frames blocks=N format=N info=N
 *	cpu N first=SEQ next=SEQ blocks=N late=N missing=N prio=N,N,...
 *	event N received=N sent=N
 *	longest N most=N	bytes of a frame, blocks of one
 *	missed_frames N
 * where first is the least sequence number; missing: how many blocks are
 * missing, up to the last block or the number in the last INFO; late: how many
 * frames came after one with a higher number, as a qdisc may change the order;
 * prio: how many blocks came with each priority; sent: the count of the last
 * INFO. What is wrong goes to stderr, and makes the exit status 1.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/skbtrace_api.h>
#include <linux/skbtrace_link.h>

#define MAX_CPUS		64
#define MAX_EVENTS	65536
#define MAX_FRAME	131072
#define SUBBUF_SIZE	16384
#define MAX_TEXT	4194304

struct cpu {
	FILE		*out;
	bool		seen;
	uint64_t	first, next, told;
	uint64_t	blocks, late;
	uint64_t	numbers;	/* that blocks had */
	uint64_t	prio[8];
};

/* A text that arrives in parts */
struct text {
	char		*data;
	uint32_t	total, epoch, have;
};

static struct cpu cpus[MAX_CPUS];
static uint64_t received[MAX_EVENTS], sent[MAX_EVENTS];
static struct text format, info;
static uint64_t nr_blocks, nr_format, nr_info;
static uint64_t first_frame, next_frame, nr_frames;
static uint32_t longest, most;
static uint32_t run;	/* whose frames arrive, 0: none yet */
static const char *dir;
static bool from_now, ended;
static volatile sig_atomic_t stop;
static int status;

static void __attribute__((format(printf, 1, 2))) bad(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	status = 1;
}

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(2);
}

static void on_term(int sig)
{
	stop = sig;
}

static FILE *create(const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f)
		die(path);
	return f;
}

static void keep_text(const char *name, const struct text *t)
{
	FILE *f = create(name);

	if (fwrite(t->data, 1, t->total, f) != t->total || fclose(f))
		die(name);
}

static void learn_cpu(unsigned int n, uint64_t seq)
{
	if (n >= MAX_CPUS)
		return;
	cpus[n].told = seq;
}

static void learn_info(void)
{
	unsigned long long n;
	unsigned int event;
	char *line, *rest;

	keep_text("info", &info);
	memset(sent, 0, sizeof(sent));
	for (line = info.data; (rest = strchr(line, '\n')); line = rest + 1)
		if (sscanf(line, SKBTRACE_INFO_SENT " %u %llu", &event,
			   &n) == 2 && event < MAX_EVENTS)
			sent[event] = n;
		else if (sscanf(line, SKBTRACE_INFO_CPU " %u %llu", &event,
				&n) == 2)
			learn_cpu(event, n);
}

/* Return: is the text complete now? */
static bool add_text(struct text *t, const struct skbtrace_frame *f,
		     const char *data, uint32_t len)
{
	uint64_t off = be64toh(f->seq);
	uint32_t total = ntohl(f->total), epoch = ntohl(f->epoch);

	if (!t->data || epoch != t->epoch) {
		free(t->data);
		t->data = calloc(1, MAX_TEXT + 1);
		if (!t->data)
			die("calloc");
		t->epoch = epoch;
		t->total = total;
	}
	if (!off)
		t->have = 0;
	if (total != t->total || total > MAX_TEXT || off + len > total) {
		bad("part %" PRIu64 "+%u of %u", off, len, total);
		return false;
	}
	memcpy(t->data + off, data, len);
	t->have += len;
	return off + len == total && t->have == total;
}

/* A sub-buffer as the kernel writes it, with this frame's blocks alone */
static void put_subbuf(FILE *out, const struct skbtrace_frame *f,
		       const char *data, uint32_t len)
{
	struct skbtrace_subbuf h = {
		.magic = SKBTRACE_SUBBUF_MAGIC,
		.abi = SKBTRACE_ABI,
		.hdr_len = sizeof(h),
		.cpu = ntohl(f->cpu),
		.size = SUBBUF_SIZE,
		.used = sizeof(h) + len,
		.epoch = ntohl(f->epoch),
		.first_seq = be64toh(f->seq),
		.lost_total = be64toh(f->lost_total),
		.mono_ns = be64toh(f->mono_ns),
		.real_ns = be64toh(f->real_ns),
	};
	struct skbtrace_pad pad = {
		.len = sizeof(pad), .event = SKBTRACE_PAD,
	};
	const struct skbtrace_block *b;
	static char zero[SUBBUF_SIZE];
	uint32_t off;

	for (off = 0; off < len; off += b->len) {
		b = (const void *)(data + off);
		h.nr_events += b->event != SKBTRACE_LOST &&
			       b->event != SKBTRACE_HISTORY;
	}
	fwrite(&h, sizeof(h), 1, out);
	fwrite(data, len, 1, out);
	if (h.used == h.size)
		return;
	pad.bytes = h.size - h.used;
	fwrite(&pad, sizeof(pad), 1, out);
	fwrite(zero, pad.bytes - sizeof(pad), 1, out);
}

/* Go through the blocks of a frame. Return: the next sequence number */
static uint64_t count_blocks(struct cpu *c, const struct skbtrace_frame *f,
			     const char *data, uint32_t len)
{
	uint64_t seq = be64toh(f->seq);
	const struct skbtrace_lost *lost;
	const struct skbtrace_block *b;
	uint32_t off, nr = 0;

	for (off = 0; off < len; off += b->len, nr++) {
		b = (const void *)(data + off);
		if (len - off < 8 || b->len < 8 || b->len > len - off) {
			bad("block of %u bytes at %u of %u", b->len, off, len);
			return seq;
		}
		received[b->event]++;
		if (!nr && b->event != ntohs(f->event))
			bad("event %u, header says %u", b->event,
			    ntohs(f->event));
		if (b->event == SKBTRACE_LOST) {
			lost = (const void *)b;
			if (lost->first_seq != seq)
				bad("LOST from %llu, not %" PRIu64,
				    (unsigned long long)lost->first_seq, seq);
			seq = lost->last_seq + 1;
		} else if (b->event != SKBTRACE_HISTORY) {
			seq++;
		}
	}
	if (nr != ntohl(f->nr))
		bad("%u blocks, header says %u", nr, ntohl(f->nr));
	c->blocks += nr;
	c->prio[f->prio & 7] += nr;
	most = nr > most ? nr : most;
	return seq;
}

static void got_blocks(const struct skbtrace_frame *f, const char *data,
		       uint32_t len)
{
	uint64_t seq = be64toh(f->seq), next;
	uint32_t n = ntohl(f->cpu);
	struct cpu *c;
	char name[16];

	nr_blocks++;
	if (n >= MAX_CPUS) {
		bad("cpu %u", n);
		return;
	}
	c = &cpus[n];
	if (!c->seen) {
		c->seen = true;
		c->first = from_now ? seq : 0;
		c->next = c->first;
		snprintf(name, sizeof(name), "cpu%u", n);
		c->out = create(name);
	}
	if (seq < c->next)
		c->late++;
	next = count_blocks(c, f, data, len);
	c->numbers += next - seq;
	c->next = next > c->next ? next : c->next;
	if (!format.data && !from_now)
		bad("blocks before \"format\"");
	if (sizeof(struct skbtrace_subbuf) + len <= SUBBUF_SIZE)
		put_subbuf(c->out, f, data, len);
	fflush(c->out);	/* a test may read it meanwhile */
}

static bool check_frame(const struct skbtrace_frame *f, uint32_t len)
{
	uint64_t seq = be64toh(f->frame_seq);

	if (len < sizeof(*f) || f->version != SKBTRACE_FRAME_VERSION ||
	    ntohs(f->hdr_len) != sizeof(*f) ||
	    ntohl(f->len) > len - sizeof(*f)) {
		bad("a frame of %u bytes makes no sense", len);
		return false;
	}
	if (f->kind == SKBTRACE_FRAME_PROBE || f->kind == SKBTRACE_FRAME_ECHO)
		return true;
	if (!next_frame && from_now)
		first_frame = seq;
	if (seq < first_frame)
		bad("frame %" PRIu64 " before the first", seq);
	nr_frames++;
	next_frame = seq >= next_frame ? seq + 1 : next_frame;
	return true;
}

static void got_frame(const char *p, uint32_t len)
{
	const struct skbtrace_frame *f = (const void *)p;
	const char *data = p + sizeof(*f);

	if (!check_frame(f, len))
		return;
	longest = len > longest ? len : longest;
	if (!(f->flags & SKBTRACE_FRAME_END))
		run = ntohl(f->session);
	switch (f->kind) {
	case SKBTRACE_FRAME_BLOCKS:
		got_blocks(f, data, ntohl(f->len));
		break;
	case SKBTRACE_FRAME_FORMAT:
		nr_format++;
		if (add_text(&format, f, data, ntohl(f->len)))
			keep_text("format", &format);
		break;
	case SKBTRACE_FRAME_INFO:
		nr_info++;
		if (!add_text(&info, f, data, ntohl(f->len)))
			break;
		learn_info();
		ended = f->flags & SKBTRACE_FRAME_END &&
			run && run == ntohl(f->session);
		break;
	case SKBTRACE_FRAME_PROBE:
	case SKBTRACE_FRAME_ECHO:
		break;
	default:
		bad("kind %u", f->kind);
	}
}

static int packet_socket(const char *name)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (!at.sll_ifindex || fd < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(name);
	return fd;
}

static int udp_socket(const char *port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(atoi(port)),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(port);
	return fd;
}

static void print_all(void)
{
	unsigned int i, j;
	struct cpu *c;

	printf("frames blocks=%" PRIu64 " format=%" PRIu64 " info=%" PRIu64 "\n",
	       nr_blocks, nr_format, nr_info);
	for (i = 0; i < MAX_CPUS; i++) {
		c = &cpus[i];
		if (!c->seen && !c->told)
			continue;
		if (c->told > c->next && (c->seen || !from_now))
			c->next = c->told;
		printf("cpu %u first=%" PRIu64 " next=%" PRIu64
		       " blocks=%" PRIu64 " late=%" PRIu64 " missing=%" PRIu64 " prio=",
		       i, c->first, c->next, c->blocks, c->late,
		       c->next - c->first - c->numbers);
		for (j = 0; j < 8; j++)
			printf("%s%" PRIu64, j ? "," : "", c->prio[j]);
		putchar('\n');
		if (c->out)
			fclose(c->out);
	}
	for (i = 0; i < MAX_EVENTS; i++)
		if (received[i] || sent[i])
			printf("event %u received=%" PRIu64 " sent=%" PRIu64 "\n",
			       i, received[i], sent[i]);
	printf("longest %u most=%u\n", longest, most);
	printf("missed_frames %" PRIu64 "\n",
	       next_frame - first_frame - nr_frames);
}

static void receive(int fd, bool ethernet)
{
	static char buf[MAX_FRAME];
	struct ether_header eth;
	uint32_t skip = ethernet ? sizeof(eth) : 0;
	ssize_t len;

	while (!stop && !ended) {
		len = recv(fd, buf, sizeof(buf), 0);
		if (len < 0 && errno == EINTR)
			continue;
		/* the device may be down, or removed */
		if (len < 0)
			continue;
		memcpy(&eth, buf, sizeof(eth));
		if (ethernet && (len < (ssize_t)sizeof(eth) ||
				 eth.ether_type != htons(SKBTRACE_ETHERTYPE)))
			continue;
		got_frame(buf + skip, len - skip);
	}
}

static struct skbtrace_frame probe_head(void)
{
	return (struct skbtrace_frame){
		.version = SKBTRACE_FRAME_VERSION,
		.kind = SKBTRACE_FRAME_PROBE,
		.hdr_len = htons(sizeof(struct skbtrace_frame)),
		.len = htonl(8),
		.cpu = htonl(SKBTRACE_FRAME_NO_CPU),
		.seq = htobe64(0x1234),
		.frame_seq = htobe64(0x5678),
	};
}

/* Wait for an echo. Return: 0 if it has come */
static int await_echo(int fd, uint32_t skip)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct skbtrace_frame f;
	char buf[2048];
	ssize_t len;

	while (poll(&p, 1, 10000) > 0) {
		len = recv(fd, buf, sizeof(buf), 0);
		if (len < (ssize_t)(skip + sizeof(f) + 8))
			continue;
		memcpy(&f, buf + skip, sizeof(f));
		if (f.kind != SKBTRACE_FRAME_ECHO)
			continue;
		printf("echo seq=%" PRIx64 " frame_seq=%" PRIx64
		       " len=%u data=%.8s stamps=%d host=%d\n",
		       be64toh(f.seq), be64toh(f.frame_seq), ntohl(f.len),
		       buf + skip + sizeof(f), f.mono_ns && f.real_ns,
		       !!f.host);
		return 0;
	}
	printf("no echo\n");
	return 1;
}

static int probe_device(const char *name)
{
	struct skbtrace_frame f = probe_head();
	struct ether_header eth = {
		.ether_dhost = { 2, 0, 0, 0, 0, 1 },
		.ether_shost = { 2, 0, 0, 0, 0, 2 },
		.ether_type = htons(SKBTRACE_ETHERTYPE),
	};
	char buf[sizeof(eth) + sizeof(f) + 8];
	int fd = packet_socket(name);

	memcpy(buf, &eth, sizeof(eth));
	memcpy(buf + sizeof(eth), &f, sizeof(f));
	memcpy(buf + sizeof(eth) + sizeof(f), "abcdefgh", 8);
	if (send(fd, buf, sizeof(buf), 0) != sizeof(buf))
		die("send");
	return await_echo(fd, sizeof(eth));
}

static int probe_address(const char *address, const char *port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(atoi(port)),
	};
	struct skbtrace_frame f = probe_head();
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char buf[sizeof(f) + 8];

	inet_pton(AF_INET, address, &to.sin_addr);
	memcpy(buf, &f, sizeof(f));
	memcpy(buf + sizeof(f), "abcdefgh", 8);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    send(fd, buf, sizeof(buf), 0) != sizeof(buf))
		die("send");
	return await_echo(fd, 0);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_term };
	const char *ready = NULL;
	int opt, fd = -1, size = 64 << 20;
	bool ethernet = true;

	while ((opt = getopt(argc, argv, "i:u:t:np:P:")) != -1) {
		switch (opt) {
		case 'i':
			fd = packet_socket(optarg);
			break;
		case 'u':
			fd = udp_socket(optarg);
			ethernet = false;
			break;
		case 't':
			ready = optarg;
			break;
		case 'n':
			from_now = true;
			break;
		case 'p':
			return probe_device(optarg);
		case 'P':
			return probe_address(optarg, argv[optind]);
		default:
			return 2;
		}
	}
	dir = argv[optind];
	if (fd < 0 || !dir) {
		fprintf(stderr, "usage: frames -i IFACE|-u PORT [-t FILE] [-n] DIR\n");
		return 2;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	sigaction(SIGTERM, &sa, NULL);
	if (ready)
		close(open(ready, O_CREAT | O_WRONLY, 0600));
	receive(fd, ethernet);
	print_all();
	return status;
}
