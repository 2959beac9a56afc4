// SPDX-License-Identifier: GPL-2.0
/* See filter_sock.h */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include "filter_gen.h"
#include "filter_sock.h"

/* --- sockets */

struct sockaddr_storage address(const char *addr, unsigned int port,
				socklen_t *len)
{
	struct sockaddr_storage sa = {};
	struct sockaddr_in6 *in6 = (void *)&sa;
	struct sockaddr_in *in = (void *)&sa;

	if (strchr(addr, ':')) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		inet_pton(AF_INET6, addr, &in6->sin6_addr);
		*len = sizeof(*in6);
	} else {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		inet_pton(AF_INET, addr, &in->sin_addr);
		*len = sizeof(*in);
	}
	return sa;
}

int new_socket(const char *addr, int type)
{
	int fd = socket(strchr(addr, ':') ? AF_INET6 : AF_INET,
			type | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
				 sizeof(one)))
		die("socket");
	return fd;
}

void bind_to(int fd, const char *addr, unsigned int port)
{
	socklen_t len;
	struct sockaddr_storage sa = address(addr, port, &len);

	if (bind(fd, (void *)&sa, len))
		die(addr);
}

int bound(const char *addr, unsigned int port, int type)
{
	int fd = new_socket(addr, type);

	bind_to(fd, addr, port);
	return fd;
}

int try_connect(int fd, const char *addr, unsigned int port)
{
	socklen_t len;
	struct sockaddr_storage sa = address(addr, port, &len);

	return connect(fd, (void *)&sa, len);
}

void connect_to(int fd, const char *addr, unsigned int port)
{
	if (try_connect(fd, addr, port))
		die(addr);
}

int listening(const char *addr, unsigned int port)
{
	int fd = bound(addr, port, SOCK_STREAM);

	if (listen(fd, 50))
		die("listen");
	return fd;
}

/* For IPv6 only: a listener of IPv4 may have the same port */
int listening6(unsigned int port)
{
	int fd = new_socket("::", SOCK_STREAM), one = 1;

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	bind_to(fd, "::", port);
	if (listen(fd, 50))
		die("listen");
	return fd;
}

int accepted(int fd)
{
	int child = accept(fd, NULL, NULL);

	if (child < 0)
		die("accept");
	return child;
}

unsigned int port_of(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	if (getsockname(fd, (void *)&sa, &len))
		die("getsockname");
	/* sin_port and sin6_port are at the same place */
	return ntohs(((struct sockaddr_in *)&sa)->sin_port);
}

/* --- packets */

void put16(struct packet *p, unsigned int v)
{
	p->bytes[p->len++] = v >> 8;
	p->bytes[p->len++] = v;
}

static void put32(struct packet *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p, v & 0xffff);
}

static uint32_t sum(const uint8_t *bytes, unsigned int len)
{
	uint32_t s = 0;
	unsigned int i;

	for (i = 0; i + 1 < len; i += 2)
		s += bytes[i] << 8 | bytes[i + 1];
	return i < len ? s + (bytes[i] << 8) : s;
}

static unsigned int fold(uint32_t s)
{
	s = (s & 0xffff) + (s >> 16);
	return ~(s + (s >> 16)) & 0xffff;
}

const char *without_map(const char *addr)
{
	return strncmp(addr, "::ffff:", 7) ? addr : addr + 7;
}

/*
 * A packet from @w.local to @w.peer; unset addresses stay 0. Its headers are
 * complete. What a connection does not have is random, except @flags.
 */
void put_packet(struct packet *p, const struct who *w, bool is_v4,
		unsigned int flags, uint32_t seq)
{
	unsigned int at = p->len, l4, addrs, n = w->proto == IPPROTO_TCP ? 20 :
									    8;
	const char *local = without_map(w->local);
	const char *peer = without_map(w->peer);

	if (is_v4) {
		put32(p, 0x45000000 | rnd(256) << 16 | (20 + n));
		put32(p, rnd(65536) << 16);
		put32(p, 64U << 24 | w->proto << 16);
		addrs = p->len;
		inet_pton(AF_INET, strchr(local, ':') ? "0.0.0.0" : local,
			  p->bytes + p->len);
		inet_pton(AF_INET, strchr(peer, ':') ? "0.0.0.0" : peer,
			  p->bytes + p->len + 4);
		p->len += 8;
		n = fold(sum(p->bytes + at, 20));
		p->bytes[at + 10] = n >> 8;
		p->bytes[at + 11] = n;
	} else {
		put32(p, 0x60000000 | rnd(1 << 28));
		put32(p, n << 16 | w->proto << 8 | 64);
		addrs = p->len;
		inet_pton(AF_INET6, local, p->bytes + p->len);
		inet_pton(AF_INET6, peer, p->bytes + p->len + 16);
		p->len += 32;
	}
	l4 = p->len;
	put16(p, w->lport);
	put16(p, w->pport);
	if (w->proto == IPPROTO_TCP) {
		put32(p, seq);
		put32(p, flags == 2 ? 0 : rnd(1U << 31));
		put16(p, 0x5000 | flags);
		put16(p, 1000 + rnd(60000));
		put32(p, 0);
	} else {
		put16(p, 8);
		put16(p, 0);
	}
	n = fold(sum(p->bytes + addrs, p->len - addrs) + w->proto +
		 p->len - l4);
	at = l4 + (w->proto == IPPROTO_TCP ? 16 : 6);
	p->bytes[at] = n >> 8;
	p->bytes[at + 1] = n;
}
