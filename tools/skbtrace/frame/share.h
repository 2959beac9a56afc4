/* SPDX-License-Identifier: GPL-2.0 */
/* Divides what is missing of each event among the holes in which it may be. */
#ifndef SKBTRACE_FRAME_SHARE_H
#define SKBTRACE_FRAME_SHARE_H

#include "frame/rebuild.h"

/*
 * A hole of @n numbers, of @left in this and those to come: its part of each
 * kind's "missing", which is lowered by that, into @to[@nk]. Their sum is @n if
 * that of what is missing was @left.
 */
void share_kinds(struct rebuild_kind *k, u32 nk, u64 n, u64 left,
		 struct build_kind *to);

#endif
