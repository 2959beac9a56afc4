/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hold-back log: blocks that wait for a primary. It is a ring that
 * overwrites its oldest blocks. One log per CPU, written by that CPU with
 * interrupts off, read by any CPU; no lock, no allocation, no waiting. It uses
 * no kernel service, so that the same code runs with threads and a race
 * detector in userland (tools/skbtrace/tests).
 *
 * A position counts all bytes ever written; its low bits are the offset in the
 * log. A reader copies, then checks whether the writer has come round: if not,
 * the copy is valid. Each block refers to the previous one of the same kind and
 * key, on whichever CPU. Before a block is written to the buffer it is claimed,
 * so that it is written once.
 *
 * The newest block of a kind and key is found in a set of four words, by a tag.
 * A new key takes a word that is empty, or whose block has been overwritten,
 * and starts a chain. So all blocks of a chain have the same key, and if the
 * chain ends in an overwritten block, older ones of this key have been lost.
 * That is not known any more once another key has taken the word.
 */
#ifndef _NET_SKBTRACE_HOLD_LOG_H
#define _NET_SKBTRACE_HOLD_LOG_H

#define SKBTRACE_HOLD_BITS	15	/* sets: 2 to the power of it */
#define SKBTRACE_HOLD_WAYS	4U	/* words of a set */
#define SKBTRACE_HOLD_WORDS	(SKBTRACE_HOLD_WAYS << SKBTRACE_HOLD_BITS)
#define SKBTRACE_HOLD_MIX	0x9e3779b97f4a7c15ULL
#define SKBTRACE_HOLD_STEPS	2048U	/* entries visited by a primary */

/**
 * struct skbtrace_held - header of a held block in the log
 * @tag: its position, xored with a secret, so that no field of a block can look
 *	like it; lowest bit: claimed
 * @prev: reference to the previous entry of the chain, 0: none
 * @key: connection, or flow of packets
 * @at: code address that the block needs to be named, or 0
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
 * @head: position of the next entry, written by its CPU. Anything more than
 *	the size of the log before it has been overwritten
 */
struct skbtrace_hold_log {
	u8	*base;
	u64	mask;
	u64	head;
};

/**
 * struct skbtrace_hold - all logs of a run
 * @size: bytes of each log, a power of two; 0: none
 * @secret: key of tags and hashes, so that no peer can make keys collide; its
 *	low three bits are 0
 * @word: references of newest entries, in sets by hash of key and event
 * @log: by CPU
 * @nr_logs: entries of @log
 */
struct skbtrace_hold {
	u64				size;
	u64				secret;
	u64				*word;
	struct skbtrace_hold_log	*log;
	u32				nr_logs;
};

/*
 * A reference, from its lowest bit on: the position, which is a multiple of 8,
 * without its three low bits and its highest ones; a tag; the CPU. Never 0.
 */
#define SKBTRACE_REF_POS_BITS	39
#define SKBTRACE_REF_TAG_BITS	12
#define SKBTRACE_REF_CPU_SHIFT	(SKBTRACE_REF_POS_BITS + SKBTRACE_REF_TAG_BITS)
#define SKBTRACE_REF_POS	((1ULL << SKBTRACE_REF_POS_BITS) - 1)
#define SKBTRACE_REF_TAG	\
	(((1ULL << SKBTRACE_REF_TAG_BITS) - 1) << SKBTRACE_REF_POS_BITS)
#define SKBTRACE_REF_CPUS	(1U << (64 - SKBTRACE_REF_CPU_SHIFT))

/* Hash bits below those of the set. The lowest is 1: an empty word has none. */
static inline u64 skbtrace_ref_tag(u64 mix)
{
	return (mix << 2 & SKBTRACE_REF_TAG) | 1ULL << SKBTRACE_REF_POS_BITS;
}

static inline u64 skbtrace_hold_ref(u32 cpu, u64 pos, u64 mix)
{
	return (u64)cpu << SKBTRACE_REF_CPU_SHIFT | skbtrace_ref_tag(mix) |
	       (pos >> 3 & SKBTRACE_REF_POS);
}

static inline u32 skbtrace_ref_cpu(u64 ref)
{
	return ref >> SKBTRACE_REF_CPU_SHIFT;
}

/* Is @ref of the key and kind whose hash is @mix? Rarely true for others. */
static inline bool skbtrace_ref_tagged(u64 ref, u64 mix)
{
	return (ref & SKBTRACE_REF_TAG) == skbtrace_ref_tag(mix);
}

/*
 * Hash of key and kind: keys that share a set for one kind do not for another.
 * The highest bits are the best: set, then tag.
 */
static inline u64 skbtrace_hold_mix(const struct skbtrace_hold *h, u64 key,
				    u32 kind)
{
	u64 mix = ((key ^ h->secret) + kind) * SKBTRACE_HOLD_MIX;

	return (mix ^ mix >> 32) * SKBTRACE_HOLD_MIX;
}

static inline u64 *skbtrace_hold_set(const struct skbtrace_hold *h, u64 mix)
{
	u64 set = mix >> (64 - SKBTRACE_HOLD_BITS);

	return &h->word[set * SKBTRACE_HOLD_WAYS];
}

static inline struct skbtrace_held *
skbtrace_hold_at(const struct skbtrace_hold_log *log, u64 pos)
{
	return (struct skbtrace_held *)(log->base + (pos & log->mask));
}

/**
 * skbtrace_hold_pos() - the position of an entry, unless it is overwritten
 * @h: logs
 * @ref: reference to it
 * @pos: result, only valid on success
 *
 * Return: false if it has been overwritten
 */
static inline bool skbtrace_hold_pos(const struct skbtrace_hold *h, u64 ref,
				     u64 *pos)
{
	u32 cpu = skbtrace_ref_cpu(ref);
	u64 head, back;

	/* a reference that is stale for 4 TiB may be garbage */
	if (unlikely(cpu >= h->nr_logs || !h->log[cpu].base))
		return false;
	head = READ_ONCE(h->log[cpu].head);
	back = (head >> 3) - ref;
	back = (back & SKBTRACE_REF_POS) << 3;
	*pos = head - back;
	return back <= h->size;
}

static inline bool skbtrace_hold_whole(const struct skbtrace_hold *h, u64 ref)
{
	u64 pos;

	return skbtrace_hold_pos(h, ref, &pos);
}

static inline void skbtrace_hold_words(u64 *to, const u64 *from, u32 len)
{
	u32 i;

	for (i = 0; i < len / 8; i++)
		WRITE_ONCE(to[i], READ_ONCE(from[i]));
}

/**
 * skbtrace_hold_reserve() - reserve an entry
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
	/* pairs with the smp_rmb()s: who reads new bytes sees the new @head */
	smp_wmb();
	*pos = at;
	return (struct skbtrace_held *)(log->base + off);
}

/* The word of a key. Return: NULL if it has none */
static inline u64 *skbtrace_hold_word(u64 *set, u64 mix, u64 *ref)
{
	u32 i;

	for (i = 0; i < SKBTRACE_HOLD_WAYS; i++) {
		*ref = READ_ONCE(set[i]);
		if (skbtrace_ref_tagged(*ref, mix))
			return &set[i];
	}
	return NULL;
}

/**
 * skbtrace_hold_take() - choose a word for a key that has none
 * @h: logs
 * @set: candidates
 * @mix: hash of the key
 * @old: result: content of the word
 * @prev: result: the entry to continue the chain with, 0: none
 *
 * If four keys are alive, the chain of one of them is appended to the new one.
 *
 * Context: as skbtrace_hold_reserve().
 * Return: the word; another CPU may take it first
 */
static inline u64 *skbtrace_hold_take(const struct skbtrace_hold *h, u64 *set,
				      u64 mix, u64 *old, u64 *prev)
{
	u64 *use = &set[(mix >> 32) % SKBTRACE_HOLD_WAYS];
	u32 i;

	*old = READ_ONCE(*use);
	for (i = 0; i < SKBTRACE_HOLD_WAYS; i++) {
		*prev = READ_ONCE(set[i]);
		if (*prev && skbtrace_hold_whole(h, *prev))
			continue;
		*old = *prev;
		*prev = 0;
		return &set[i];
	}
	*prev = *old;
	return use;
}

/* Another CPU was faster, or the key is new. */
static noinline __maybe_unused void
skbtrace_hold_link_slow(const struct skbtrace_hold *h, struct skbtrace_held *e,
			u64 *set, u64 mix, u64 ref)
{
	u64 old, prev, *word;

	do {
		word = skbtrace_hold_word(set, mix, &old);
		prev = old;
		if (!word)
			word = skbtrace_hold_take(h, set, mix, &old, &prev);
		WRITE_ONCE(e->prev, prev);
	} while (!try_cmpxchg(word, &old, ref));
}

/**
 * skbtrace_hold_link() - make a complete entry visible
 * @h: logs
 * @cpu: this CPU
 * @e: of skbtrace_hold_reserve()
 * @pos: of skbtrace_hold_reserve()
 * @kind: of event
 * @key: connection or flow
 *
 * Two CPUs with the same new key may take a word each: a reader checks all
 * words of the set.
 *
 * Context: as skbtrace_hold_reserve().
 */
static inline void skbtrace_hold_link(const struct skbtrace_hold *h,
				      u32 cpu, struct skbtrace_held *e,
				      u64 pos, u32 kind, u64 key)
{
	u64 mix = skbtrace_hold_mix(h, key, kind), old;
	u64 *set = skbtrace_hold_set(h, mix), *word;
	u64 ref = skbtrace_hold_ref(cpu, pos, mix);

	WRITE_ONCE(e->key, key);
	WRITE_ONCE(e->tag, pos ^ h->secret);
	skbtrace_race();
	word = skbtrace_hold_word(set, mix, &old);
	if (likely(word)) {
		WRITE_ONCE(e->prev, old);
		if (likely(try_cmpxchg(word, &old, ref)))
			return;
	}
	skbtrace_hold_link_slow(h, e, set, mix, ref);
}

/**
 * skbtrace_hold_put() - hold a block back
 * @h: logs
 * @cpu: this CPU
 * @kind: of event
 * @key: connection or flow
 * @at: code address that the block needs to be named, or 0
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

/* Limits the entries visited with interrupts off, in all chains together */
static inline bool skbtrace_hold_may_step(unsigned int *steps)
{
	if (*steps >= SKBTRACE_HOLD_STEPS)
		return false;
	++*steps;
	return true;
}

/**
 * skbtrace_hold_read() - copy the beginning of an entry
 * @h: logs
 * @ref: reference to it
 * @held: copy of its header
 * @head: copy of the first words of the block
 * @len: bytes of @head, no more than the shortest block has
 *
 * Context: any.
 * Return: false if it has been overwritten
 */
static inline bool skbtrace_hold_read(const struct skbtrace_hold *h, u64 ref,
				      struct skbtrace_held *held, void *head,
				      u32 len)
{
	const struct skbtrace_held *e;
	u64 pos;

	if (!skbtrace_hold_pos(h, ref, &pos))
		return false;
	e = skbtrace_hold_at(&h->log[skbtrace_ref_cpu(ref)], pos);
	skbtrace_hold_words((u64 *)held, (const u64 *)e, sizeof(*held));
	skbtrace_hold_words(head, (const u64 *)(e + 1), len);
	skbtrace_race();
	/* pairs with skbtrace_hold_put() */
	smp_rmb();
	return skbtrace_hold_whole(h, ref);
}

/**
 * skbtrace_hold_claim() - claim an entry, to write it to the buffer
 * @h: logs
 * @ref: reference to it
 *
 * Context: any.
 * Return: false if it was claimed before, or has been overwritten
 */
static inline bool skbtrace_hold_claim(const struct skbtrace_hold *h, u64 ref)
{
	struct skbtrace_held *e;
	u64 pos, tag;

	if (!skbtrace_hold_pos(h, ref, &pos))
		return false;
	e = skbtrace_hold_at(&h->log[skbtrace_ref_cpu(ref)], pos);
	tag = pos ^ h->secret;
	/* no other content equals @tag, see struct skbtrace_held */
	return try_cmpxchg(&e->tag, &tag, tag | SKBTRACE_HELD_CLAIMED);
}

/**
 * skbtrace_hold_copy() - copy the block of an entry that has been claimed
 * @h: logs
 * @ref: reference to it
 * @to: destination
 * @len: its bytes, from skbtrace_hold_read()
 *
 * Context: any.
 * Return: false if it has been overwritten, and @to is garbage
 */
static inline bool skbtrace_hold_copy(const struct skbtrace_hold *h, u64 ref,
				      void *to, u32 len)
{
	const struct skbtrace_held *e;
	u64 pos;

	if (!skbtrace_hold_pos(h, ref, &pos))
		return false;
	e = skbtrace_hold_at(&h->log[skbtrace_ref_cpu(ref)], pos);
	skbtrace_hold_words(to, (const u64 *)(e + 1), len);
	skbtrace_race();
	/* pairs with skbtrace_hold_put() */
	smp_rmb();
	return skbtrace_hold_whole(h, ref);
}

#endif /* _NET_SKBTRACE_HOLD_LOG_H */
