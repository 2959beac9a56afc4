/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whom a run is about: two programs and a few plain conditions, all of which
 * must agree. Who may call whom, top to bottom:
 *
 *	feed.c		text of programs, as it comes in, in pieces
 *	filter.c	what is set now: changed, swapped in, printed
 *	prog.c		a program: checked, made, printed
 *	judge.c		the hot path: does an event pass?
 */
#ifndef _NET_SKBTRACE_FILTER_H
#define _NET_SKBTRACE_FILTER_H

#include <linux/filter.h>
#include <linux/seq_file.h>
#include <linux/skbtrace_conns.h>
#include <linux/types.h>

#define SKBTRACE_PROG_MAX	BPF_MAXINSNS	/* instructions */
#define SKBTRACE_NOTE_MAX	256		/* bytes */

struct cgroup;
struct skbtrace_run;

/* What a program judges */
enum skbtrace_target { SKBTRACE_BY_CONN, SKBTRACE_BY_PACKET };
#define SKBTRACE_NR_TARGETS	2

/**
 * struct skbtrace_prog - a program as it was set, ready to run
 * @bpf: what runs
 * @count: per CPU
 * @verdicts: on connections; %NULL if it judges packets
 * @note: what its author calls it, empty: nothing
 * @nr: instructions
 * @insns: for who reads it back
 */
struct skbtrace_prog {
	struct bpf_prog				*bpf;
	struct skbtrace_prog_cpu __percpu	*count;
	struct skbtrace_verdicts		*verdicts;
	char					note[SKBTRACE_NOTE_MAX];
	u16					nr;
	struct sock_filter			insns[] __counted_by(nr);
};

/**
 * struct skbtrace_judge - all that must agree before an event is written
 * @judges: SKBTRACE_JUDGE_*: what is set
 * @prog: programs, by target; %NULL: none
 * @netns: inode number of a network namespace, 0: any
 * @ifindex: a device, 0: any
 * @tgid: a process, 0: any; that is, only events in its context
 * @mark: of sockets and packets, under @mark_mask
 * @mark_mask: 0: any
 * @cgroup: that sockets are in, or below; %NULL: any
 *
 * Never changed once probes see it: a new one takes its place.
 */
struct skbtrace_judge {
	u8			judges;
	struct skbtrace_prog	*prog[SKBTRACE_NR_TARGETS];
	u32			netns;
	int			ifindex;
	pid_t			tgid;
	u32			mark;
	u32			mark_mask;
	struct cgroup		*cgroup;
};

/**
 * struct skbtrace_packet - see skbtrace_passes_packet()
 * @skb: packet
 * @l3: where its IP header is
 * @dir: SKBTRACE_DIR_*
 * @dev: its device, %NULL: not known
 * @sk: its socket, %NULL: not known
 */
struct skbtrace_packet {
	const struct sk_buff	*skb;
	int			l3;
	u8			dir;
	const struct net_device	*dev;
	struct sock		*sk;
};

/* prog.c */
struct skbtrace_prog *skbtrace_prog_alloc(unsigned int nr);
int skbtrace_prog_make(struct skbtrace_prog *p, enum skbtrace_target target);
void skbtrace_prog_free(struct skbtrace_prog *p);
void skbtrace_prog_print(struct seq_file *m, const struct skbtrace_prog *p);
void skbtrace_prog_stat(struct seq_file *m, const struct skbtrace_prog *p);

/* filter.c */
int skbtrace_set_prog(enum skbtrace_target target, struct skbtrace_prog *p);
u8 skbtrace_filter_judges(const struct skbtrace_run *run);
struct skbtrace_verdicts *
skbtrace_filter_verdicts(const struct skbtrace_run *run);
void skbtrace_judge_free(struct skbtrace_judge *j);
void skbtrace_filter_stat(struct seq_file *m, const struct skbtrace_run *run);
int skbtrace_conn_filter_show(struct seq_file *m, void *v);
int skbtrace_packet_filter_show(struct seq_file *m, void *v);
int skbtrace_netns_show(struct seq_file *m, void *v);
int skbtrace_netns_store(char *text, size_t len);
int skbtrace_dev_show(struct seq_file *m, void *v);
int skbtrace_dev_store(char *text, size_t len);
int skbtrace_mark_show(struct seq_file *m, void *v);
int skbtrace_mark_store(char *text, size_t len);
int skbtrace_cgroup_show(struct seq_file *m, void *v);
int skbtrace_cgroup_store(char *text, size_t len);
int skbtrace_pid_show(struct seq_file *m, void *v);
int skbtrace_pid_store(char *text, size_t len);

/* feed.c */
int skbtrace_conn_feed(char *text, size_t len);
int skbtrace_packet_feed(char *text, size_t len);
int skbtrace_feed_open(enum skbtrace_target target);
void skbtrace_feed_close(enum skbtrace_target target);

/* judge.c */
bool skbtrace_wants_name(struct skbtrace_session *s,
			 const struct skbtrace_event *ev, struct sock *sk);

#endif /* _NET_SKBTRACE_FILTER_H */
