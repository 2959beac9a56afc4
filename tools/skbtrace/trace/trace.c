// SPDX-License-Identifier: GPL-2.0
#include <byteswap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/trace.h"

/* Limits of META, formats and CPUs */
enum { MAX_META = 256, MAX_FORMATS = 64, MAX_CPUS = 8192 };

struct trace *trace_new(const char *name)
{
	struct trace *t = xcalloc(1, sizeof(*t));

	t->name = name;
	t->to = UINT64_MAX;
	t->names = names_new();
	return t;
}

void trace_free(struct trace *t)
{
	struct format *f;
	struct meta *m;

	if (!t)
		return;
	while ((f = t->formats)) {
		t->formats = f->next;
		format_free(f);
	}
	sheds_free(&t->sheds);
	offsets_free(&t->offsets);
	while ((m = t->meta)) {
		t->meta = m->next;
		free(m->name);
		free(m->text);
		free(m);
	}
	names_free(t->names);
	sbt_reader_close(t->rd);
	free(t->percpu);
	free(t);
}

int trace_format(struct trace *t, const char *text, size_t len)
{
	struct format *f;
	char err[200];
	int n = 0;

	for (f = t->formats; f; f = f->next, n++) {
		if (f->text_len == len && !memcmp(f->text, text, len)) {
			t->fmt = f;
			return 0;
		}
	}
	if (n == MAX_FORMATS)
		return fail(EXIT_FAILED, "%s: more than %d different formats",
			    t->name, MAX_FORMATS);
	f = format_parse(text, len, err, sizeof(err));
	if (!f)
		return fail(EXIT_FAILED, "%s: format: %s", t->name, err);
	f->next = t->formats;
	t->formats = f;
	t->fmt = f;
	return 0;
}

/* The number after a key: "mono_ns 123 real_ns 456". */
static bool number_after(const char *text, const char *key, u64 *v)
{
	const char *p = strstr(text, key);

	unsigned long long n;

	if (!p || sscanf(p + strlen(key), " %llu", &n) != 1)
		return false;
	*v = n;
	return true;
}

/* The number of CPUs in "0-3,8"; 0 if it is not such a list. */
static u32 count_cpus(const char *s)
{
	u32 n = 0;

	while (*s && *s != '\n') {
		unsigned int a, b;
		int used = 0;

		if (sscanf(s, "%u%n", &a, &used) != 1)
			return 0;
		s += used;
		b = a;
		if (*s == '-') {
			if (sscanf(s + 1, "%u%n", &b, &used) != 1)
				return 0;
			s += 1 + used;
		}
		if (b < a || b - a >= MAX_CPUS - n ||
		    (*s && *s != ',' && *s != '\n'))
			return 0;
		n += b - a + 1;
		s += *s == ',';
	}
	return n;
}

/*
 * "start" is when the recording began, the same in each of its files; "clock"
 * is a pair of readings at any time.
 */
static void take_clock(struct trace *t, const struct meta *m)
{
	u64 mono, real;

	if (!number_after(m->text, "mono_ns", &mono))
		return;
	if (number_after(m->text, "real_ns", &real))
		clock_pair(&t->clock, mono, real);
	if (!strcmp(m->name, "start"))
		t->t0_told = true;
	else if (t->t0_told)
		return;
	t->clock.t0 = mono;
	t->clock.has_t0 = true;
}

/* The range of a recording that was cut, maybe several times. */
static void take_range(struct trace *t, const struct meta *m)
{
	u64 from, to;

	if (number_after(m->text, "from_ns", &from) && from > t->from)
		t->from = from;
	if (number_after(m->text, "to_ns", &to) && to < t->to)
		t->to = to;
	t->ranged = t->from || t->to != UINT64_MAX;
}

void trace_lost(struct trace *t, u32 cpu, u64 lost_total)
{
	u32 i;

	for (i = 0; i < t->npercpu && t->percpu[i].cpu != cpu; i++)
		;
	if (i == t->npercpu) {
		if (i == MAX_CPUS)
			return;
		if (!(i & (i - 1)))
			t->percpu = xrealloc(t->percpu, sizeof(*t->percpu) *
					     (i ? 2 * i : 1));
		t->percpu[t->npercpu++] = (struct trace_cpu){ cpu, 0 };
		if (!t->cpus_told)
			t->ncpus = t->npercpu;
	}
	if (lost_total > t->percpu[i].lost) {
		t->lost_seen += lost_total - t->percpu[i].lost;
		t->percpu[i].lost = lost_total;
	}
}

void trace_meta(struct trace *t, const char *text, size_t len)
{
	const char *nl = memchr(text, '\n', len);
	size_t n = nl ? (size_t)(nl - text) : len;
	struct meta *m, **p = &t->meta;
	int count = 0;

	if (n >= META_NAME || memchr(text, '\0', len))
		return;
	for (; *p; p = &(*p)->next)
		count++;
	if (count == MAX_META + MAX_OFFSETS)
		return;
	m = xcalloc(1, sizeof(*m));
	m->name = strndup(text, n);
	m->text = nl ? strndup(nl + 1, len - n - 1) : strdup("");
	if (!m->name || !m->text)
		exit(fail(EXIT_FAILED, "out of memory"));
	*p = m;
	if (!strcmp(m->name, "clock") || !strcmp(m->name, "start")) {
		take_clock(t, m);
	} else if (!strcmp(m->name, TRACE_RANGE)) {
		take_range(t, m);
	} else if (!strcmp(m->name, "offset")) {
		offsets_add(&t->offsets, m->text);
	} else if (!strcmp(m->name, "cpus")) {
		n = count_cpus(m->text);
		t->cpus_told = n;
		t->ncpus = n;
	}
}

void trace_end(struct trace *t, const void *p, size_t len, bool swap)
{
	if (len < sizeof(t->end))
		return;
	memcpy(&t->end, p, sizeof(t->end));
	if (swap) {
		t->end.events = bswap_64(t->end.events);
		t->end.lost = bswap_64(t->end.lost);
		t->end.mono_ns = bswap_64(t->end.mono_ns);
	}
	t->has_end = true;
}

const char *trace_meta_get(const struct trace *t, const char *name)
{
	for (const struct meta *m = t->meta; m; m = m->next)
		if (!strcmp(m->name, name))
			return m->text;
	return "";
}

const char *trace_spec(const struct trace *t, const char *event)
{
	const char *specs = trace_meta_get(t, "events");
	size_t n = strlen(event);

	while (*specs) {
		if (strcspn(specs, ",\n") == n && !memcmp(specs, event, n))
			return specs + n;
		specs += strcspn(specs, "\n");
		specs += *specs == '\n';
	}
	return NULL;
}

/* The text after the name of an option; NULL: it is not there. */
static const char *spec_find(const char *spec, const char *option)
{
	size_t n = strlen(option);

	while (spec && *spec == ',') {
		spec++;
		if (strcspn(spec, "=,\n") == n && !memcmp(spec, option, n))
			return spec + n;
		spec += strcspn(spec, ",\n");
	}
	return NULL;
}

bool spec_has(const char *spec, const char *option)
{
	return spec_find(spec, option);
}

bool spec_names(const char *spec, const char *option, const char *word)
{
	const char *p = spec_find(spec, option);
	size_t n = strlen(word);

	while (p && (*p == '=' || *p == ':')) {
		p++;
		if (strcspn(p, ":,\n") == n && !memcmp(p, word, n))
			return true;
		p += strcspn(p, ":,\n");
	}
	return false;
}

static void first_word(char buf[TRACE_WORD], const char *s)
{
	snprintf(buf, TRACE_WORD, "%.*s", (int)strcspn(s, " \n"), s);
}

void trace_host(const struct trace *t, char buf[TRACE_WORD])
{
	first_word(buf, trace_meta_get(t, "hostname"));
}

/* Old recordings lack the boot id: compare the clocks. */
bool trace_same_boot(const struct trace *a, const struct trace *b)
{
	const char *x = trace_meta_get(a, "boot_id");
	const char *y = trace_meta_get(b, "boot_id");
	s64 d = a->clock.real_off - b->clock.real_off;

	if (*x && *y)
		return !strcmp(x, y);
	return !strcmp(trace_meta_get(a, "hostname"),
		       trace_meta_get(b, "hostname")) &&
	       d <= 2 * (s64)NSEC_PER_SEC && d >= -2 * (s64)NSEC_PER_SEC;
}

/* The boot id of whose clock its times can be told by; "" if of none. */
static const char *clock_id(const struct trace *t)
{
	static const char key[] = "boot_id ";
	const char *by = trace_meta_get(t, "collector");

	if (!*by)
		return trace_meta_get(t, "boot_id");
	if (!t->offsets.n || strncmp(by, key, strlen(key)))
		return "";
	return by + strlen(key);
}

bool trace_same_collector(const struct trace *a, const struct trace *b)
{
	const char *x = clock_id(a), *y = clock_id(b);
	const size_t n = strcspn(x, " \n");

	return n && n == strcspn(y, " \n") && !memcmp(x, y, n);
}

u64 trace_steady(const struct trace *t, u64 mono)
{
	struct offsets *o = &t->timed_by->offsets;

	return mono + offsets_at(o, mono) - offsets_at(o, t->timed_from);
}

void trace_kernel(const struct trace *t, char buf[TRACE_WORD])
{
	first_word(buf, t->fmt ? t->fmt->kernel : "");
}
