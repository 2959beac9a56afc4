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

/* Of a program of @file, NULL: the command line; @network: has such probes. */
void list_stability(const char *file, bool network);

/*
 * Those of @n descriptions; none: all. LIST_ALL says of each event how it is
 * had by @here, a kernel; NULL: that is not known. An exit code.
 */
int list_probes(int n, char *const *specs, enum listed how,
		const struct format *here);

/* What options of DTrace choose: all that any of them means. */
struct chosen {
	char **specs;		/* own */
	u32 n;
	u32 *ids;		/* own */
	u32 nids;
};

/*
 * "tcp:::connect-*,udp:::send { ... }": @colons are what the option leaves out
 * behind each, the clause does not matter. As in DTrace one that matches
 * nothing is told, and no failure. Exit codes.
 */
int chosen_add(struct chosen *c, const char *text, const char *colons);
int chosen_add_id(struct chosen *c, const char *text);
int list_chosen(const struct chosen *c, enum listed how,
		const struct format *here);
void chosen_free(struct chosen *c);

#endif
