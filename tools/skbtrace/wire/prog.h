/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes a program of classic BPF. Jumps go forward to labels. A part ends
 * where all of its labels have been put; it has at most PROG_PART instructions,
 * so that each jump reaches.
 */
#ifndef SKBTRACE_WIRE_PROG_H
#define SKBTRACE_WIRE_PROG_H

#include <linux/filter.h>

#include "lib/util.h"

enum {
	PROG_PART	= 250,
	PROG_MAX	= 4096,		/* that the kernel takes */
	PROG_LABELS	= 4 * PROG_PART,
};

enum { LABEL_NEXT };	/* the instruction that comes next */

struct prog {
	struct sock_filter v[PROG_MAX];
	u32 n;
	bool full;		/* some of it did not fit */
	/* of the part */
	u32 from;
	u16 labels;
	u16 yes[PROG_MAX], no[PROG_MAX];
	u32 place[PROG_LABELS];
};

void prog_part(struct prog *p);
u16 prog_label(struct prog *p);
/* The label is here. */
void prog_put(struct prog *p, u16 label);

/* A = @size bytes at @off of the frame, in network byte order. */
void prog_load(struct prog *p, u32 size, u32 off);
/* A = A @op @k: BPF_XOR, BPF_LSH, ... */
void prog_alu(struct prog *p, u16 op, u32 k);
/* X = A, and A = A | X */
void prog_keep(struct prog *p);
void prog_or_kept(struct prog *p);
/* BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET with @k */
void prog_jump(struct prog *p, u16 op, u32 k, u16 yes, u16 no);
void prog_go(struct prog *p, u16 label);
void prog_return(struct prog *p, u32 k);

/* The end of a part: jumps get their distances. */
void prog_part_end(struct prog *p);

#endif
