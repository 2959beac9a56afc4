/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SKBTRACE_FILTER_SET_H
#define SKBTRACE_FILTER_SET_H

#include "filter/filter.h"

struct ctl;

/* Set a filter in the kernel. 0, or an exit code after a message. */
int filter_set(const struct ctl *c, const struct filter *f);

#endif
