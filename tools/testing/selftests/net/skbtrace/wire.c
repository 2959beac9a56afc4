// SPDX-License-Identifier: GPL-2.0
/*
 * wire FROM TO STALL PACKET READY - a slow wire between two tun devices
 *
 * FROM and TO are files of network namespaces; each gets a device tun0. A
 * packet that FROM sends stays in the transmit ring: the first one for STALL
 * microseconds, if the ring was empty, then each for PACKET. Only then is the
 * driver done with it, and TO gets it. The other way takes no time. The file
 * READY is made when the devices are there.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <err.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#define DEVICE	"tun0"

static int open_tun(const char *netns)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int ns = open(netns, O_RDONLY);
	int fd;

	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(1, "%s", netns);
	close(ns);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (fd < 0)
		err(4, "/dev/net/tun");
	strcpy(ifr.ifr_name, DEVICE);
	if (ioctl(fd, TUNSETIFF, &ifr))
		err(4, "%s in %s", DEVICE, netns);
	return fd;
}

static void wait_for_packet(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	poll(&p, 1, -1);
}

/* A packet for a device that is down is lost. */
static void carry(int from, int to, unsigned int stall, unsigned int packet)
{
	static char buf[1 << 16];
	ssize_t n;

	for (;;) {
		wait_for_packet(from);
		if (stall)
			usleep(stall);
		do {
			if (packet)
				usleep(packet);
			n = read(from, buf, sizeof(buf));
			if (n > 0 && write(to, buf, n) < 0)
				continue;
		} while (n > 0);
	}
}

int main(int argc, char **argv)
{
	int from, to;

	if (argc != 6)
		errx(2, "usage: wire FROM TO STALL PACKET READY");
	prctl(PR_SET_TIMERSLACK, 1);
	from = open_tun(argv[1]);
	to = open_tun(argv[2]);
	close(open(argv[5], O_CREAT | O_WRONLY, 0600));
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		carry(to, from, 0, 0);
	}
	carry(from, to, atoi(argv[3]), atoi(argv[4]));
}
