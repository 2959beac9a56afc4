/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time. Events have CLOCK_MONOTONIC only; each sub-buffer has a pair of
 * monotonic and real time, to convert between them.
 */
#ifndef SKBTRACE_CLOCK_H
#define SKBTRACE_CLOCK_H

#include "lib/util.h"

struct clock {
	bool set;		/* a pair was seen */
	bool has_t0;
	u64 t0;			/* monotonic: the trace began */
	s64 real_off;		/* real - monotonic */
};

/* A pair; the offset moves only when the wall clock was stepped. */
void clock_pair(struct clock *c, u64 mono_ns, u64 real_ns);

static inline u64 clock_real(const struct clock *c, u64 mono)
{
	return mono + c->real_off;
}

enum time_format {
	TFMT_REL, TFMT_WALL, TFMT_UTC, TFMT_DELTA, TFMT_EPOCH, TFMT_MONO,
};

bool time_format_parse(const char *word, enum time_format *f);

/* Caches the date: localtime() is slow. */
struct day_cache {
	u64 from, to;		/* real seconds this day covers */
	bool utc;
	char date[11];		/* "2026-11-21" */
	char zone[7];		/* "+0100" */
	u64 iso_s;		/* the second that iso[] shows */
	char iso[20];		/* "2026-11-21T05:03:11." */
};

/* Seconds since midnight of @real_s; the day is in @d. */
u32 day_of(struct day_cache *d, u64 real_s, bool utc);

/* "2026-11-21T05:03:11.737675042Z", 30 bytes; the new end. */
char *put_iso(char *p, struct day_cache *d, u64 real_ns);

/* TIME as text shows it, unpadded; at most 32 bytes. @last for delta. */
char *put_time(char *p, const struct clock *c, struct day_cache *d,
	       enum time_format f, u64 mono, u64 *last);

/* What TIME of all lines of one second has in common. */
struct second {
	u64 from;		/* monotonic: where it begins */
	u64 t0;			/* the clock it is told by */
	s64 real_off;
	bool utc;		/* a Z is last */
	u32 len;		/* before the microseconds; 0: none */
	char text[32];
};

/* That of @mono, but for its text; false if lines have none in common. */
bool second_of(struct second *s, const struct clock *c, enum time_format f,
	       u64 mono);

/*
 * The argument of --since: seconds since the start ("1.5", "500ms"), or since
 * 1970 if it is large; a time on the day of the start ("14:03:07.2"), a date
 * with or without a time, both local or with a zone ("Z", "+01:00"). The result
 * is monotonic time, limited to its range. False: not a time.
 */
bool time_parse(const struct clock *c, const char *s, u64 *mono);

#endif
