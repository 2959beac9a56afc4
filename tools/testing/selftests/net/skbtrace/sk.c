// SPDX-License-Identifier: GPL-2.0
/*
 * sk WORD... - do to a socket what the words say, one after the other
 *
 * A witness for tests: it knows exactly what it has sent, and prints the
 * socket's SO_COOKIE and TCP_INFO. Each line of output is "name=value". A word
 * that fails prints "WORD=ERRNO-TEXT" and ends the program with status 1,
 * unless the word before it is "try".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sk_hold.h"
#include "sk_tick.h"

#ifndef SOL_UDP
#define SOL_UDP		17
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT	103
#endif
#define STATE_CLOSE	7	/* TCP_CLOSE */

static int fd = -1, listener = -1, type, family;
static char buf[1 << 16];
static int loop_start, loops;
static int word;	/* index of the current one */

struct address {
	struct sockaddr_storage	sa;
	socklen_t		len;
};

static int get_address(struct address *a, char **arg)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->sa;
	struct sockaddr_in *in = (struct sockaddr_in *)&a->sa;

	memset(a, 0, sizeof(*a));
	a->sa.ss_family = family;
	if (family == AF_INET) {
		in->sin_port = htons(atoi(arg[1]));
		a->len = sizeof(*in);
		return inet_pton(AF_INET, arg[0], &in->sin_addr) == 1 ? 0 : -1;
	}
	in6->sin6_port = htons(atoi(arg[1]));
	a->len = sizeof(*in6);
	return inet_pton(AF_INET6, arg[0], &in6->sin6_addr) == 1 ? 0 : -1;
}

static int new_socket(int fam, int ty)
{
	family = fam;
	type = ty;
	if (fd >= 0)
		close(fd);
	fd = socket(fam, ty, 0);
	return fd;
}

static int do_tcp4(char **arg)
{
	return new_socket(AF_INET, SOCK_STREAM);
}

static int do_tcp6(char **arg)
{
	return new_socket(AF_INET6, SOCK_STREAM);
}

static int do_udp4(char **arg)
{
	return new_socket(AF_INET, SOCK_DGRAM);
}

static int do_udp6(char **arg)
{
	return new_socket(AF_INET6, SOCK_DGRAM);
}

/* An IPv6 socket that will be given mapped IPv4 addresses */
static int do_tcpm(char **arg)
{
	return new_socket(AF_INET6, SOCK_STREAM);
}

static int do_udpm(char **arg)
{
	return new_socket(AF_INET6, SOCK_DGRAM);
}

static const struct {
	const char	*name;
	int		level;
	int		opt;
} options[] = {
	{ "sndbuf",	SOL_SOCKET,	SO_SNDBUF },
	{ "rcvbuf",	SOL_SOCKET,	SO_RCVBUF },
	{ "mark",	SOL_SOCKET,	SO_MARK },
	{ "maxpacing",	SOL_SOCKET,	SO_MAX_PACING_RATE },
	{ "reuseaddr",	SOL_SOCKET,	SO_REUSEADDR },
	{ "keepalive",	SOL_SOCKET,	SO_KEEPALIVE },
	{ "keepidle",	IPPROTO_TCP,	TCP_KEEPIDLE },
	{ "keepintvl",	IPPROTO_TCP,	TCP_KEEPINTVL },
	{ "keepcnt",	IPPROTO_TCP,	TCP_KEEPCNT },
	{ "nodelay",	IPPROTO_TCP,	TCP_NODELAY },
	{ "cork",	IPPROTO_TCP,	TCP_CORK },
	{ "quickack",	IPPROTO_TCP,	TCP_QUICKACK },
	{ "linger2",	IPPROTO_TCP,	TCP_LINGER2 },
	{ "syncnt",	IPPROTO_TCP,	TCP_SYNCNT },
	{ "usertimeout", IPPROTO_TCP,	TCP_USER_TIMEOUT },
	{ "windowclamp", IPPROTO_TCP,	TCP_WINDOW_CLAMP },
	{ "fastopen",	IPPROTO_TCP,	TCP_FASTOPEN },
	{ "fastopenconnect", IPPROTO_TCP, TCP_FASTOPEN_CONNECT },
	{ "gso",	SOL_UDP,	UDP_SEGMENT },
};

/* opt NAME VALUE */
static int do_opt(char **arg)
{
	int value = atoi(arg[1]);
	unsigned int i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(options[i].name, arg[0]))
			return setsockopt(fd, options[i].level, options[i].opt,
					  &value, sizeof(value));
	errno = EINVAL;
	return -1;
}

/* device NAME: bind to it */
static int do_device(char **arg)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, arg[0],
			  strlen(arg[0]));
}

/* enter FILE: go into that network namespace; the socket stays in its own */
static int do_enter(char **arg)
{
	return setns(open(arg[0], O_RDONLY | O_CLOEXEC), CLONE_NEWNET);
}

/* close() will reset the connection */
static int do_abort(char **arg)
{
	struct linger l = { .l_onoff = 1 };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
}

/* bind ADDRESS PORT */
static int do_bind(char **arg)
{
	struct address a;
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return get_address(&a, arg) ?: bind(fd, (void *)&a.sa, a.len);
}

/* connect ADDRESS PORT */
static int do_connect(char **arg)
{
	struct address a;

	return get_address(&a, arg) ?: connect(fd, (void *)&a.sa, a.len);
}

/* unconnect: abort the connection; the socket may connect again */
static int do_unconnect(char **arg)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	return connect(fd, &sa, sizeof(sa));
}

/* listen BACKLOG */
static int do_listen(char **arg)
{
	return listen(fd, atoi(arg[0]));
}

static int do_accept(char **arg)
{
	if (listener < 0)
		listener = fd;
	else if (fd >= 0)
		close(fd);
	fd = accept(listener, NULL, NULL);
	return fd;
}

static int do_close(char **arg)
{
	int err = close(fd);

	fd = -1;
	return err;
}

/* listener: the words that follow are for the listening socket again */
static int do_listener(char **arg)
{
	if (fd >= 0)
		close(fd);
	fd = listener;
	listener = -1;
	return fd;
}

static int do_shut(char **arg)
{
	return shutdown(fd, SHUT_WR);
}

/* shutlater FILE: shutdown() when FILE is there, in a child process */
static int do_shutlater(char **arg)
{
	unsigned int us = TICK_US;
	pid_t pid = fork();

	if (pid)
		return pid;
	while (access(arg[0], F_OK))
		tick(&us);
	_exit(shutdown(fd, SHUT_WR) ? 1 : 0);
}

static size_t chunk(long left)
{
	return (size_t)left < sizeof(buf) ? (size_t)left : sizeof(buf);
}

/* write BYTES: all of them, in chunks of up to 64 KiB */
static int do_write(char **arg)
{
	long left = atol(arg[0]);
	ssize_t n;

	while (left > 0) {
		n = write(fd, buf, chunk(left));
		if (n < 0)
			return -1;
		left -= n;
	}
	return 0;
}

/* fill: write without waiting until the send buffer is full */
static int do_fill(char **arg)
{
	ssize_t n, bytes = 0;

	while ((n = send(fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		bytes += n;
	printf("filled=%zd\n", bytes);
	return errno == EAGAIN ? 0 : -1;
}

/* send COUNT BYTES: COUNT calls of send(), BYTES each */
static int do_send(char **arg)
{
	long count = atol(arg[0]), i;
	size_t len = atol(arg[1]);

	for (i = 0; i < count; i++)
		if (send(fd, buf, len, 0) != (ssize_t)len)
			return -1;
	return 0;
}

/* read BYTES: exactly */
static int do_read(char **arg)
{
	long left = atol(arg[0]);
	ssize_t n;

	while (left > 0) {
		n = read(fd, buf, chunk(left));
		if (n == 0)
			errno = ENODATA;
		if (n <= 0)
			return -1;
		left -= n;
	}
	return 0;
}

/* recv COUNT: so many datagrams */
static int do_recv(char **arg)
{
	long count = atol(arg[0]), i;
	ssize_t n, bytes = 0;

	for (i = 0; i < count; i++) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n < 0)
			return -1;
		bytes += n;
	}
	printf("received=%zd\n", bytes);
	return 0;
}

/* hold HELD GO: receive; make HELD, keep the socket locked until GO is there */
static int do_hold(char **arg)
{
	return sk_hold(fd, arg[0], arg[1]);
}

/* read to the end of the stream */
static int do_eof(char **arg)
{
	ssize_t n, bytes = 0;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		bytes += n;
	printf("received=%zd\n", bytes);
	return n;
}

/* pingpong COUNT BYTES: write, and read as much; the peer runs "echo" */
static int do_pingpong(char **arg)
{
	long count = atol(arg[0]), i;

	for (i = 0; i < count; i++)
		if (do_write(arg + 1) || do_read(arg + 1))
			return -1;
	return 0;
}

/* send back what comes, to the end of the stream */
static int do_echo(char **arg)
{
	ssize_t n, m, sent;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (sent = 0; sent < n; sent += m) {
			m = write(fd, buf + sent, n - sent);
			if (m < 0)
				return -1;
		}
	}
	return n;
}

static int do_cookie(char **arg)
{
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		return -1;
	printf("cookie=%llx\n", (unsigned long long)cookie);
	return 0;
}

/* port: print the local one */
static int do_port(char **arg)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	/* sin_port and sin6_port are at the same place */
	if (getsockname(fd, (void *)&sa, &len))
		return -1;
	printf("port=%u\n", ntohs(((struct sockaddr_in *)&sa)->sin_port));
	return 0;
}

/* info: print TCP_INFO, with the names of skbtrace's fields where it has one */
static int do_info(char **arg)
{
	struct tcp_info i = {};
	socklen_t len = sizeof(i);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &i, &len))
		return -1;
	printf("state=%u\nca_state=%u\n", i.tcpi_state, i.tcpi_ca_state);
	printf("srtt_us=%u\nrttvar_us=%u\n", i.tcpi_rtt, i.tcpi_rttvar);
	printf("rto_us=%u\nmin_rtt_us=%u\n", i.tcpi_rto, i.tcpi_min_rtt);
	printf("total_retrans=%u\n", i.tcpi_total_retrans);
	printf("retransmits=%u\nbackoff=%u\nprobes=%u\n", i.tcpi_retransmits,
	       i.tcpi_backoff, i.tcpi_probes);
	printf("segs_out=%u\nsegs_in=%u\n", i.tcpi_segs_out, i.tcpi_segs_in);
	printf("bytes_sent=%llu\n", (unsigned long long)i.tcpi_bytes_sent);
	printf("bytes_acked=%llu\n", (unsigned long long)i.tcpi_bytes_acked);
	printf("bytes_received=%llu\n",
	       (unsigned long long)i.tcpi_bytes_received);
	printf("bytes_retrans=%llu\n",
	       (unsigned long long)i.tcpi_bytes_retrans);
	printf("busy_us=%llu\n", (unsigned long long)i.tcpi_busy_time);
	printf("rwnd_limited_us=%llu\n",
	       (unsigned long long)i.tcpi_rwnd_limited);
	printf("sndbuf_limited_us=%llu\n",
	       (unsigned long long)i.tcpi_sndbuf_limited);
	printf("mss=%u\nsnd_cwnd=%u\n", i.tcpi_snd_mss, i.tcpi_snd_cwnd);
	return 0;
}

/* wait until all that was sent has been acknowledged, or never will be */
static int do_acked(char **arg)
{
	unsigned int us = TICK_US;
	struct tcp_info i = {};
	socklen_t len;
	int left;

	for (;;) {
		len = sizeof(i);
		if (ioctl(fd, SIOCOUTQ, &left) ||
		    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &i, &len))
			return -1;
		if (!left)
			return 0;
		if (i.tcpi_state == STATE_CLOSE) {
			errno = ECONNRESET;
			return -1;
		}
		tick(&us);
	}
}

/* pause MICROSECONDS: the pace of a flow; to wait for something use "until" */
static int do_pause(char **arg)
{
	return usleep(atoi(arg[0]));
}

/* clock: microseconds since the last one */
static int do_clock(char **arg)
{
	static uint64_t last;
	struct timespec t;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = t.tv_sec * 1000000ULL + t.tv_nsec / 1000;
	if (last)
		printf("elapsed_us=%llu\n", (unsigned long long)(now - last));
	last = now;
	return 0;
}

/* until FILE: wait until it is there */
static int do_until(char **arg)
{
	unsigned int us = TICK_US;

	while (access(arg[0], F_OK))
		tick(&us);
	return 0;
}

/* touch FILE: make it, to say that this word has been reached */
static int do_touch(char **arg)
{
	int f;

	fflush(stdout);
	f = open(arg[0], O_CREAT | O_WRONLY, 0600);
	return f < 0 ? f : close(f);
}

/* grace: wait for a grace period of RCU */
static int do_grace(char **arg)
{
	return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0);
}

/* say TEXT */
static int do_say(char **arg)
{
	puts(arg[0]);
	return 0;
}

/* times COUNT ... again */
static int do_times(char **arg)
{
	loops = atoi(arg[0]);
	loop_start = word;	/* main() goes to the next word */
	return 0;
}

static int do_again(char **arg)
{
	if (--loops > 0)
		word = loop_start;
	return 0;
}

static const struct {
	const char	*name;
	int		args;
	int		(*run)(char **arg);
} words[] = {
	{ "tcp4",	0, do_tcp4 },
	{ "tcp6",	0, do_tcp6 },
	{ "udp4",	0, do_udp4 },
	{ "udp6",	0, do_udp6 },
	{ "tcpm",	0, do_tcpm },
	{ "udpm",	0, do_udpm },
	{ "opt",	2, do_opt },
	{ "device",	1, do_device },
	{ "enter",	1, do_enter },
	{ "abort",	0, do_abort },
	{ "bind",	2, do_bind },
	{ "connect",	2, do_connect },
	{ "unconnect",	0, do_unconnect },
	{ "listen",	1, do_listen },
	{ "accept",	0, do_accept },
	{ "listener",	0, do_listener },
	{ "close",	0, do_close },
	{ "shut",	0, do_shut },
	{ "shutlater",	1, do_shutlater },
	{ "write",	1, do_write },
	{ "fill",	0, do_fill },
	{ "send",	2, do_send },
	{ "read",	1, do_read },
	{ "recv",	1, do_recv },
	{ "hold",	2, do_hold },
	{ "eof",	0, do_eof },
	{ "pingpong",	2, do_pingpong },
	{ "echo",	0, do_echo },
	{ "cookie",	0, do_cookie },
	{ "port",	0, do_port },
	{ "info",	0, do_info },
	{ "acked",	0, do_acked },
	{ "pause",	1, do_pause },
	{ "clock",	0, do_clock },
	{ "until",	1, do_until },
	{ "touch",	1, do_touch },
	{ "grace",	0, do_grace },
	{ "say",	1, do_say },
	{ "times",	1, do_times },
	{ "again",	0, do_again },
};

/* Return: number of arguments, or -1 if it failed */
static int do_word(char **argv, int left, bool try)
{
	unsigned int i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].name, argv[0]))
			break;
	if (i == sizeof(words) / sizeof(words[0]) || words[i].args >= left) {
		fprintf(stderr, "sk: %s: no such word, or too few arguments\n",
			argv[0]);
		exit(2);
	}
	/* before the word runs: "again" sets the index */
	word += words[i].args;
	if (words[i].run(argv + 1) < 0) {
		printf("%s=%s\n", argv[0], strerror(errno));
		if (!try)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	bool try = false;

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (word = 1; word < argc; word++) {
		if (!strcmp(argv[word], "try")) {
			try = true;
			continue;
		}
		if (do_word(argv + word, argc - word, try))
			return 1;
		try = false;
	}
	return 0;
}
