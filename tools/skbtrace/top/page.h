/* SPDX-License-Identifier: GPL-2.0 */
/* The lines above and below the table. */
#ifndef SKBTRACE_TOP_PAGE_H
#define SKBTRACE_TOP_PAGE_H

#include "top/state.h"

/* For a screen of @width columns; 0: as wide as it gets. */
void page_status(const struct top *t, char buf[TOP_LINE], int width);
void page_scope(const struct top *t, char buf[TOP_LINE]);
/* A warning, such as losses; "" if there is none. */
void page_doubts(const struct top *t, char buf[TOP_LINE]);
/* The healthy ones, in one line. */
void page_healthy(const struct top *t, char buf[TOP_LINE]);

/* "14:03:07", the wall clock's, at @mono; "" if it is not known. */
void page_time(const struct top *t, u64 mono, char buf[16]);

#endif
