/* SPDX-License-Identifier: GPL-2.0 */
/* Filter programs: checking and compiling. */
#ifndef _NET_SKBTRACE_PROG_H
#define _NET_SKBTRACE_PROG_H

#include <linux/filter.h>
#include <linux/skbtrace.h>
#include <linux/types.h>

#define SKBTRACE_PROG_MAX	BPF_MAXINSNS	/* instructions */
#define SKBTRACE_NOTE_MAX	256		/* bytes */

/* What a program filters */
enum skbtrace_target { SKBTRACE_BY_CONN, SKBTRACE_BY_PACKET };
#define SKBTRACE_NR_TARGETS	2

/**
 * struct skbtrace_prog - a filter program
 * @bpf: compiled
 * @count: counters, per CPU
 * @verdicts: on connections; %NULL if it filters packets
 * @direct: @bpf, to be run on the packet itself; @direct.run is %NULL if it
 *	computes offsets
 * @note: the comment that it was written with
 * @bytes: memory of all this, once it is checked
 * @nr: instructions
 * @insns: as written, to be read back
 */
struct skbtrace_prog {
	struct bpf_prog				*bpf;
	struct skbtrace_prog_cpu __percpu	*count;
	struct skbtrace_verdicts		*verdicts;
	struct skbtrace_direct			direct;
	char					note[SKBTRACE_NOTE_MAX];
	u32					bytes;
	u16					nr;
	struct sock_filter			insns[] __counted_by(nr);
};

u32 skbtrace_prog_bytes(unsigned int nr, enum skbtrace_target target);
struct skbtrace_prog *skbtrace_prog_alloc(unsigned int nr);
int skbtrace_prog_make(struct skbtrace_prog *p, enum skbtrace_target target);
void skbtrace_prog_free(struct skbtrace_prog *p);

#endif /* _NET_SKBTRACE_PROG_H */
