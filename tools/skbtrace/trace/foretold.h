/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Looks ahead for the port of a connect(). The first event of connect()
 * precedes the choice of the port, so its name has port 0; before the next
 * event of that socket there is a name with the port. Here records are delayed
 * while one of them is a name without a port, up to WAIT_NS and the size of
 * kept.h, and the first name gets the port of the next one.
 *
 * Records are only changed in that port, and only by a name of the same socket,
 * with the same peer, before it ends.
 */
#ifndef SKBTRACE_FORETOLD_H
#define SKBTRACE_FORETOLD_H

#include "lib/hash.h"
#include "trace/kept.h"

/* The queue is empty, or its first record waits for a port. */
struct foretold {
	rec_sink *sink;
	void *arg;
	struct kept_queue q;
	struct hash waiting;	/* the oldest one of each socket */
};

void foretold_init(struct foretold *f, rec_sink *sink, void *arg);
void foretold_free(struct foretold *f);

/* Fast path: nothing waits, and @r need not wait. */
static inline bool foretold_none(const struct foretold *f, const struct rec *r)
{
	return !f->q.n && !(r->ev && r->ev->role == ROLE_CONN);
}

/* The next record in time, at @at on the common clock. */
void foretold_add(struct foretold *f, struct trace *t, const struct rec *r,
		  u64 at);

/* Pass on all records, since the next one may come late. */
void foretold_flush(struct foretold *f);

#endif
