/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where frames come from: an interface, a UDP port, or a file that tcpdump
 * wrote of either.
 */
#ifndef SKBTRACE_FRAME_SOURCE_H
#define SKBTRACE_FRAME_SOURCE_H

#include <netinet/in.h>

#include "frame/decode.h"

enum { SOURCE_PEERS = 512 };

struct source {
	const char *name;	/* of the interface or file; NULL: a port */
	void *pcap;		/* pcap_t; NULL: a socket */
	int fd;			/* to poll; -1: none */
	bool is_file;
	u8 *buf;		/* of the socket */
	u8 mac[6];		/* of the interface */
	u64 refused;		/* datagrams and frames of something else */
	bool truncated;		/* a file that ends in a frame */
	bool down;		/* the interface is, and is waited for */
	/* who sent to the socket, to be asked for the time */
	struct sockaddr_in6 peers[SOURCE_PEERS];
	u32 npeers;
};

/* 0, or an exit code after a message; to be closed in any case. */
int source_interface(struct source *s, const char *name);
int source_port(struct source *s, u64 port);
int source_file(struct source *s, const char *name);	/* "-": stdin */
/* The same of what is open; @fd stays that of the caller. */
int source_opened(struct source *s, const char *name, int fd);
void source_close(struct source *s);

/* Is this a file, or pipe, that tcpdump wrote? It is not read for that. */
bool source_is_capture(int fd);

/*
 * An interface that went down, or away, is waited for: is it there again? To be
 * called now and then. 0, or an exit code after a message.
 */
int source_again(struct source *s);

/* A frame: from struct skbtrace_frame on. */
struct arrival {
	const u8 *p;
	size_t len;
	u64 real_ns;		/* when it came, CLOCK_REALTIME */
};

/* 1: a frame. 0: none for now, or the end of a file. -1: after a message. */
int source_next(struct source *s, struct arrival *a);

/* Ask all who send here for the time; @cookie comes back with the answer. */
void source_probe(struct source *s, const void *cookie, u32 len);

#endif
