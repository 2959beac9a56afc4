// SPDX-License-Identifier: GPL-2.0
/* info, for programs: the same facts, the same keys in each object. */
#include <stdio.h>
#include <string.h>

#include "info.h"
#include "json.h"

static void text(const char *key, const char *s)
{
	printf(",\"%s\":", key);
	if (s && *s)
		json_string(s, strlen(s));
	else
		printf("null");
}

static void number(const char *key, u64 v)
{
	printf(",\"%s\":%llu", key, (unsigned long long)v);
}

/* Since the trace began; an event may be older than that. */
static void since(const struct info *in, const char *key, u64 mono)
{
	if (in->all.events)
		printf(",\"%s\":%lld", key,
		       (long long)(mono - in->t->clock.t0));
	else
		printf(",\"%s\":null", key);
}

static void start(const struct clock *c)
{
	struct day_cache day = { 0 };
	char buf[64];

	if (c->set && c->has_t0)
		*put_iso(buf, &day, clock_real(c, c->t0)) = '\0';
	else
		buf[0] = '\0';
	text("start", buf);
}

static void head(const struct info *in, const struct sbt_reader *rd)
{
	const struct trace *t = in->t;
	const char *trouble = sbt_reader_trouble(rd);
	char word[TRACE_WORD];

	number("size_bytes", sbt_reader_offset(rd));
	printf(",\"complete\":%s", trouble ? "false" : "true");
	text("trouble", trouble);
	number("damaged", in->damaged);
	trace_host(t, word);
	text("host", word);
	trace_kernel(t, word);
	text("kernel", word);
	number("abi", SKBTRACE_ABI);
	text("byte_order", !t->fmt ? NULL : t->fmt->big ? "big" : "little");
	start(&t->clock);
	since(in, "first_ns", in->first);
	since(in, "last_ns", in->last);
	number("events", in->all.events);
	number("names", in->names);
	number("unknown", in->unknown);
	number("lost", in->all.lost);
	number("subbufs", in->subbufs);
	number("held", in->held);
	number("primaries", in->histories);
	number("older_missed", in->gaps);
}

static void kinds(const struct info *in, const char *key, bool names)
{
	const char *sep = "";

	printf(",\"%s\":[", key);
	for (u32 no = 0; no < INFO_KINDS; no++) {
		char name[INFO_NAME];

		if (!info_has(in, no) || info_is_name(in, no) != names)
			continue;
		info_name(in, no, name);
		printf("%s{\"event\":", sep);
		json_string(name, sizeof(name));
		number("number", no);
		number(names ? "names" : "events", in->by_event[no].events);
		number("lost", in->by_event[no].lost);
		putchar('}');
		sep = ",";
	}
	putchar(']');
}

static void cpus(const struct info *in)
{
	printf(",\"by_cpu\":[");
	for (u32 i = 0; i < in->ncpus; i++) {
		const struct cpu_count *c = &in->cpus[i];

		printf("%s{\"cpu\":%u", i ? "," : "", c->cpu);
		number("events", c->n.events);
		number("lost", c->n.lost);
		number("subbufs", c->subbufs);
		putchar('}');
	}
	putchar(']');
}

/* A name may stand there twice: an array keeps both, and their order. */
static void metas(const struct info *in, const char *only)
{
	const char *sep = "";

	printf(",\"meta\":[");
	for (const struct meta *m = in->t->meta; m; m = m->next) {
		if (only && strcmp(only, m->name))
			continue;
		printf("%s{\"name\":", sep);
		json_string(m->name, strlen(m->name));
		printf(",\"text\":");
		json_string(m->text, strlen(m->text));
		putchar('}');
		sep = ",";
	}
	putchar(']');
}

void info_json(const struct info *in, const struct sbt_reader *rd,
	       const char *only)
{
	printf("{\"file\":");
	json_string(in->t->name, strlen(in->t->name));
	if (!only) {
		head(in, rd);
		kinds(in, "by_event", false);
		kinds(in, "by_name", true);
		cpus(in);
	}
	metas(in, only);
	puts("}");
}
