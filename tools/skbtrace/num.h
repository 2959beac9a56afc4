/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as people type and read them: 256k, 1.5, 2m, 12m41s, 2.6MiB. */
#ifndef SKBTRACE_NUM_H
#define SKBTRACE_NUM_H

#include "util.h"

/* "4096", "128k", "1M", "2G", also "KiB", "MB"...; powers of 1024 always. */
bool parse_size(const char *s, u64 *bytes);

/* "10", "1.5", "90s", "2m", "1h" into nanoseconds; not 0. */
bool parse_duration(const char *s, u64 *ns);

/*
 * Into @buf, which is returned: "1023B", "128KiB", "2.6MiB"; "48210", "4.0k";
 * "0.5s", "12m41s", "3h02m".
 */
enum { NUM_LEN = 32 };

char *fmt_size(char buf[NUM_LEN], u64 bytes);
char *fmt_rate(char buf[NUM_LEN], double per_second);
char *fmt_age(char buf[NUM_LEN], u64 ns);

/* CLOCK_MONOTONIC, the clock of the trace. */
u64 mono_ns(void);

/* CLOCK_REALTIME. */
u64 real_ns(void);

#endif
