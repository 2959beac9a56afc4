// SPDX-License-Identifier: GPL-2.0
/*
 * Reserves space for blocks in the buffer of this CPU, opens and closes
 * sub-buffers, and counts and reports losses.
 *
 * Context: interrupts off, on the CPU itself, except for skbtrace_flush_cpu().
 */
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/relay.h>
#include <linux/wait.h>
#include "gate.h"
#include "race.h"
#include "reserve.h"

static void skbtrace_close_subbuf(struct skbtrace_cpu *c)
{
	struct skbtrace_ring *r = &c->gate.ring;
	struct skbtrace_subbuf *h = (struct skbtrace_subbuf *)r->cur;
	struct skbtrace_pad *pad;

	h->used = r->off;
	h->nr_events = skbtrace_written(&c->gate) + c->names - c->opened;
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

/* A count of losses that does not fit into 32 bits is split. */
#define SKBTRACE_LOST_PART	((u64)BIT(31))

static u32 skbtrace_lost_parts(u64 count)
{
	return (count + SKBTRACE_LOST_PART - 1) / SKBTRACE_LOST_PART;
}

/* Write the pending LOST block; it must be the next block. */
static bool skbtrace_write_lost(struct skbtrace_cpu *c, bool important)
{
	struct skbtrace_loss *loss = &c->loss;
	struct skbtrace_lost *b;
	u32 kinds = 0, i;
	u64 left;

	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		kinds += skbtrace_lost_parts(loss->kinds[i]);
	b = (struct skbtrace_lost *)
		skbtrace_ring_reserve(&c->gate.ring,
				      struct_size(b, kinds, kinds), important);
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

/*
 * Tell what is recorded from now on: it must be the next block. If a change
 * comes in between, its own block follows. Return: false: no space
 */
static bool skbtrace_write_shed(struct skbtrace_cpu *c)
{
	const struct skbtrace_told *told = &c->run->govern.told;
	/* pairs with skbtrace_govern_change() */
	u32 nr = smp_load_acquire(&told->nr);
	struct skbtrace_shed *b;

	b = (struct skbtrace_shed *)
		skbtrace_ring_reserve(&c->gate.ring, sizeof(*b), true);
	if (!b)
		return false;
	*b = (struct skbtrace_shed){
		.hdr.len = sizeof(*b),
		.hdr.event = SKBTRACE_SHED,
		.hdr.time = skbtrace_now(),
		.since = READ_ONCE(told->since),
		.factor = READ_ONCE(told->factor),
		.was = READ_ONCE(told->was),
		.share_ppm = READ_ONCE(told->share),
		.limit_ppm = READ_ONCE(told->limit),
	};
	c->gate.seq++;
	c->names++;
	c->told = nr;
	return true;
}

static bool skbtrace_untold(const struct skbtrace_cpu *c)
{
	return unlikely(c->told != READ_ONCE(c->run->govern.told.nr));
}

static bool skbtrace_open_subbuf(struct skbtrace_cpu *c, bool important)
{
	struct skbtrace_ring *r = &c->gate.ring;

	if (!skbtrace_ring_open(r, sizeof(struct skbtrace_subbuf), important))
		return false;
	skbtrace_race();
	*(struct skbtrace_subbuf *)r->cur = (struct skbtrace_subbuf){
		.magic = SKBTRACE_SUBBUF_MAGIC,
		.abi = SKBTRACE_ABI,
		.hdr_len = sizeof(struct skbtrace_subbuf),
		.cpu = c->cpu,
		.size = r->size,
		.epoch = c->gate.epoch,
		.first_seq = c->loss.count ? c->loss.first_seq :
					     skbtrace_next_seq(&c->gate),
		.lost_total = c->lost - c->loss.count,
		.mono_ns = skbtrace_now(),
		.real_ns = ktime_get_real_fast_ns(),
	};
	c->opened = skbtrace_written(&c->gate) + c->names;
	/* an empty sub-buffer is always large enough for a LOST block */
	if (c->loss.count && !skbtrace_write_lost(c, important))
		skbtrace_die(c->run, "no room for a LOST block");
	/* if it does not fit, the next one has it */
	if (skbtrace_untold(c))
		skbtrace_write_shed(c);
	return true;
}

/* Slow path of skbtrace_reserve(). */
void *skbtrace_reserve_slow(struct skbtrace_cpu *c, u32 len, bool important)
{
	struct skbtrace_ring *r = &c->gate.ring;
	void *p;

	if (!r->base)	/* the CPU came up, and there was no memory for it */
		return NULL;
	if (r->cur) {
		if (!c->loss.count || skbtrace_write_lost(c, important)) {
			p = skbtrace_ring_reserve(r, len, important);
			if (p)
				goto got;
		}
		/* a spare one, which ordinary blocks must not use */
		if (!important && !skbtrace_ring_may_open(r, false))
			return NULL;
		skbtrace_close_subbuf(c);
	}
	if (!skbtrace_open_subbuf(c, important))
		return NULL;
	p = skbtrace_ring_reserve(r, len, important);
got:
	if (p && !important)
		r->limit = r->size;
	return p;
}

/**
 * skbtrace_tell_shed() - write a SHED block if there is one to be written
 * @c: this CPU
 *
 * If the buffer is full, the next sub-buffer begins with it.
 */
void skbtrace_tell_shed(struct skbtrace_cpu *c)
{
	if (!skbtrace_untold(c) || !c->gate.ring.base)
		return;
	if (c->gate.ring.cur) {
		if ((!c->loss.count || skbtrace_write_lost(c, true)) &&
		    skbtrace_write_shed(c))
			return;
		skbtrace_close_subbuf(c);
	}
	skbtrace_open_subbuf(c, true);
}

/* Count an event as lost: the buffer is full. Context: gate busy. */
void skbtrace_lose(struct skbtrace_cpu *c, const struct skbtrace_event *ev)
{
	u64 time = skbtrace_now();
	struct skbtrace_loss *loss = &c->loss;

	if (!loss->count) {
		loss->first_seq = skbtrace_next_seq(&c->gate);
		loss->first_time = time;
	}
	loss->last_time = time;
	loss->count++;
	loss->kinds[ev->slot]++;
	loss->nr[ev->slot] = ev->nr;
	c->lost_by[ev->slot]++;
	c->lost++;
	c->gate.seq++;
	c->gate.ring.limit = 0;	/* the LOST block needs the slow path */
}

/*
 * Close the open sub-buffer, write a pending LOST or SHED, and if @move_epoch
 * begin the epoch that is due. Context: on the CPU itself, or no probe can run
 * there (stopped, or the CPU is offline and kept so).
 */
void skbtrace_flush_cpu(struct skbtrace_run *run, struct skbtrace_cpu *c,
			bool move_epoch)
{
	unsigned long flags;

	local_irq_save(flags);
	if (c->gate.ring.cur &&
	    c->gate.ring.off > sizeof(struct skbtrace_subbuf))
		skbtrace_close_subbuf(c);
	if ((c->loss.count || skbtrace_untold(c)) && !c->gate.ring.cur &&
	    c->gate.ring.base && skbtrace_open_subbuf(c, true))
		skbtrace_close_subbuf(c);
	if (move_epoch && c->gate.epoch != READ_ONCE(run->epoch)) {
		c->gate.epoch = READ_ONCE(run->epoch);
		memset(c->gate.tasks, 0, sizeof(c->gate.tasks));
		memset(&c->symbols, 0, sizeof(c->symbols));
		if (READ_ONCE(run->govern.told.factor) != 1)
			c->told = READ_ONCE(run->govern.told.nr) - 1;
	}
	/* a pending LOST block is older than now, and not closed yet */
	if (!c->loss.count)
		WRITE_ONCE(c->complete, skbtrace_now());
	local_irq_restore(flags);
}
