/* SPDX-License-Identifier: GPL-2.0 */
/* pcap expressions for the kernel's filters. */
#ifndef SKBTRACE_FILTER_H
#define SKBTRACE_FILTER_H

#include "recopt.h"

struct ctl;

/*
 * Compile and set the filters that @o asks for. 0, or an exit code after a
 * message: a wrong expression, or a kernel side that has no filters.
 */
int filter_set(const struct ctl *c, const struct recopt *o);

#endif
