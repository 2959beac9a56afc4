/* SPDX-License-Identifier: GPL-2.0 */
/* Pages of text: why this connection, and help. */
#ifndef SKBTRACE_TOP_PAGES_H
#define SKBTRACE_TOP_PAGES_H

#include "top/state.h"

/* Lines, each ended, for a screen of @width columns. */
void pages_why(const struct top *t, struct out *o, int width);
void pages_help(const struct top *t, struct out *o);

#endif
