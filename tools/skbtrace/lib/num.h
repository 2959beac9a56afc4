/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers with units, parse and print: 256k, 1.5, 2m, 12m41s, 2.6MiB. */
#ifndef SKBTRACE_NUM_H
#define SKBTRACE_NUM_H

#include "lib/util.h"

/* "4096", "128k", "1M", "2G", also "KiB", "MB"...; powers of 1024 always. */
bool parse_size(const char *s, u64 *bytes);

/* Whole string, with or without 0x, not signed. */
bool parse_hex(const char *s, u64 *v);

/* "10", "1.5", "90s", "2m", "1h", "5ms", "10us" into nanoseconds; not 0. */
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

/* Whole string as a number, base 10 or 0x; false if it is not one. */
bool parse_u64(const char *s, u64 *val);

#endif
