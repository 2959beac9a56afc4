/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A ring of sub-buffers: one producer (a CPU with interrupts off), one consumer
 * on any CPU. It uses no kernel service, so that the same code runs with
 * threads and a race detector in userland (tools/skbtrace/tests).
 *
 * A sub-buffer is open (the producer fills it), then closed (the consumer may
 * read it), then free. The consumer only sees closed ones. The last @spare free
 * ones are reserved for important blocks.
 */
#ifndef _LINUX_SKBTRACE_RING_H
#define _LINUX_SKBTRACE_RING_H

/**
 * struct skbtrace_ring - a ring of sub-buffers
 * @base: memory of all of them
 * @cur: the open one, %NULL if none
 * @off: bytes of it in use
 * @limit: the fast path may fill it up to here; 0 while none is open, while it
 *	is a spare one, and while a LOST block is pending
 * @size: bytes of a sub-buffer
 * @nr: how many
 * @spare: how many are kept for important blocks
 * @fullest: most ever closed and unread
 * @produced: ever closed; written by the producer only
 * @consumed: ever read; written by the consumer only, in its own cache line
 */
struct skbtrace_ring {
	u8		*base;
	u8		*cur;
	u32		off;
	u32		limit;
	u32		size;
	u32		nr;
	u32		spare;
	u32		fullest;
	unsigned long	produced;
	unsigned long	consumed ____cacheline_aligned;
};

/* Producer: closed and not yet read. */
static inline unsigned long skbtrace_ring_unread(struct skbtrace_ring *r)
{
	/* pairs with skbtrace_ring_consume(): it has been read */
	return r->produced - smp_load_acquire(&r->consumed);
}

/* Producer: may a sub-buffer be opened? */
static inline bool skbtrace_ring_may_open(struct skbtrace_ring *r,
					  bool important)
{
	return skbtrace_ring_unread(r) + (important ? 0 : r->spare) < r->nr;
}

/* Producer: open the next sub-buffer; its first @hdr bytes are reserved. */
static inline bool skbtrace_ring_open(struct skbtrace_ring *r, u32 hdr,
				      bool important)
{
	if (!skbtrace_ring_may_open(r, important))
		return false;
	r->cur = r->base + (r->produced % r->nr) * r->size;
	r->off = hdr;
	r->limit = skbtrace_ring_may_open(r, false) ? r->size : 0;
	return true;
}

/* Producer: reserve @len bytes in the open sub-buffer. Slow path. */
static inline u8 *skbtrace_ring_reserve(struct skbtrace_ring *r, u32 len,
					bool important)
{
	u8 *p;

	if (!r->cur || r->off + len > r->size)
		return NULL;
	/* a spare one, unless the reader has caught up */
	if (!important && !skbtrace_ring_may_open(r, false))
		return NULL;
	p = r->cur + r->off;
	r->off += len;
	return p;
}

/*
 * Producer: close the open sub-buffer. All writes to it happen before the
 * consumer sees it.
 */
static inline void skbtrace_ring_close(struct skbtrace_ring *r)
{
	unsigned long unread;

	r->cur = NULL;
	r->off = 0;
	r->limit = 0;
	/* pairs with skbtrace_ring_peek() */
	smp_store_release(&r->produced, r->produced + 1);

	unread = skbtrace_ring_unread(r);
	if (unread > r->fullest)
		r->fullest = unread;
}

/* Consumer: the oldest closed sub-buffer, %NULL if there is none. */
static inline const u8 *skbtrace_ring_peek(struct skbtrace_ring *r)
{
	/* pairs with skbtrace_ring_close() */
	if (smp_load_acquire(&r->produced) == r->consumed)
		return NULL;
	return r->base + (r->consumed % r->nr) * r->size;
}

/* Anybody: is there a closed sub-buffer? Another reader may take it first. */
static inline bool skbtrace_ring_ready(const struct skbtrace_ring *r)
{
	/* pairs with skbtrace_ring_close() */
	return smp_load_acquire(&r->produced) != READ_ONCE(r->consumed);
}

/*
 * Consumer: free the oldest closed sub-buffer. All reads of it happen before
 * the producer opens it again.
 */
static inline void skbtrace_ring_consume(struct skbtrace_ring *r)
{
	/* pairs with skbtrace_ring_unread() */
	smp_store_release(&r->consumed, r->consumed + 1);
}

#endif /* _LINUX_SKBTRACE_RING_H */
