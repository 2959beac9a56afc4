/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times in cells of equal ratio: so many to each power of ten, from 1 us on;
 * the first one has all that is less, the last one all that is more.
 */
#ifndef SKBTRACE_HEAT_H
#define SKBTRACE_HEAT_H

#include "lib/types.h"

enum { HEAT_PER_DECADE = 8, HEAT_CELLS = 56 };	/* up to 10 s */

u32 heat_cell(u64 ns);

#endif
