// SPDX-License-Identifier: GPL-2.0
/* "list --json": what an event is, for programs. */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "list_json.h"

/* "" and "-" are what the format has for nothing. */
static void text(const char *key, const char *s)
{
	printf(",\"%s\":", key);
	if (*s && strcmp(s, "-"))
		json_string(s, strlen(s));
	else
		printf("null");
}

/* "a:b" as an array. */
static void words(const char *key, const char *s)
{
	const char *sep = "";

	printf(",\"%s\":[", key);
	while (*s && strcmp(s, "-")) {
		size_t n = strcspn(s, ":");

		printf("%s", sep);
		json_string(s, n);
		sep = ",";
		s += n + (s[n] == ':');
	}
	putchar(']');
}

static void symbols(const struct symtab *t)
{
	printf(",\"symbols\":");
	if (!t) {
		printf("null");
		return;
	}
	putchar('{');
	for (u32 i = 0; i < t->n; i++) {
		printf("%s", i ? "," : "");
		json_string(t->v[i].word, t->v[i].len);
		printf(":%llu", (unsigned long long)t->v[i].val);
	}
	putchar('}');
}

static void flag(const char *key, bool on)
{
	printf(",\"%s\":%s", key, on ? "true" : "false");
}

static void field(const struct field *f)
{
	static const char *const types[] = {
		[FT_U8] = "u8", [FT_U16] = "u16", [FT_U32] = "u32",
		[FT_U64] = "u64", [FT_S8] = "s8", [FT_S16] = "s16",
		[FT_S32] = "s32", [FT_S64] = "s64", [FT_ADDR] = "addr",
		[FT_STR] = "str",
	};
	char unit[64];

	printf("{\"name\":");
	json_string(f->name, strlen(f->name));
	text("text_name", f->text_name);
	text("type", types[f->type]);
	snprintf(unit, sizeof(unit), "%.*s",
		 (int)strcspn(f->unit_text, ":"), f->unit_text);
	text("unit", unit);
	printf(",\"offset\":%u,\"size\":%u", f->off, f->size);
	flag("brief", f->flags & FF_BRIEF);
	flag("tuple", f->flags & FF_TUPLE);
	flag("if_set", f->flags & FF_SET);
	flag("may_be_na", f->flags & FF_NA);
	flag("may_be_inf", f->flags & FF_INF);
	text("help", f->help);
	symbols(f->syms);
	putchar('}');
}

void list_json(const struct event *e)
{
	const char *sep = "";

	printf("{\"event\":");
	json_string(e->name, strlen(e->name));
	printf(",\"number\":%u", e->no);
	text("module", e->module);
	text("kind", e->kind);
	text("stability", e->stability);
	text("state", e->state_text);
	text("why", e->why);
	text("how_inferred", e->how);
	words("sets", e->sets);
	words("options", e->opts);
	text("in_a_set", e->set_opts);
	text("selector", e->selector);
	text("help", e->help);
	text("read", e->read);
	text("example", e->example);
	printf(",\"fields\":[");
	for (u32 i = 0; i < e->nfields; i++) {
		if (e->fields[i].spare)
			continue;
		printf("%s", sep);
		field(&e->fields[i]);
		sep = ",";
	}
	puts("]}");
}
