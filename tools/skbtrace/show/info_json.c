// SPDX-License-Identifier: GPL-2.0
/* info as JSON: each object has the same keys. */
#include <string.h>

#include "lib/json.h"
#include "show/info.h"

/* An empty string becomes null. */
static void text(struct json *j, const char *key, const char *s)
{
	json_str(j, key, s && *s ? s : NULL);
}

/* Since the trace began; an event may be older than that. */
static void since(struct json *j, const struct info *in, const char *key,
		  u64 mono)
{
	if (in->all.events)
		json_s64(j, key, mono - in->t->clock.t0);
	else
		json_null(j, key);
}

static void start(struct json *j, const struct clock *c)
{
	struct day_cache day = { 0 };
	char buf[64];

	if (c->set && c->has_t0)
		*put_iso(buf, &day, clock_real(c, c->t0)) = '\0';
	else
		buf[0] = '\0';
	text(j, "start", buf);
}

static void head(struct json *j, const struct info *in,
		 const struct sbt_reader *rd)
{
	const struct trace *t = in->t;
	const char *trouble = sbt_reader_trouble(rd);
	char word[TRACE_WORD];

	json_u64(j, "size_bytes", sbt_reader_offset(rd));
	json_bool(j, "complete", !trouble);
	text(j, "trouble", trouble);
	json_u64(j, "damaged", in->damaged);
	trace_host(t, word);
	text(j, "host", word);
	trace_kernel(t, word);
	text(j, "kernel", word);
	json_u64(j, "abi", SKBTRACE_ABI);
	text(j, "byte_order", !t->fmt ? NULL : t->fmt->big ? "big" : "little");
	start(j, &t->clock);
	since(j, in, "first_ns", in->first);
	since(j, in, "last_ns", in->last);
	json_u64(j, "events", in->all.events);
	json_u64(j, "names", in->names);
	json_u64(j, "unknown", in->unknown);
	json_u64(j, "lost", in->all.lost);
	json_u64(j, "subbufs", in->subbufs);
	json_u64(j, "held", in->held);
	json_u64(j, "primaries", in->histories);
	json_u64(j, "older_missed", in->gaps);
	json_u64(j, "left_out", in->omitted);
	json_u64(j, "context", in->context);
}

static void kinds(struct json *j, const struct info *in, const char *key,
		  bool names)
{
	json_array(j, key);
	for (u32 no = 0; no < INFO_KINDS; no++) {
		char name[INFO_NAME];

		if (!info_has(in, no) || info_is_name(in, no) != names)
			continue;
		info_name(in, no, name);
		json_object(j, NULL);
		json_strn(j, "event", name, sizeof(name));
		json_u64(j, "number", no);
		json_u64(j, names ? "names" : "events",
			 in->by_event[no].events);
		json_u64(j, "lost", in->by_event[no].lost);
		json_object_end(j);
	}
	json_array_end(j);
}

static void cpus(struct json *j, const struct info *in)
{
	json_array(j, "by_cpu");
	for (u32 i = 0; i < in->ncpus; i++) {
		const struct cpu_count *c = &in->cpus[i];

		json_object(j, NULL);
		json_u64(j, "cpu", c->cpu);
		json_u64(j, "events", c->n.events);
		json_u64(j, "lost", c->n.lost);
		json_u64(j, "subbufs", c->subbufs);
		json_object_end(j);
	}
	json_array_end(j);
}

/* Changes of what part of the connections was recorded */
static void sheds(struct json *j, const struct info *in)
{
	const struct sheds *l = &in->t->sheds;

	json_array(j, "shed");
	for (u32 i = 0; i < l->n; i++) {
		json_object(j, NULL);
		json_s64(j, "since_ns", l->v[i].since - in->t->clock.t0);
		json_u64(j, "factor", l->v[i].factor);
		json_u64(j, "share_ppm", l->v[i].share_ppm);
		json_u64(j, "limit_ppm", l->v[i].limit_ppm);
		json_object_end(j);
	}
	json_array_end(j);
}

/* A name may occur twice, so it is an array. */
static void metas(struct json *j, const struct info *in, const char *only)
{
	json_array(j, "meta");
	for (const struct meta *m = in->t->meta; m; m = m->next) {
		if (only && strcmp(only, m->name))
			continue;
		json_object(j, NULL);
		json_str(j, "name", m->name);
		json_str(j, "text", m->text);
		json_object_end(j);
	}
	json_array_end(j);
}

void info_json(const struct info *in, const struct sbt_reader *rd,
	       const char *only)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	json_str(&j, "file", in->t->name);
	if (!only) {
		head(&j, in, rd);
		kinds(&j, in, "by_event", false);
		kinds(&j, in, "by_name", true);
		cpus(&j, in);
		sheds(&j, in);
	}
	metas(&j, in, only);
	json_object_end(&j);
	json_print(&j);
	json_free(&j);
}
