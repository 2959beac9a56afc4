// SPDX-License-Identifier: GPL-2.0
/*
 * The dissector: what the format says, as a table, and then the programs below
 * wire/lua, which are the same for all formats.
 */
#include <stdio.h>
#include <string.h>

#include "linux/skbtrace_api.h"
#include "linux/skbtrace_link.h"
#include "wire/assets.h"
#include "wire/dissector.h"

/* A string of Lua. The format has printable characters only. */
static void put_quoted(const char *s, size_t n)
{
	putchar('"');
	for (; n; n--, s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
	putchar('"');
}

static void put_text(const char *key, const char *s)
{
	printf("%s=", key);
	put_quoted(s, strlen(s));
	putchar(',');
}

static void put_flag(const char *key, bool set)
{
	if (set)
		printf("%s=true,", key);
}

static void put_number(const char *key, s64 v)
{
	printf("%s=%lld,", key, (long long)v);
}

static void put_symtab(const struct symtab *t)
{
	printf(" [");
	put_quoted(t->name, strlen(t->name));
	printf("]={");
	for (u32 i = 0; i < t->n; i++) {
		printf("{%lld,", (long long)t->v[i].val);
		put_quoted(t->v[i].word, t->v[i].len);
		printf("},");
	}
	printf("},\n");
}

static const char *const types[] = {
	[FT_U8] = "u8", [FT_U16] = "u16", [FT_U32] = "u32", [FT_U64] = "u64",
	[FT_S8] = "s8", [FT_S16] = "s16", [FT_S32] = "s32", [FT_S64] = "s64",
	[FT_ADDR] = "addr", [FT_STR] = "str",
};

static void put_field(const struct event *e, const struct field *f)
{
	printf("  {");
	put_text("name", f->name);
	put_text("text", f->text_name);
	put_text("type", types[f->type]);
	put_number("off", f->off);
	put_number("size", f->size);
	printf("unit=");
	put_quoted(f->unit_text, strcspn(f->unit_text, ":"));
	putchar(',');
	if (f->syms)
		put_text("words", f->syms->name);
	put_flag("brief", f->flags & FF_BRIEF || f == e->dir);
	put_flag("na", f->flags & FF_NA);
	put_flag("inf", f->flags & FF_INF);
	put_flag("whole", f->flags & FF_WHOLE);
	put_flag("set", f->flags & FF_SET);
	put_flag("hidden", field_hidden(e, f));
	put_flag("spare", f->spare);
	put_text("help", f->help);
	printf("},\n");
}

static void put_role(const char *key, const struct field *f)
{
	if (f)
		put_text(key, f->name);
}

static void put_event(const struct event *e)
{
	static const char *const roles[] = {
		[ROLE_EVENT] = "event", [ROLE_CONN] = "conn",
		[ROLE_TASK] = "task", [ROLE_SYMBOL] = "symbol",
	};
	static const char *const keys[] = {
		[KEY_NONE] = "none", [KEY_SK] = "sk", [KEY_PKT] = "pkt",
	};

	printf(" {");
	put_number("no", e->no);
	put_text("name", e->name);
	put_text("role", roles[e->role]);
	put_text("key", keys[e->key]);
	put_number("len", e->len);
	put_flag("inferred", e->state == STATE_INFERRED);
	put_flag("trouble", list_has(e->sets, "trouble"));
	put_text("in_set", e->set_opts);
	put_role("laddr", e->local);
	put_role("lport", e->lport);
	put_role("paddr", e->peer);
	put_role("pport", e->pport);
	put_role("sk", e->sk);
	put_role("dir", e->dir);
	put_number("tx", e->dir_tx);
	put_number("rx", e->dir_rx);
	put_number("fwd", e->dir_fwd);
	put_text("help", e->help);
	printf("fields={\n");
	for (u32 i = 0; i < e->nfields; i++)
		put_field(e, &e->fields[i]);
	printf(" }},\n");
}

/* What the programs know of the layout, by the headers of the kernel. */
static void put_layout(void)
{
	static const struct {
		const char *name;
		u32 value;
	} consts[] = {
		{ "ETHERTYPE", SKBTRACE_ETHERTYPE },
		{ "VERSION", SKBTRACE_FRAME_VERSION },
		{ "HDR_LEN", sizeof(struct skbtrace_frame) },
		{ "LITTLE", SKBTRACE_FRAME_LITTLE },
		{ "END", SKBTRACE_FRAME_END },
		{ "NO_CPU", SKBTRACE_FRAME_NO_CPU },
		{ "BLOCKS", SKBTRACE_FRAME_BLOCKS },
		{ "FORMAT", SKBTRACE_FRAME_FORMAT },
		{ "INFO", SKBTRACE_FRAME_INFO },
		{ "PROBE", SKBTRACE_FRAME_PROBE },
		{ "ECHO", SKBTRACE_FRAME_ECHO },
		{ "BLOCK_LEN", sizeof(struct skbtrace_block) },
		{ "SPECIAL", SKBTRACE_FIRST_SPECIAL },
		{ "PAD", SKBTRACE_PAD },
		{ "LOST", SKBTRACE_LOST },
		{ "HISTORY", SKBTRACE_HISTORY },
		{ "OMITTED", SKBTRACE_OMITTED },
		{ "SHED", SKBTRACE_SHED },
		{ "STACK", SKBTRACE_BLOCK_STACK },
		{ "PAYLOAD", SKBTRACE_BLOCK_PAYLOAD },
		{ "HELD", SKBTRACE_BLOCK_HELD },
		{ "MISSED", SKBTRACE_BLOCK_MISSED },
		{ "INFERRED", SKBTRACE_BLOCK_INFERRED },
	};

	printf("local K = {\n");
	for (size_t i = 0; i < ARRAY_SIZE(consts); i++)
		printf(" %s=%u,\n", consts[i].name, consts[i].value);
	printf("}\n");
}

static const struct asset *find(const char *name)
{
	const struct asset *a = lua_assets;

	while (a->name && strcmp(a->name, name))
		a++;
	return a;
}

static void put_programs(void)
{
	/* each needs those before it */
	static const char *const names[] = {
		"fields.lua", "names.lua", "text.lua", "formats.lua",
		"blocks.lua", "frames.lua",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct asset *a = find(names[i]);

		printf("\n---- %s ----\n", names[i]);
		fwrite(a->data, 1, a->size, stdout);
	}
}

void dissector_print(const struct format *f)
{
	printf("-- skbtrace %d: dissector of events as frames, made by \"skbtrace list\n"
	       "-- --dissector\" from the events of Linux %s. Wireshark loads it from its\n"
	       "-- folder of plugins; or: tshark -X lua_script:FILE -i skbtrace0\n",
	       SKBTRACE_ABI, *f->kernel ? f->kernel : "?");
	put_layout();
	printf("local WORDS = {\n");
	for (u32 i = 0; i < f->nsyms; i++)
		put_symtab(&f->syms[i]);
	printf("}\nlocal EVENTS = {\n");
	for (u32 i = 0; i < f->nevents; i++)
		put_event(&f->events[i]);
	printf("}\n");
	put_programs();
}
