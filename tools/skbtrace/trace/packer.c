// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/crc.h"
#include "trace/file_put.h"
#include "trace/pack.h"
#include "trace/packer.h"

enum {
	BATCH		= 1 << 20,	/* bytes that make a packed chunk */
	BATCH_LEAST	= 4 << 10,
	/* If more is waiting, the thread writes without packing. */
	BEHIND		= 16 << 20,
	FULL		= 64 << 20,	/* more, and the caller waits */
};

/* A recorder that is killed loses this time at most. */
#define BATCH_NS	(2 * NSEC_PER_SEC)

struct batch {
	struct batch *next;
	u64 since;		/* CLOCK_MONOTONIC, of its first chunk */
	u32 len, cap;
	u32 events;
	bool data;		/* not texts, of which the data need each */
	u8 *p;
};

struct packer {
	const struct file_to *to;
	u32 batch;
	struct pack *pack;
	struct batch *open;	/* the caller's; NULL: none */

	pthread_t thread;
	bool started, threaded;
	pthread_mutex_t lock;
	pthread_cond_t news;
	/* Under the lock: */
	struct batch *first, **last;
	u64 waiting;		/* bytes, that in work included */
	bool over;
	int err;
	u64 bytes, events;
};

struct packer *packer_new(const struct file_to *to)
{
	struct packer *p = xcalloc(1, sizeof(*p));

	p->to = to;
	p->batch = BATCH;
	p->pack = pack_new();
	p->last = &p->first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->news, NULL);
	return p;
}

void packer_limit(struct packer *p, u64 bytes)
{
	p->batch = bytes / 4 > BATCH ? BATCH :
		   bytes / 4 < BATCH_LEAST ? BATCH_LEAST : bytes / 4;
}

/* ---- the thread ---- */

/*
 * Compute checksums, which packed chunks do not have, to write them unpacked.
 */
static void sum_up(u8 *raw, u32 len)
{
	struct sbt_chunk_hdr h;

	for (u32 at = 0; at < len; at += sizeof(h) + ((h.len + 7) & ~7u)) {
		memcpy(&h, raw + at, sizeof(h));
		h.crc = sbt_crc(raw + at + sizeof(h), h.len);
		memcpy(raw + at, &h, sizeof(h));
	}
}

static int write_batch(struct packer *p, struct batch *b, bool behind,
		       u64 *bytes)
{
	u32 n;
	const u8 *packed = NULL;

	if (!behind && b->len <= SBT_UNPACKED_MAX)
		packed = pack_chunks(p->pack, b->p, b->len, !b->data, &n);
	if (packed)
		return file_put_chunk(p->to, SBT_PACKED, SBT_NO_CPU, packed, n,
				      bytes);
	sum_up(b->p, b->len);
	*bytes = b->len;
	return file_put_raw(p->to, b->p, b->len);
}

static void free_batch(struct batch *b)
{
	if (b)
		free(b->p);
	free(b);
}

/* With the lock, which is not held meanwhile. */
static void do_batch(struct packer *p, struct batch *b)
{
	bool behind = p->waiting > BEHIND;
	int err = p->err;
	u64 bytes = 0;

	pthread_mutex_unlock(&p->lock);
	if (!err)
		err = write_batch(p, b, behind, &bytes);
	if (!err)
		err = file_put_flush(p->to);
	pthread_mutex_lock(&p->lock);
	p->waiting -= b->len;
	p->err = err;
	if (!err) {
		p->bytes += bytes;
		p->events += b->events;
	}
	free_batch(b);
	pthread_cond_broadcast(&p->news);
}

static void *thread(void *arg)
{
	struct packer *p = arg;
	struct batch *b;

	pthread_mutex_lock(&p->lock);
	while (p->first || !p->over) {
		b = p->first;
		if (!b) {
			pthread_cond_wait(&p->news, &p->lock);
			continue;
		}
		p->first = b->next;
		if (!p->first)
			p->last = &p->first;
		do_batch(p, b);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* If the thread cannot be started, the caller does its work. */
static void start(struct packer *p)
{
	sigset_t all, old;

	p->started = true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	p->threaded = !pthread_create(&p->thread, NULL, thread, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* ---- the caller ---- */

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

static int result(struct packer *p)
{
	int err;

	pthread_mutex_lock(&p->lock);
	err = p->err;
	pthread_mutex_unlock(&p->lock);
	return err;
}

static int hand_over(struct packer *p)
{
	struct batch *b = p->open;
	int err;

	if (!b)
		return result(p);
	p->open = NULL;
	if (!p->started)
		start(p);
	pthread_mutex_lock(&p->lock);
	while (p->threaded && p->waiting > FULL && !p->err)
		pthread_cond_wait(&p->news, &p->lock);
	p->waiting += b->len;
	if (!p->threaded) {
		do_batch(p, b);
	} else {
		*p->last = b;
		p->last = &b->next;
		pthread_cond_broadcast(&p->news);
	}
	err = p->err;
	pthread_mutex_unlock(&p->lock);
	return err;
}

static struct batch *open_batch(struct packer *p)
{
	if (!p->open) {
		p->open = xcalloc(1, sizeof(*p->open));
		p->open->since = now_ns();
	}
	return p->open;
}

static void append(struct batch *b, const struct sbt_chunk_hdr *h,
		   const void *data)
{
	const u32 pad = -h->len & 7, need = sizeof(*h) + h->len + pad;

	if (b->len + need > b->cap) {
		b->cap = b->len + need + BATCH / 4;
		b->p = xrealloc(b->p, b->cap);
	}
	memcpy(b->p + b->len, h, sizeof(*h));
	memcpy(b->p + b->len + sizeof(*h), data, h->len);
	memset(b->p + b->len + sizeof(*h) + h->len, 0, pad);
	b->len += need;
}

int packer_chunk(struct packer *p, const struct sbt_chunk_hdr *h,
		 const void *data, u32 events)
{
	const bool is_data = h->type == SBT_SUBBUF || h->type == SBT_MARK;
	struct batch *b = p->open;
	int err = 0;

	if (b && (b->data != is_data || b->len + h->len > p->batch))
		err = hand_over(p);
	b = open_batch(p);
	b->data = is_data;
	b->events += events;
	append(b, h, data);
	return err;
}

int packer_tick(struct packer *p, bool now)
{
	if (p->open && (now || now_ns() >= p->open->since + BATCH_NS))
		return hand_over(p);
	return result(p);
}

int packer_flush(struct packer *p)
{
	int err = hand_over(p);

	pthread_mutex_lock(&p->lock);
	while (p->threaded && p->waiting)
		pthread_cond_wait(&p->news, &p->lock);
	err = p->err;
	pthread_mutex_unlock(&p->lock);
	return err;
}

static u64 get(struct packer *p, const u64 *what)
{
	u64 v;

	pthread_mutex_lock(&p->lock);
	v = *what;
	pthread_mutex_unlock(&p->lock);
	return v;
}

u64 packer_bytes(struct packer *p)
{
	return get(p, &p->bytes);
}

u64 packer_events(struct packer *p)
{
	return get(p, &p->events);
}

int packer_free(struct packer *p)
{
	int err = packer_flush(p);

	pthread_mutex_lock(&p->lock);
	p->over = true;
	pthread_cond_broadcast(&p->news);
	pthread_mutex_unlock(&p->lock);
	if (p->threaded)
		pthread_join(p->thread, NULL);
	pthread_cond_destroy(&p->news);
	pthread_mutex_destroy(&p->lock);
	pack_free(p->pack);
	free(p);
	return err;
}
