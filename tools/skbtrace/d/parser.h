/* SPDX-License-Identifier: GPL-2.0 */
/* What lexer and parser share. */
#ifndef SKBTRACE_D_PARSER_H
#define SKBTRACE_D_PARSER_H

#include "d/tree.h"

typedef u32 d_loc;		/* a place in the text */

struct scan {
	struct program *p;
	u32 pos;		/* behind the token */
	u32 depth;		/* of brackets in a predicate or a clause */
	u32 parts;		/* of the tree so far */
	enum { IN_PROGRAM, IN_PREDICATE, IN_BODY, IN_DECLARATION } where;
};

#endif
