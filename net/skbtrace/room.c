// SPDX-License-Identifier: GPL-2.0
/*
 * Room for blocks in the buffer of this CPU: sub-buffers are opened and closed,
 * and what has found no room is told of before the next block.
 *
 * Context: interrupts off, on the CPU itself, but for skbtrace_flush_cpu().
 */
#include <linux/ktime.h>
#include <linux/wait.h>
#include "internal.h"

static void skbtrace_close_subbuf(struct skbtrace_cpu *c)
{
	struct skbtrace_ring *r = &c->ring;
	struct skbtrace_subbuf *h = (struct skbtrace_subbuf *)r->cur;
	struct skbtrace_pad *pad;

	h->used = r->off;
	h->nr_events = c->written + c->names - c->opened;
	if (r->off < r->size) {
		pad = (struct skbtrace_pad *)(r->cur + r->off);
		pad->len = sizeof(*pad);
		pad->event = SKBTRACE_PAD;
		pad->bytes = r->size - r->off;
	}
	skbtrace_race();
	skbtrace_ring_close(r);
	/* full barrier between @produced and the waiter: wq_has_sleeper() */
	if (c->buf && wq_has_sleeper(&c->buf->read_wait))
		irq_work_queue(&c->buf->wakeup_work);
}

/* A count of losses that does not fit into 32 bits is told in parts. */
#define SKBTRACE_LOST_PART	((u64)BIT(31))

static u32 skbtrace_lost_parts(u64 count)
{
	return (count + SKBTRACE_LOST_PART - 1) / SKBTRACE_LOST_PART;
}

/* The in-band record of what found no room; always the next block. */
static bool skbtrace_tell_loss(struct skbtrace_cpu *c, bool important)
{
	struct skbtrace_loss *loss = &c->loss;
	struct skbtrace_lost *b;
	u32 kinds = 0, i;
	u64 left;

	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		kinds += skbtrace_lost_parts(loss->kinds[i]);
	b = (struct skbtrace_lost *)
		skbtrace_ring_room(&c->ring, struct_size(b, kinds, kinds),
				   important);
	if (!b)
		return false;

	*b = (struct skbtrace_lost){
		.hdr.len = struct_size(b, kinds, kinds),
		.hdr.event = SKBTRACE_LOST,
		.hdr.time = loss->first_time,
		.first_seq = loss->first_seq,
		.last_seq = loss->first_seq + loss->count - 1,
		.last_time = loss->last_time,
		.nr_kinds = kinds,
	};
	for (i = 0, kinds = 0; i < SKBTRACE_MAX_EVENTS; i++) {
		left = loss->kinds[i];
		for (; left; left -= b->kinds[kinds++].count)
			b->kinds[kinds] = (struct skbtrace_lost_kind){
				.event = loss->nr[i],
				.count = min(left, SKBTRACE_LOST_PART),
			};
	}
	memset(loss, 0, sizeof(*loss));
	return true;
}

static bool skbtrace_open_subbuf(struct skbtrace_cpu *c, bool important)
{
	struct skbtrace_ring *r = &c->ring;

	if (!skbtrace_ring_open(r, sizeof(struct skbtrace_subbuf), important))
		return false;
	skbtrace_race();
	*(struct skbtrace_subbuf *)r->cur = (struct skbtrace_subbuf){
		.magic = SKBTRACE_SUBBUF_MAGIC,
		.abi = SKBTRACE_ABI,
		.hdr_len = sizeof(struct skbtrace_subbuf),
		.cpu = c->cpu,
		.size = r->size,
		.epoch = c->epoch,
		.first_seq = c->loss.count ? c->loss.first_seq : c->seq,
		.lost_total = c->lost - c->loss.count,
		.mono_ns = ktime_get_mono_fast_ns(),
		.real_ns = ktime_get_real_fast_ns(),
	};
	c->opened = c->written + c->names;
	/* the first sub-buffer after a loss always has room to tell of it */
	if (c->loss.count && !skbtrace_tell_loss(c, important))
		skbtrace_die(c->run, "no room for a LOST block");
	return true;
}

/* Not in the open sub-buffer, or not without some thought. */
void *skbtrace_room_slow(struct skbtrace_cpu *c, u32 len, bool important)
{
	struct skbtrace_ring *r = &c->ring;
	void *p;

	if (!r->base)	/* a CPU that came up without memory for its buffer */
		return NULL;
	if (r->cur) {
		if (!c->loss.count || skbtrace_tell_loss(c, important)) {
			p = skbtrace_ring_room(r, len, important);
			if (p)
				goto got;
		}
		/* a spare one, not for ordinary blocks: leave it open */
		if (!important && !skbtrace_ring_may_open(r, false))
			return NULL;
		skbtrace_close_subbuf(c);
	}
	if (!skbtrace_open_subbuf(c, important))
		return NULL;
	p = skbtrace_ring_room(r, len, important);
got:
	if (p && !important)
		r->limit = r->size;
	return p;
}

/* An event finds no room. Context: gate busy. */
void skbtrace_lose(struct skbtrace_cpu *c, const struct skbtrace_event *ev)
{
	u64 time = ktime_get_mono_fast_ns();
	struct skbtrace_loss *loss = &c->loss;

	if (!loss->count) {
		loss->first_seq = c->seq;
		loss->first_time = time;
	}
	loss->last_time = time;
	loss->count++;
	loss->kinds[ev->slot]++;
	loss->nr[ev->slot] = ev->nr;
	c->lost_by[ev->slot]++;
	c->lost++;
	c->seq++;
	c->ring.limit = 0;	/* the fast path would not tell of it */
}

/*
 * Close what is open, tell of what was lost, and if asked to begin the epoch
 * that the session wants. Context: on the CPU itself, or no probe can run
 * there (stopped, or the CPU is offline and kept so).
 */
void skbtrace_flush_cpu(struct skbtrace_run *run, struct skbtrace_cpu *c,
			bool move_epoch)
{
	unsigned long flags;

	local_irq_save(flags);
	if (c->ring.cur && c->ring.off > sizeof(struct skbtrace_subbuf))
		skbtrace_close_subbuf(c);
	if (c->loss.count && !c->ring.cur && c->ring.base &&
	    skbtrace_open_subbuf(c, true))
		skbtrace_close_subbuf(c);
	if (move_epoch && c->epoch != READ_ONCE(run->epoch)) {
		c->epoch = READ_ONCE(run->epoch);
		memset(c->tasks, 0, sizeof(c->tasks));
		memset(&c->symbols, 0, sizeof(c->symbols));
	}
	/* a loss not yet told of is an event before now that is not closed */
	if (!c->loss.count)
		WRITE_ONCE(c->complete, ktime_get_mono_fast_ns());
	local_irq_restore(flags);
}
