/* SPDX-License-Identifier: GPL-2.0 */
/* The summary, as the options ask for it. */
#ifndef SKBTRACE_SUMMARY_PRINT_H
#define SKBTRACE_SUMMARY_PRINT_H

#include "conn/summary.h"
#include "trace/printer.h"

/* As the options are called; NULL, and 0: not given. */
struct summary_how {
	const char *by, *sort;
	u64 top;
};

/* Does it show percentiles? */
bool summary_how_dists(const struct summary_how *how, bool json, bool verbose);
/* 0, or an exit code after a message: there is nothing of that name. */
int summary_how_check(const struct summary_how *how);
/*
 * All rows, or groups of them. Traces without an end are known up to @last,
 * none beyond @to.
 */
void summary_print(struct summary *s, struct printer *p,
		   const struct trace *traces, u64 last, u64 to,
		   const struct summary_how *how);

#endif
