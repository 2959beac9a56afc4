/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the time of the bytes of TCP connections goes: events that tell that a
 * range of bytes passes a place (tcp_segment) are joined by who sends to whom
 * and sequence number. With marks (every=N) only one byte in N is followed.
 */
#ifndef SKBTRACE_SEGMENT_SEGMENTS_H
#define SKBTRACE_SEGMENT_SEGMENTS_H

#include "segment/flows.h"
#include "segment/stages.h"
#include "trace/per_event.h"
#include "trace/printer.h"
#include "trace/trace.h"

struct segments;

struct segments *segments_new(void);
void segments_free(struct segments *s);

/* A record, in order; @match: the user asked for its connection. */
void segments_add(struct segments *s, struct trace *t, const struct rec *r,
		  bool match);
void segments_lost(struct segments *s, struct trace *t, const struct rec *r);

/* Did any record tell of bytes? */
bool segments_any(const struct segments *s);
/* Of what a socket has sent up to now: all 0 if that was not recorded. */
struct seg_ring segments_ring(const struct segments *s, u32 host, u64 sk);
/* No record comes any more. */
void segments_print(struct segments *s, struct printer *pr,
		    const struct trace *traces);

#endif
