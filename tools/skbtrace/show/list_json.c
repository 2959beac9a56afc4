// SPDX-License-Identifier: GPL-2.0
/* "list --json". */
#include <string.h>

#include "lib/json.h"
#include "show/list_json.h"

/* "" and "-" become null. */
static void text(struct json *j, const char *key, const char *s)
{
	json_str(j, key, *s && strcmp(s, "-") ? s : NULL);
}

/* "a:b" as an array. */
static void words(struct json *j, const char *key, const char *s)
{
	json_array(j, key);
	while (*s && strcmp(s, "-")) {
		size_t n = strcspn(s, ":");

		json_strn(j, NULL, s, n);
		s += n + (s[n] == ':');
	}
	json_array_end(j);
}

static void symbols(struct json *j, const struct symtab *t)
{
	if (!t) {
		json_null(j, "symbols");
		return;
	}
	json_object(j, "symbols");
	for (u32 i = 0; i < t->n; i++) {
		json_key(j, t->v[i].word, t->v[i].len);
		json_u64(j, NULL, t->v[i].val);
	}
	json_object_end(j);
}

static void field(struct json *j, const struct field *f)
{
	static const char *const types[] = {
		[FT_U8] = "u8", [FT_U16] = "u16", [FT_U32] = "u32",
		[FT_U64] = "u64", [FT_S8] = "s8", [FT_S16] = "s16",
		[FT_S32] = "s32", [FT_S64] = "s64", [FT_ADDR] = "addr",
		[FT_STR] = "str",
	};
	size_t unit = strcspn(f->unit_text, ":");

	json_object(j, NULL);
	json_str(j, "name", f->name);
	text(j, "text_name", f->text_name);
	text(j, "type", types[f->type]);
	if (unit && strncmp(f->unit_text, "-", unit))
		json_strn(j, "unit", f->unit_text, unit);
	else
		json_null(j, "unit");
	json_u64(j, "offset", f->off);
	json_u64(j, "size", f->size);
	json_bool(j, "brief", f->flags & FF_BRIEF);
	json_bool(j, "tuple", f->flags & FF_TUPLE);
	json_bool(j, "if_set", f->flags & FF_SET);
	json_bool(j, "may_be_na", f->flags & FF_NA);
	json_bool(j, "may_be_inf", f->flags & FF_INF);
	text(j, "help", f->help);
	symbols(j, f->syms);
	json_object_end(j);
}

void list_json(const struct event *e)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	json_str(&j, "event", e->name);
	json_u64(&j, "number", e->no);
	text(&j, "module", e->module);
	text(&j, "kind", e->kind);
	text(&j, "stability", e->stability);
	text(&j, "state", e->state_text);
	text(&j, "why", e->why);
	text(&j, "how_inferred", e->how);
	words(&j, "sets", e->sets);
	words(&j, "options", e->opts);
	text(&j, "in_a_set", e->set_opts);
	text(&j, "selector", e->selector);
	text(&j, "help", e->help);
	text(&j, "read", e->read);
	text(&j, "example", e->example);
	json_array(&j, "fields");
	for (u32 i = 0; i < e->nfields; i++)
		if (!e->fields[i].spare)
			field(&j, &e->fields[i]);
	json_array_end(&j);
	json_object_end(&j);
	json_print(&j);
	json_free(&j);
}
