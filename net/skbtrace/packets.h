/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that are captured: of each CPU a ring of pieces, in the order of the
 * bytes that a reader gets. A piece lies in memory of ours, into which it was
 * copied, or in a page of the packet, which is kept by a reference.
 */
#ifndef _NET_SKBTRACE_PACKETS_H
#define _NET_SKBTRACE_PACKETS_H

#include <linux/irq_work.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/skbuff.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define SKBTRACE_SNAP_MAX	262144U	/* bytes of a packet, as tcpdump */
#define SKBTRACE_REFER		4096U	/* larger fragments are kept */
#define SKBTRACE_PINNED_MAX	(32UL << 20)	/* bytes so kept, per CPU */
#define SKBTRACE_NR_PIECES	16384U	/* a power of two */
#define SKBTRACE_WAKE_PIECES	512U	/* so many are worth a wake-up */
#define SKBTRACE_CALL_PIECES	64U	/* and so many one more call */
#define SKBTRACE_CHUNK_ORDER	5	/* pages that copies go to */
#define SKBTRACE_CHUNK_SIZE	((u32)PAGE_SIZE << SKBTRACE_CHUNK_ORDER)
#define SKBTRACE_NR_CHUNKS	16U
#define SKBTRACE_STALE_MS	5000U
/* of a packet: one for each fragment at most, one before and one behind them */
#define SKBTRACE_PACKET_PIECES	(MAX_SKB_FRAGS + 2)

struct skbtrace_run;

/**
 * struct skbtrace_piece - bytes of a packet
 * @page: where they are; may be the first of several that lie side by side
 * @off: from the beginning of @page
 * @len: bytes
 * @last: the packet ends here
 * @pinned: bytes of memory that this piece keeps from its owner; those of a
 *	page are counted once. 0: also if it was copied
 * @kept: @page has a reference of this piece
 * @when: jiffies, lower half
 * @mark: if @kept, skbtrace_piece_mark() when it was captured
 */
struct skbtrace_piece {
	struct page	*page;
	u32		off;
	u32		len : 31;
	u32		last : 1;
	u32		pinned : 31;
	u32		kept : 1;
	u32		when;
	u64		mark;
};

/* Why a packet was lost: see skbtrace_loss_words[] */
enum skbtrace_packet_loss {
	SKBTRACE_LOST_PIECES,	/* the reader is too slow */
	SKBTRACE_LOST_CHUNKS,	/* who has taken copies still uses them */
	SKBTRACE_LOST_PINNED,	/* too much memory is kept from its owners */
	SKBTRACE_LOST_STALE,	/* unread for too long, and given up */
	SKBTRACE_LOST_TORN,	/* a reader has left in the middle of it */
	SKBTRACE_NR_PACKET_LOSSES
};

/**
 * struct skbtrace_packets - the packets of a CPU
 * @piece: the ring
 * @chunk: memory for copies; each is used again when its pieces have been read
 *	and nobody has a reference to it
 * @chunk_end: @head when a piece was last put there
 * @cur: the chunk that is being filled
 * @base: where it is
 * @off: bytes of it in use
 * @head: pieces ever published; whole packets
 * @captured: packets
 * @bytes: of them, as captured
 * @referred: bytes of these that were not copied
 * @pinned: bytes ever pinned
 * @last_page: what was pinned last
 * @last_at: by this piece
 * @lost: packets, by cause; the last two belong to the reader
 * @left_out: packets of a reader's connection: skbtrace_is_own()
 * @waiting: the reader wants to be woken
 * @wake: does so, as a probe may not
 * @tail: pieces ever read
 * @piece_off: bytes of the piece at @tail that have been read
 * @inside: the piece at @tail is not the first of its packet
 * @awake: the reader was told that there is enough, and has not read it yet
 * @changed: packets handed over that had changed
 * @freed: packets handed over whose memory nobody else had any more
 * @unpinned: bytes ever given back, or handed on
 * @lock: of the reader's part
 * @wait: where the reader waits
 * @tick: wakes the reader now and then, and gives up what is stale
 * @reader: the file is open
 * @file: the file
 * @run: the run
 *
 * Members up to @wake are written by the CPU itself with interrupts off, those
 * behind it by the reader.
 */
struct skbtrace_packets {
	struct skbtrace_piece	*piece;
	struct page		*chunk[SKBTRACE_NR_CHUNKS];
	unsigned long		chunk_end[SKBTRACE_NR_CHUNKS];
	u32			cur;
	u32			off;
	u8			*base;
	unsigned long		head;
	u64			captured;
	u64			bytes;
	u64			referred;
	u64			pinned;
	const struct page	*last_page;
	unsigned long		last_at;
	u64			lost[SKBTRACE_NR_PACKET_LOSSES];
	u64			left_out;
	bool			waiting;
	struct irq_work		wake;

	unsigned long		tail ____cacheline_aligned;
	u32			piece_off;
	bool			inside;
	bool			awake;
	u64			changed;
	u64			freed;
	u64			unpinned;
	struct mutex		lock;	/* of the members from @tail on */
	wait_queue_head_t	wait;
	struct delayed_work	tick;
	unsigned long		reader;
	struct dentry		*file;
	struct skbtrace_run	*run;
};

/* Reader: published pieces that it has not read */
static inline unsigned long skbtrace_packets_unread(struct skbtrace_packets *p)
{
	/* pairs with skbtrace_packets_publish() */
	return smp_load_acquire(&p->head) - p->tail;
}

static inline struct skbtrace_piece *
skbtrace_piece_at(struct skbtrace_packets *p, unsigned long i)
{
	return &p->piece[i % SKBTRACE_NR_PIECES];
}

/*
 * Few of the bytes that a piece refers to, to see whether they have changed:
 * the first and the last ones. Whoever has the memory may write it meanwhile.
 */
static inline u64 skbtrace_piece_mark(const struct skbtrace_piece *piece)
{
	const u8 *from = (const u8 *)page_address(piece->page) + piece->off;
	const u8 *to = from + piece->len;
	u64 first = 0, last = 0;

	if (unlikely(piece->len < sizeof(first))) {
		/* it may be written: that is what is asked */
		data_race(memcpy(&first, from, piece->len));
		return first;
	}
	/* the same */
	data_race(memcpy(&first, from, sizeof(first)));
	/* the same */
	data_race(memcpy(&last, to - sizeof(last), sizeof(last)));
	/* not a sum that is the same if both are */
	return first + 2 * last;
}

/* packets_ring.c */
void skbtrace_packets_consume(struct skbtrace_packets *p, unsigned long end);
void skbtrace_packets_drop(struct skbtrace_packets *p);

/* packets_memory.c */
struct skbtrace_packets * __percpu *
skbtrace_packets_new_all(struct skbtrace_run *run);
void skbtrace_packets_free_all(struct skbtrace_packets *__percpu *all);
u64 skbtrace_packets_bytes(void);

/* packets_read.c */
extern const struct file_operations skbtrace_packets_fops;
void skbtrace_packets_tick(struct work_struct *work);

/* packets_state.c */
unsigned long skbtrace_packets_look(struct skbtrace_packets *p, unsigned long i,
				    unsigned long end);

/* packets_own.c */
void skbtrace_own_page(struct page *page);
bool skbtrace_is_own(struct skbtrace_run *run, const struct sk_buff *skb,
		     int l3);

/* packets_make.c */
int skbtrace_packets_make(struct skbtrace_run *run, struct dentry *dir);
void skbtrace_packets_offer(struct skbtrace_run *run);
void skbtrace_packets_finish(struct skbtrace_run *run);
void skbtrace_packets_close(struct skbtrace_run *run);

#endif /* _NET_SKBTRACE_PACKETS_H */
