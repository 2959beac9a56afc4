// SPDX-License-Identifier: GPL-2.0
/*
 * many server ADDR PORT - echo all that arrives, until all have closed
 * many client ADDR FROM TO PORT N ROUNDS LOSSY LOSE LOST GO DONE CLOSE
 *
 * N TCP connections of IPv4 from ports FROM, FROM + 1, ... to TO:PORT at once.
 * Each does ROUNDS round trips of 100 bytes, one connection after the other.
 * Then the file LOSE is made, and once it is gone LOSSY of them, which are the
 * 8th of each N / LOSSY, write once more; the others do another round trip.
 * When each of the LOSSY has sent something again, LOST is made; once GO is
 * there the answers are read and DONE is made; once CLOSE is, all is closed.
 *
 * Both print a line for each connection that has sent anything again until it
 * is closed: "cookie=HEX retrans=N".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MSG	100

static void die(const char *what)
{
	fprintf(stderr, "many: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct sockaddr_in address(const char *addr, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, addr, &a.sin_addr) != 1)
		die(addr);
	a.sin_port = htons(port);
	return a;
}

static void more_files(void)
{
	struct rlimit r = { 4096, 4096 };

	if (setrlimit(RLIMIT_NOFILE, &r))
		die("setrlimit");
}

static int tcp_socket(const char *addr, int port)
{
	struct sockaddr_in a = address(addr, port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)))
		die("bind");
	return fd;
}

static void watch(int ep, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e))
		die("epoll_ctl");
}

static unsigned int retrans(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
	return info.tcpi_total_retrans;
}

/* Print its line, and close it */
static void finish(int fd)
{
	unsigned int again = retrans(fd);
	uint64_t cookie;
	socklen_t len = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		die("SO_COOKIE");
	if (again)
		printf("cookie=%llx retrans=%u\n", (unsigned long long)cookie,
		       again);
	close(fd);
}

static void server(char **arg)
{
	int ep = epoll_create1(0), ls = tcp_socket(arg[0], atoi(arg[1]));
	struct epoll_event e;
	int left = 0, seen = 0, fd;
	char buf[4096];
	ssize_t n;

	if (listen(ls, 4096))
		die("listen");
	watch(ep, ls);
	puts("ready");
	fflush(stdout);
	while (!seen || left) {
		if (epoll_wait(ep, &e, 1, -1) != 1)
			die("epoll_wait");
		if (e.data.fd == ls) {
			fd = accept(ls, NULL, NULL);
			if (fd < 0)
				die("accept");
			watch(ep, fd);
			left++;
			seen++;
			continue;
		}
		n = read(e.data.fd, buf, sizeof(buf));
		if (n > 0 && write(e.data.fd, buf, n) == n)
			continue;
		finish(e.data.fd);
		left--;
	}
}

static void make(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT, 0600);

	if (fd < 0)
		die(file);
	close(fd);
}

static void until(const char *file, int there)
{
	while ((access(file, F_OK) == 0) != there)
		usleep(5000);
}

static void send_one(int fd)
{
	static const char buf[MSG];

	if (write(fd, buf, MSG) != MSG)
		die("write");
}

static void recv_one(int fd)
{
	char buf[MSG];

	if (recv(fd, buf, MSG, MSG_WAITALL) != MSG)
		die("recv");
}

/* The arguments after "client" */
struct plan {
	int	nr;
	int	rounds;
	int	lossy;
	int	*fd;
};

static int is_lossy(const struct plan *p, int i)
{
	int each = p->nr / p->lossy;

	return i % each == 7 && i / each < p->lossy;
}

static void round_trip(const struct plan *p, int i)
{
	send_one(p->fd[i]);
	recv_one(p->fd[i]);
}

static void open_all(struct plan *p, char **arg)
{
	struct sockaddr_in to = address(arg[2], atoi(arg[3]));
	int i;

	p->fd = calloc(p->nr, sizeof(*p->fd));
	if (!p->fd)
		die("calloc");
	for (i = 0; i < p->nr; i++) {
		p->fd[i] = tcp_socket(arg[0], atoi(arg[1]) + i);
		if (connect(p->fd[i], (struct sockaddr *)&to, sizeof(to)))
			die("connect");
	}
}

/* First those that lose; data of the others show that the wire still works */
static void last_round(const struct plan *p)
{
	int i;

	for (i = 0; i < p->nr; i++)
		if (is_lossy(p, i))
			send_one(p->fd[i]);
	for (i = 0; i < p->nr; i++)
		if (!is_lossy(p, i))
			round_trip(p, i);
	for (i = 0; i < p->nr; i++)
		while (is_lossy(p, i) && !retrans(p->fd[i]))
			usleep(20000);
}

static void client(char **arg)
{
	struct plan p = {
		.nr = atoi(arg[4]), .rounds = atoi(arg[5]),
		.lossy = atoi(arg[6]),
	};
	int i, j;

	open_all(&p, arg);
	for (j = 0; j < p.rounds; j++)
		for (i = 0; i < p.nr; i++)
			round_trip(&p, i);
	make(arg[7]);
	until(arg[7], 0);
	last_round(&p);
	make(arg[8]);
	until(arg[9], 1);
	for (i = 0; i < p.nr; i++)
		if (is_lossy(&p, i))
			recv_one(p.fd[i]);
	make(arg[10]);
	until(arg[11], 1);
	for (i = 0; i < p.nr; i++)
		finish(p.fd[i]);
}

int main(int argc, char **argv)
{
	more_files();
	if (argc == 4 && !strcmp(argv[1], "server"))
		server(argv + 2);
	else if (argc == 14 && !strcmp(argv[1], "client"))
		client(argv + 2);
	else
		return 2;
	return 0;
}
