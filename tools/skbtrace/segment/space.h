/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long programs waited for space in the send buffer, before their bytes
 * have a place: from the events that end a wait (sk_sndbuf_wait).
 */
#ifndef SKBTRACE_SEGMENT_SPACE_H
#define SKBTRACE_SEGMENT_SPACE_H

#include "lib/hist.h"
#include "trace/per_event.h"

struct space {
	struct per_event fields;
	struct hist waits;
};

void space_init(struct space *r);
void space_free(struct space *r);

/* Takes a record of a connection that the user asked for. */
void space_add(struct space *r, const struct rec *rec);

#endif
