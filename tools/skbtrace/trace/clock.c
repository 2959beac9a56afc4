// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/num.h"
#include "lib/put.h"
#include "trace/clock.h"

/*
 * The two clocks of a pair are read some ten nanoseconds apart, with jitter: do
 * not follow smaller differences, or times would jump.
 */
#define STEP_NS		100000

void clock_pair(struct clock *c, u64 mono_ns, u64 real_ns)
{
	s64 off = (s64)(real_ns - mono_ns);

	if (c->set && (u64)off - (u64)c->real_off + STEP_NS <= 2 * STEP_NS)
		return;
	c->real_off = off;
	c->set = true;
}

bool time_format_parse(const char *word, enum time_format *f)
{
	static const char *const words[] = {
		[TFMT_REL] = "rel", [TFMT_WALL] = "wall", [TFMT_UTC] = "utc",
		[TFMT_DELTA] = "delta", [TFMT_EPOCH] = "epoch",
		[TFMT_MONO] = "mono",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(word, words[i])) {
			*f = i;
			return true;
		}
	}
	return false;
}

u32 day_of(struct day_cache *d, u64 real_s, bool utc)
{
	time_t t = real_s;
	struct tm tm;

	if (real_s >= d->from && real_s < d->to && d->utc == utc)
		return real_s - d->from;
	memset(&tm, 0, sizeof(tm));
	/* A hostile clock may be centuries ahead: years have 4 digits. */
	if (real_s > 253402300799ULL ||
	    !(utc ? gmtime_r(&t, &tm) : localtime_r(&t, &tm))) {
		t = 0;
		gmtime_r(&t, &tm);
	}
	strftime(d->date, sizeof(d->date), "%Y-%m-%d", &tm);
	if (utc || !strftime(d->zone, sizeof(d->zone), "%z", &tm))
		strcpy(d->zone, "+0000");
	d->utc = utc;
	d->from = real_s - (tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
	/* Time zones change at quarters of an hour only. */
	d->to = real_s - real_s % 900 + 900;
	return real_s - d->from;
}

static char *put_clock(char *p, u32 s)
{
	if (s >= 86400)
		s = 86399;
	p = put_2(p, s / 3600);
	*p++ = ':';
	p = put_2(p, s / 60 % 60);
	*p++ = ':';
	return put_2(p, s % 60);
}

char *put_iso(char *p, struct day_cache *d, u64 real_ns)
{
	u64 s = real_ns / NSEC_PER_SEC;

	if (s != d->iso_s || !s) {
		u32 of_day = day_of(d, s, true);
		char *q = put_mem(d->iso, d->date, 10);

		*q++ = 'T';
		q = put_clock(q, of_day);
		*q = '.';
		d->iso_s = s;
	}
	p = put_mem(p, d->iso, sizeof(d->iso));
	p = put_9(p, real_ns % NSEC_PER_SEC);
	return put_char(p, 'Z');
}

/* Seconds and microseconds, rounded down. */
static char *put_seconds(char *p, u64 ns)
{
	if ((s64)ns < 0) {
		*p++ = '-';
		ns = -ns;
	}
	p = put_u64(p, ns / NSEC_PER_SEC);
	*p++ = '.';
	return put_6(p, ns % NSEC_PER_SEC / 1000);
}

char *put_time(char *p, const struct clock *c, struct day_cache *d,
	       enum time_format f, u64 mono, u64 *last)
{
	u64 real = clock_real(c, mono);
	u64 before;
	u32 s;

	switch (f) {
	case TFMT_REL:
		return put_seconds(p, mono - c->t0);
	case TFMT_MONO:
		return put_seconds(p, mono);
	case TFMT_EPOCH:
		return put_seconds(p, real);
	case TFMT_DELTA:
		before = *last ? *last : mono;
		*last = mono;
		return put_seconds(p, mono - before);
	case TFMT_WALL:
		p = put_clock(p, day_of(d, real / NSEC_PER_SEC, false));
		*p++ = '.';
		return put_6(p, real % NSEC_PER_SEC / 1000);
	case TFMT_UTC:
		s = day_of(d, real / NSEC_PER_SEC, true);
		p = put_mem(p, d->date, 10);
		*p++ = 'T';
		p = put_clock(p, s);
		*p++ = '.';
		p = put_6(p, real % NSEC_PER_SEC / 1000);
		return put_char(p, 'Z');
	}
	return p;
}

bool second_of(struct second *s, const struct clock *c, enum time_format f,
	       u64 mono)
{
	u64 at = f == TFMT_REL ? mono - c->t0 :
		 f == TFMT_MONO ? mono : clock_real(c, mono);

	s->from = mono - at % NSEC_PER_SEC;
	s->t0 = c->t0;
	s->real_off = c->real_off;
	s->utc = f == TFMT_UTC;
	return f != TFMT_DELTA && (s64)at >= 0;
}

/* Parse "1.5" as nanoseconds, without a double; *@end: after it. */
static bool seconds(const char *s, u64 *ns, const char **end)
{
	u64 v = 0, frac = 0, unit = NSEC_PER_SEC;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (*s - '0');
		if (v > 1ULL << 33)
			return false;
	}
	if (*s == '.' || *s == ',') {
		for (s++; *s >= '0' && *s <= '9'; s++) {
			unit /= 10;
			frac += unit * (*s - '0');
		}
	}
	*ns = v * NSEC_PER_SEC + frac;
	*end = s;
	return true;
}

/* Real time to monotonic time, limited to its range. */
static u64 mono_of(const struct clock *c, time_t t, u64 ns)
{
	__int128 mono = (__int128)t * (s64)NSEC_PER_SEC + ns - c->real_off;

	if (mono < 0)
		return 0;
	return mono > UINT64_MAX ? UINT64_MAX : (u64)mono;
}

/* Seconds since the start ("rel"), or since 1970 ("epoch"). */
static bool parse_offset(const struct clock *c, const char *s, u64 *mono)
{
	enum { EPOCH = 1000000000 };	/* seconds; no trace takes 30 years */
	const bool before = *s == '-';
	const char *end;
	u64 ns;

	s += before;
	if (!seconds(s, &ns, &end) || (*end && strcmp(end, "s"))) {
		if (!parse_duration(s, &ns))
			return false;
	} else if (!before && ns >= EPOCH * NSEC_PER_SEC) {
		*mono = mono_of(c, ns / NSEC_PER_SEC, ns % NSEC_PER_SEC);
		return true;
	}
	if (before)
		*mono = c->t0 > ns ? c->t0 - ns : 0;
	else
		*mono = c->t0 + ns;
	return true;
}

/* "Z", "+01:00", "+0100", "" for local time; seconds east into @east. */
static bool parse_zone(const char *s, bool *given, long *east)
{
	int h, m, n = 0;

	*given = *s;
	*east = 0;
	if (!*s || !strcmp(s, "Z"))
		return true;
	if (strspn(s, "+-") != 1 || s[1] < '0' || s[1] > '9' ||
	    (sscanf(s + 1, "%2d:%2d%n", &h, &m, &n) != 2 &&
	     sscanf(s + 1, "%2d%2d%n", &h, &m, &n) != 2))
		return false;
	if (!n || s[1 + n] || h > 14 || m < 0 || m > 59)
		return false;
	*east = (h * 60 + m) * (*s == '-' ? -60L : 60L);
	return true;
}

/* "2026-11-21", and a T or a blank if a time follows. */
static const char *parse_date(const char *s, struct tm *tm)
{
	int y, mo, d, n = 0;

	if (sscanf(s, "%4d-%2d-%2d%n", &y, &mo, &d, &n) != 3 || !n)
		return NULL;
	tm->tm_year = y - 1900;
	tm->tm_mon = mo - 1;
	tm->tm_mday = d;
	s += n;
	return s + (*s == 'T' || *s == ' ');
}

/* "14:03" or "14:03:07.2"; NULL: it is none. */
static const char *parse_clock(const char *s, struct tm *tm, u64 *ns)
{
	int n = 0;

	if (sscanf(s, "%2d:%2d%n", &tm->tm_hour, &tm->tm_min, &n) != 2 || !n)
		return NULL;
	s += n;
	if (*s == ':' && !seconds(s + 1, ns, &s))
		return NULL;
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || tm->tm_min < 0 ||
	    tm->tm_min > 59 || *ns >= 61 * NSEC_PER_SEC)
		return NULL;
	return s;
}

bool time_parse(const struct clock *c, const char *s, u64 *mono)
{
	time_t start = clock_real(c, c->t0) / NSEC_PER_SEC, t;
	const char *date, *rest = s, *zone;
	struct tm day = {};
	bool zoned;
	long east;
	u64 ns = 0;

	if (parse_offset(c, s, mono))
		return true;
	date = parse_date(s, &day);
	if (date)
		rest = date;
	zone = strpbrk(rest, "Z+-");
	if (!parse_zone(zone ? zone : "", &zoned, &east))
		return false;
	t = start + east;
	if (!(zoned ? gmtime_r(&t, &day) : localtime_r(&t, &day)))
		return false;
	day.tm_hour = 0;
	day.tm_min = 0;
	day.tm_sec = 0;
	day.tm_isdst = -1;
	if (date)
		parse_date(s, &day);
	if (*rest && rest != zone)
		rest = parse_clock(rest, &day, &ns);
	else if (!date)
		return false;
	if (!rest || strcmp(rest, zone ? zone : ""))
		return false;
	t = (zoned ? timegm(&day) : mktime(&day)) - east;
	/* A time of day before that of the start is on the next day. */
	if (!date && t + 43200 < start)
		t += 86400;
	*mono = mono_of(c, t, ns);
	return true;
}
