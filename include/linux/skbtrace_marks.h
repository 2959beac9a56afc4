/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Marks that are on their way: of bytes that are followed, the last place and
 * its time; and the histograms of how long each stage of their ways took.
 *
 * Drivers and queues know packets, not sockets: a mark is found by who sends it
 * to whom and its sequence number. It lies in one of a few places that these
 * give. Who finds it takes it for as long as it looks at it, by a bit of its
 * key; who finds it taken does not wait, but counts that. So does who finds all
 * places in use: the oldest one makes room. Nothing is allocated.
 */
#ifndef _LINUX_SKBTRACE_MARKS_H
#define _LINUX_SKBTRACE_MARKS_H

#include <asm/local64.h>
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/percpu.h>
#include <linux/skbtrace_hist.h>
#include <linux/skbtrace_keyed.h>
#include <linux/types.h>

/*
 * The stages, in the order of the way: their names, and the direction that the
 * bytes have; the words are those of "parse --latency".
 */
#define SKBTRACE_STAGES(S)						\
	S(BUFFER,	"buffer",	TX)				\
	S(RESEND,	"resend",	TX)				\
	S(IP,		"ip",		TX)				\
	S(QDISC,	"qdisc",	TX)				\
	S(DRIVER,	"driver",	TX)				\
	S(NIC,		"nic",		TX)				\
	S(NETWORK,	"network+peer",	TX)				\
	S(SACKED,	"sacked",	TX)				\
	S(SENT,		"sent",		TX)				\
	S(STACK,	"stack",	RX)				\
	S(OFO,		"ofo",		RX)				\
	S(SOCKET,	"socket",	RX)				\
	S(RECEIVED,	"received",	RX)

#define SKBTRACE_STAGE_ENUM(NAME, WORD, DIR)	SKBTRACE_STAGE_##NAME,
enum skbtrace_mark_stage {
	SKBTRACE_STAGE_NONE,
	SKBTRACE_STAGES(SKBTRACE_STAGE_ENUM)
	SKBTRACE_NR_STAGES
};

/* What bytes of the first stage have waited for, by number; 0: for nothing */
#define SKBTRACE_NR_WAITS	16

/*
 * A histogram: that of a stage; or of the first stage, where bytes have waited
 * for something, that of the reason, after those of all stages.
 */
#define SKBTRACE_NR_HISTS	(SKBTRACE_NR_STAGES + SKBTRACE_NR_WAITS - 1)

static __always_inline u32 skbtrace_buffer_hist(u32 waited)
{
	return waited ? SKBTRACE_NR_STAGES - 1 + waited :
			SKBTRACE_STAGE_BUFFER;
}

static __always_inline u32 skbtrace_stage_of(u32 hist)
{
	return hist < SKBTRACE_NR_STAGES ? hist : SKBTRACE_STAGE_BUFFER;
}

/* Why a stage was not measured */
#define SKBTRACE_MISSES(M)						\
	M(MANY, "many")		/* more marks at a place than are looked at */ \
	M(BUSY, "busy")		/* another CPU was looking at it */	\
	M(EVICTED, "evicted")	/* it made room for another one */	\
	M(RESENT, "resent")	/* sent again: which time it arrived is open */

#define SKBTRACE_MISS_ENUM(NAME, WORD)		SKBTRACE_MISSED_##NAME,
enum skbtrace_miss {
	SKBTRACE_MISSES(SKBTRACE_MISS_ENUM)
	SKBTRACE_NR_MISSES
};

#define SKBTRACE_MARK_WAYS	4	/* places: two cache lines */
#define SKBTRACE_MARKS_AT_ONCE	64	/* that are looked at, at a place */
#define SKBTRACE_MARK_TAKEN	BIT_ULL(63)
/* One that has not moved for so long is not on its way any more. */
#define SKBTRACE_MARK_OLD_NS	(10 * NSEC_PER_SEC)

/* The parts of skbtrace_mark.moved */
#define SKBTRACE_MARK_PLACE	0x7fU	/* the last one that it has passed */
#define SKBTRACE_MARK_AGAIN	0x80U	/* it has been sent more than once */
#define SKBTRACE_MARK_WHEN	8	/* nanoseconds from this bit on */

/**
 * struct skbtrace_mark - a byte on its way
 * @key: who sends it to whom, and which one, 63 bits; 0: free
 * @moved: when it passed its last place: CLOCK_MONOTONIC, nanoseconds, 56 bits
 *	in SKBTRACE_MARK_WHEN; and that place. One word, not bit fields, so that
 *	one load and one store are all it takes
 * @begin: when it passed the first place of the whole way; 0: not seen
 * @sent: when it was sent; of what is received: the packet that it came in
 */
struct skbtrace_mark {
	u64	key;
	u64	moved;
	u64	begin;
	u64	sent;
};

/**
 * struct skbtrace_stage_hist - how long a stage took, on one CPU
 * @sum: nanoseconds
 * @bucket: how often
 */
struct skbtrace_stage_hist {
	local64_t	sum;
	local64_t	bucket[SKBTRACE_HIST_BUCKETS];
};

/**
 * struct skbtrace_stages - what a CPU has measured
 * @missed: what it has not, by why
 * @hist: the histograms, less the first one, which is that of no stage
 */
struct skbtrace_stages {
	local64_t			missed[SKBTRACE_NR_MISSES];
	struct skbtrace_stage_hist	hist[SKBTRACE_NR_HISTS - 1];
};

/**
 * struct skbtrace_marks - the marks of a session
 * @tab: a table that all CPUs share; %NULL: no mark is followed
 * @mask: of the number of an entry: the number of entries, a power of two, less
 *	%SKBTRACE_MARK_WAYS
 * @stages: of each CPU
 * @keyed: histograms by key, %NULL: none
 */
struct skbtrace_marks {
	struct skbtrace_mark			*tab;
	u32					mask;
	struct skbtrace_stages * __percpu	*stages;
	struct skbtrace_keyed			*keyed;
};

/* Interrupts may come in between: each count is one instruction. */
static __always_inline void skbtrace_missed(const struct skbtrace_marks *m,
					    enum skbtrace_miss why)
{
	local64_inc(&this_cpu_read(*m->stages)->missed[why]);
}

/* @hist: a stage, or skbtrace_buffer_hist(). Context: probe. */
static __always_inline void skbtrace_stage_add(const struct skbtrace_marks *m,
					       u32 hist, u64 ns)
{
	struct skbtrace_stages *all = this_cpu_read(*m->stages);
	struct skbtrace_stage_hist *h = &all->hist[hist - 1];

	local64_add(ns, &h->sum);
	local64_inc(&h->bucket[skbtrace_hist_bucket(ns)]);
}

static __always_inline struct skbtrace_mark *
skbtrace_mark_home(const struct skbtrace_marks *m, u64 key)
{
	return m->tab + ((u32)key & m->mask);
}

static __always_inline bool skbtrace_mark_try(struct skbtrace_mark *mark,
					      u64 old, u64 key)
{
	return try_cmpxchg_acquire(&mark->key, &old,
				   key | SKBTRACE_MARK_TAKEN);
}

/**
 * skbtrace_mark_find() - take a mark that is on its way
 * @m: marks
 * @key: its key
 *
 * Context: probe.
 * Return: the mark, to be given back by skbtrace_mark_put(), or %NULL: it is
 * not on its way, or somebody has it
 */
static __always_inline struct skbtrace_mark *
skbtrace_mark_find(const struct skbtrace_marks *m, u64 key)
{
	struct skbtrace_mark *home = skbtrace_mark_home(m, key);
	u64 is;
	int i;

	for (i = 0; i < SKBTRACE_MARK_WAYS; i++) {
		is = READ_ONCE(home[i].key);
		/* the uppermost bit tells whether it is taken */
		if ((is ^ key) << 1)
			continue;
		if (is == key && skbtrace_mark_try(&home[i], key, key))
			return &home[i];
		skbtrace_missed(m, SKBTRACE_MISSED_BUSY);
		return NULL;
	}
	return NULL;
}

/* @key: 0: it is not on its way any more */
static __always_inline void skbtrace_mark_put(struct skbtrace_mark *mark,
					      u64 key)
{
	/* pairs with skbtrace_mark_try() */
	smp_store_release(&mark->key, key);
}

/* How long ago @mark passed its last place */
static __always_inline u64 skbtrace_mark_age(const struct skbtrace_mark *mark,
					     u64 now)
{
	return (now - (mark->moved >> SKBTRACE_MARK_WHEN)) & GENMASK_ULL(55, 0);
}

/* @mark passes @place, which may be or'ed with %SKBTRACE_MARK_AGAIN */
static __always_inline void skbtrace_mark_move(struct skbtrace_mark *mark,
					       u64 now, u32 place)
{
	mark->moved = now << SKBTRACE_MARK_WHEN | place;
}

struct skbtrace_mark *skbtrace_mark_make(const struct skbtrace_marks *m,
					 u64 key, u64 now);

#endif /* _LINUX_SKBTRACE_MARKS_H */
