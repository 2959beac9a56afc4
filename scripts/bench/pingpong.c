// SPDX-License-Identifier: GPL-2.0
/*
 * pingpong MODE TRIPS ROUNDS - traffic that is the same in every run
 *
 *	udp	a trip is a datagram sent and received, over loopback
 *	tcp	the same of 64 bytes of a connection
 *	kib	the same of 1024, so that each holds a multiple of that
 *	drop	a datagram sent that the receiver's socket filter refuses
 *	fire	the same, of one byte but for each 256th one
 *	bulk	64 KiB written to a connection and read
 *	conn	a connection from connect() to the end of both sides
 *	listen	a socket that begins and ends to listen
 *	reset	a connection refused
 *	full	a SYN that a full listener drops
 *	loss	a segment lost, repaired by fast retransmit
 *	sndbuf	a write that finds the send buffer full, without waiting
 *	many	a datagram of one of 100,000 connected sockets, each in turn
 *	out64	a datagram of 64 bytes to 10.99.0.2, which nobody receives
 *	out1448	the same of 1448 bytes
 *	gso	65,000 bytes to there, that UDP leaves to GSO
 *	kibs	1024 bytes there and back on one of 100,000 connections in turn
 *
 * Trips go there and back in turn, so that TCP has data to acknowledge each
 * one with. One process holds both ends, so nothing ever sleeps or switches.
 * Prints the nanoseconds of each round of TRIPS, after a tenth of a round that
 * is not timed. In a machine whose clock counts instructions, a nanosecond is
 * an instruction.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define SIZE	64
#define KIB	1024
#define MANY	100000
#define PORTS	20000	/* of each address */

/* Where the plugin of bench.sh --where begins and ends: nops with a number. */
#define MARK(n)							\
	({							\
		__asm__ volatile(".byte 0x0f, 0x1f, 0x80\n"	\
				 ".long " #n ::: "memory");	\
	})

static int end_a, end_b;

static int check(int ret, const char *what)
{
	if (ret < 0)
		err(1, "%s", what);
	return ret;
}

static int bound(int type, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd = check(socket(AF_INET, type, 0), "socket");

	*addr = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	check(bind(fd, (struct sockaddr *)addr, len), "bind");
	check(getsockname(fd, (struct sockaddr *)addr, &len), "getsockname");
	return fd;
}

static void join(int fd, const struct sockaddr_in *addr)
{
	check(connect(fd, (const struct sockaddr *)addr, sizeof(*addr)),
	      "connect");
}

static void open_udp(void)
{
	struct sockaddr_in a, b;

	end_a = bound(SOCK_DGRAM, &a);
	end_b = bound(SOCK_DGRAM, &b);
	join(end_a, &b);
	join(end_b, &a);
}

static void open_tcp(void)
{
	struct sockaddr_in addr;
	int listener = bound(SOCK_STREAM, &addr), one = 1;

	check(listen(listener, 1), "listen");
	end_a = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
	join(end_a, &addr);
	end_b = check(accept(listener, NULL, NULL), "accept");
	setsockopt(end_a, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(end_b, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void open_drop(void)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { .len = 1, .filter = &none };

	open_udp();
	check(setsockopt(end_b, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			 sizeof(prog)), "SO_ATTACH_FILTER");
}

static void give(int from)
{
	static const char buf[SIZE];

	if (send(from, buf, SIZE, 0) != SIZE)
		err(1, "send");
}

static void trip(long i)
{
	static char buf[SIZE];

	give(i & 1 ? end_b : end_a);
	if (recv(i & 1 ? end_a : end_b, buf, SIZE, 0) != SIZE)
		err(1, "recv");
}

static void trip_drop(long i)
{
	(void)i;
	give(end_a);
}

static void trip_kib(long i)
{
	static char buf[KIB];

	if (send(i & 1 ? end_b : end_a, buf, KIB, 0) != KIB)
		err(1, "send");
	if (recv(i & 1 ? end_a : end_b, buf, KIB, 0) != KIB)
		err(1, "recv");
}

/* As many small ones as an event has held back, then a large one that fires */
static void trip_fire(long i)
{
	static const char buf[SIZE];
	ssize_t len = i % 256 == 255 ? SIZE : 1;

	if (send(end_a, buf, len, 0) != len)
		err(1, "send");
}

/* 64 KiB, in as many pieces as the buffers take */
static void trip_bulk(long i)
{
	static char buf[65536];
	size_t sent = 0, got = 0;
	ssize_t n;

	(void)i;
	while (got < sizeof(buf)) {
		n = send(end_a, buf, sizeof(buf) - sent, MSG_DONTWAIT);
		if (sent < sizeof(buf) && n > 0)
			sent += n;
		n = recv(end_b, buf, sizeof(buf), MSG_DONTWAIT);
		if (n > 0)
			got += n;
	}
}

static struct sockaddr_in server_addr;
static int server;

static void open_server(void)
{
	server = bound(SOCK_STREAM, &server_addr);
	check(listen(server, 1), "listen");
}

static void trip_conn(long i)
{
	int a = check(socket(AF_INET, SOCK_STREAM, 0), "socket"), b;
	struct linger now = { .l_onoff = 1 };

	(void)i;
	join(a, &server_addr);
	b = check(accept(server, NULL, NULL), "accept");
	/* no TIME_WAIT, which would run out of ports */
	setsockopt(a, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(b);
	close(a);
}

static void open_none(void)
{
}

static void trip_listen(long i)
{
	struct sockaddr_in addr;
	int fd = bound(SOCK_STREAM, &addr);

	(void)i;
	check(listen(fd, 1), "listen");
	close(fd);
}

static void open_reset(void)
{
	close(bound(SOCK_STREAM, &server_addr));
}

static void trip_reset(long i)
{
	int fd = check(socket(AF_INET, SOCK_STREAM, 0), "socket");

	(void)i;
	if (!connect(fd, (struct sockaddr *)&server_addr, sizeof(server_addr)))
		errx(1, "somebody listens there");
	close(fd);
}

static int try_connect(void)
{
	int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0),
		       "socket");

	connect(fd, (struct sockaddr *)&server_addr, sizeof(server_addr));
	return fd;
}

/* Two connections fill a backlog of one; nobody accepts them. */
static void open_full(void)
{
	open_server();
	try_connect();
	try_connect();
}

static void trip_full(long i)
{
	(void)i;
	close(try_connect());
}

static void set_mark(int mark)
{
	check(setsockopt(end_a, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)),
	      "SO_MARK");
}

/* What is sent with a mark is lost */
static void open_loss(void)
{
	struct sock_filter marked[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_MARK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
	};
	struct sock_fprog prog = { .len = 4, .filter = marked };

	open_tcp();
	check(setsockopt(end_b, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			 sizeof(prog)), "SO_ATTACH_FILTER");
}

/* The first segment is lost, the others tell of it. */
static void trip_loss(long i)
{
	static char buf[6 * SIZE];
	int n;

	(void)i;
	set_mark(1);
	give(end_a);
	set_mark(0);
	for (n = 1; n < 6; n++)
		give(end_a);
	if (recv(end_b, buf, sizeof(buf), MSG_WAITALL) != sizeof(buf))
		err(1, "recv");
}

static void open_sndbuf(void)
{
	static const char buf[65536];

	open_tcp();
	while (send(end_a, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
}

static void trip_sndbuf(long i)
{
	static const char buf[SIZE];

	(void)i;
	/* an ACK may have made some room */
	while (send(end_a, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		;
}

static int many[MANY];

static void trip_many(long i)
{
	static char buf[SIZE];

	give(many[i % MANY]);
	if (recv(end_b, buf, SIZE, 0) != SIZE)
		err(1, "recv");
}

/* Each has sent once before the first trip: nothing is new any more. */
static void open_many(void)
{
	struct rlimit files = { MANY + 100, MANY + 100 };
	struct sockaddr_in a = { .sin_family = AF_INET }, b;
	long i;

	check(setrlimit(RLIMIT_NOFILE, &files), "RLIMIT_NOFILE");
	end_b = bound(SOCK_DGRAM, &b);
	for (i = 0; i < MANY; i++) {
		many[i] = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + i / PORTS);
		a.sin_port = htons(2000 + i % PORTS);
		check(bind(many[i], (struct sockaddr *)&a, sizeof(a)), "bind");
		join(many[i], &b);
		trip_many(i);
	}
}

/* ---- what only goes out, by a device that drops it ---- */

#define GSO_LEN	65000
#define MSS	1448

static void open_out(void)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x0a630002),	/* 10.99.0.2 */
		.sin_port = htons(9),
	};

	end_a = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	join(end_a, &a);
}

static void open_gso(void)
{
	int mss = MSS;

	open_out();
	check(setsockopt(end_a, IPPROTO_UDP, UDP_SEGMENT, &mss, sizeof(mss)),
	      "UDP_SEGMENT");
}

static void out(ssize_t len)
{
	static const char buf[GSO_LEN];

	if (send(end_a, buf, len, 0) != len)
		err(1, "send");
}

static void trip_out64(long i)
{
	(void)i;
	out(SIZE);
}

static void trip_out1448(long i)
{
	(void)i;
	out(MSS);
}

static void trip_gso(long i)
{
	(void)i;
	out(GSO_LEN);
}

/* Both ends; the trips of kib on each. */
static int ends[MANY][2];

static void trip_kibs(long i)
{
	const int *e = ends[i / 2 % MANY];

	end_a = e[0];
	end_b = e[1];
	trip_kib(i);
}

/* To few ports of many addresses: each has a place of its own. */
static void open_kibs(void)
{
	struct rlimit files = { 2 * MANY + 100, 2 * MANY + 100 };
	struct sockaddr_in a = { .sin_family = AF_INET };
	long i;

	check(setrlimit(RLIMIT_NOFILE, &files), "RLIMIT_NOFILE");
	open_server();
	for (i = 0; i < MANY; i++) {
		ends[i][0] = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + i / PORTS);
		a.sin_port = htons(2000 + i % PORTS);
		check(bind(ends[i][0], (struct sockaddr *)&a, sizeof(a)),
		      "bind");
		join(ends[i][0], &server_addr);
		ends[i][1] = check(accept(server, NULL, NULL), "accept");
	}
}

static const struct mode {
	const char	*name;
	void		(*open)(void);
	void		(*trip)(long i);
} modes[] = {
	{ "udp", open_udp, trip },
	{ "tcp", open_tcp, trip },
	{ "kib", open_tcp, trip_kib },
	{ "drop", open_drop, trip_drop },
	{ "fire", open_drop, trip_fire },
	{ "bulk", open_tcp, trip_bulk },
	{ "conn", open_server, trip_conn },
	{ "listen", open_none, trip_listen },
	{ "reset", open_reset, trip_reset },
	{ "full", open_full, trip_full },
	{ "loss", open_loss, trip_loss },
	{ "sndbuf", open_sndbuf, trip_sndbuf },
	{ "many", open_many, trip_many },
	{ "out64", open_out, trip_out64 },
	{ "out1448", open_out, trip_out1448 },
	{ "gso", open_gso, trip_gso },
	{ "kibs", open_kibs, trip_kibs },
};

static const struct mode *find_mode(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(modes[i].name, name))
			return &modes[i];
	errx(2, "no mode %s", name);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	const struct mode *m;
	long trips, rounds, i;
	long long start, end;

	if (argc != 4)
		errx(2, "usage: pingpong MODE TRIPS ROUNDS");
	m = find_mode(argv[1]);
	trips = atol(argv[2]);
	rounds = atol(argv[3]);

	/* What has just ended is freed some ticks later: before it begins. */
	usleep(300000);
	m->open();
	for (i = 0; i < trips / 10; i++)
		m->trip(i);
	while (rounds--) {
		MARK(0x534b4230);
		start = now();
		for (i = 0; i < trips; i++)
			m->trip(i);
		end = now();
		MARK(0x534b4231);
		printf("%lld\n", end - start);
	}
	return 0;
}
