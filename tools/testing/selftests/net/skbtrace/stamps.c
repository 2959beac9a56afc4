// SPDX-License-Identifier: GPL-2.0
/*
 * stamps ADDRESS PORT COUNT BYTES - the kernel's time stamps of writes
 *
 * Connects, and writes COUNT times BYTES bytes, each time when all before is
 * acknowledged. For each write it prints "PORT BYTE WRITE SCHED SND ACK": the
 * number of its last byte in the stream; when it was written, and the stamps of
 * SO_TIMESTAMPING, in microseconds of CLOCK_REALTIME.
 */
#include <time.h>		/* for the next one */
#include <err.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SCM_TIMESTAMPING
#define SCM_TIMESTAMPING	SO_TIMESTAMPING
#endif
#define MAX_BYTES	65536
#define KINDS		(SCM_TSTAMP_ACK + 1)

static uint64_t us_of(const struct timespec *t)
{
	return t->tv_sec * 1000000ULL + t->tv_nsec / 1000;
}

static int connect_to(const char *host, const char *port)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	int which = SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE |
		    SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE |
		    SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
	struct addrinfo *a;
	int fd;

	if (getaddrinfo(host, port, &hints, &a))
		errx(2, "%s port %s: no address", host, port);
	fd = socket(a->ai_family, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, a->ai_addr, a->ai_addrlen))
		err(1, "%s port %s", host, port);
	freeaddrinfo(a);
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &which, sizeof(which)))
		err(4, "SO_TIMESTAMPING");
	return fd;
}

/* A message of the error queue: a stamp, and its kind */
static void take_stamp(struct msghdr *m, uint32_t byte, uint64_t *us)
{
	const struct sock_extended_err *what = NULL;
	const struct scm_timestamping *when = NULL;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_TIMESTAMPING)
			when = (void *)CMSG_DATA(c);
		else if (c->cmsg_level == SOL_IP || c->cmsg_level == SOL_IPV6)
			what = (void *)CMSG_DATA(c);
	}
	if (what && when && what->ee_origin == SO_EE_ORIGIN_TIMESTAMPING &&
	    what->ee_data == byte && what->ee_info < KINDS)
		us[what->ee_info] = us_of(&when->ts[0]);
}

static void wait_for_stamps(int fd, uint32_t byte, uint64_t *us)
{
	struct pollfd p = { .fd = fd };
	char buf[512];

	while (!us[SCM_TSTAMP_SCHED] || !us[SCM_TSTAMP_SND] ||
	       !us[SCM_TSTAMP_ACK]) {
		struct msghdr m = {
			.msg_control = buf, .msg_controllen = sizeof(buf),
		};

		if (poll(&p, 1, 10000) != 1)
			errx(1, "no stamp of byte %u", byte);
		if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0)
			take_stamp(&m, byte, us);
	}
}

int main(int argc, char **argv)
{
	static char bytes[MAX_BYTES];
	struct timespec now;
	int len, fd, i;

	if (argc != 5)
		errx(2, "usage: stamps ADDRESS PORT COUNT BYTES");
	fd = connect_to(argv[1], argv[2]);
	len = atoi(argv[4]);
	if (len < 1 || len > MAX_BYTES)
		errx(2, "%s: 1 to %u bytes", argv[4], MAX_BYTES);
	for (i = 1; i <= atoi(argv[3]); i++) {
		uint64_t us[KINDS] = { 0 };

		clock_gettime(CLOCK_REALTIME, &now);
		if (write(fd, bytes, len) != len)
			err(1, "write");
		wait_for_stamps(fd, i * len - 1, us);
		printf("%s %d %llu %llu %llu %llu\n", argv[2], i * len - 1,
		       (unsigned long long)us_of(&now),
		       (unsigned long long)us[SCM_TSTAMP_SCHED],
		       (unsigned long long)us[SCM_TSTAMP_SND],
		       (unsigned long long)us[SCM_TSTAMP_ACK]);
	}
	return 0;
}
