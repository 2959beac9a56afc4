/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of a connection at the beginning of a range: the last event before
 * it, of each kind and each value of its selector.
 */
#ifndef SKBTRACE_REWRITE_BEFORE_H
#define SKBTRACE_REWRITE_BEFORE_H

#include "lib/hash.h"
#include "rewrite/lanes.h"
#include "trace/decode.h"

/* @h is empty at the beginning. */
void before_learn(struct hash *h, const struct rec *r, struct spot s);
/* The connection is kept: keep these events, too. */
void before_need(const struct hash *h, u64 cookie);
void before_free(struct hash *h);

#endif
