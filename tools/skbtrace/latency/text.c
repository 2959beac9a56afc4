// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "latency/latency.h"

/* The value of "KEY=NUMBER" in a line; 0: none there. */
static u64 number(const char *line, const char *key)
{
	const size_t len = strlen(key);

	for (const char *p = strchr(line, ' '); p; p = strchr(p, ' ')) {
		p++;
		if (!strncmp(p, key, len) && p[len] == '=')
			return strtoull(p + len + 1, NULL, 10);
	}
	return 0;
}

static bool take_missed(struct lat *l, const char *line)
{
	for (const char *p = strchr(line, ' '); p && l->nmissed < LAT_MISSED;
	     p = strchr(p, ' ')) {
		struct lat_missed *m = &l->missed[l->nmissed];
		unsigned long long n;

		p++;
		if (sscanf(p, "%15[a-z]=%llu", m->why, &n) != 2)
			return false;
		m->count = n;
		l->nmissed++;
	}
	return true;
}

/* The word of "KEY=WORD" in a line, up to @size; "": none there. */
static void word(const char *line, const char *key, char *to, size_t size)
{
	const size_t len = strlen(key);

	*to = '\0';
	for (const char *p = strchr(line, ' '); p; p = strchr(p, ' ')) {
		p++;
		if (strncmp(p, key, len) || p[len] != '=')
			continue;
		p += len + 1;
		snprintf(to, size, "%.*s", (int)strcspn(p, " "), p);
		return;
	}
}

/* "stage NAME dir=... why=WORD", or the same with "keyed" and "key=KEY" */
static bool take_stage(struct lat *l, const char *line)
{
	struct lat_stage *s;
	char dir[3];

	if (!(l->n & (l->n + 1)))
		l->stage = xrealloc(l->stage,
				    2 * (l->n + 1) * sizeof(*l->stage));
	s = &l->stage[l->n];
	*s = (struct lat_stage){ 0 };
	if (sscanf(line, "%*s %23s dir=%2s", s->name, dir) != 2)
		return false;
	s->sent = !strcmp(dir, "tx");
	s->sum_ns = number(line, "sum_ns");
	word(line, "why", s->why, sizeof(s->why));
	word(line, "key", s->key, sizeof(s->key));
	l->n++;
	return true;
}

/* Buckets come in order; their sum is the stage's count. */
static bool take_bucket(struct lat *l, const char *line)
{
	unsigned long long from, width, count;
	struct lat_stage *s;

	if (!l->n || sscanf(line, "bucket %llu %llu %llu", &from, &width,
			    &count) != 3)
		return false;
	s = &l->stage[l->n - 1];
	if (!(s->n & (s->n + 1)))
		s->v = xrealloc(s->v, 2 * (s->n + 1) * sizeof(*s->v));
	s->v[s->n++] = (struct lat_bucket){ from, width, count };
	s->count += count;
	return true;
}

static bool take_first(struct lat *l, const char *line)
{
	if (strncmp(line, "latency ", 8))
		return false;
	l->every = number(line, "every");
	l->started_ns = number(line, "started_ns");
	l->now_ns = number(line, "now_ns");
	word(line, "by", l->by, sizeof(l->by));
	if (!strcmp(l->by, "-"))
		*l->by = '\0';
	return true;
}

bool lat_parse(struct lat *l, char *text)
{
	char *save, *line = strtok_r(text, "\n", &save);
	bool good;

	*l = (struct lat){ 0 };
	good = line && take_first(l, line);
	while (good && (line = strtok_r(NULL, "\n", &save))) {
		if (!strncmp(line, "missed ", 7))
			good = take_missed(l, line);
		else if (!strncmp(line, "stage ", 6) ||
			 !strncmp(line, "keyed ", 6))
			good = take_stage(l, line);
		else if (!strncmp(line, "bucket ", 7))
			good = take_bucket(l, line);
	}
	return good;
}

void lat_free(struct lat *l)
{
	for (u32 i = 0; i < l->n; i++)
		free(l->stage[i].v);
	free(l->stage);
	*l = (struct lat){ 0 };
}

u64 lat_percentile(const struct lat_stage *s, u32 percent)
{
	/* Rounded up, so that the median of two values is the first. */
	u64 rank = s->count / 100 * percent +
		   (s->count % 100 * percent + 99) / 100, seen = 0;

	for (u32 i = 0; i < s->n; i++) {
		seen += s->v[i].count;
		if (seen >= rank)
			return s->v[i].from + s->v[i].width / 2;
	}
	return 0;
}

u64 lat_max(const struct lat_stage *s)
{
	const struct lat_bucket *last = s->n ? &s->v[s->n - 1] : NULL;

	return last ? last->from + last->width - 1 : 0;
}
