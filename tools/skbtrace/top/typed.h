/* SPDX-License-Identifier: GPL-2.0 */
/* Input of the user: a filter, a time. Errors are printed. */
#ifndef SKBTRACE_TOP_TYPED_H
#define SKBTRACE_TOP_TYPED_H

#include "top/state.h"

/* As --where; "": all. What was before is seen again, in a recording. */
void typed_filter(struct top *t, const char *text);
/* From now on, that is all. False after a message. */
bool typed_filter_now(struct top *t, const char *text);
/* As --since, of a recording. */
void typed_time(struct top *t, const char *text);

#endif
