/* SPDX-License-Identifier: GPL-2.0 */
/* "list -l": the probes, as "dtrace -l" prints them. */
#ifndef SKBTRACE_PROVIDER_LIST_H
#define SKBTRACE_PROVIDER_LIST_H

#include "lib/util.h"

struct format;
struct probe;

/*
 * LIST_TYPES: with stability and types of arguments, and no more than DTrace
 * prints; LIST_ALL: and from where, and how each member is had.
 */
enum listed { LIST_LINE, LIST_TYPES, LIST_ALL };

void list_head(void);
void list_probe(const struct probe *p, u32 id, enum listed how,
		const struct format *here);

/*
 * Those of @n descriptions; none: all. LIST_ALL says of each event how it is
 * had by @here, a kernel; NULL: that is not known. An exit code.
 */
int list_probes(int n, char *const *specs, enum listed how,
		const struct format *here);

#endif
