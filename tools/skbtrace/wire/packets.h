/* SPDX-License-Identifier: GPL-2.0 */
/* The packets of a capture, by addresses and time. */
#ifndef SKBTRACE_WIRE_PACKETS_H
#define SKBTRACE_WIRE_PACKETS_H

#include "lib/addr.h"
#include "lib/hash.h"

struct packet {
	u64 time;		/* ns since 1970 */
	u32 seq;		/* TCP */
	u32 len;		/* payload; with SYN and FIN, as TCP counts */
	u8 proto;		/* 0: neither TCP nor UDP */
	u8 comments;		/* lines of @comment */
	char *comment;		/* to be freed; NULL: none */
};

/* All packets from local to peer; their places in packets.v. */
struct packet_flow {
	struct addr_pair a;
	u32 n, cap;
	u32 *at;
};

struct packets {
	const char *file;
	struct packet *v;	/* in the order of the file */
	u32 n, cap;
	struct hash flows;
	u32 linktype, snaplen;
	/* second time: what comes next */
	struct pcap *again;
	u32 next;
};

/* Reads it; 0, or an exit code after a message. */
int packets_read(struct packets *p, const char *file);
void packets_free(struct packets *p);

const struct packet_flow *packets_flow(const struct packets *p,
				       const struct addr_pair *a);
/* Place in @f of the first packet that is not before @time. */
u32 packets_from(const struct packets *p, const struct packet_flow *f,
		 u64 time);

/* The next one before @until, once more: false if there is none. */
bool packets_again(struct packets *p, u64 until, const u8 **data, u32 *len,
		   u32 *wire_len, const struct packet **k);

#endif
