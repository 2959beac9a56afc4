/* SPDX-License-Identifier: GPL-2.0 */
/* Puts the recordings of several hosts on the clock of the first one. */
#ifndef SKBTRACE_ALIGN_H
#define SKBTRACE_ALIGN_H

#include "trace/trace.h"

/*
 * @t of the list @first: its shift and host. Captures of one host and boot
 * share a clock, and the cookies are the same; others go by their wall clocks.
 */
void align_trace(struct trace *first, struct trace *t);

/*
 * Once all META is known: those of one collector go by what it found out of
 * their clocks. True: shifts have changed.
 */
bool align_by_offsets(struct trace *first);

#endif
