/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the parts of mkframes. */
#ifndef SKBTRACE_TESTS_MKFRAMES_H
#define SKBTRACE_TESTS_MKFRAMES_H

#include <stdio.h>

#include "lib/util.h"
#include "linux/skbtrace_api.h"
#include "linux/skbtrace_link.h"

enum { MAX_FRAME = 65535 + 14, HDR = sizeof(struct skbtrace_frame) };

/* Options */
extern struct mkframes {
	enum skbtrace_link_batch batch;
	u32 mtu, port, session;
	u64 host, mono_add, real_add;
	const char *name, *session_name;
	u32 drop, event, late, twice, swap, behind, cut, forge, fakes;
	bool no_format, no_info, no_end, grows;
} o;

extern FILE *to;		/* the pcap file */
/* Number of the next frame; the sender's clocks; forged frames so far */
extern u64 frame_seq, mono, real_off, forged;
extern u32 nblocks;		/* frames of them so far */

/* A frame under construction */
struct draft {
	struct skbtrace_frame h;
	u8 data[MAX_FRAME];
	u32 len;
};

/* Is this an @nth time? @n of 0: never */
bool each(u32 n, u64 count);

void put_header(void);
void begin_frame(struct draft *d, u8 kind, u8 prio);
/* Sends it, or drops, repeats, delays or cuts it, as the options say. */
void send_frame(struct draft *d);
/* Sends the frames that were delayed. */
void put_all_kept(void);

#endif
