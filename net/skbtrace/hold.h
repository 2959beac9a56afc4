/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hold-back log: blocks that wait for a primary, the newest on top of the
 * oldest. One log per CPU, written by that CPU alone with interrupts off, read
 * by any; no lock, no allocation, nobody waits. No kernel service is used, so
 * that the same text runs under real threads and a race detector in userland
 * (tools/skbtrace/tests).
 *
 * A position counts bytes ever written and never goes back; where it lies in
 * the log is its low bits. A reader looks, then asks whether the writer has
 * meanwhile come round to it: what it has seen is true if not. Each held block
 * names the one before it of the same bucket, whichever CPU's it is. Who
 * writes it out claims it first, so that it is written once.
 */
#ifndef _NET_SKBTRACE_HOLD_H
#define _NET_SKBTRACE_HOLD_H

#define SKBTRACE_HOLD_BITS	17
#define SKBTRACE_NR_BUCKETS	131072U	/* 2 to the power of it */
#define SKBTRACE_HOLD_MIX	0x9e3779b97f4a7c15ULL
#define SKBTRACE_HOLD_STEPS	2048U	/* looks, in all chains of a primary */

/**
 * struct skbtrace_held - what stands before a held block in the log
 * @tag: its position, keyed, so that no field of a block can be taken for it;
 *	lowest bit: claimed
 * @prev: reference of the one before it of its bucket, 0: none
 * @key: connection, or flow of packets
 * @at: code address to be named with it, or 0
 */
struct skbtrace_held {
	u64	tag;
	u64	prev;
	u64	key;
	u64	at;
};

#define SKBTRACE_HELD_CLAIMED	1ULL

/**
 * struct skbtrace_hold_log - the log of a CPU
 * @base: its memory
 * @mask: its size, less one
 * @head: position of the next entry; its CPU's to write. Nothing that is more
 *	than a log's size before it is whole
 */
struct skbtrace_hold_log {
	u8	*base;
	u64	mask;
	u64	head;
};

/**
 * struct skbtrace_hold - all logs of a run
 * @size: bytes of each log, a power of two; 0: none
 * @secret: key of tags and of buckets, so that no peer can choose who shares
 *	a chain; its low three bits 0
 * @bucket: reference of the newest entry by hash of key and event
 * @log: by CPU
 */
struct skbtrace_hold {
	u64				size;
	u64				secret;
	u64				*bucket;
	struct skbtrace_hold_log	*log;
};

/* A reference: the CPU and the position, which is a multiple of 8; never 0 */
static inline u64 skbtrace_hold_ref(u32 cpu, u64 pos)
{
	return (u64)cpu << 48 | pos >> 3;
}

static inline u32 skbtrace_ref_cpu(u64 ref)
{
	return ref >> 48;
}

static inline u64 skbtrace_ref_pos(u64 ref)
{
	return (ref & ((1ULL << 48) - 1)) << 3;
}

/*
 * @kind: events of different kinds do not share a chain, and keys that do for
 * one kind don't for another.
 */
static inline u64 *skbtrace_hold_bucket(const struct skbtrace_hold *h, u64 key,
					u32 kind)
{
	u64 mix = ((key ^ h->secret) + kind) * SKBTRACE_HOLD_MIX;

	mix = (mix ^ mix >> 32) * SKBTRACE_HOLD_MIX;
	return &h->bucket[mix >> (64 - SKBTRACE_HOLD_BITS)];
}

static inline struct skbtrace_held *
skbtrace_hold_at(const struct skbtrace_hold_log *log, u64 pos)
{
	return (struct skbtrace_held *)(log->base + (pos & log->mask));
}

static inline bool skbtrace_hold_whole(const struct skbtrace_hold *h,
				       const struct skbtrace_hold_log *log,
				       u64 pos)
{
	return READ_ONCE(log->head) - pos <= h->size;
}

static inline void skbtrace_hold_words(u64 *to, const u64 *from, u32 len)
{
	u32 i;

	for (i = 0; i < len / 8; i++)
		WRITE_ONCE(to[i], READ_ONCE(from[i]));
}

/**
 * skbtrace_hold_reserve() - room for an entry, to be filled in
 * @h: logs
 * @log: this CPU's
 * @len: bytes of the block, a multiple of 8, much less than a log
 * @pos: its position
 *
 * Context: interrupts off, on the CPU.
 * Return: the entry; its block follows
 */
static inline struct skbtrace_held *
skbtrace_hold_reserve(const struct skbtrace_hold *h,
		      struct skbtrace_hold_log *log, u32 len, u64 *pos)
{
	u32 need = sizeof(struct skbtrace_held) + len;
	u64 at = log->head, off = at & log->mask;

	if (unlikely(off + need > h->size)) {
		at += h->size - off;
		off = 0;
	}
	WRITE_ONCE(log->head, at + need);
	/* pairs with the smp_rmb()s: who has seen new bytes sees @head */
	smp_wmb();
	*pos = at;
	return (struct skbtrace_held *)(log->base + off);
}

/**
 * skbtrace_hold_link() - an entry is complete: whoever looks finds it
 * @h: logs
 * @cpu: this CPU
 * @e: of skbtrace_hold_reserve()
 * @pos: of skbtrace_hold_reserve()
 * @kind: of event
 * @key: connection or flow
 *
 * Context: as skbtrace_hold_reserve().
 */
static inline void skbtrace_hold_link(const struct skbtrace_hold *h,
				      u32 cpu, struct skbtrace_held *e,
				      u64 pos, u32 kind, u64 key)
{
	u64 *bucket = skbtrace_hold_bucket(h, key, kind);
	u64 old;

	WRITE_ONCE(e->key, key);
	WRITE_ONCE(e->tag, pos ^ h->secret);
	skbtrace_race();
	old = READ_ONCE(*bucket);
	do {
		WRITE_ONCE(e->prev, old);
	} while (!try_cmpxchg(bucket, &old, skbtrace_hold_ref(cpu, pos)));
}

/**
 * skbtrace_hold_put() - hold a block back
 * @h: logs
 * @cpu: this CPU
 * @kind: of event
 * @key: connection or flow
 * @at: code address to be named with it, or 0
 * @block: the block
 * @len: its bytes, a multiple of 8, much less than a log
 *
 * Context: interrupts off, on @cpu.
 */
static inline void skbtrace_hold_put(const struct skbtrace_hold *h, u32 cpu,
				     u32 kind, u64 key, u64 at,
				     const void *block, u32 len)
{
	struct skbtrace_hold_log *log = &h->log[cpu];
	struct skbtrace_held *e;
	u64 pos;

	e = skbtrace_hold_reserve(h, log, len, &pos);
	skbtrace_hold_words((u64 *)(e + 1), block, len);
	WRITE_ONCE(e->at, at);
	skbtrace_hold_link(h, cpu, e, pos, kind, key);
}

/* So many looks with interrupts off, however many chains there are */
static inline bool skbtrace_hold_may_look(unsigned int *steps)
{
	if (*steps >= SKBTRACE_HOLD_STEPS)
		return false;
	++*steps;
	return true;
}

/**
 * skbtrace_hold_look() - look at an entry
 * @h: logs
 * @ref: reference to it
 * @held: a copy of what stands before the block
 * @head: a copy of the first words of the block
 * @len: bytes of @head, no more than the shortest block has
 *
 * Context: any.
 * Return: false if it has been overwritten
 */
static inline bool skbtrace_hold_look(const struct skbtrace_hold *h, u64 ref,
				      struct skbtrace_held *held, void *head,
				      u32 len)
{
	const struct skbtrace_hold_log *log = &h->log[skbtrace_ref_cpu(ref)];
	u64 pos = skbtrace_ref_pos(ref);
	const struct skbtrace_held *e = skbtrace_hold_at(log, pos);

	if (!skbtrace_hold_whole(h, log, pos))
		return false;
	skbtrace_hold_words((u64 *)held, (const u64 *)e, sizeof(*held));
	skbtrace_hold_words(head, (const u64 *)(e + 1), len);
	skbtrace_race();
	/* pairs with skbtrace_hold_put() */
	smp_rmb();
	return skbtrace_hold_whole(h, log, pos);
}

/**
 * skbtrace_hold_claim() - be the one who writes an entry out
 * @h: logs
 * @ref: reference to it
 *
 * Context: any.
 * Return: false if somebody else is, or it has been overwritten
 */
static inline bool skbtrace_hold_claim(const struct skbtrace_hold *h, u64 ref)
{
	const struct skbtrace_hold_log *log = &h->log[skbtrace_ref_cpu(ref)];
	u64 pos = skbtrace_ref_pos(ref), tag = pos ^ h->secret;
	struct skbtrace_held *e = skbtrace_hold_at(log, pos);

	/* whatever stands there now is not @tag unless it is the entry */
	return try_cmpxchg(&e->tag, &tag, tag | SKBTRACE_HELD_CLAIMED);
}

/**
 * skbtrace_hold_copy() - the block of an entry that has been claimed
 * @h: logs
 * @ref: reference to it
 * @to: where to
 * @len: its bytes, from skbtrace_hold_look()
 *
 * Context: any.
 * Return: false if it has been overwritten: @to holds nothing of use then
 */
static inline bool skbtrace_hold_copy(const struct skbtrace_hold *h, u64 ref,
				      void *to, u32 len)
{
	const struct skbtrace_hold_log *log = &h->log[skbtrace_ref_cpu(ref)];
	u64 pos = skbtrace_ref_pos(ref);

	skbtrace_hold_words(to, (const u64 *)(skbtrace_hold_at(log, pos) + 1),
			    len);
	skbtrace_race();
	/* pairs with skbtrace_hold_put() */
	smp_rmb();
	return skbtrace_hold_whole(h, log, pos);
}

#endif /* _NET_SKBTRACE_HOLD_H */
