// SPDX-License-Identifier: GPL-2.0
/*
 * blast [-t TAP] ADDRESS PORT SIZE RATE MS - a paced sender of datagrams
 * blast -s ADDRESS PORT - the receiver, which drops them
 *
 * Sends SIZE bytes RATE times a second, for MS milliseconds; 0: as often as it
 * can. Each datagram has a number, from 0 on. It is a real-time process, as
 * what comes from a network card goes before programs, too: a sniffer that is
 * slow does not slow it down. What is due is sent each 100 us. Prints what it
 * has sent, and the nanoseconds that took.
 *
 * -t: the way out is this tap device; takes from it what was sent.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "number.h"

#define GRAIN_NS	100000
#define LEAST		((int)sizeof(struct number))
#define MOST		65507

static int check(int ret, const char *what)
{
	if (ret < 0)
		err(1, "%s", what);
	return ret;
}

static struct sockaddr_in address(const char *host, const char *port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(atoi(port)),
	};

	if (!inet_aton(host, &a.sin_addr))
		errx(2, "%s is no IPv4 host", host);
	return a;
}

/* A filter that keeps nothing: they come as far as the socket. */
static void drop(struct sockaddr_in a)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { .len = 1, .filter = &none };
	int fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	check(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			 sizeof(prog)), "SO_ATTACH_FILTER");
	check(bind(fd, (struct sockaddr *)&a, sizeof(a)), "bind");
	pause();
}

static int open_tap(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = check(open("/dev/net/tun", O_RDWR | O_NONBLOCK),
		       "/dev/net/tun");

	memcpy(ifr.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
	check(ioctl(fd, TUNSETIFF, &ifr), name);
	/* until the kernel has found out that it has a carrier */
	sleep(2);
	return fd;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = {
		.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000,
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void send_one(int fd, int tap, int size, uint64_t number)
{
	static char buf[MOST];
	struct number n = { NUMBER_MAGIC, number };
	char taken[64];

	memcpy(buf, &n, sizeof(n));
	if (send(fd, buf, size, 0) != size)
		err(1, "send");
	/* its beginning is enough: the rest is dropped with it */
	while (tap >= 0 && read(tap, taken, sizeof(taken)) > 0)
		;
}

int main(int argc, char **argv)
{
	struct sched_param first = { .sched_priority = 10 };
	uint64_t sent = 0, start, at, due, rate, end;
	struct sockaddr_in to;
	int tap = -1, fd, size;

	if (argc == 4 && !strcmp(argv[1], "-s"))
		drop(address(argv[2], argv[3]));
	if (argc > 2 && !strcmp(argv[1], "-t")) {
		tap = open_tap(argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (argc != 6)
		errx(2, "usage: blast [-t TAP] ADDRESS PORT SIZE RATE MS");
	to = address(argv[1], argv[2]);
	size = atoi(argv[3]);
	rate = strtoull(argv[4], NULL, 10);
	if (size < LEAST || size > MOST)
		errx(2, "SIZE: %d to %d", LEAST, MOST);
	fd = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	check(connect(fd, (struct sockaddr *)&to, sizeof(to)), "connect");
	check(sched_setscheduler(0, SCHED_FIFO, &first), "SCHED_FIFO");

	start = now();
	end = strtoull(argv[5], NULL, 10) * 1000000;
	for (at = 0; at < end; at = now() - start) {
		due = rate ? at * rate / 1000000000 + 1 : sent + 16;
		while (sent < due)
			send_one(fd, tap, size, sent++);
		if (rate)
			sleep_until(start + at + GRAIN_NS);
	}
	printf("%llu %llu\n", (unsigned long long)sent,
	       (unsigned long long)at);
	return 0;
}
