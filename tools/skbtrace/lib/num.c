// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/num.h"

bool parse_size(const char *s, u64 *bytes)
{
	static const char units[] = "kmgt";
	unsigned int shift = 0;
	const char *u;
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*bytes = strtoull(s, &end, 10);
	if (errno)
		return false;
	if (*end) {
		u = strchr(units, *end | 0x20);
		if (u && *u) {
			shift = 10 * (u - units + 1);
			end++;
			if (!strncasecmp(end, "ib", 2))
				end += 2;
		}
		if (*end == 'B' || *end == 'b')
			end++;
	}
	if (*end || *bytes > UINT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

bool parse_hex(const char *s, u64 *v)
{
	size_t n;

	if (!strncmp(s, "0x", 2))
		s += 2;
	n = strspn(s, "0123456789abcdefABCDEF");
	if (!n || n > 16 || s[n])
		return false;
	*v = strtoull(s, NULL, 16);
	return true;
}

bool parse_duration(const char *s, u64 *ns)
{
	double v, unit = 1;
	char *end;

	/* strtod would take "inf", "nan" and "0x1p3" as well. */
	if (strspn(s, "0123456789.") == 0)
		return false;
	v = strtod(s, &end);
	if ((size_t)(end - s) != strspn(s, "0123456789."))
		return false;
	if (!strcmp(end, "m") || !strcmp(end, "min"))
		unit = 60;
	else if (!strcmp(end, "h"))
		unit = 3600;
	else if (!strcmp(end, "ms"))
		unit = 0.001;
	else if (!strcmp(end, "us"))
		unit = 0.000001;
	else if (*end && strcmp(end, "s"))
		return false;
	v *= unit;
	if (v <= 0 || v > 1e9)
		return false;
	*ns = v * NSEC_PER_SEC;
	return *ns != 0;
}

char *fmt_size(char buf[NUM_LEN], u64 bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned int u = 0;

	while (u + 1 < ARRAY_SIZE(units) && bytes >> (10 * (u + 1)))
		u++;
	if (u > 1 || bytes & ((1ull << (10 * u)) - 1))
		snprintf(buf, NUM_LEN, "%.1f%s",
			 (double)bytes / (1ull << (10 * u)), units[u]);
	else
		snprintf(buf, NUM_LEN, "%llu%s",
			 (unsigned long long)(bytes >> (10 * u)), units[u]);
	return buf;
}

char *fmt_rate(char buf[NUM_LEN], double v)
{
	if (v < 1000)
		snprintf(buf, NUM_LEN, "%.0f", v);
	else if (v < 1e6)
		snprintf(buf, NUM_LEN, "%.1fk", v / 1e3);
	else
		snprintf(buf, NUM_LEN, "%.1fM", v / 1e6);
	return buf;
}

char *fmt_age(char buf[NUM_LEN], u64 ns)
{
	unsigned long long s = ns / NSEC_PER_SEC;

	if (s < 60)
		snprintf(buf, NUM_LEN, "%llu.%llus", s,
			 (unsigned long long)(ns / (NSEC_PER_SEC / 10)) % 10);
	else if (s < 3600)
		snprintf(buf, NUM_LEN, "%llum%02llus", s / 60, s % 60);
	else
		snprintf(buf, NUM_LEN, "%lluh%02llum", s / 3600, s / 60 % 60);
	return buf;
}

static u64 clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

u64 mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

u64 real_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

bool parse_u64(const char *s, u64 *val)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*val = strtoull(s, &end, s[0] == '0' && (s[1] | 32) == 'x' ? 16 : 10);
	return !errno && end != s && !*end;
}
