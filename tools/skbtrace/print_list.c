// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evlist.h"
#include "file.h"
#include "list_json.h"
#include "print_list.h"

enum { WIDTH = 79 };

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
	int wname = 5, wsets = 4;

	for (u32 i = 0; i < f->nevents; i++) {
		const struct event *e = &f->events[i];
		int w = strlen(e->name);

		if (event_is_name(e))
			continue;
		wname = w > wname ? w : wname;
		sets_text(sets, sizeof(sets), e->sets);
		w = strlen(sets);
		wsets = w > wsets ? w : wsets;
	}
	printf("%-*s  %-11s  %-*s  %s\n", wname, "EVENT", "HERE", wsets,
	       "SETS", "WHEN");
	for (u32 i = 0; i < f->nevents; i++) {
		const struct event *e = &f->events[i];

		if (event_is_name(e))
			continue;
		sets_text(sets, sizeof(sets), e->sets);
		printf("%-*s  %-11s  %-*s  %s\n", wname, e->name,
		       e->state_text, wsets, sets, e->help);
	}
}

/* ---- all about one ---- */

/* Words of a text, broken at the right margin; column @at is reached. */
static void wrapped(const char *text, int at)
{
	int col = at;

	while (*text) {
		int n = strcspn(text, " ");

		if (col > at && col + 1 + n > WIDTH) {
			printf("\n%*s", at, "");
			col = at;
		}
		col += printf("%s%.*s", col > at ? " " : "", n, text);
		text += n;
		text += strspn(text, " ");
	}
	putchar('\n');
}

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

		if (f->spare)
			continue;
		text = meaning(e, f);
		printf("  %-*s  %-7.*s  %-4s  ", wname, f->name,
		       (int)strcspn(f->unit_text, ":"), f->unit_text,
		       f->flags & (FF_BRIEF | FF_TUPLE) ? "yes" : "-v");
		wrapped(text, 2 + wname + 2 + 7 + 2 + 4 + 2);
		free(text);
	}
}

static void list_line(const char *label, const char *text)
{
	if (!*text)
		return;
	printf("  %-13s", label);
	wrapped(text, 15);
}

/* Options that may stand without a value, which the format does not tell. */
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
	if (!*opts)
		return;
	printf("  %-13s", "OPTIONS");
	while (*opts) {
		int n = strcspn(opts, ":");

		printf("%.*s%s%s", n, opts, is_bare(opts, n) ? "" : "=",
		       opts[n] ? " " : "\n");
		opts += n + (opts[n] == ':');
	}
}

/* How it is had on this kernel, and how else it could be. */
static void list_here(const struct event *e)
{
	char *text = xasprintf("%s%s%s%s",
			       e->state == STATE_UNAVAILABLE ? "no" : "yes",
			       e->state == STATE_INFERRED ? ", inferred" :
			       e->state == STATE_EXACT ? ", exact" : "",
			       !*e->why ? "" :
			       e->state == STATE_INFERRED ? " " : ", ", e->why);

	printf("  Here: ");
	wrapped(text, 8);
	free(text);
	if (e->state == STATE_EXACT && *e->how) {
		printf("  With form=inferred: ");
		wrapped(e->how, 8);
	}
}

static void list_event(const struct event *e)
{
	const char *kind = !strcmp(e->kind, "conn") ? "connection" : e->kind;
	char sets[128];

	sets_text(sets, sizeof(sets), e->sets);
	printf("%-14s  no. %u, module %s, %s event, %s, sets %s\n", e->name,
	       e->no, *e->module ? e->module : "-", *kind ? kind : "-",
	       *e->stability ? e->stability : "-", sets);
	if (*e->help) {
		printf("  ");
		wrapped(e->help, 2);
	}
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

/* Who wants all of them does not want what only names others. */
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
	if (!code && !o->n && !o->json)
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
