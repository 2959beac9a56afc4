// SPDX-License-Identifier: GPL-2.0
/* Sessions as JSON: one object, in which each session has the same keys. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd/status.h"
#include "kernel/scope.h"
#include "lib/json.h"
#include "lib/num.h"
#include "lib/util.h"

static void put_owner(struct json *j, const struct ctl_owner *o)
{
	if (!o->any) {
		json_null(j, "owner");
		return;
	}
	json_object(j, "owner");
	json_u64(j, "pid", o->pid);
	json_u64(j, "uid", o->uid);
	json_str(j, "comm", o->comm);
	json_object_end(j);
}

/* As they can be given to -e again. */
static void put_events(struct json *j, const struct ctl *c)
{
	char *text = ctl_read(c, "enabled"), *line, *save;

	json_array(j, "events");
	for (line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		json_str(j, NULL, line);
	json_array_end(j);
	free(text);
}

static void put_filter(struct json *j, const struct status *s,
		       enum filter_kind kind)
{
	const char *key = kind == FILTER_CONN ? "connections" : "packets";
	const struct ctl_filter *f = &s->st.filters[kind];
	char *text = status_choice(&s->ctl, filter_file(kind));

	if (!text) {
		json_null(j, key);
		return;
	}
	json_object(j, key);
	json_str(j, "expression", status_expr(text));
	json_u64(j, "instructions", f->insns);
	json_u64(j, "seen", f->seen);
	json_u64(j, "passed", f->passed);
	json_object_end(j);
	free(text);
}

static void put_filters(struct json *j, const struct status *s)
{
	char *text;

	json_object(j, "filters");
	for (int i = 0; i < NR_FILTERS; i++)
		put_filter(j, s, i);
	for (int i = 0; i < NR_SCOPES; i++) {
		text = status_choice(&s->ctl, scope_name(i));
		if (text)
			text[strcspn(text, "\n")] = '\0';
		json_str(j, scope_name(i), text);
		free(text);
	}
	json_object_end(j);
}

static void put_session(struct json *j, const struct status *s)
{
	const struct ctl_stat *st = &s->st;

	json_object(j, NULL);
	json_str(j, "session", s->name);
	json_bool(j, "tracing", st->tracing);
	if (st->tracing)
		json_u64(j, "for_ns", mono_ns() - st->since_ns);
	else
		json_null(j, "for_ns");
	json_str(j, "dead", st->dead);
	put_owner(j, &s->owner);
	put_events(j, &s->ctl);
	put_filters(j, s);
	json_u64(j, "buffer_bytes", st->buffer_bytes);
	json_u64(j, "log_bytes", st->log_bytes);
	json_u64(j, "table_bytes", st->table_bytes);
	json_u64(j, "memory_bytes", status_memory(s));
	json_u64(j, "held", ctl_held(st));
	json_u64(j, "written", ctl_sum(st, written));
	json_u64(j, "lost", ctl_sum(st, lost));
	json_object_end(j);
}

void status_json(const struct status *s, int n, bool loaded)
{
	struct json j = { 0 };
	struct utsname u;

	uname(&u);
	json_object(&j, NULL);
	json_str(&j, "kernel", u.release);
	json_bool(&j, "loaded", loaded);
	json_array(&j, "sessions");
	for (int i = 0; i < n; i++)
		put_session(&j, &s[i]);
	json_array_end(&j);
	json_object_end(&j);
	json_print(&j);
	json_free(&j);
}
