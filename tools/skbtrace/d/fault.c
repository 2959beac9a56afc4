// SPDX-License-Identifier: GPL-2.0
/* The first fault of a clause, which ends it. */
#include "d/run.h"

void fault(struct run *r, const struct expr *e, const char *why)
{
	if (r->fault)
		return;
	r->fault = why;
	r->fault_pos = e->pos;
}
