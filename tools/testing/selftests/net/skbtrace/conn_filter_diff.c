// SPDX-License-Identifier: GPL-2.0
/*
 * conn_filter_diff EXPRESSIONS - compare the connection filter with libpcap
 *
 * The filter's verdict on a socket must be that of libpcap on the packet that
 * the socket would send. That packet is made here; what a connection does not
 * have is random in it. A socket of each kind causes an event twice: once the
 * filter runs, once its verdict is cached. "sock_filters" counts the verdicts.
 *
 * Needs a namespace of its own with these addresses, of lo, of a device that
 * swallows all, and of a TAP device "syn", whose neighbours are known:
 * 10.83.0.1-2 fd83::1-2, 10.85.0.1/24 fd85::1/64, 10.86.0.1/24 fd86::1/64.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "filter_gen.h"
#include "filter_sock.h"

#define PATIENCE_MS	3000	/* for an event to be counted */

/**
 * struct probe - one socket, or one kind of them
 * @name: its kind
 * @fire: causes an event
 * @again: causes the second event, %NULL: @fire does
 * @begin: called before each expression, unless %NULL
 * @end: called after each expression, unless %NULL
 * @who: its addresses
 * @fd: its descriptor
 * @family: its family
 * @more: an event may be counted more than once
 */
struct probe {
	const char	*name;
	void		(*fire)(struct probe *p);
	void		(*again)(struct probe *p);
	void		(*begin)(struct probe *p);
	void		(*end)(struct probe *p);
	struct who	who;
	int		fd;
	int		family;
	bool		more;
};

static const char *const v4[] = {
	"10.83.0.1", "10.83.0.2", "10.85.0.1", "10.85.0.9", "10.86.0.1",
	"10.86.0.2", "0.0.0.0", "192.0.2.1",
};

static const char *const v6[] = {
	"fd83::1", "fd83::2", "fd85::1", "fd85::9", "fd86::1", "fd86::2", "::",
};

static const uint16_t ports[] = { 22, 53, 80, 443, 5000, 40000, 40001, 0 };

static const struct pools pools = {
	.v4 = v4, .nr_v4 = sizeof(v4) / sizeof(v4[0]),
	.v6 = v6, .nr_v6 = sizeof(v6) / sizeof(v6[0]),
	.port = ports, .nr_port = sizeof(ports) / sizeof(ports[0]),
	.conn = true,
};

static int counts_fd, tap_fd;
static uint8_t mac[6];
static unsigned int differences, looks, matched;

/* Sends a packet of the peer through the TAP device */
static void inject(const struct probe *probe, unsigned int flags, uint32_t seq)
{
	const struct who *w = &probe->who;
	struct who back = { w->peer, w->local, w->pport, w->lport, w->proto };
	bool is_v4 = !strchr(without_map(w->local), ':');
	struct packet p = { .len = 12 };

	memcpy(p.bytes, mac, 6);
	memcpy(p.bytes + 6, "\2\206\0\0\0\2", 6);
	put16(&p, is_v4 ? ETH_P_IP : ETH_P_IPV6);
	put_packet(&p, &back, is_v4, flags, seq);
	if (write(tap_fd, p.bytes, p.len) != (ssize_t)p.len)
		die("injecting a packet");
}

static void tap_up(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI,
			     .ifr_name = "syn" };

	tap_fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap_fd < 0 || ioctl(tap_fd, TUNSETIFF, &ifr) ||
	    ioctl(tap_fd, SIOCGIFHWADDR, &ifr))
		die("TAP device syn");
	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
}

/* --- to cause an event of a socket */

static void fire_keepalive(struct probe *p)
{
	int on = 0;

	setsockopt(p->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	on = 1;
	if (setsockopt(p->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)))
		die("keepalive");
}

static void fire_unlisten(struct probe *p)
{
	if (shutdown(p->fd, SHUT_RDWR))
		die("shutdown");
}

static void fire_listen(struct probe *p)
{
	if (listen(p->fd, 50))
		die("listen");
}

static void fire_send(struct probe *p)
{
	if (send(p->fd, "x", 1, 0) != 1)
		die("send");
}

static void fire_sendto(struct probe *p)
{
	socklen_t len;
	struct sockaddr_storage sa = address(p->who.peer, p->who.pport, &len);

	if (sendto(p->fd, "x", 1, 0, (void *)&sa, len) != 1)
		die("sendto");
	if (!p->who.lport)
		p->who.lport = port_of(p->fd);
}

static void fire_datagram(struct probe *p)
{
	char c;

	/* unread datagrams would fill the buffer */
	while (recv(p->fd, &c, 1, MSG_DONTWAIT) >= 0)
		;
	inject(p, 0, 0);
}

static void begin_request(struct probe *p)
{
	inject(p, 2, 1000);
}

/* The same SYN again, so that the SYN-ACK is sent again */
static void fire_request(struct probe *p)
{
	inject(p, 2, 1000);
}

static void end_request(struct probe *p)
{
	inject(p, 4, 1001);
}

/* Each event is of a new connection */
static void fire_timewait(struct probe *p)
{
	int fd = bound(p->who.local, 0, SOCK_STREAM), child;
	char c;

	connect_to(fd, p->who.peer, p->who.pport);
	p->who.lport = port_of(fd);
	child = accepted(p->fd);
	if (shutdown(fd, SHUT_WR) || read(child, &c, 1))
		die("half a connection");
	close(child);
	/* the FIN has arrived: TIME_WAIT has begun */
	if (read(fd, &c, 1))
		die("the end of a connection");
	close(fd);
}

/* --- the comparison */

static void pause_ms(unsigned int ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	nanosleep(&t, NULL);
}

/* Over lo a packet is received before send() ends, or a moment later. */
static void wait_counts(const struct counts *before, struct counts *now)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		get_counts(counts_fd, now);
		if (now->seen != before->seen)
			return;
		pause_ms(1);
	}
}

static bool is_v4(const struct probe *p)
{
	return p->family == AF_INET || !strncmp(p->who.local, "::ffff:", 7) ||
	       !strncmp(p->who.peer, "::ffff:", 7);
}

/* Causes an event of @p, and compares the verdict with that on the packet */
static void look(struct probe *p, void (*fire)(struct probe *p),
		 const char *which, struct bpf_program *prog, const char *expr)
{
	struct packet packet = {};
	struct counts before, now;
	bool want;

	get_counts(counts_fd, &before);
	fire(p);
	wait_counts(&before, &now);
	put_packet(&packet, &p->who, is_v4(p), 0x10, rnd(1U << 31));
	want = verdict(prog, packet.bytes, packet.len);
	now.seen -= before.seen;
	now.passed -= before.passed;
	looks++;
	matched += want;
	if (now.seen && (now.seen == 1 || p->more) &&
	    now.passed == (want ? now.seen : 0))
		return;
	if (++differences > 10)
		return;
	printf("%s\n  %s, %s look: seen %llu times, passed %llu, libpcap says %d\n",
	       expr, p->name, which, now.seen, now.passed, want);
	print_hex("packet", packet.bytes, packet.len);
	print_program(prog);
}

static struct probe probes[] = {
	{ "TCP, client", fire_keepalive, .family = AF_INET,
	  .who = { "10.83.0.1", "10.83.0.2", 40000, 5000, IPPROTO_TCP } },
	{ "TCP, accepted", fire_keepalive, .family = AF_INET,
	  .who = { "10.83.0.2", "10.83.0.1", 5000, 40000, IPPROTO_TCP } },
	{ "TCP IPv6, client", fire_keepalive, .family = AF_INET6,
	  .who = { "fd83::1", "fd83::2", 40000, 5000, IPPROTO_TCP } },
	{ "TCP IPv6, accepted", fire_keepalive, .family = AF_INET6,
	  .who = { "fd83::2", "fd83::1", 5000, 40000, IPPROTO_TCP } },
	{ "TCP mapped, client", fire_keepalive, .family = AF_INET6,
	  .who = { "::ffff:10.83.0.1", "::ffff:10.83.0.2", 40001, 443,
		   IPPROTO_TCP } },
	{ "TCP mapped, accepted", fire_keepalive, .family = AF_INET6,
	  .who = { "::ffff:10.83.0.2", "::ffff:10.83.0.1", 443, 40001,
		   IPPROTO_TCP } },
	{ "listener", fire_unlisten, fire_listen, .family = AF_INET,
	  .who = { "0.0.0.0", "0.0.0.0", 80, 0, IPPROTO_TCP } },
	{ "listener IPv6", fire_unlisten, fire_listen, .family = AF_INET6,
	  .who = { "::", "::", 53, 0, IPPROTO_TCP } },
	{ "listener, one address", fire_unlisten, fire_listen,
	  .family = AF_INET,
	  .who = { "10.83.0.1", "0.0.0.0", 22, 0, IPPROTO_TCP } },
	{ "listener IPv6, one address", fire_unlisten, fire_listen,
	  .family = AF_INET6,
	  .who = { "fd83::2", "::", 22, 0, IPPROTO_TCP } },
	{ "listener mapped", fire_unlisten, fire_listen, .family = AF_INET6,
	  .who = { "::ffff:10.83.0.2", "::", 22, 0, IPPROTO_TCP } },
	{ "SYN_SENT", fire_keepalive, .family = AF_INET,
	  .who = { "10.85.0.1", "10.85.0.9", 40000, 80, IPPROTO_TCP } },
	{ "SYN_SENT IPv6", fire_keepalive, .family = AF_INET6,
	  .who = { "fd85::1", "fd85::9", 40001, 443, IPPROTO_TCP } },
	{ "UDP", fire_send, .family = AF_INET,
	  .who = { "10.85.0.1", "10.85.0.9", 40001, 53, IPPROTO_UDP } },
	{ "UDP IPv6", fire_send, .family = AF_INET6,
	  .who = { "fd85::1", "fd85::9", 443, 443, IPPROTO_UDP } },
	{ "UDP mapped", fire_send, .family = AF_INET6,
	  .who = { "::ffff:10.85.0.1", "::ffff:10.85.0.9", 53, 5000,
		   IPPROTO_UDP } },
	{ "UDP, no peer", fire_sendto, .family = AF_INET,
	  .who = { "10.85.0.1", "10.85.0.9", 5000, 443, IPPROTO_UDP } },
	{ "UDP, no peer, no port", fire_sendto, .family = AF_INET,
	  .who = { "10.85.0.1", "10.85.0.9", 0, 22, IPPROTO_UDP } },
	{ "UDP IPv6, no peer", fire_sendto, .family = AF_INET6,
	  .who = { "fd85::1", "fd85::9", 5000, 80, IPPROTO_UDP } },
	{ "UDP, a datagram to no peer", fire_datagram, .family = AF_INET,
	  .who = { "10.86.0.1", "10.86.0.2", 53, 40000, IPPROTO_UDP } },
	{ "UDP IPv6, a datagram to a peer", fire_datagram, .family = AF_INET6,
	  .who = { "fd86::1", "fd86::2", 443, 5000, IPPROTO_UDP } },
	{ "request", fire_request, .begin = begin_request, .end = end_request,
	  .more = true, .family = AF_INET,
	  .who = { "10.86.0.1", "10.86.0.2", 5000, 40000, IPPROTO_TCP } },
	{ "request IPv6", fire_request, .begin = begin_request,
	  .end = end_request, .more = true, .family = AF_INET6,
	  .who = { "fd86::1", "fd86::2", 5000, 40001, IPPROTO_TCP } },
	{ "request mapped", fire_request, .begin = begin_request,
	  .end = end_request, .more = true, .family = AF_INET6,
	  .who = { "::ffff:10.86.0.1", "::ffff:10.86.0.2", 443, 40000,
		   IPPROTO_TCP } },
	{ "timewait", fire_timewait, .more = true, .family = AF_INET,
	  .who = { "10.83.0.1", "10.83.0.2", 0, 5000, IPPROTO_TCP } },
	{ "timewait IPv6", fire_timewait, .more = true, .family = AF_INET6,
	  .who = { "fd83::1", "fd83::2", 0, 5000, IPPROTO_TCP } },
	{ "timewait mapped", fire_timewait, .more = true, .family = AF_INET6,
	  .who = { "::ffff:10.83.0.1", "::ffff:10.83.0.2", 0, 443,
		   IPPROTO_TCP } },
};

#define NR_PROBES	(sizeof(probes) / sizeof(probes[0]))

static void open_pair(struct probe *client, struct probe *server, int listener)
{
	client->fd = bound(client->who.local, client->who.lport, SOCK_STREAM);
	connect_to(client->fd, client->who.peer, client->who.pport);
	server->fd = accepted(listener);
}

static void open_blackhole(struct probe *p)
{
	p->fd = bound(p->who.local, p->who.lport, SOCK_STREAM);
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
	if (!try_connect(p->fd, p->who.peer, p->who.pport) ||
	    errno != EINPROGRESS)
		die("a connection to nowhere");
}

static void open_udp(struct probe *p, bool peer)
{
	if (p->who.lport)
		p->fd = bound(p->who.local, p->who.lport, SOCK_DGRAM);
	else
		p->fd = new_socket(p->who.local, SOCK_DGRAM);
	if (peer)
		connect_to(p->fd, p->who.peer, p->who.pport);
}

static void open_all(void)
{
	struct probe *p = probes;
	int server4 = listening("0.0.0.0", 5000);
	int server6 = listening("::", 443);
	int only6 = listening6(5000), i;

	open_pair(p, p + 1, server4);
	open_pair(p + 2, p + 3, only6);
	open_pair(p + 4, p + 5, server6);
	for (p += 6; p->fire == fire_unlisten; p++)
		p->fd = listening(p->who.local, p->who.lport);
	for (; p->fire == fire_keepalive; p++)
		open_blackhole(p);
	for (; p->fire == fire_send; p++)
		open_udp(p, true);
	for (; p->fire == fire_sendto; p++)
		open_udp(p, false);
	open_udp(p++, false);
	open_udp(p++, true);
	p += 3;		/* requests need a listener only */
	for (i = 0; i < 3; i++)
		p[i].fd = i == 0 ? server4 : i == 1 ? only6 : server6;
}

static void match_all(struct bpf_program *prog, const char *expr)
{
	struct probe *p;

	for (p = probes; p < probes + NR_PROBES; p++) {
		if (p->begin)
			p->begin(p);
		look(p, p->fire, "first", prog, expr);
		look(p, p->again ?: p->fire, "second", prog, expr);
		if (p->end)
			p->end(p);
	}
}

/* --- one socket, with one peer after the other: the verdict changes at once */

static void set_expr(const char *expr)
{
	struct bpf_program prog;

	if (compile(&prog, expr, true) ||
	    set_filter("sock_filters", &prog, expr)) {
		printf("%s is refused\n", expr);
		print_ctl_error();
		exit(2);
	}
	pcap_freecode(&prog);
}

static void expect(const char *what, void (*fire)(struct probe *p),
		   struct probe *p, bool want)
{
	struct counts before, now;

	get_counts(counts_fd, &before);
	fire(p);
	wait_counts(&before, &now);
	if (now.seen - before.seen == 1 && now.passed - before.passed == want)
		return;
	differences++;
	printf("%s: seen %llu times, passed %llu, wanted %d\n", what,
	       now.seen - before.seen, now.passed - before.passed, want);
}

static void disconnect(int fd)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	if (connect(fd, &sa, sizeof(sa)))
		die("AF_UNSPEC");
}

static void redecide_udp(void)
{
	struct probe p = { .who = { "10.85.0.1", "10.85.0.9", 5001, 1001,
				    IPPROTO_UDP } };

	set_expr("src port 5001 and dst port 1001");
	p.fd = bound("10.85.0.1", 5001, SOCK_DGRAM);
	expect("UDP: by the packet", fire_sendto, &p, true);
	connect_to(p.fd, "10.85.0.9", 1002);
	expect("UDP: another peer", fire_send, &p, false);
	expect("UDP: still", fire_send, &p, false);
	connect_to(p.fd, "10.85.0.9", 1001);
	expect("UDP: this peer", fire_send, &p, true);
	connect_to(p.fd, "10.85.0.8", 1001);
	expect("UDP: the same port", fire_send, &p, true);
	connect_to(p.fd, "10.85.0.8", 1003);
	expect("UDP: another one again", fire_send, &p, false);
	disconnect(p.fd);
	expect("UDP: no peer any more", fire_sendto, &p, true);
	p.who.pport = 1002;
	expect("UDP: no peer, another port", fire_sendto, &p, false);
	close(p.fd);
}

static void redecide_tcp(void)
{
	struct probe p = { .fd = bound("10.83.0.1", 5002, SOCK_STREAM) };
	int one = listening("10.83.0.2", 1001);
	int two = listening("10.83.0.2", 1002);
	struct probe child;

	set_expr("src port 5002 and dst port 1001");
	expect("TCP: a listener", fire_listen, &p, false);
	expect("TCP: no more", fire_unlisten, &p, false);
	connect_to(p.fd, "10.83.0.2", 1001);
	expect("TCP: connected", fire_keepalive, &p, true);
	expect("TCP: still", fire_keepalive, &p, true);
	disconnect(p.fd);
	close(accepted(one));
	connect_to(p.fd, "10.83.0.2", 1002);
	expect("TCP: elsewhere", fire_keepalive, &p, false);
	child.fd = accepted(two);
	expect("TCP: the other side is none", fire_keepalive, &child, false);
	set_expr("src port 1002 and dst port 5002");
	expect("TCP: the other side, another filter", fire_keepalive, &child,
	       true);
	expect("TCP: this side, another filter", fire_keepalive, &p, false);
	disconnect(p.fd);
	close(child.fd);
	expect("TCP: a listener again", fire_listen, &p, false);
	set_expr("src port 5002 and host 10.83.0.1");
	expect("TCP: a listener, and its filter", fire_unlisten, &p, true);
	close(p.fd);
	close(one);
	close(two);
}

int main(int argc, char **argv)
{
	unsigned int nr = argc > 1 ? atoi(argv[1]) : 0, done = 0, unmade = 0;
	unsigned int refused = 0;
	struct bpf_program prog;
	char expr[EXPR_MAX];
	bool optimize;
	int err;

	if (!nr) {
		fprintf(stderr, "usage: conn_filter_diff EXPRESSIONS\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	choose_seed();
	tap_up();
	counts_fd = open_ctl("sock_filters", O_RDONLY);
	open_all();
	while (done < nr) {
		gen_expr(expr, &pools);
		/* not optimised, tcp[0] has a computed offset: refused */
		optimize = rnd(4) || strchr(expr, '[');
		if (compile(&prog, expr, optimize)) {
			unmade++;
			continue;
		}
		done++;
		err = set_filter("sock_filters", &prog, expr);
		if (err) {
			refused++;
			printf("refused: %s, optimized=%d: %s\n", expr,
			       optimize, strerror(err));
			print_ctl_error();
			print_program(&prog);
		} else {
			match_all(&prog, expr);
		}
		pcap_freecode(&prog);
	}
	redecide_udp();
	redecide_tcp();
	set_text("sock_filters", "none\n");
	printf("expressions=%u\nnot made by libpcap=%u\nrefused=%u\n", done,
	       unmade, refused);
	printf("sockets=%zu\nlooks=%u\nmatched=%u\ndifferences=%u\n",
	       NR_PROBES, looks, matched, differences);
	return differences || refused;
}
