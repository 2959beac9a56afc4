// SPDX-License-Identifier: GPL-2.0
/*
 * Takes a packet: the hot path of capture. It becomes an Enhanced Packet Block
 * of a pcapng file (draft-ietf-opsawg-pcapng), in pieces: header and what is
 * small are copied, large fragments are kept by a reference to their page.
 *
 * Copied as well is what may change while it is kept: the linear part, whose
 * headers the stack rewrites; fragments that their owner may write (sendfile,
 * MSG_ZEROCOPY); lists of packets. What a CPU can't read is left out.
 */
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/skbtrace.h>
#include <linux/skbtrace_capture.h>
#include <linux/skbuff.h>
#include <linux/timekeeping.h>
#include "packets.h"
#include "packets_block.h"
#include "payload.h"
#include "run.h"

/**
 * struct skbtrace_take - a packet that is being taken
 * @p: where to
 * @skb: the packet
 * @l3: where the bytes begin that are captured
 * @len: how many
 * @copy_all: no fragment is kept
 * @refers: one is
 * @head: where the next piece goes
 * @to: where the next byte is copied to, %NULL: not decided yet
 * @fresh: bytes copied that are in no piece yet
 * @turned: a chunk has become full
 */
struct skbtrace_take {
	struct skbtrace_packets	*p;
	const struct sk_buff	*skb;
	int			l3;
	u32			len;
	bool			copy_all;
	bool			refers;
	unsigned long		head;
	u8			*to;
	u32			fresh;
	bool			turned;
};

/* Also if the IP header is in a fragment, as that may be written later */
static bool skbtrace_copy_all(const struct sk_buff *skb, int l3)
{
	/* skb_zcopy() only reads */
	return skb_has_frag_list(skb) || skb_zcopy((struct sk_buff *)skb) ||
	       skb_has_shared_frag(skb) || l3 >= (int)skb_headlen(skb);
}

/* May a fragment be kept by a reference? Slab pages have no use for one. */
static bool skbtrace_may_keep(const skb_frag_t *frag)
{
	return skb_frag_size(frag) >= SKBTRACE_REFER &&
	       !PageSlab(skb_frag_page(frag));
}

/* Bytes of the packet that will be copied */
static u32 skbtrace_take_copied(const struct skbtrace_take *t)
{
	const struct skb_shared_info *shared = skb_shinfo(t->skb);
	s64 left = (s64)t->len + t->l3 - skb_headlen(t->skb);
	u32 kept = 0, size;
	int i;

	if (left <= 0 || t->copy_all)
		return t->len;
	for (i = 0; i < shared->nr_frags && left > 0; i++) {
		size = skb_frag_size(&shared->frags[i]);
		if (skbtrace_may_keep(&shared->frags[i]))
			kept += min_t(s64, size, left);
		left -= size;
	}
	return t->len - kept;
}

/* May chunk @i be filled anew? */
static bool skbtrace_chunk_free(struct skbtrace_packets *p, u32 i)
{
	/* pairs with skbtrace_packets_consume() */
	return (long)(smp_load_acquire(&p->tail) - p->chunk_end[i]) >= 0 &&
	       page_ref_count(p->chunk[i]) == 1;
}

static noinline bool skbtrace_next_chunk(struct skbtrace_packets *p)
{
	u32 next = (p->cur + 1) % SKBTRACE_NR_CHUNKS;

	if (!skbtrace_chunk_free(p, next))
		return false;
	p->cur = next;
	p->base = page_address(p->chunk[next]);
	p->off = 0;
	return true;
}

/* @n bytes in one chunk. Return: %NULL: no chunk is free */
static __always_inline u8 *skbtrace_packets_space(struct skbtrace_packets *p,
						  u32 n, bool *turned)
{
	*turned = p->off + n > SKBTRACE_CHUNK_SIZE;
	if (unlikely(*turned) && !skbtrace_next_chunk(p))
		return NULL;
	return p->base + p->off;
}

static struct skbtrace_piece *skbtrace_take_piece(struct skbtrace_take *t)
{
	struct skbtrace_piece *piece;

	piece = skbtrace_piece_at(t->p, t->head++);
	piece->last = false;
	piece->when = jiffies;
	return piece;
}

/* What has been copied since the last piece becomes one. */
static struct skbtrace_piece *skbtrace_take_fresh(struct skbtrace_take *t)
{
	struct skbtrace_piece *piece = skbtrace_take_piece(t);
	struct skbtrace_packets *p = t->p;

	piece->page = p->chunk[p->cur];
	piece->off = p->off;
	piece->len = t->fresh;
	piece->pinned = 0;
	piece->kept = false;
	p->off += t->fresh;
	t->fresh = 0;
	return piece;
}

static void *skbtrace_take_bytes(struct skbtrace_take *t, u32 n)
{
	void *to = t->to;

	t->to += n;
	t->fresh += n;
	return to;
}

/* Copy @n bytes of the packet from @off on. */
static void skbtrace_take_copy(struct skbtrace_take *t, u32 off, u32 n)
{
	skb_copy_bits(t->skb, off, skbtrace_take_bytes(t, n), n);
}

/*
 * Bytes that a piece at @at pins: those of its page, unless an unread piece
 * before it does so already.
 */
static u32 skbtrace_take_pin(struct skbtrace_packets *p, struct page *page,
			     unsigned long at)
{
	struct page *head = compound_head(page);

	if (head == p->last_page &&
	    (long)(p->last_at - READ_ONCE(p->tail)) >= 0)
		return 0;
	p->last_page = head;
	p->last_at = at;
	return page_size(head);
}

static void skbtrace_take_keep(struct skbtrace_take *t, const skb_frag_t *frag,
			       u32 n)
{
	struct page *page = skb_frag_page(frag);
	struct skbtrace_piece *piece;

	if (t->fresh)
		skbtrace_take_fresh(t);
	piece = skbtrace_take_piece(t);
	get_page(page);
	piece->page = page;
	piece->off = skb_frag_off(frag);
	piece->len = n;
	piece->kept = true;
	piece->mark = skbtrace_piece_mark(piece);
	piece->pinned = skbtrace_take_pin(t->p, page, t->head - 1);
	t->p->pinned += piece->pinned;
	t->p->referred += n;
}

/* The fragments, each of its own kind; @left bytes are wanted, from @off on */
static void skbtrace_take_frags(struct skbtrace_take *t, u32 off, u32 left)
{
	const struct skb_shared_info *shared = skb_shinfo(t->skb);
	const skb_frag_t *frag;
	u32 n;
	int i;

	for (i = 0; i < shared->nr_frags && left; i++, off += n, left -= n) {
		frag = &shared->frags[i];
		n = min(skb_frag_size(frag), left);
		if (skbtrace_may_keep(frag))
			skbtrace_take_keep(t, frag, n);
		else
			skbtrace_take_copy(t, off, n);
	}
}

static void skbtrace_take_data(struct skbtrace_take *t)
{
	u32 end = t->l3 + t->len, head = skb_headlen(t->skb);

	if (end <= head || t->copy_all) {
		skbtrace_take_copy(t, t->l3, t->len);
		return;
	}
	skbtrace_take_copy(t, t->l3, head - t->l3);
	skbtrace_take_frags(t, head, end - head);
}

/* The parts of a block: each returns where the next one goes. */
static __always_inline u8 *skbtrace_put_head(u8 *to, const struct sk_buff *skb,
					     int l3, u32 len, u32 total)
{
	struct epb_head *h = (struct epb_head *)to;
	u64 now = ktime_get_real_fast_ns();

	h->type = EPB_TYPE;
	h->total = total;
	h->interface = 0;
	h->time_high = upper_32_bits(now);
	h->time_low = lower_32_bits(now);
	h->captured = len;
	h->original = skb->len - l3;
	return (u8 *)(h + 1);
}

static __always_inline u8 *skbtrace_put_options(u8 *to, u64 id, u8 dir)
{
	struct epb_options *e = (struct epb_options *)to;

	e->flags_code = EPB_OPT_FLAGS;
	e->flags_len = sizeof(e->flags);
	e->flags = dir == SKBTRACE_DIR_TX ? EPB_OUTBOUND : EPB_INBOUND;
	e->id_code = EPB_OPT_PACKETID;
	e->id_len = sizeof(e->id);
	memcpy(e->id, &id, sizeof(e->id));
	return (u8 *)(e + 1);
}

/* Nothing is known of it yet. */
static u8 *skbtrace_put_first_state(u8 *to)
{
	struct epb_state *e = (struct epb_state *)to;

	memset(e, 0, sizeof(*e));
	e->code = EPB_OPT_STATE;
	e->len = sizeof(*e) - offsetof(struct epb_state, state);
	return (u8 *)(e + 1);
}

static __always_inline void skbtrace_put_end(u8 *to, u32 total)
{
	struct epb_end *e = (struct epb_end *)to;

	e->end_of_options = 0;
	e->total = total;
}

static void skbtrace_take_head(struct skbtrace_take *t, u32 total)
{
	skbtrace_put_head(skbtrace_take_bytes(t, sizeof(struct epb_head)),
			  t->skb, t->l3, t->len, total);
}

/* @n: bytes, with those that pad the packet's */
static void skbtrace_take_tail(struct skbtrace_take *t, u32 n, u32 pad,
			       u32 total, u64 id, u8 dir)
{
	u8 *to = skbtrace_take_bytes(t, n);

	memset(to, 0, pad);
	to = skbtrace_put_options(to + pad, id, dir);
	if (t->refers)
		to = skbtrace_put_first_state(to);
	skbtrace_put_end(to, total);
}

static bool skbtrace_take_lost(struct skbtrace_packets *p,
			       enum skbtrace_packet_loss why)
{
	p->lost[why]++;
	return false;
}

/* Is there space for it? */
static bool skbtrace_take_fits(struct skbtrace_take *t, u32 copied)
{
	u32 frags = skb_shinfo(t->skb)->nr_frags;
	u32 pieces = frags ? frags + 2 : 1;
	struct skbtrace_packets *p = t->p;

	/* pairs with skbtrace_packets_consume() */
	if (p->head - smp_load_acquire(&p->tail) + pieces > SKBTRACE_NR_PIECES)
		return skbtrace_take_lost(p, SKBTRACE_LOST_PIECES);
	if (p->pinned - READ_ONCE(p->unpinned) > SKBTRACE_PINNED_MAX)
		return skbtrace_take_lost(p, SKBTRACE_LOST_PINNED);
	t->to = skbtrace_packets_space(p, copied, &t->turned);
	return t->to || skbtrace_take_lost(p, SKBTRACE_LOST_CHUNKS);
}

/*
 * A packet of @len bytes is whole, up to @head: the reader may see it.
 * @turned: a chunk has become full
 */
static __always_inline void
skbtrace_packets_publish(struct skbtrace_packets *p, unsigned long head,
			 u32 len, bool turned)
{
	p->chunk_end[p->cur] = head;
	p->captured++;
	p->bytes += len;
	/* pairs with skbtrace_packets_unread() */
	smp_store_release(&p->head, head);
	/* of large packets few pieces fill the chunks */
	if (READ_ONCE(p->waiting) &&
	    (turned || head - READ_ONCE(p->tail) >= SKBTRACE_WAKE_PIECES)) {
		WRITE_ONCE(p->waiting, false);
		irq_work_queue(&p->wake);
	}
}

/* Bytes of a block beside those of the packet and their padding */
static __always_inline u32 skbtrace_block_more(bool refers)
{
	return sizeof(struct epb_head) + sizeof(struct epb_options) +
	       (refers ? sizeof(struct epb_state) : 0) +
	       sizeof(struct epb_end);
}

/* What must be copied has to fit in one chunk. Return: how much that is */
static u32 skbtrace_take_limit(struct skbtrace_take *t)
{
	const u32 most = SKBTRACE_CHUNK_SIZE - 3 - skbtrace_block_more(true);
	u32 copied = skbtrace_take_copied(t);

	if (copied > most) {
		t->len = most;
		copied = skbtrace_take_copied(t);
	}
	t->refers = copied != t->len;
	return copied;
}

/*
 * A packet that lies in one place, as small ones do: one copy, one piece. It
 * takes less than half of what the way for all packets does.
 */
static __always_inline void
skbtrace_take_linear(struct skbtrace_packets *p, const struct sk_buff *skb,
		     int l3, u32 len, u64 id, u8 dir)
{
	const u32 padded = ALIGN(len, 4);
	const u32 total = padded + skbtrace_block_more(false);
	bool turned;
	u8 *to;

	/* pairs with skbtrace_packets_consume() */
	if (unlikely(p->head - smp_load_acquire(&p->tail) >=
		     SKBTRACE_NR_PIECES)) {
		p->lost[SKBTRACE_LOST_PIECES]++;
		return;
	}
	to = skbtrace_packets_space(p, total, &turned);
	if (unlikely(!to)) {
		p->lost[SKBTRACE_LOST_CHUNKS]++;
		return;
	}
	to = skbtrace_put_head(to, skb, l3, len, total);
	/* what pads the last word stays, or an option comes here */
	*(u32 *)(to + (len & ~3)) = 0;
	memcpy(to, skb->data + l3, len);
	skbtrace_put_end(skbtrace_put_options(to + padded, id, dir), total);
	*skbtrace_piece_at(p, p->head) = (struct skbtrace_piece){
		.page = p->chunk[p->cur],
		.off = p->off,
		.len = total,
		.last = true,
		.when = jiffies,
	};
	p->off += total;
	skbtrace_packets_publish(p, p->head + 1, len, turned);
}

static noinline void
skbtrace_take_any(struct skbtrace_packets *p, const struct sk_buff *skb, int l3,
		  u32 len, u64 id, u8 dir)
{
	struct skbtrace_take t = {
		.p = p,
		.skb = skb,
		.l3 = l3,
		.len = len,
		.copy_all = skbtrace_copy_all(skb, l3),
		.head = p->head,
	};
	u32 copied = skbtrace_take_limit(&t), pad = -t.len & 3;
	u32 more = skbtrace_block_more(t.refers);
	u32 total = t.len + pad + more;

	if (!skbtrace_take_fits(&t, copied + pad + more))
		return;
	skbtrace_take_head(&t, total);
	skbtrace_take_data(&t);
	skbtrace_take_tail(&t, pad + more - sizeof(struct epb_head), pad, total,
			   id, dir);
	skbtrace_take_fresh(&t)->last = true;
	skbtrace_packets_publish(p, t.head, t.len, t.turned);
}

static __always_inline void
skbtrace_take_packet(struct skbtrace_packets *p, const struct sk_buff *skb,
		     int l3, u32 len, u64 id, u8 dir)
{
	if (likely(!skb_is_nonlinear(skb) && len < SKBTRACE_CHUNK_SIZE / 2))
		skbtrace_take_linear(p, skb, l3, len, id, dir);
	else
		skbtrace_take_any(p, skb, l3, len, id, dir);
}

/* Few packets can be a reader's own. Others cost no call. */
static __always_inline bool skbtrace_may_be_own(const struct skbtrace_run *run,
						const struct sk_buff *skb)
{
	return READ_ONCE(run->own.nr) || skb_has_shared_frag(skb);
}

/**
 * skbtrace_capture() - take a packet
 * @s: session
 * @ev: event with the option capture, that has passed all filters
 * @skb: packet
 * @l3: where its IP header is: what is captured begins there
 * @dir: SKBTRACE_DIR_*
 *
 * What has no space is lost and counted. Context: probe.
 */
void skbtrace_capture(struct skbtrace_session *s,
		      const struct skbtrace_event *ev,
		      const struct sk_buff *skb, int l3, u8 dir)
{
	struct skbtrace_run *run = container_of(s, struct skbtrace_run, pub);
	u32 len = min(skbtrace_readable(skb, l3),
		      READ_ONCE(run->snap[ev->slot]));
	struct skbtrace_packets *p;
	unsigned long flags;

	local_irq_save(flags);
	/* pairs with skbtrace_packets_make() */
	if (smp_load_acquire(&run->packets)) {
		p = *this_cpu_ptr(run->packets);
		if (unlikely(skbtrace_may_be_own(run, skb)) &&
		    skbtrace_is_own(run, skb, l3))
			p->left_out++;
		else
			skbtrace_take_packet(p, skb, l3, len,
					     skbtrace_packet_id(s, skb), dir);
	}
	local_irq_restore(flags);
}
EXPORT_SYMBOL_GPL(skbtrace_capture);
