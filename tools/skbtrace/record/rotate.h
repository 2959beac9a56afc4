/* SPDX-License-Identifier: GPL-2.0 */
/* Names of rotated files: NAME.0001, NAME.0002, ... */
#ifndef SKBTRACE_ROTATE_H
#define SKBTRACE_ROTATE_H

#include "lib/util.h"

char *rotate_name(const char *name, unsigned int number);

/* The highest number in use, finished or not; 0: none. */
unsigned int rotate_last(const char *name);

/* Remove the oldest finished ones until @keep are left. */
void rotate_prune(const char *name, unsigned int keep);

#endif
