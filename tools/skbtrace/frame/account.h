/* SPDX-License-Identifier: GPL-2.0 */
/* The text of INFO: what a device says of its session, and of what it sent. */
#ifndef SKBTRACE_FRAME_ACCOUNT_H
#define SKBTRACE_FRAME_ACCOUNT_H

#include "frame/decode.h"

struct account_cpu {
	u32 cpu;
	u64 seq, lost, complete_ns;
};

struct account_sent {
	u16 event;
	u64 n;
};

struct account {
	char *host, *session, *kernel, *device, *state, *enabled; /* or "" */
	u32 ncpus, nsent;
	struct account_cpu *cpus;
	struct account_sent *sent;
	u64 frame_seq;		/* blocks of frames below are told of */
	bool end;
};

/* Lines that are unknown or make no sense are skipped. */
void account_parse(struct account *f, const char *text);
void account_free(struct account *f);

#endif
