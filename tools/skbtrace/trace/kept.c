// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "trace/kept.h"

/* @size contiguous bytes of the ring, NULL if there are none. */
static struct kept *reserve(struct kept_queue *q, u32 size)
{
	bool around = q->n && q->tail <= q->head;
	u32 to = around ? q->head : KEPT_BYTES;

	if (!q->mem)
		q->mem = xmalloc(KEPT_BYTES);
	if (!q->n)
		*q = (struct kept_queue){ .mem = q->mem };
	if (to - q->tail >= size)
		return (struct kept *)(q->mem + q->tail);
	if (around || q->head < size)
		return NULL;
	q->end = q->tail;
	q->tail = 0;
	return (struct kept *)q->mem;
}

struct kept *kept_add(struct kept_queue *q, struct trace *t,
		      const struct rec *r)
{
	u32 size = sizeof(struct kept) + (r->len + 7) / 8 * 8;
	struct kept *k = reserve(q, size);

	if (!k)
		return NULL;
	k->next = NULL;
	k->waits = false;
	k->t = t;
	k->r = *r;
	k->size = size;
	memcpy(k->block, r->p, r->len);
	k->r.p = k->block;
	if (r->has_stack)
		k->r.stack = k->block + (r->stack - r->p);
	if (r->payload_len)
		k->r.payload = k->block + (r->payload - r->p);
	q->tail += size;
	q->n++;
	return k;
}

void kept_drop(struct kept_queue *q)
{
	bool around = q->tail <= q->head;

	q->head += kept_first(q)->size;
	q->n--;
	if (around && q->head == q->end)
		q->head = 0;
}

void kept_free(struct kept_queue *q)
{
	free(q->mem);
	*q = (struct kept_queue){ 0 };
}
