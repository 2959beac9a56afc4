// SPDX-License-Identifier: GPL-2.0
/* The fields that --where knows: those of every event, and those of one. */
#include <stdio.h>
#include <string.h>

#include "where/tree.h"

/* ---- fields of every event ---- */

static struct sym bools[] = { { 0, "false", 5 }, { 1, "true", 4 } };
static struct sym contexts[] = {
	{ SKBTRACE_CTX_TASK, "task", 4 },
	{ SKBTRACE_CTX_SOFTIRQ, "softirq", 7 },
	{ SKBTRACE_CTX_HARDIRQ, "hardirq", 7 },
};

static const struct symtab no_yes = {
	"bool", ARRAY_SIZE(bools), bools, ARRAY_SIZE(bools)
};

static const struct symtab ctxs = {
	"ctx", ARRAY_SIZE(contexts), contexts, ARRAY_SIZE(contexts)
};

#define NUMBER(name)							\
	static bool get_##name(struct trace *t __attribute__((unused)),	\
			       const struct rec *r, u64 *v)
#define TEXT(name)							\
	static const char *put_##name(struct trace *t			\
				       __attribute__((unused)),		\
				       const struct rec *r,		\
				       char *buf __attribute__((unused)))

NUMBER(cpu)
{
	*v = r->cpu;
	return true;
}

NUMBER(seq)
{
	*v = r->seq;
	return true;
}

NUMBER(ctx)
{
	*v = r->ctx;
	return true;
}

NUMBER(pid)
{
	*v = r->tgid;
	return *v;
}

NUMBER(netns)
{
	*v = r->netns;
	return *v;
}

NUMBER(sk)
{
	*v = rec_cookie(r);
	return *v;
}

NUMBER(pkt)
{
	*v = r->key;
	return r->ev->key == KEY_PKT;
}

NUMBER(lport)
{
	struct addr_pair a;
	bool told = names_tuple_of(t->names, r, &a);

	*v = a.lport;
	return told;
}

NUMBER(pport)
{
	struct addr_pair a;
	bool told = names_tuple_of(t->names, r, &a);

	*v = a.pport;
	return told && (a.pport || !addr_is_zero(a.peer));
}

NUMBER(inferred)
{
	*v = rec_inferred(r) || r->ev->state == STATE_INFERRED;
	return true;
}

NUMBER(held)
{
	*v = rec_held(r);
	return true;
}

NUMBER(older)
{
	*v = rec_older_missed(r);
	return true;
}

TEXT(event)
{
	return r->ev->name;
}

TEXT(comm)
{
	const struct task *task = names_task(t->names, r->tgid);

	return r->tgid && task ? task->text : NULL;
}

static const char *address(const u8 addr[16], char *buf)
{
	if (addr_is_zero(addr))
		return NULL;
	buf[addr_text(buf, addr)] = '\0';
	return buf;
}

TEXT(local)
{
	struct addr_pair a;

	return names_tuple_of(t->names, r, &a) ? address(a.local, buf) : NULL;
}

TEXT(peer)
{
	struct addr_pair a;

	return names_tuple_of(t->names, r, &a) ? address(a.peer, buf) : NULL;
}

static const struct where_common commons[] = {
	{ "event", KIND_TEXT, NULL, NULL, put_event, true },
	{ "cpu", KIND_NUMBER, NULL, get_cpu, NULL, false },
	{ "seq", KIND_NUMBER, NULL, get_seq, NULL, false },
	{ "seqno", KIND_NUMBER, NULL, get_seq, NULL, false },
	{ "ctx", KIND_WORD, &ctxs, get_ctx, NULL, false },
	{ "pid", KIND_NUMBER, NULL, get_pid, NULL, false },
	{ "comm", KIND_TEXT, NULL, NULL, put_comm, false },
	{ "netns", KIND_NUMBER, NULL, get_netns, NULL, false },
	{ "sk", KIND_ID, NULL, get_sk, NULL, false },
	{ "local", KIND_ADDR, NULL, NULL, put_local, false },
	{ "lport", KIND_NUMBER, NULL, get_lport, NULL, false },
	{ "peer", KIND_ADDR, NULL, NULL, put_peer, false },
	{ "pport", KIND_NUMBER, NULL, get_pport, NULL, false },
	{ "inferred", KIND_WORD, &no_yes, get_inferred, NULL, false },
	{ "held", KIND_WORD, &no_yes, get_held, NULL, false },
	{ "older_missed", KIND_WORD, &no_yes, get_older, NULL, false },
	{ "pkt", KIND_ID, NULL, get_pkt, NULL, false },
};

const char *where_common_name(u32 i)
{
	return i < ARRAY_SIZE(commons) ? commons[i].name : NULL;
}

/* ---- fields of an event ---- */

static bool is_shown(const struct event *e, const struct field *f)
{
	return !field_hidden(e, f);
}

/* As in JSON, where a name that all events have gets a prefix. */
static bool is_json_name(const struct field *f, const char *name)
{
	const char *prefix = field_prefix(f);
	size_t n = strlen(prefix);

	return !strncmp(name, prefix, n) && !strcmp(name + n, f->name);
}

static const struct field *find(const struct event *e, const char *name)
{
	for (u32 i = 0; i < e->nfields; i++)
		if (is_shown(e, &e->fields[i]) &&
		    is_json_name(&e->fields[i], name))
			return &e->fields[i];
	for (u32 i = 0; i < e->nfields; i++)
		if (is_shown(e, &e->fields[i]) &&
		    !strcmp(e->fields[i].text_name, name))
			return &e->fields[i];
	return NULL;
}

static enum where_kind kind_of(const struct field *f)
{
	if (f->type == FT_ADDR)
		return KIND_ADDR;
	if (f->type == FT_STR)
		return KIND_TEXT;
	switch ((enum field_unit)f->unit) {
	case UNIT_ENUM:
		return KIND_WORD;
	case UNIT_FLAGS:
		return KIND_FLAGS;
	case UNIT_SK:
	case UNIT_PKT:
		return KIND_ID;
	case UNIT_SYM:
		return KIND_TEXT;
	default:
		return KIND_NUMBER;
	}
}

bool where_field(struct where_bound *b, const struct event *e, const char *name)
{
	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < ARRAY_SIZE(commons); i++) {
		if (strcmp(commons[i].name, name))
			continue;
		b->common = &commons[i];
		b->kind = commons[i].kind;
		b->syms = commons[i].syms;
		return true;
	}
	b->f = find(e, name);
	if (!b->f)
		return false;
	b->kind = kind_of(b->f);
	b->syms = b->f->syms;
	b->is_signed = field_signed(b->f);
	return true;
}

bool where_name(const struct event *e, u32 i, char buf[WHERE_BUF])
{
	const struct field *f = &e->fields[i / 2];

	if (i / 2 >= e->nfields)
		return false;
	if (i % 2)
		snprintf(buf, WHERE_BUF, "%s", f->text_name);
	else
		snprintf(buf, WHERE_BUF, "%s%s", field_prefix(f), f->name);
	if (!is_shown(e, f))
		*buf = '\0';
	return true;
}

/* ---- values ---- */

bool where_number(const struct where_bound *b, struct trace *t,
		  const struct rec *r, u64 *v)
{
	if (b->common)
		return b->common->number(t, r, v);
	if (!rec_has(r, b->f))
		return false;
	*v = rec_int(r, b->f);
	return !(b->f->flags & FF_NA && field_ones(b->f, *v)) &&
	       (b->kind != KIND_ID || *v);
}

static const char *word_text(const struct where_bound *b, u64 v, char *buf)
{
	const struct sym *s = symtab_find(b->syms, v);

	if (!s)
		snprintf(buf, WHERE_BUF, "#%lld", (long long)v);
	return s ? s->word : buf;
}

const char *where_text(const struct where_bound *b, struct trace *t,
		       const struct rec *r, char buf[WHERE_BUF])
{
	const struct symbol *s;
	u64 v;

	if (b->common && b->common->text)
		return b->common->text(t, r, buf);
	if (b->f && !rec_has(r, b->f))
		return NULL;
	if (b->kind == KIND_ADDR)
		return address(r->p + b->f->off, buf);
	if (b->f && b->f->type == FT_STR) {
		snprintf(buf, WHERE_BUF, "%.*s", b->f->size,
			 (const char *)r->p + b->f->off);
		return buf;
	}
	if (!where_number(b, t, r, &v))
		return NULL;
	if (b->kind == KIND_WORD)
		return word_text(b, v, buf);
	s = names_symbol(t->names, v);
	return s ? s->name : NULL;
}
