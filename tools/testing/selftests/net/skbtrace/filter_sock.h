/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets, and the packets that they would send. A function that fails ends the
 * program.
 */
#ifndef FILTER_SOCK_H
#define FILTER_SOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define PACKET_MAX	256

/* The addresses of a connection, as inet_pton() takes them */
struct who {
	const char	*local;
	const char	*peer;
	unsigned int	lport;
	unsigned int	pport;
	unsigned int	proto;
};

struct packet {
	uint8_t		bytes[PACKET_MAX];
	unsigned int	len;
};

struct sockaddr_storage address(const char *addr, unsigned int port,
				socklen_t *len);
int new_socket(const char *addr, int type);
void bind_to(int fd, const char *addr, unsigned int port);
int bound(const char *addr, unsigned int port, int type);
int try_connect(int fd, const char *addr, unsigned int port);
void connect_to(int fd, const char *addr, unsigned int port);
int listening(const char *addr, unsigned int port);
int listening6(unsigned int port);
int accepted(int fd);
unsigned int port_of(int fd);
void put16(struct packet *p, unsigned int v);
const char *without_map(const char *addr);
void put_packet(struct packet *p, const struct who *w, bool is_v4,
		unsigned int flags, uint32_t seq);

#endif /* FILTER_SOCK_H */
