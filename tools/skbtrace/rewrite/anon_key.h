/* SPDX-License-Identifier: GPL-2.0 */
/* The secret key of the mapping of addresses and names. */
#ifndef SKBTRACE_REWRITE_ANON_KEY_H
#define SKBTRACE_REWRITE_ANON_KEY_H

#include "lib/util.h"

enum { ANON_KEY = 32 };

/*
 * From @file, NULL: a random one. 0, or an exit code after a message. @out must
 * not be that file.
 */
int anon_key(const char *file, const char *out, u8 key[ANON_KEY]);

#endif
