/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arithmetic of a ring of sub-buffers: one producer that is never interrupted
 * by itself (a CPU with interrupts off), one consumer anywhere. No kernel
 * service is used, so that the same text runs under real threads and a race
 * detector in userland (tools/skbtrace/tests).
 *
 * A sub-buffer is open (the producer fills it), then closed (the consumer may
 * read it), then free. Only whole closed ones are ever seen by the consumer.
 * The last @spare free ones are opened for important blocks only.
 */
#ifndef _NET_SKBTRACE_RING_H
#define _NET_SKBTRACE_RING_H

/**
 * struct skbtrace_ring - a ring of sub-buffers
 * @base: memory of all of them
 * @cur: the open one, %NULL if none
 * @off: bytes of it in use
 * @limit: the fast path may fill it up to here; 0 while there is none open,
 *	while it is a spare one, and while a loss waits to be told
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
	/* pairs with skbtrace_ring_consume(): what counts as read has been */
	return r->produced - smp_load_acquire(&r->consumed);
}

/* Producer: may a sub-buffer be opened? */
static inline bool skbtrace_ring_may_open(struct skbtrace_ring *r,
					  bool important)
{
	return skbtrace_ring_unread(r) + (important ? 0 : r->spare) < r->nr;
}

/* Producer: open the next sub-buffer, @hdr bytes set aside at its front. */
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

/* Producer: room for @len bytes in the open sub-buffer, slow path included. */
static inline u8 *skbtrace_ring_room(struct skbtrace_ring *r, u32 len,
				     bool important)
{
	u8 *p;

	if (!r->cur || r->off + len > r->size)
		return NULL;
	/* a spare one: anybody's again as soon as the reader has caught up */
	if (!important && !skbtrace_ring_may_open(r, false))
		return NULL;
	p = r->cur + r->off;
	r->off += len;
	return p;
}

/*
 * Producer: the open sub-buffer is complete; everything written to it happens
 * before the consumer sees it.
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

/* Anybody: is there one? Another reader may take it first. */
static inline bool skbtrace_ring_ready(const struct skbtrace_ring *r)
{
	/* pairs with skbtrace_ring_close() */
	return smp_load_acquire(&r->produced) != READ_ONCE(r->consumed);
}

/*
 * Consumer: done with what skbtrace_ring_peek() gave; all reads of it happen
 * before the producer opens it again.
 */
static inline void skbtrace_ring_consume(struct skbtrace_ring *r)
{
	/* pairs with skbtrace_ring_unread() */
	smp_store_release(&r->consumed, r->consumed + 1);
}

#endif /* _NET_SKBTRACE_RING_H */
