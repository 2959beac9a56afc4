// SPDX-License-Identifier: GPL-2.0
/* Look-ups in a parsed format. */
#include <stdlib.h>
#include <string.h>

#include "trace/format.h"

const struct event *format_find(const struct format *f, const char *name)
{
	for (u32 i = 0; i < f->nevents; i++)
		if (!strcmp(f->events[i].name, name))
			return &f->events[i];
	return NULL;
}

const struct field *event_field(const struct event *e, const char *name)
{
	for (u32 i = 0; i < e->nfields; i++)
		if (!strcmp(e->fields[i].name, name))
			return &e->fields[i];
	return NULL;
}

const struct sym *symtab_search(const struct symtab *t, u64 val)
{
	u32 lo = t->ndense, hi = t->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (t->v[mid].val == val)
			return &t->v[mid];
		if (t->v[mid].val < val)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool list_has(const char *list, const char *item)
{
	size_t n = strlen(item);

	while (*list) {
		size_t len = strcspn(list, ":");

		if (len == n && !memcmp(list, item, n))
			return true;
		list += len + (list[len] == ':');
	}
	return false;
}

bool field_hidden(const struct event *e, const struct field *f)
{
	return f == e->local || f == e->lport || f == e->peer ||
	       f == e->pport || f == e->sk || f->spare;
}

/*
 * Every object has these keys; a field of the same name gets a prefix, for an
 * object cannot hold a key twice.
 */
const char *field_prefix(const struct field *f)
{
	static const char *const keys[] = {
		"event", "time", "t_ns", "cpu", "seq", "ctx", "pid", "comm",
		"netns", "sk", "local", "lport", "peer", "pport", "inferred",
		"held", "older_missed", "pkt", "stack", "trace", "host",
		"payload", "payload_of",
	};

	/* tcp_active_conn and task say them as a fact about another. */
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(f->name, keys[i]))
			return f->unit == UNIT_SSEQ || f->unit == UNIT_RSEQ ||
			       f->unit == UNIT_DSEQ ? "tcp_" : "field_";
	return "";
}

void format_free(struct format *f)
{
	if (!f)
		return;
	for (u32 i = 0; i < f->nevents; i++)
		free(f->events[i].fields);
	for (u32 i = 0; i < f->nsyms; i++)
		free(f->syms[i].v);
	free(f->events);
	free(f->syms);
	free(f->by_no);
	free(f->strings);
	free(f->text);
	free(f);
}
