/* SPDX-License-Identifier: GPL-2.0 */
/* Macro variables by name: $target, $pid. */
#ifndef SKBTRACE_D_MACRO_H
#define SKBTRACE_D_MACRO_H

#include "d/tree.h"

/* Its value; 0 after a message if there is none of that name, at @pos. */
s64 d_macro(struct program *p, const char *name, u32 pos);

#endif
