/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The blocks of a pcapng file around those that the kernel writes; see
 * draft-ietf-opsawg-pcapng. One interface, whose packets begin with IP.
 */
#ifndef SKBTRACE_PCAPNG_H
#define SKBTRACE_PCAPNG_H

#include "lib/util.h"

/* Section header and interface. 0 or -errno. */
int pcapng_begin(int fd);
/* Statistics of the interface; @why: a comment, "" for none. 0 or -errno. */
int pcapng_end(int fd, u64 received, u64 dropped, const char *why);

#endif
