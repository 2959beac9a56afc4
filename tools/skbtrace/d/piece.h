/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SKBTRACE_D_PIECE_H
#define SKBTRACE_D_PIECE_H

#include "lib/util.h"

/* Where a part of the text is from: up to the next one. */
struct d_piece {
	u32 from;
	const char *file;	/* NULL: a command line */
};

#endif
