/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes pcapng: a section, its interfaces, packets with comments. libpcap
 * reads this format, but does not write it.
 */
#ifndef SKBTRACE_PCAPNG_H
#define SKBTRACE_PCAPNG_H

#include "lib/out.h"

/* Do a file's first four bytes say that it is pcap, or pcapng? */
bool pcap_magic(u32 word);

enum {				/* LINKTYPE_* */
	PCAPNG_ETHERNET = 1,
	PCAPNG_IP = 101,	/* packets begin with IP */
};

/* First. @os is that of the machine, "" if not known. */
void pcapng_section(struct out *o, const char *os, const char *app);
/* They are numbered from 0. Times are in nanoseconds. */
void pcapng_interface(struct out *o, u16 linktype, u32 snaplen,
		      const char *name, const char *about);

enum {				/* epb_flags */
	PCAPNG_INBOUND = 1,
	PCAPNG_OUTBOUND = 2,
};

struct pcapng_packet {
	u32 interface;
	u64 time;		/* ns since 1970 */
	u32 len;		/* captured */
	u32 wire_len;
	const u8 *data;
	const char *comment;	/* NULL: none */
	u32 flags;		/* PCAPNG_INBOUND, _OUTBOUND; 0: not known */
	u64 id;			/* 0: none */
};

void pcapng_packet(struct out *o, const struct pcapng_packet *p);
/* Of interface 0, now; @comment: NULL or "": none */
void pcapng_statistics(struct out *o, u64 received, u64 dropped,
		       const char *comment);

#endif
