// SPDX-License-Identifier: GPL-2.0
/*
 * Parser of the "format" text, which may be hostile: numbers are limited,
 * offsets lie within the block, names need no escaping in text and JSON.
 * Unknown lines and keys of newer kernels are skipped.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "linux/skbtrace_api.h"
#include "lib/put.h"
#include "trace/format.h"

enum {
	MAX_TEXT	= 4 << 20,
	MAX_EVENTS	= 1024,
	MAX_FIELDS	= 256,		/* of an event */
	MAX_SYMTABS	= 1024,
	MAX_SYMS	= 65536,	/* of all tables */
	MAX_NAME	= 63,
};

struct parser {
	struct format *f;
	struct event *ev;	/* the lines below belong to it */
	unsigned int line;
	bool seen_head;
	u32 nsyms;		/* of all tables */
	char *err;
	size_t errlen;
};

static bool __attribute__((format(printf, 2, 3)))
bad(struct parser *p, const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(p->err, p->errlen, "line %u: ", p->line);
	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < p->errlen)
		vsnprintf(p->err + n, p->errlen - n, fmt, ap);
	va_end(ap);
	return false;
}

/* Cuts the next word off *@s; NULL if there is none. */
static char *word(char **s)
{
	char *w = *s + strspn(*s, " \t");

	if (!*w)
		return NULL;
	*s = w + strcspn(w, " \t");
	if (**s)
		*(*s)++ = '\0';
	return w;
}

static char *rest(char **s)
{
	return *s + strspn(*s, " \t");
}

/* A name that can be a key in text, JSON and on the command line. */
static bool is_name(const char *s)
{
	size_t n = strlen(s);

	if (!n || n > MAX_NAME)
		return false;
	for (; *s; s++)
		if (!(*s >= 'a' && *s <= 'z') && !(*s >= 'A' && *s <= 'Z') &&
		    !(*s >= '0' && *s <= '9') && *s != '_')
			return false;
	return true;
}

/* A symbol: stands in text and JSON without quoting. */
static bool is_symbol(const char *s)
{
	size_t n = strlen(s);

	if (!n || n > MAX_NAME)
		return false;
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || strchr("\"\\,|", *s))
			return false;
	return true;
}

static bool number(const char *s, u64 max, u64 *val)
{
	return s && parse_u64(s, val) && *val <= max;
}

/* ---- one function per first word ---- */

static bool parse_head(struct parser *p, char *s)
{
	const char *abi = word(&s), *order = word(&s);
	u64 n;

	if (p->seen_head)
		return bad(p, "a second \"skbtrace\" line");
	if (!number(abi, 0xffff, &n))
		return bad(p, "no ABI number");
	if (n != SKBTRACE_ABI)
		return bad(p, "ABI %llu, this program reads %d%s",
			   (unsigned long long)n, SKBTRACE_ABI,
			   n > SKBTRACE_ABI ? ": update skbtrace" : "");
	if (order && !strcmp(order, "big"))
		p->f->big = true;
	else if (!order || strcmp(order, "little"))
		return bad(p, "byte order is neither little nor big");
	p->seen_head = true;
	return true;
}

static bool parse_subbuf(struct parser *p, char *s)
{
	u64 n;

	if (!number(word(&s), 16 << 20, &n))
		return bad(p, "size of sub-buffers is not a number");
	p->f->subbuf_size = n;
	return true;
}

static struct symtab *symtab_get(struct parser *p, const char *name)
{
	struct format *f = p->f;
	struct symtab *t;

	for (u32 i = 0; i < f->nsyms; i++)
		if (!strcmp(f->syms[i].name, name))
			return &f->syms[i];
	if (f->nsyms == MAX_SYMTABS)
		return NULL;
	if (!(f->nsyms & (f->nsyms - 1)))
		f->syms = xrealloc(f->syms, sizeof(*t) *
				   (f->nsyms ? 2 * f->nsyms : 1));
	t = &f->syms[f->nsyms++];
	*t = (struct symtab){ .name = name };
	return t;
}

static bool parse_syms(struct parser *p, char *s)
{
	char *name = word(&s), *w;
	struct symtab *t;
	u64 val;

	if (!name || !is_name(name))
		return bad(p, "syms without a name");
	t = symtab_get(p, name);
	if (!t)
		return bad(p, "more than %d symbol tables", MAX_SYMTABS);
	while ((w = word(&s))) {
		char *eq = strchr(w, '=');

		if (eq)
			*eq++ = '\0';
		if (!eq || !parse_u64(w, &val) || !is_symbol(eq))
			return bad(p, "syms %s: not VALUE=WORD", name);
		if (p->nsyms++ == MAX_SYMS)
			return bad(p, "more than %d symbols", MAX_SYMS);
		if (!(t->n & (t->n - 1)))
			t->v = xrealloc(t->v, sizeof(*t->v) *
					(t->n ? 2 * t->n : 1));
		t->v[t->n++] = (struct sym){ val, eq, strlen(eq) };
	}
	return true;
}

static bool pick(const char *w, const char *const *words, u8 *val)
{
	for (u8 i = 0; words[i]; i++) {
		if (!strcmp(w, words[i])) {
			*val = i;
			return true;
		}
	}
	return false;
}

static bool event_option(struct parser *p, struct event *e, char *key,
			 char *val)
{
	static const char *const roles[] = {
		"event", "conn", "task", "symbol", NULL
	};
	static const char *const keys[] = { "none", "sk", "pkt", NULL };
	static const char *const states[] = {
		"exact", "inferred", "unavailable", NULL
	};
	u64 n;

	if (!strcmp(key, "len")) {
		if (!number(val, 0xfff8, &n) || n & 7 ||
		    n < sizeof(struct skbtrace_block))
			return bad(p, "event %s: len=%s", e->name, val);
		e->len = n;
	} else if (!strcmp(key, "role")) {
		/* An unknown role of a newer kernel: an ordinary event. */
		if (!pick(val, roles, &e->role))
			e->role = ROLE_EVENT;
	} else if (!strcmp(key, "key")) {
		if (!pick(val, keys, &e->key))
			return bad(p, "event %s: key=%s", e->name, val);
	} else if (!strcmp(key, "state")) {
		if (!pick(val, states, &e->state))
			return bad(p, "event %s: state=%s", e->name, val);
		e->state_text = val;
	} else if (!strcmp(key, "module")) {
		e->module = val;
	} else if (!strcmp(key, "kind")) {
		e->kind = val;
	} else if (!strcmp(key, "stability")) {
		e->stability = val;
	} else if (!strcmp(key, "sets")) {
		e->sets = strcmp(val, "-") ? val : "";
	} else if (!strcmp(key, "selector")) {
		e->selector = strcmp(val, "-") ? val : "";
	} else if (!strcmp(key, "opts")) {
		e->opts = strcmp(val, "-") ? val : "";
	} else if (!strcmp(key, "setopts")) {
		e->set_opts = strcmp(val, "-") ? val : "";
	}
	return true;
}

static bool parse_event(struct parser *p, char *s)
{
	struct format *f = p->f;
	char *no = word(&s), *name = word(&s), *w;
	struct event *e;
	u64 n;

	if (!number(no, SKBTRACE_SHED - 1, &n))
		return bad(p, "event without a number");
	if (!name || !is_name(name))
		return bad(p, "event %llu has no proper name",
			   (unsigned long long)n);
	if (f->by_no[n])
		return bad(p, "event number %llu is there twice",
			   (unsigned long long)n);
	if (format_find(f, name))
		return bad(p, "event %s is there twice", name);
	if (f->nevents == MAX_EVENTS)
		return bad(p, "more than %d events", MAX_EVENTS);
	if (!(f->nevents & (f->nevents - 1)))
		f->events = xrealloc(f->events, sizeof(*e) *
				     (f->nevents ? 2 * f->nevents : 1));
	e = &f->events[f->nevents];
	*e = (struct event){
		.name = name, .no = n, .index = f->nevents,
		.module = "", .kind = "", .stability = "", .sets = "",
		.selector = "", .opts = "",
		.set_opts = "", .help = "", .read = "",
		.example = "", .why = "", .how = "", .state_text = "exact",
		.len = sizeof(struct skbtrace_block),
	};
	f->by_no[n] = ++f->nevents;
	p->ev = e;
	while ((w = word(&s))) {
		char *eq = strchr(w, '=');

		if (!eq)
			continue;
		*eq = '\0';
		if (!event_option(p, e, w, eq + 1))
			return false;
	}
	return true;
}

/* ---- fields ---- */

static bool field_type(struct parser *p, struct field *fd, const char *w)
{
	static const struct {
		const char *name;
		u8 type, size;
	} types[] = {
		{ "u8", FT_U8, 1 }, { "u16", FT_U16, 2 }, { "u32", FT_U32, 4 },
		{ "u64", FT_U64, 8 }, { "s8", FT_S8, 1 }, { "s16", FT_S16, 2 },
		{ "s32", FT_S32, 4 }, { "s64", FT_S64, 8 },
		{ "addr", FT_ADDR, 16 },
	};
	u64 n;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(w, types[i].name))
			continue;
		fd->type = types[i].type;
		fd->size = types[i].size;
		return true;
	}
	if (!strncmp(w, "str", 3) && number(w + 3, 0xffff, &n) && n) {
		fd->type = FT_STR;
		fd->size = n;
		return true;
	}
	return bad(p, "field %s: unknown type %s", fd->name, w);
}

static const struct unit {
	const char *name;
	const char *suffix;	/* cut from the name in text */
} units[] = {
	[UNIT_NONE] = { "-", NULL }, [UNIT_US] = { "us", "_us" },
	[UNIT_NS] = { "ns", "_ns" }, [UNIT_BYTES] = { "bytes", NULL },
	[UNIT_PACKETS] = { "packets", NULL }, [UNIT_SEGS] = { "segs", NULL },
	[UNIT_BPS] = { "Bps", "_Bps" }, [UNIT_ENUM] = { "enum:", NULL },
	[UNIT_FLAGS] = { "flags:", NULL }, [UNIT_SK] = { "sk", NULL },
	[UNIT_PKT] = { "pkt", NULL }, [UNIT_SYM] = { "sym", NULL },
	[UNIT_PORT] = { "port", NULL }, [UNIT_SSEQ] = { "sseq", NULL },
	[UNIT_RSEQ] = { "rseq", NULL }, [UNIT_DSEQ] = { "dseq", NULL },
	[UNIT_HEX] = { "hex", NULL },
};

static bool field_unit(struct parser *p, struct field *fd, char *w)
{
	char *colon = strchr(w, ':');
	size_t n = colon ? (size_t)(colon - w) + 1 : strlen(w);

	fd->unit_text = w;
	fd->unit = UNIT_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strlen(units[i].name) != n || memcmp(w, units[i].name, n))
			continue;
		fd->unit = i;
		break;
	}
	if (fd->unit == UNIT_ENUM || fd->unit == UNIT_FLAGS) {
		if (!is_name(w + n))
			return bad(p, "field %s: %s names no symbols",
				   fd->name, w);
	}
	/* A unit that we do not know yet prints as a plain number; one that
	 * needs a number cannot stand on a string.
	 */
	if (fd->type >= FT_ADDR && fd->unit != UNIT_NONE)
		return bad(p, "field %s: unit %s on an address or string",
			   fd->name, w);
	return true;
}

static bool field_flags(struct field *fd, char *w)
{
	static const char *const names[] = { "brief", "na", "inf", "whole",
					     "tuple", "set", NULL };
	char *tok, *save;
	u8 bit;

	for (tok = strtok_r(w, ",", &save); tok;
	     tok = strtok_r(NULL, ",", &save))
		if (pick(tok, names, &bit))
			fd->flags |= 1 << bit;
	return true;
}

/* "rtt_us" is "rtt" in text; the copy is stored after the format's strings. */
static void text_name(struct field *fd, char **spare)
{
	const char *suffix = units[fd->unit].suffix;
	size_t n = strlen(fd->name), m = suffix ? strlen(suffix) : 0;

	fd->text_name = fd->name;
	if (!m || n <= m || strcmp(fd->name + n - m, suffix))
		return;
	memcpy(*spare, fd->name, n - m);
	(*spare)[n - m] = '\0';
	fd->text_name = *spare;
	*spare += n - m + 1;
}

static bool parse_field(struct parser *p, char *s)
{
	struct event *e = p->ev;
	char *name = word(&s), *type = word(&s), *off = word(&s);
	char *unit = word(&s), *flags = word(&s);
	struct field *fd;
	u64 n;

	if (!flags)
		return bad(p, "field is not NAME TYPE OFFSET UNIT FLAGS TEXT");
	if (!is_name(name))
		return bad(p, "event %s: no proper name of a field", e->name);
	if (event_field(e, name))
		return bad(p, "event %s: field %s is there twice", e->name,
			   name);
	if (e->nfields == MAX_FIELDS)
		return bad(p, "event %s: more than %d fields", e->name,
			   MAX_FIELDS);
	if (!(e->nfields & (e->nfields - 1)))
		e->fields = xrealloc(e->fields, sizeof(*fd) *
				     (e->nfields ? 2 * e->nfields : 1));
	fd = &e->fields[e->nfields];
	*fd = (struct field){ .name = name, .text_name = name };
	if (!field_type(p, fd, type) || !field_unit(p, fd, unit) ||
	    !field_flags(fd, flags))
		return false;
	if (!number(off, 0xffff, &n) ||
	    n < sizeof(struct skbtrace_block) || n + fd->size > e->len)
		return bad(p, "event %s: field %s at %s, %u bytes, is not within 32 to %u",
			   e->name, name, off, fd->size, e->len);
	fd->off = n;
	fd->help = rest(&s);
	fd->spare = !strncmp(name, "spare", 5);
	e->nfields++;
	return true;
}

/* ---- the whole ---- */

static bool parse_line(struct parser *p, char *s)
{
	static const struct {
		const char *word;
		bool (*parse)(struct parser *p, char *s);
		bool of_event;
		size_t text;	/* a member, of event or format: the rest */
	} lines[] = {
		{ "field", parse_field, true, 0 },
		{ "event", parse_event, false, 0 },
		{ "help", NULL, true, offsetof(struct event, help) },
		{ "read", NULL, true, offsetof(struct event, read) },
		{ "example", NULL, true, offsetof(struct event, example) },
		{ "why", NULL, true, offsetof(struct event, why) },
		{ "how", NULL, true, offsetof(struct event, how) },
		{ "syms", parse_syms, false, 0 },
		{ "skbtrace", parse_head, false, 0 },
		{ "subbuf", parse_subbuf, false, 0 },
		{ "kernel", NULL, false, offsetof(struct format, kernel) },
		{ "absent", NULL, false, offsetof(struct format, absent) },
	};
	char *w = word(&s), *of;

	if (!w || *w == '#')
		return true;
	if (!p->seen_head && strcmp(w, "skbtrace"))
		return bad(p, "does not begin with \"skbtrace ABI ORDER\"");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (strcmp(w, lines[i].word))
			continue;
		if (lines[i].of_event && !p->ev)
			return bad(p, "\"%s\" before the first event", w);
		if (lines[i].parse)
			return lines[i].parse(p, s);
		of = lines[i].of_event ? (char *)p->ev : (char *)p->f;
		*(const char **)(of + lines[i].text) = rest(&s);
		return true;
	}
	return true;
}

static int by_val(const void *a, const void *b)
{
	const struct sym *x = a, *y = b;

	return x->val < y->val ? -1 : x->val > y->val;
}

static bool finish_syms(struct parser *p, struct symtab *t)
{
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_val);
	for (u32 i = 1; i < t->n; i++)
		if (t->v[i].val == t->v[i - 1].val)
			return bad(p, "syms %s: %llu is there twice (%s, %s)",
				   t->name, (unsigned long long)t->v[i].val,
				   t->v[i - 1].word, t->v[i].word);
	while (t->ndense < t->n && t->v[t->ndense].val == t->ndense)
		t->ndense++;
	return true;
}

static bool finish_event(struct parser *p, struct event *e, char **spare)
{
	u32 sum = sizeof(struct skbtrace_block);

	for (u32 i = 0; i < e->nfields; i++) {
		struct field *fd = &e->fields[i];

		text_name(fd, spare);
		/* Limits the output of a block. */
		sum += fd->size;
		if (fd->unit != UNIT_ENUM && fd->unit != UNIT_FLAGS)
			continue;
		for (u32 j = 0; j < p->f->nsyms; j++)
			if (!strcmp(p->f->syms[j].name,
				    strchr(fd->unit_text, ':') + 1))
				fd->syms = &p->f->syms[j];
		if (!fd->syms)
			return bad(p, "event %s, field %s: no syms for %s",
				   e->name, fd->name, fd->unit_text);
	}
	if (sum > e->len)
		return bad(p, "event %s: its fields need %u bytes, len=%u",
			   e->name, sum, e->len);
	event_owner(e);
	return true;
}

static bool parse_all(struct parser *p, char *s, char *spare)
{
	while (*s) {
		char *nl = strchr(s, '\n');

		p->line++;
		if (nl)
			*nl = '\0';
		for (const char *c = s; *c; c++)
			if (((u8)*c < ' ' && *c != '\t') || *c == 0x7f)
				return bad(p, "control character 0x%02x",
					   (u8)*c);
		if (!parse_line(p, s))
			return false;
		if (!nl)
			break;
		s = nl + 1;
	}
	if (!p->seen_head)
		return bad(p, "no \"skbtrace ABI ORDER\"");
	for (u32 i = 0; i < p->f->nsyms; i++)
		if (!finish_syms(p, &p->f->syms[i]))
			return false;
	for (u32 i = 0; i < p->f->nevents; i++)
		if (!finish_event(p, &p->f->events[i], &spare))
			return false;
	return true;
}

struct format *format_parse(const char *text, size_t len, char *err,
			    size_t errlen)
{
	struct parser p = { .err = err, .errlen = errlen };
	struct format *f;

	if (len > MAX_TEXT) {
		snprintf(err, errlen, "longer than %d MiB", MAX_TEXT >> 20);
		return NULL;
	}
	if (memchr(text, '\0', len)) {
		snprintf(err, errlen, "is not text");
		return NULL;
	}
	f = xcalloc(1, sizeof(*f));
	f->by_no = xcalloc(65536, sizeof(*f->by_no));
	f->kernel = "";
	f->absent = "";
	f->text = xmalloc(len);
	memcpy(f->text, text, len);
	f->text_len = len;
	/* The second half takes the names that text prints without suffix. */
	f->strings = xcalloc(1, 2 * (len + 1) + PUT_PIECE);
	memcpy(f->strings, text, len);
	p.f = f;
	if (!parse_all(&p, f->strings, f->strings + len + 1)) {
		format_free(f);
		return NULL;
	}
	return f;
}
