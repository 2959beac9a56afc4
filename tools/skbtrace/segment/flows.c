// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "segment/flows.h"

void seg_ends_add(struct seg_ends *e, const struct seg_end *end)
{
	if (e->n == MAX_ENDS)
		return;
	if (e->n == e->size) {
		e->size = e->size ? 2 * e->size : 16;
		e->v = xrealloc(e->v, e->size * sizeof(*e->v));
	}
	e->v[e->n++] = *end;
}

void seg_ends_free(struct seg_ends *e)
{
	free(e->v);
	*e = (struct seg_ends){ 0 };
}

static void forget_ids(struct flows *f, const struct flow *flow)
{
	for (u32 i = 0; i < FLOW_IDS; i++)
		if (f->ids[i].flow == flow)
			f->ids[i].flow = NULL;
}

struct flow *flows_get(struct flows *f, const struct flow_key *key,
		       struct flow **gone)
{
	struct flow *flow;

	*gone = NULL;
	f->hash.key_len = sizeof(*key);
	flow = hash_get(&f->hash, key);
	if (flow)
		return flow;
	if (f->hash.used >= MAX_FLOWS) {
		*gone = hash_victim(&f->hash, key);
		hash_del(&f->hash, *gone);
		forget_ids(f, *gone);
	}
	flow = xcalloc(1, sizeof(*flow));
	flow->key = *key;
	hash_put(&f->hash, flow);
	return flow;
}

void flow_free(struct flow *flow)
{
	if (flow) {
		pieces_free(&flow->pieces);
		seg_ends_free(&flow->ends);
	}
	free(flow);
}

static void drop(void *flow)
{
	flow_free(flow);
}

void flows_free(struct flows *f)
{
	hash_free(&f->hash, drop);
}

void flows_note(struct flows *f, u64 id, struct flow *flow)
{
	f->ids[hash64(id) % FLOW_IDS] = (struct flow_id){ id, flow };
}

struct flow *flows_of(const struct flows *f, u64 id)
{
	const struct flow_id *e = &f->ids[hash64(id) % FLOW_IDS];

	return e->id == id ? e->flow : NULL;
}
