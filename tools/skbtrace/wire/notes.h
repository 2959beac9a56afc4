/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet capture, and what a recording says of its packets: each gets a
 * comment if it was dropped, retransmitted or delayed.
 *
 *	n = notes_open(FILE);		reads the capture
 *	notes_rec(n, t, r);		all records, once
 *	notes_interfaces(n, out);	then they are written, by time
 *	notes_put(n, out, until);
 */
#ifndef SKBTRACE_WIRE_NOTES_H
#define SKBTRACE_WIRE_NOTES_H

#include "lib/out.h"
#include "trace/trace.h"

struct notes;

/* NULL after a message: it is no capture. */
struct notes *notes_open(const char *file);
void notes_free(struct notes *n);

/* An event that may be about a packet of the capture. */
void notes_rec(struct notes *n, struct trace *t, const struct rec *r);

/* Its interface: number 1 of the file. */
void notes_interfaces(struct notes *n, struct out *o);
/* Packets before @until, ns since 1970. 0, or an exit code after a message. */
int notes_put(struct notes *n, struct out *o, u64 until);

/* What was found, for people. */
void notes_tell(const struct notes *n);

#endif
