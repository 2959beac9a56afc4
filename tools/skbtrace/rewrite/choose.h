/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decides which records are kept: those that parse would print, and those that
 * they refer to: the name of a connection, a process, a code address; their
 * primary. Records come in order of time.
 *
 * The decisions are read in the order of the file, CPU by CPU.
 */
#ifndef SKBTRACE_REWRITE_CHOOSE_H
#define SKBTRACE_REWRITE_CHOOSE_H

#include "filter/match.h"
#include "rewrite/job.h"
#include "show/show.h"

struct choose;

struct choose *choose_new(void);
void choose_free(struct choose *c);

/* As a tap of show.h; @choose is its argument. */
void choose_rec(void *choose, const struct match *m, struct trace *t,
		const struct rec *r, enum matched matched);
/* No record comes any more. */
void choose_end(struct choose *c);

/* As ops of job.h: the next answer; when the range ends, if before @mono_ns. */
enum action choose_action(struct choose *c, u32 id, u32 cpu);
u64 choose_until(const struct choose *c, u32 id, u64 mono_ns);
/* The text of META TRACE_RANGE; NULL: there is no range. */
const char *choose_range(struct choose *c, u32 id);

#endif
