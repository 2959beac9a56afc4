/* SPDX-License-Identifier: GPL-2.0 */
/* The intervals of a connection, as text or JSON. */
#ifndef SKBTRACE_SERIES_PRINT_H
#define SKBTRACE_SERIES_PRINT_H

#include "conn/series.h"
#include "trace/printer.h"

/* @clock: of the first trace. */
void series_print(const struct series *sr, struct printer *pr,
		  const struct clock *clock);

#endif
