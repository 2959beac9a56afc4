/* SPDX-License-Identifier: GPL-2.0 */
/* "list -l": the probes, as "dtrace -l" prints them. */
#ifndef SKBTRACE_PROVIDER_LIST_H
#define SKBTRACE_PROVIDER_LIST_H

#include "lib/util.h"

/* Those of @n descriptions; none: all. An exit code. */
int list_probes(int n, char *const *specs, bool verbose);

#endif
