/* SPDX-License-Identifier: GPL-2.0 */
/* What the small JSON outputs share. Events have a faster way, print_json.c. */
#ifndef SKBTRACE_JSON_H
#define SKBTRACE_JSON_H

#include "util.h"

/* On stdout: quoted, at most @n bytes of @s. */
void json_string(const char *s, size_t n);

#endif
