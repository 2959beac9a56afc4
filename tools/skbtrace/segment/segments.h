/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the bytes of TCP connections spend their time. Events of a range of
 * bytes at a place (tcp_segment) are joined by flow and sequence number. With
 * marks (every=N) only one byte in N is followed.
 */
#ifndef SKBTRACE_SEGMENT_SEGMENTS_H
#define SKBTRACE_SEGMENT_SEGMENTS_H

#include "segment/flows.h"
#include "segment/stages.h"
#include "trace/per_event.h"
#include "trace/printer.h"
#include "trace/trace.h"

struct segments;
struct seg_heat;

struct segments *segments_new(void);
void segments_free(struct segments *s);

/* Takes a record, in order. @match: the user asked for its connection. */
void segments_add(struct segments *s, struct trace *t, const struct rec *r,
		  bool match);
void segments_lost(struct segments *s, struct trace *t, const struct rec *r);

/* Did any record have bytes? */
bool segments_any(const struct segments *s);
/* Stages of what a socket has sent so far; all 0 if not recorded. */
struct seg_ring segments_ring(const struct segments *s, u32 host, u64 sk);
/* Keep it from now on; what it is at the end of the input, NULL: no bytes. */
void segments_want_heat(struct segments *s);
const struct seg_heat *segments_heat(struct segments *s);
/* Ends the input: no record follows. */
void segments_print(struct segments *s, struct printer *pr,
		    const struct trace *traces);

#endif
