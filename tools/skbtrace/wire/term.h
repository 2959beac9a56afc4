/* SPDX-License-Identifier: GPL-2.0 */
/* A comparison of --where as instructions that look at a frame. */
#ifndef SKBTRACE_WIRE_TERM_H
#define SKBTRACE_WIRE_TERM_H

#include "where/tree.h"
#include "wire/prog.h"

struct term_in {
	const struct event *e;
	bool little;		/* byte order of the block */
};

/*
 * Go to @yes if the comparison is @want (true or false), else to @no; to @no,
 * too, if the value is not valid. False after a message: frames do not tell.
 */
bool term_write(struct prog *p, const struct term_in *in,
		const struct where_bound *b, const char *field, bool want,
		u16 yes, u16 no);

#endif
