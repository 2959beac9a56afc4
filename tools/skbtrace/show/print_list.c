// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/wrap.h"
#include "show/list_json.h"
#include "show/print_list.h"
#include "trace/evlist.h"
#include "trace/file.h"

/* ---- one line per event ---- */

/* "conn:trouble" as "@conn @trouble". */
static void sets_text(char *buf, size_t size, const char *sets)
{
	size_t n = 0;

	buf[0] = '\0';
	while (*sets && n + 1 < size) {
		int len = strcspn(sets, ":");

		n += snprintf(buf + n, size - n, "%s@%.*s", n ? " " : "", len,
			      sets);
		sets += len + (sets[len] == ':');
	}
	if (!*buf)
		snprintf(buf, size, "-");
}

static void list_table(const struct format *f)
{
	char sets[128];
	int wname = 5, where = 4, wsets = 4;

	for (u32 i = 0; i < f->nevents; i++) {
		const struct event *e = &f->events[i];
		int w = strlen(e->name);

		if (event_is_name(e))
			continue;
		wname = w > wname ? w : wname;
		w = strlen(e->state_text);
		where = w > where ? w : where;
		sets_text(sets, sizeof(sets), e->sets);
		w = strlen(sets);
		wsets = w > wsets ? w : wsets;
	}
	printf("%-*s  %-*s  %-*s  WHEN\n", wname, "EVENT", where, "HERE",
	       wsets, "SETS");
	for (u32 i = 0; i < f->nevents; i++) {
		const struct event *e = &f->events[i];
		int col;

		if (event_is_name(e))
			continue;
		sets_text(sets, sizeof(sets), e->sets);
		col = printf("%-*s  %-*s  %-*s  ", wname, e->name, where,
			     e->state_text, wsets, sets);
		wrap_print(e->help, col, col);
	}
}

/* ---- all about one ---- */

/* Symbols of an event's selector: what skip= and only= take. */
static char *words_of(const struct symtab *t)
{
	size_t size = 1;
	char *s, *p;

	for (u32 i = 0; i < t->n; i++)
		size += t->v[i].len + 1;
	p = s = xmalloc(size);
	for (u32 i = 0; i < t->n; i++)
		p += sprintf(p, "%s%s", i ? " " : "", t->v[i].word);
	*p = '\0';
	return s;
}

static char *meaning(const struct event *e, const struct field *f)
{
	char *words = NULL, *s;

	if (f->syms && list_has(e->selector, f->name))
		words = words_of(f->syms);
	s = xasprintf("%s%s%s%s%s%s", f->help, words ? ": " : "",
		      words ? words : "",
		      f->text_name != f->name ? " (text: " : "",
		      f->text_name != f->name ? f->text_name : "",
		      f->text_name != f->name ? "=)" : "");
	free(words);
	return s;
}

static void list_fields(const struct event *e)
{
	int wname = 11;

	for (u32 i = 0; i < e->nfields; i++) {
		int w = strlen(e->fields[i].name);

		wname = w > wname ? w : wname;
	}
	printf("  %-*s  %-7s  %-4s  MEANING\n", wname, "FIELD", "UNIT", "TEXT");
	for (u32 i = 0; i < e->nfields; i++) {
		const struct field *f = &e->fields[i];
		char *text;
		int col;

		if (f->spare)
			continue;
		text = meaning(e, f);
		col = printf("  %-*s  %-7.*s  %-4s  ", wname, f->name,
			     (int)strcspn(f->unit_text, ":"), f->unit_text,
			     f->flags & (FF_BRIEF | FF_TUPLE) ? "yes" : "-v");
		wrap_print(text, col, col);
		free(text);
	}
}

static void list_line(const char *label, const char *text)
{
	int col;

	if (!*text)
		return;
	col = printf("  %-13s", label);
	wrap_print(text, col, col);
}

/* Options that may lack a value; the format does not say which. */
static bool is_bare(const char *opt, int len)
{
	static const char *const bare[] = { "stack", "snapshot" };

	for (size_t i = 0; i < ARRAY_SIZE(bare); i++)
		if ((int)strlen(bare[i]) == len && !memcmp(opt, bare[i], len))
			return true;
	return false;
}

/* "skip:only:stack" as "skip= only= stack": that one has no value. */
static void list_options(const char *opts)
{
	char *text = xmalloc(2 * strlen(opts) + 1), *p = text;

	*p = '\0';
	while (*opts) {
		int n = strcspn(opts, ":");

		p += sprintf(p, "%.*s%s%s", n, opts,
			     is_bare(opts, n) ? "" : "=", opts[n] ? " " : "");
		opts += n + (opts[n] == ':');
	}
	list_line("OPTIONS", text);
	free(text);
}

/* Its form on this kernel, and on others. */
static void list_here(const struct event *e)
{
	char *text = xasprintf("%s%s%s%s",
			       e->state == STATE_UNAVAILABLE ? "no" : "yes",
			       e->state == STATE_INFERRED ? ", inferred" :
			       e->state == STATE_EXACT ? ", exact" : "",
			       !*e->why ? "" :
			       e->state == STATE_INFERRED ? " " : ", ", e->why);

	wrap_print(text, printf("  Here: "), 8);
	free(text);
	if (e->state == STATE_EXACT && *e->how)
		wrap_print(e->how, printf("  With form=inferred: "), 8);
}

static void list_event(const struct event *e)
{
	const char *kind = !strcmp(e->kind, "conn") ? "connection" : e->kind;
	char sets[128], *text;

	sets_text(sets, sizeof(sets), e->sets);
	text = xasprintf("no. %u, module %s, %s event, %s, sets %s", e->no,
			 *e->module ? e->module : "-", *kind ? kind : "-",
			 *e->stability ? e->stability : "-", sets);
	wrap_print(text, printf("%-14s  ", e->name), 16);
	free(text);
	if (*e->help)
		wrap_print(e->help, printf("  "), 2);
	list_here(e);
	list_fields(e);
	list_options(e->opts);
	list_line("IN A SET", e->set_opts);
	list_line("READ IT", e->read);
	list_line("EXAMPLE", e->example);
}

/* ---- */

static int not_found(const struct format *f, const char *where,
		     const char *name)
{
	const char *near = evlist_nearest(f, name, true);

	msg("no event \"%s\" in %s", name, where);
	if (near)
		hint("did you mean %s?", near);
	else
		hint("skbtrace list shows all");
	return EXIT_USAGE;
}

/* A list of all events excludes naming events. */
static bool wanted(const struct event *e, const char *name)
{
	return evlist_has(name, e) &&
	       !(event_is_name(e) && !strcmp(name, "@all"));
}

static int list_chosen(const struct format *f, const char *where,
		       const struct list_opts *o)
{
	bool first = true;

	for (int j = 0; j < o->n; j++) {
		bool found = false;

		for (u32 i = 0; i < f->nevents; i++) {
			if (!wanted(&f->events[i], o->names[j]))
				continue;
			if (!first && !o->json)
				putchar('\n');
			if (o->json)
				list_json(&f->events[i]);
			else
				list_event(&f->events[i]);
			found = true;
			first = false;
		}
		if (!found)
			return not_found(f, where, o->names[j]);
	}
	return EXIT_OK;
}

int list_print(const struct format *f, const char *where,
	       const struct list_opts *o)
{
	if (o->whole) {
		o->whole(f);
		return EXIT_OK;
	}
	if (o->n)
		return list_chosen(f, where, o);
	if (!o->json) {
		list_table(f);
		return EXIT_OK;
	}
	for (u32 i = 0; i < f->nevents; i++)
		if (!event_is_name(&f->events[i]))
			list_json(&f->events[i]);
	return EXIT_OK;
}

static void list_absent(const struct format *f)
{
	if (!*f->absent)
		return;
	msg("modules that did not load: %s", f->absent);
	hint("\"modprobe skbtrace_%.*s\" says why",
	     (int)strcspn(f->absent, " "), f->absent);
}

int list_text(const char *text, size_t len, const char *where,
	      const struct list_opts *o)
{
	struct format *f;
	char err[200];
	int code;

	f = format_parse(text, len, err, sizeof(err));
	if (!f)
		return fail(EXIT_FAILED, "%s: format: %s", where, err);
	code = list_print(f, where, o);
	if (!code && !o->n && !o->json && !o->whole)
		list_absent(f);
	format_free(f);
	return code;
}

static int list_plain(int fd, const char *path, const struct list_opts *o)
{
	enum { MAX = 4 << 20 };
	char *text = xmalloc(MAX);
	ssize_t len = read_all(fd, text, MAX);
	int code;

	if (len < 0)
		code = fail(EXIT_FAILED, "cannot read %s: %s", path,
			    strerror(-len));
	else
		code = list_text(text, len, path, o);
	free(text);
	return code;
}

static int list_capture(int fd, const char *path, const struct list_opts *o)
{
	struct sbt_reader *r = sbt_reader_open(fd, path);
	struct sbt_chunk c;
	int code = EXIT_FAILED;
	bool found = false;
	enum sbt_read ret;

	if (!r)
		return EXIT_FAILED;
	while (!found && (ret = sbt_reader_next(r, true, &c)) > 0) {
		if (ret != SBT_READ_CHUNK || c.type != SBT_FORMAT)
			continue;
		code = list_text(c.data, c.len, path, o);
		found = true;
	}
	if (!found)
		msg("%s holds no format", path);
	sbt_reader_close(r);
	return code;
}

int list_file(const char *path, const struct list_opts *o)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	char magic[8] = "";
	int code;

	if (fd < 0)
		return fail(EXIT_FAILED, "cannot open %s: %m", path);
	if (pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	    !memcmp(magic, "skbtrace", sizeof(magic)))
		code = list_plain(fd, path, o);
	else
		code = list_capture(fd, path, o);
	if (!is_stdin)
		close(fd);
	return code;
}
