/* SPDX-License-Identifier: GPL-2.0 */
/* What of a predicate the kernel can decide, so that less is recorded. */
#ifndef SKBTRACE_D_PUSH_H
#define SKBTRACE_D_PUSH_H

#include "d/plan.h"

/*
 * The condition on @event that holds whenever a clause of @plan does something;
 * "": it may always do. To be freed.
 */
char *push_event(const struct plan *plan, const char *event);

#endif
