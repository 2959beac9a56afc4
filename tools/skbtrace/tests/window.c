// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of the flight recorder, without a kernel: a window against a simple
 * model, while another thread reads snapshots; which events may ask for a
 * snapshot, and when it is due. TAP.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flight/blocks.h"
#include "flight/board.h"
#include "flight/trigger.h"
#include "flight/window.h"
#include "tests/chance.h"
#include "tests/tap.h"

enum { CPUS = 3, SUBBUF = 4096, SIZE = 16 * 2 * SUBBUF, ROUNDS = 20000 };

static u64 rng = 1;

static u32 next(u32 below)
{
	return chance(&rng) % below;
}

/* ---- sub-buffers ---- */

static union {
	struct skbtrace_subbuf h;
	u8 bytes[SUBBUF];
} sb;

static void sb_begin(u32 cpu, u32 epoch, u64 seq, u64 now)
{
	memset(&sb, 0, sizeof(sb));
	sb.h = (struct skbtrace_subbuf){
		.magic = SKBTRACE_SUBBUF_MAGIC, .abi = SKBTRACE_ABI,
		.hdr_len = sizeof(sb.h), .cpu = cpu, .size = SUBBUF,
		.used = sizeof(sb.h), .epoch = epoch, .first_seq = seq,
		.mono_ns = now,
	};
}

static struct skbtrace_block *sb_add(u16 event, u8 flags, u64 time, u16 len)
{
	struct skbtrace_block *b = (void *)(sb.bytes + sb.h.used);

	*b = (struct skbtrace_block){
		.len = len, .event = event, .flags = flags, .time = time,
	};
	sb.h.used += len;
	sb.h.nr_events += event < SKBTRACE_FIRST_SPECIAL;
	return b;
}

/* ---- the window ---- */

struct cpu {
	u32 epoch;
	u64 seq;		/* of the next sub-buffer; each is one event */
};

static struct cpu cpus[CPUS];

/* Has the snapshot each CPU's newest sub-buffers, without a gap? */
static bool sound(const struct window_cut *c, const u64 *until, u64 *records)
{
	u64 seq[CPUS] = {}, nr = 0;
	const struct window_rec *r;
	struct window_pos pos = {};
	bool any[CPUS] = {};

	while ((r = window_next(c, &pos))) {
		const struct skbtrace_subbuf *h = (const void *)(r + 1);

		if (r->type == SBT_MARK)
			continue;
		if (r->len != h->used || r->cpu != h->cpu || h->cpu >= CPUS ||
		    h->magic != SKBTRACE_SUBBUF_MAGIC)
			return false;
		if ((s32)(h->epoch - c->first_epoch) < 0)
			return false;
		if (any[h->cpu] && h->first_seq != seq[h->cpu])
			return false;
		any[h->cpu] = true;
		seq[h->cpu] = h->first_seq + 1;
		nr++;
	}
	for (u32 i = 0; i < CPUS; i++)
		if (any[i] && seq[i] != until[i])
			return false;
	*records = nr;
	return true;
}

static void add_one(struct window *w, u32 *epoch, u64 now, bool epochs)
{
	u32 cpu = next(CPUS);
	struct cpu *c = &cpus[cpu];

	/* Each CPU writes at its own times, as the kernel's timers do. */
	for (u32 i = 0; i < CPUS; i++)
		if (now % 16 == i * 5)
			cpus[i].epoch = *epoch;
	sb_begin(cpu, c->epoch, c->seq++, now);
	sb_add(101, 0, now, 32 + 8 * next(400));
	if (!window_fits(w, sb.h.used)) {
		if (epochs)
			++*epoch;
		window_next_slab(w, epochs, *epoch);
	}
	window_subbuf(w, cpu, &sb.h);
	if (!next(10) && window_fits(w, sizeof(struct sbt_mark)))
		window_mark(w, cpu, now);
}

struct reading {
	struct window_cut cut;
	u64 until[CPUS];
	u64 records;
	bool ok;
};

static void *read_cut(void *arg)
{
	struct reading *r = arg;

	/* Takes snapshots again and again, while the window moves on. */
	r->ok = true;
	for (int i = 0; r->ok && i < 20; i++)
		r->ok = sound(&r->cut, r->until, &r->records);
	return NULL;
}

static void window(bool epochs, u32 epoch)
{
	const u64 first = epoch;
	bool ok = true, bounded = true, much = true, held = false;
	struct reading r = {};
	pthread_t thread;
	struct window w;

	memset(cpus, 0, sizeof(cpus));
	for (u32 i = 0; i < CPUS; i++)
		cpus[i].epoch = epoch;
	if (window_init(&w, SIZE, SUBBUF)) {
		result(false, "window: memory");
		return;
	}
	window_next_slab(&w, true, epoch);
	for (u64 now = 1; now < ROUNDS; now++) {
		add_one(&w, &epoch, now, epochs);
		bounded = bounded && w.bytes <= SIZE && w.n <= w.max;
		if (held && !next(60)) {
			pthread_join(thread, NULL);
			ok = ok && r.ok;
			much = much && (now < 1000 || r.records > 20);
			window_release(&w, &r.cut);
			held = false;
		}
		if (!held && !next(100)) {
			window_cut(&w, &r.cut);
			for (u32 i = 0; i < CPUS; i++)
				r.until[i] = cpus[i].seq;
			held = !pthread_create(&thread, NULL, read_cut, &r);
		}
	}
	if (held)
		pthread_join(thread, NULL);
	result(ok, "window: a cut is each CPU's newest, without a gap");
	result(bounded, "window: never larger than its size");
	result(much, "window: a cut holds much of what the size allows");
	result(!epochs || epoch - (u32)first > 256, "window: many epochs");
	result(window_since(&w) > ROUNDS / 2 && window_since(&w) < ROUNDS,
	       "window: begins not long ago");
	result(window_events(&w) > 20 && window_events(&w) < ROUNDS / 2,
	       "window: so many events");
	window_free(&w);
}

static void window_late(void)
{
	struct window_pos pos = {};
	struct window_cut c;
	struct window w;

	if (window_init(&w, SIZE, SUBBUF))
		return;
	window_next_slab(&w, true, 1);
	sb_begin(0, 1, 0, 10);
	sb_add(101, 0, 10, 32);
	window_subbuf(&w, 0, &sb.h);
	for (int i = 2; i <= w.max; i++)
		window_next_slab(&w, true, i);
	/* of the first epoch, and in the last slab */
	window_subbuf(&w, 1, &sb.h);
	result(window_events(&w) == 2, "late: counted where it belongs");
	window_cut(&w, &c);
	result(window_next(&c, &pos) && window_next(&c, &pos) &&
	       !window_next(&c, &pos), "late: both are in a cut");
	window_next_slab(&w, true, 99);
	window_release(&w, &c);
	result(!window_events(&w) && !window_since(&w),
	       "late: gone with its epoch");
	window_subbuf(&w, 1, &sb.h);
	window_cut(&w, &c);
	pos = (struct window_pos){};
	result(!window_next(&c, &pos), "late: not taken any more");
	window_free(&w);
}

/* ---- blocks ---- */

static void blocks(void)
{
	struct blocks_sum sum = {};
	struct blocks_asking a;
	struct skbtrace_lost *l;
	struct skbtrace_block *b;

	sb_begin(0, 1, 0, 100);
	sb_add(105, 0, 100, 40);
	blocks_asking(&sb.h, &a);
	result(!a.n, "asking: nobody");
	sb_add(105, SKBTRACE_BLOCK_HELD, 50, 40);
	sb_add(106, SKBTRACE_BLOCK_SNAPSHOT | SKBTRACE_BLOCK_STACK, 110, 64);
	sb_add(107, SKBTRACE_BLOCK_SNAPSHOT, 120, 40);
	l = (void *)sb_add(SKBTRACE_LOST, SKBTRACE_BLOCK_SNAPSHOT, 130,
			   sizeof(*l));
	l->first_seq = 5;
	l->last_seq = 9;
	sb_add(SKBTRACE_HISTORY, SKBTRACE_BLOCK_SNAPSHOT, 130,
	       sizeof(struct skbtrace_history));
	blocks_asking(&sb.h, &a);
	result(a.n == 2 && a.event == 106 && a.time == 110,
	       "asking: how many, and the first");
	blocks_sum(&sb.h, &sum);
	result(sum.events == 4 && sum.lost == 5 && sum.first_ns == 100 &&
	       sum.last_ns == 120, "sum: events, lost, first and last time");
	b = sb_add(105, SKBTRACE_BLOCK_SNAPSHOT, 140, 40);
	b->len = 4096;
	blocks_asking(&sb.h, &a);
	result(a.n == 2, "asking: not past the end");
	b->len = 0;
	blocks_asking(&sb.h, &a);
	result(a.n == 2, "asking: a block without length");
}

/* ---- triggers ---- */

static void triggers(void)
{
	struct blocks_asking a = { .n = 2, .event = 105, .time = 990 };
	struct trigger t = { .after_ns = 100, .gap_ns = 1000 };
	struct request w;

	result(!trigger_due(&t), "trigger: nothing is wished");
	trigger_events(&t, &a, 1000);
	result(trigger_due(&t) == 1100, "trigger: an event, some time after it");
	trigger_events(&t, &a, 1050);
	result(trigger_due(&t) == 1100, "trigger: more of them change nothing");
	trigger_hand(&t, 1060);
	result(trigger_due(&t) == 1060, "trigger: who asks is served first");
	trigger_serve(&t, 1060, 1061, &w);
	result(!w.any && trigger_due(&t) == 1100,
	       "trigger: the event waits nevertheless");
	trigger_hand(&t, 1090);
	trigger_serve(&t, 1100, 1101, &w);
	result(w.any && w.event == 105 && w.time == 990 && w.more == 3 &&
	       !trigger_due(&t), "trigger: one file for both");
	trigger_events(&t, &a, 1200);
	result(trigger_due(&t) == 2101, "trigger: the next one after the gap");
	trigger_hand(&t, 1300);
	result(trigger_due(&t) == 1300, "trigger: no gap for who asks");
	trigger_serve(&t, 1300, 1301, &w);
	trigger_hurry(&t, 1500);
	result(trigger_due(&t) == 1500, "trigger: now, as it ends");
}

static void board(void)
{
	struct board *b = board_open(), seen;
	int fd = board_find(getpid());

	result(b && fd >= 0, "board: found");
	if (!b || fd < 0)
		return;
	board_begin(b);
	b->events = 4711;
	result(!board_read(fd, &seen), "board: not while it changes");
	board_end(b);
	result(board_read(fd, &seen) && seen.events == 4711, "board: read");
	b->magic++;
	result(!board_read(fd, &seen), "board: of another version");
	close(fd);
	board_close(b);
}

int main(void)
{
	printf("TAP version 13\n");
	window(true, 1);
	window(true, UINT32_MAX - 100);
	window(false, 0);
	window_late();
	blocks();
	triggers();
	board();
	printf("1..%d\n", n);
	return failed ? 1 : 0;
}
